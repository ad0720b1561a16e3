"""The assumptions register: each assumption beside the number that the plan holds for it now."""

from __future__ import annotations

import pandas as pd

from xlplan.tables import dictionary
from xlplan.tables.plan import Plan


def assumption_values(plan: Plan) -> pd.DataFrame:
    """tblAssumption with ``value``: the mean of the column over the rows that the scope names.

    A column that holds no numbers, and a scope that fits no row, leave it blank.
    """
    register = plan["tblAssumption"]
    register["value"] = [
        _mean(plan, *row) for row in register[["table", "column", "scope"]].itertuples(index=False, name=None)
    ]
    return register


def _mean(plan: Plan, name: str, column: str, scope: object) -> float | None:
    known = dictionary.tables().get(name)
    if known is None or column not in known or not known[column].numeric:
        return None
    rows = plan.filled(name)
    for part in str(scope).split(";") if isinstance(scope, str) else []:
        key, _, value = part.partition("=")
        if key.strip() not in rows:
            return None
        rows = rows.loc[rows[key.strip()].astype("str").eq(value.strip())]
    values = rows[column].dropna()
    return float(values.astype("float64").mean()) if len(values) else None
