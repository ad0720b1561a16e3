"""Rules on headcount: the roster is fresh, speaks what is planned, and its people can leave and grow."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from xlplan.tables.rules import Rule
from xlplan.tables.schema import ANY, Finding
from xlplan.tables.typed import show

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan

POOL = ["language", "site", "role"]
OLDEST_ROSTER_DAYS = 35


def roster_age(plan: Plan) -> list[Finding]:
    """Rosters counted long before the plan starts, or after it: the walk opens with them as they are."""
    start = plan.names.get("PlanStart")
    if start is None:
        return []
    day = pd.Timestamp(start)
    oldest = day - pd.Timedelta(days=OLDEST_ROSTER_DAYS)
    roster = plan["tblRoster"]
    off = roster["as_of"].notna() & ~roster["as_of"].between(oldest, day)
    return [
        Finding(
            "roster_age",
            "warning",
            "tblRoster",
            "as_of",
            int(position) + 1,
            show(roster["as_of"].iloc[position]),
            f"a day from {oldest:%Y-%m-%d} to PlanStart {day:%Y-%m-%d}",
            "load the roster of the last month before PlanStart; leavers since the count are not taken off",
        )
        for position in off.to_numpy(dtype=bool).nonzero()[0]
    ]


def tenure_bands(plan: Plan) -> list[Finding]:
    """Tenure bands follow each other without overlap from day 0."""
    bands = plan["tblTenureBand"].reset_index(names="row").dropna(subset=["from_days"]).sort_values("from_days")
    found = []

    def wrong(row: int, column: str, value: object, expected: str, fix: str) -> None:
        found.append(Finding("tenure_band", "error", "tblTenureBand", column, row + 1, show(value), expected, fix))

    rows = list(bands.itertuples(index=False))
    if rows and rows[0].from_days > 0:
        wrong(rows[0].row, "from_days", rows[0].from_days, "a first band from day 0", "type 0")
    for band, following in pairwise(rows):
        due = following.from_days - 1
        if pd.isna(band.to_days) or band.to_days != due:
            expected = f"the day before {following.tenure_band} begins"
            wrong(band.row, "to_days", band.to_days, expected, f"type {due}")
    return found


def attrition(plan: Plan) -> list[Finding]:
    """Pools and tenure bands with heads that no row of tblAttrition covers at PlanStart: nobody would leave them."""
    start, roster = plan.names.get("PlanStart"), plan["tblRoster"]
    if start is None or roster.empty:
        return []
    rates = plan["tblAttrition"]
    due = rates.loc[rates["rate"].notna() & rates["month"].le(pd.Timestamp(start))]
    stated = set(due[[*POOL, "tenure_band"]].itertuples(index=False, name=None))
    heads = roster.loc[roster["heads"].gt(0)]
    return [
        Finding(
            "attrition",
            "warning",
            "tblRoster",
            "tenure_band",
            int(position) + 1,
            f"no attrition of {language} {site} {role} in {band} on {pd.Timestamp(start):%Y-%m-%d}",
            "a rate in tblAttrition from PlanStart or earlier; without one nobody leaves",
            f"add a row to tblAttrition: ANY, {site}, {role}, {band}, {pd.Timestamp(start):%Y-%m-01}, rate, month",
        )
        for position, language, site, role, band in heads[[*POOL, "tenure_band"]].itertuples(name=None)
        if not stated & set(_keys(language, site, role, band))
    ]


def attrition_ties(plan: Plan) -> list[Finding]:
    """Rows of tblAttrition that are as specific as another for the same heads and state another rate."""
    rows = plan["tblAttrition"].dropna(subset=["rate"])
    general = rows[["language", "role", "tenure_band"]].eq(ANY)
    rows = rows.assign(open=general.sum(axis=1))
    found = []
    for (_, month, count), own in rows.groupby(["site", "month", "open"]):
        if count in (0, 3) or len(own) < 2:
            continue
        shape = general.loc[own.index].astype(int).astype(str).agg("".join, axis=1)
        for position in own.index[shape.ne(shape.iloc[0]).to_numpy(dtype=bool)]:
            row = own.loc[position]
            others = own.loc[shape.ne(shape.loc[position]).to_numpy(dtype=bool)]
            clash = others.loc[[_overlap(row, other) for _, other in others.iterrows()]]
            clash = clash.loc[clash["rate"].ne(row["rate"]) | clash["per"].ne(row["per"])]
            if clash.empty:
                continue
            found.append(
                Finding(
                    "attrition_tie",
                    "warning",
                    "tblAttrition",
                    "rate",
                    int(position) + 1,
                    f"two rows as specific as each other for the same heads in {month:%Y-%m}, "
                    f"also row {int(clash.index[0]) + 1}",
                    "one most specific row; the one that names the language counts, then the role, then the band",
                    "name one more key in the row that shall count",
                )
            )
    return found


def _overlap(one: pd.Series, other: pd.Series) -> bool:
    """True where some heads match both rows."""
    return all(one[key] == other[key] or ANY in (one[key], other[key]) for key in ("language", "role", "tenure_band"))


def ramp(plan: Plan) -> list[Finding]:
    """Ramp curves name every week from the first on, never fall, and begin at or above the output of nesting."""
    found = []

    def wrong(row: int, column: str, value: object, expected: str, fix: str) -> None:
        found.append(Finding("ramp", "error", "tblRamp", column, row + 1, show(value), expected, fix))

    rows = plan["tblRamp"].reset_index(names="row").dropna(subset=["tenure_week", "productivity"])
    for _, curve in rows.sort_values("tenure_week").groupby("ramp_curve", sort=False):
        due, best = 1, 0.0
        for row, week, output in curve[["row", "tenure_week", "productivity"]].itertuples(index=False):
            if week > due:
                wrong(row, "tenure_week", week, f"week {due}: a curve has no gap", f"add a row for week {due}")
            if output < best:
                wrong(row, "productivity", output, f"{best:g} or more: output never falls", f"type {best:g} or more")
            due, best = week + 1, max(best, output)
    known = set(plan["tblRamp"]["ramp_curve"])
    for position, curve_name in enumerate(plan["tblHiring"]["ramp_curve"]):
        if isinstance(curve_name, str) and curve_name not in known:
            expected = "a curve with rows in tblRamp"
            fix = "add its weeks to tblRamp, or leave it blank for full output at once"
            found.append(
                Finding("ramp", "error", "tblHiring", "ramp_curve", position + 1, show(curve_name), expected, fix)
            )
    return found


def nesting(plan: Plan) -> list[Finding]:
    """Nesters who give more than they will in their first week of production."""
    first = plan["tblRamp"].loc[lambda f: f["tenure_week"].eq(1)].set_index("ramp_curve")["productivity"].to_dict()
    return [
        Finding(
            "nesting",
            "warning",
            "tblHiring",
            "nesting_productivity",
            position + 1,
            show(terms.nesting_productivity),
            f"{first[terms.ramp_curve]:g} at most, the first week of {terms.ramp_curve}",
            "lower it, or raise the first weeks of the curve",
        )
        for position, terms in enumerate(plan.filled("tblHiring").itertuples(index=False))
        if isinstance(terms.ramp_curve, str)
        and terms.ramp_curve in first
        and terms.nesting_productivity > first[terms.ramp_curve]
    ]


def unknown_pool(plan: Plan) -> list[Finding]:
    """Heads whose language no active workstream has: they could serve nothing."""
    streams = plan.filled("tblWorkstream")
    spoken = set(streams.loc[streams["active"].astype(bool), "language"]) | {ANY}
    if len(spoken) == 1:
        return []
    return [
        Finding(
            "unknown_pool",
            "warning",
            "tblRoster",
            "language",
            position + 1,
            f"{show(row.heads)} heads in {row.language} at {row.site}",
            "a language of an active workstream, or ANY",
            "correct the language, or add its workstreams",
        )
        for position, row in enumerate(plan["tblRoster"].itertuples(index=False))
        if isinstance(row.language, str) and row.language not in spoken and row.heads > 0
    ]


def _keys(language: str, site: str, role: str, band: str) -> list[tuple[str, str, str, str]]:
    return [(a, site, b, c) for a in (language, ANY) for b in (role, ANY) for c in (band, ANY)]


RULES = (
    Rule("roster_age", "The roster is of the last month before PlanStart", "warning", roster_age),
    Rule("tenure_band", "Tenure bands follow each other from day 0", "error", tenure_bands),
    Rule("attrition", "Every pool and tenure band with heads has attrition", "warning", attrition),
    Rule(
        "attrition_tie", "No two rows of attrition are equally specific for the same heads", "warning", attrition_ties
    ),
    Rule("ramp", "Ramp curves have no gap and never fall", "error", ramp),
    Rule("nesting", "Nesting gives no more than the first week in production", "warning", nesting),
    Rule("unknown_pool", "Heads speak a language that is planned", "warning", unknown_pool),
)
