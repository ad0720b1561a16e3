"""Every id refers to a row that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlplan.tables import dictionary
from xlplan.tables.checks import nearest
from xlplan.tables.rules import Rule
from xlplan.tables.schema import ANY, NAMES, Finding
from xlplan.tables.typed import show

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan


def references(plan: Plan) -> list[Finding]:
    """Ids without a row in the table that they refer to.

    A plan that does not hold the other table at all has nothing to look up there, and its ids pass: a starter plan
    needs no list of languages. Tables that the engine writes are rebuilt by the run and not checked here.
    """
    found = _named(plan)
    for name in plan.tables:
        table = dictionary.table(name)
        if table.by_engine:
            continue
        for column in table.columns:
            home, _, field = column.refers_to.partition(".")
            if not home or home not in plan or dictionary.table(home).by_engine or (home == name and column.key):
                continue
            ids = set(plan.tables[home][field].dropna())
            if column.any_allowed:
                ids.add(ANY)
            values = plan.tables[name][column.name]
            unknown = values.notna().to_numpy(dtype=bool) & ~values.isin(list(ids)).to_numpy(dtype=bool)
            for position in np.flatnonzero(unknown):
                value = values.iloc[position]
                fix = nearest(str(value), sorted(ids)) or f"add a row to {home} or type one of its ids"
                found.append(
                    Finding(
                        "reference", "error", name, column.name, int(position) + 1, show(value), column.expects, fix
                    )
                )
    return found


def _named(plan: Plan) -> list[Finding]:
    """Named cells that hold an id, such as the scenario."""
    found = []
    for name, column in dictionary.names().items():
        home, _, field = column.refers_to.partition(".")
        value = plan.names.get(name)
        if not home or home not in plan or value is None:
            continue
        ids = plan.tables[home][field].dropna().tolist()
        if value not in ids:
            fix = nearest(str(value), sorted(ids)) or f"add a row to {home} or type one of its ids"
            found.append(Finding("reference", "error", NAMES, name, None, show(value), column.expects, fix))
    return found


RULES = (Rule("reference", "Every id has a row in the table that it refers to", "error", references),)
