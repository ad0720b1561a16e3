"""XP_EXPLAIN: what a row of the plan is made of, step by step, from the results' own columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlplan.functions.cellvalues import NA, VALUE, CellError, Grid, is_blank
from xlplan.functions.plan.figures import ABSENT, STAMP
from xlplan.functions.plan.keys import id_of, period_of, raise_error_in, unknown
from xlplan.functions.plan.state import PlanState
from xlplan.functions.registry import Argument, cell_function

if TYPE_CHECKING:
    import pandas as pd

Step = list[Any]
"""Label, value, unit."""

KEYS = ("queue", "language", "period")
VOLUME = {
    "base": "forecast before effects",
    "event_effect": "events and holidays",
    "ai_effect": "automation",
    "chain_inflow": "appeals and escalations of other queues",
    "overlay_effect": "overlays of the scenario",
    "override_effect": "overrides",
}

HOURS = {
    "workload_hours": "volume x handling time",
    "chain_hours": "reviews that follow",
    "backlog_hours": "backlog worked off",
    "wellness_hours": "wellness time",
}


@cell_function(
    "XP_EXPLAIN",
    group="Read-outs",
    arguments=[
        Argument("row_key", "queue, language and period side by side", "ids, date", kind="cells"),
        STAMP,
    ],
    returns="rows of label, value, unit: parts and their sum (=) for volume, required hours and FTE, then the hours "
    "that each site serves and its reason",
    example=([["support", "EN", "2026-W15"]], "plan 1"),
    formula="=XP_EXPLAIN(B2:D2,Stamp)",
    errors=[ABSENT, (VALUE, "another number of keys than three")],
    reads="plan",
)
def explain(state: PlanState, row_key: Grid, stamp: str) -> list[Step]:
    """Why a workstream needs what it needs in a period: volume, hours, FTE, and who serves them."""
    for cell in (cell for row in row_key for cell in row):
        raise_error_in(cell)
    if len(row_key) != 1 or len(row_key[0]) != len(KEYS):
        raise CellError(VALUE, f"row_key is {len(row_key)}x{len(row_key[0])}; give {', '.join(KEYS)} side by side")
    for name, cell in zip(KEYS, row_key[0], strict=True):
        if is_blank(cell):
            raise CellError(VALUE, f"row_key has no {name}; type queue, language and period side by side")
    queue, language = (id_of(name, cell) for name, cell in zip(KEYS[:2], row_key[0][:2], strict=True))
    key = (queue, language, period_of(state, row_key[0][2]))
    need = _row(state, "tblReq", key, "required_hours")
    return [
        *_volume(state, key),
        *_hours(need),
        *_people(state, need),
        *_served(state, key, float(need["required_hours"])),
    ]


def _volume(state: PlanState, key: tuple[str, str, str]) -> list[Step]:
    row = _row(state, "tblForecast", key, "volume")
    rest = "" if set(VOLUME) <= set(row.index) else "effects that the workbook has no columns for"
    return _summed(row, VOLUME, rest, ["= volume", float(row["volume"]), "items"])


def _hours(need: pd.Series[Any]) -> list[Step]:
    """Handling, then what comes on top of it; waiting is what is left, and may be negative where contacts give up."""
    total: Step = ["= required", float(need["required_hours"]), "productive hours"]
    return _summed(need, HOURS, "waiting for work, least crew and limits", total)


def _summed(row: pd.Series[Any], parts: dict[str, str], rest: str, total: Step) -> list[Step]:
    """Parts that the workbook shows, what is left of the total if anything can be, and the total."""
    steps: list[Step] = [[label, float(row[name]), total[2]] for name, label in parts.items() if name in row]
    if rest:
        steps.append([rest, total[1] - sum(step[1] for step in steps), total[2]])
    return [*steps, total]


def _people(state: PlanState, need: pd.Series[Any]) -> list[Step]:
    """Required hours in FTE: at work, then what absence and the sites' productivity add."""
    if "gross_fte" not in need or not state.holds("tblFteHours"):
        return []
    gross, required = float(need["gross_fte"]), float(need["required_hours"])
    mix = _mix(state, need)
    base = required / mix["productive_hours"] if mix["productive_hours"] > 0 else 0.0
    present = base * (1 - mix["shrinkage"])
    return [
        ["FTE if nobody were ever away", present, "FTE"],
        ["shrinkage", base - present, "FTE"],
        ["productivity of the sites", gross - base, "FTE"],
        ["= required at the present mix of sites", gross, "FTE"],
    ]


def _mix(state: PlanState, need: pd.Series[Any]) -> dict[str, float]:
    """Hours and shrinkage of an FTE as the requirement has them, or the mean of the sites that they are."""
    if {"mix_hours_per_fte", "mix_shrinkage"} <= set(need.index):
        return {"productive_hours": float(need["mix_hours_per_fte"]), "shrinkage": float(need["mix_shrinkage"])}
    names = ["productive_hours", "shrinkage"]
    frame = state.columns("tblFteHours", "period", *names)
    mean = frame.loc[frame["period"].eq(need["period"]), names].mean()
    return {name: float(mean[name]) for name in names}


def _served(state: PlanState, key: tuple[str, str, str], required: float) -> list[Step]:
    """Hours by site, each with the reason for it, and what nobody serves."""
    if not state.holds("tblAllocation") or "served_hours" not in state.table("tblAllocation"):
        return []
    own = _rows(state, "tblAllocation", key, "site", "served_hours").sort_values(
        "served_hours", ascending=False, kind="stable"
    )
    reasons: dict[str, str] = {}
    if state.holds("tblReason"):
        # A reason stands where a lane begins or changes: the latest one up to the period still holds.
        known = state.columns("tblReason", *KEYS, "site", "sentence")
        order = {name: place for place, name in enumerate(state.table("tblPeriod")["period"])}
        lane = known.loc[known["queue"].eq(key[0]) & known["language"].eq(key[1])]
        lane = lane.loc[lane["period"].map(order) <= order[key[2]]]
        reasons = dict(zip(lane["site"], lane["sentence"], strict=True))
    steps: list[Step] = [
        [f"{site}: {reasons[site]}" if site in reasons else str(site), float(hours), "served hours"]
        for site, hours in zip(own["site"], own["served_hours"], strict=True)
    ]
    supplied = float(own["served_hours"].sum())
    return [*steps, ["= supplied", supplied, "served hours"], ["over or under", supplied - required, "served hours"]]


def _row(state: PlanState, table: str, key: tuple[str, str, str], *columns: str) -> pd.Series[Any]:
    rows = _rows(state, table, key, *columns)
    if rows.empty:
        frame = state.table(table)
        for name, value in zip(KEYS, key, strict=True):
            if value not in set(frame[name]):
                raise unknown(name, value, frame[name], where=table)
        raise CellError(NA, f"{table} has no row of {', '.join(key)}")
    return rows.iloc[0]


def _rows(state: PlanState, table: str, key: tuple[str, str, str], *columns: str) -> pd.DataFrame:
    frame = state.columns(table, *KEYS, *columns)
    own = frame["queue"].eq(key[0]) & frame["language"].eq(key[1]) & frame["period"].eq(key[2])
    return frame.loc[own]
