"""Summary views of a whole organisation: gap by queue, headcount, cost by vendor, the worst backlogs."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from xlplan.tables.plan import Plan
from xlplan.tables.typed import blank
from xlplan.workbook.book import Book, CellValue, column_letters
from xlplan.workbook.package.references import parse_place
from xlplan.workbook.template.layout import GridSpec

WORST = 10


@dataclass(frozen=True)
class Grid:
    """A view of a table with a column per period, month or vendor: index columns first, then the figures."""

    name: str
    table: str
    frame: pd.DataFrame
    index: int


def grids(plan: Plan) -> list[Grid]:
    """Every view whose columns follow the plan's periods."""
    return [Grid("GridGap", "tblGap", gap_map(plan), 2), Grid("GridVendor", "tblBudget", vendor_cost(plan), 1)]


def write_grid(book: Book, grid: Grid, room: GridSpec) -> int:
    """Write a view into the room that the workbook keeps for it; a workbook without it is left alone.

    What does not fit is named in the last row and column rather than dropped in silence.
    """
    place = book.names().get(grid.name)
    if place is None:
        return 0
    sheet, top, left = parse_place(place)
    frame = _fitted(grid, room)
    cells: dict[str, CellValue] = {}
    for column in range(grid.index + room.columns):
        letter = column_letters(left + column)
        inside = column < frame.shape[1]
        cells[f"{letter}{top}"] = str(frame.columns[column]) if inside else None
        values = frame.iloc[:, column].tolist() if inside else []
        for row in range(room.rows):
            value = values[row] if row < len(values) else None
            cells[f"{letter}{top + 1 + row}"] = None if blank(value) else value
    return book.write_cells(sheet, cells)


def _fitted(grid: Grid, room: GridSpec) -> pd.DataFrame:
    """The view cut to its room; the last row or column then says how many are missing, and shows no figures."""
    frame = grid.frame.astype(object)
    lost = frame.shape[1] - grid.index - room.columns
    if lost > 0:
        frame = frame.iloc[:, : grid.index + room.columns - 1].assign(**{f"... {lost + 1} more": None})
    more = len(frame) - room.rows
    if more > 0:
        frame = frame.iloc[: room.rows].copy()
        frame.iloc[-1] = [f"... {more + 1} more rows", *[None] * (frame.shape[1] - 1)]
    return frame


def gap_map(plan: Plan) -> pd.DataFrame:
    """Served less required FTE by queue and period."""
    gap = plan["tblGap"]
    periods = plan["tblPeriod"]["period"].tolist()
    if gap.empty:
        return pd.DataFrame(columns=["lob", "queue", *periods])
    table = gap.pivot_table(
        index=["lob", "queue"], columns="period", values="over_under_fte", aggfunc="sum", sort=False
    )
    table = table.reindex(columns=periods).round(4)
    order = {queue: place for place, queue in enumerate(plan["tblQueue"]["queue"])}
    table = table.sort_index(level="queue", key=lambda index: index.map(order), sort_remaining=False)
    return table.reset_index()


def vendor_cost(plan: Plan) -> pd.DataFrame:
    """Plan currency by vendor and month, with a total row."""
    table = plan["tblBudget"].pivot_table(
        index="vendor", columns="month", values="amount_plan", aggfunc="sum", fill_value=0.0
    )
    table.columns = [f"{month:%Y-%m}" for month in table.columns]
    table.loc["all"] = table.sum()
    return table.reset_index()


def walk_figures(plan: Plan) -> pd.DataFrame:
    """tblKpiWalk: the corkscrew over all pools."""
    names = [
        "period", "opening", "joins", "transfers", "attrition", "rampdown", "closing", "ramped_fte", "needed_fte",
        "over_under",
    ]  # fmt: skip
    walk = plan["tblWalk"]
    if walk.empty:
        return pd.DataFrame(columns=names)
    walk = walk.assign(transfers=walk["transfers_in"] - walk["transfers_out"])
    sums = walk.groupby("period")[
        ["opening", "joins", "transfers", "attrition", "rampdown", "closing", "ramped_fte"]
    ].sum()
    sums = sums.reindex(plan["tblPeriod"]["period"]).fillna(0.0)
    needed = plan["tblReq"].groupby("period")["gross_fte"].sum()
    sums["needed_fte"] = needed.reindex(sums.index).fillna(0.0)
    sums["over_under"] = sums["ramped_fte"] - sums["needed_fte"]
    return sums.rename_axis("period").reset_index()[names]


def worst_backlogs(plan: Plan) -> pd.DataFrame:
    """tblKpiBacklog: breaches first, by day; then the largest growth of open items."""
    names = [
        "rank", "queue", "language", "opening", "peak", "peak_period", "closing", "lowest_compliance", "target",
        "first_breach", "breach_probability", "act_by", "fix",
    ]  # fmt: skip
    backlog = plan["tblBacklog"]
    if backlog.empty:
        return pd.DataFrame(columns=names)
    key = ["queue", "language"]
    order = {period: place for place, period in enumerate(plan["tblPeriod"]["period"])}
    rows = backlog.assign(order=backlog["period"].map(order)).sort_values("order", kind="stable")
    peak = rows.loc[rows.groupby(key)["closing"].idxmax(), [*key, "closing", "period"]]
    frame = rows.groupby(key).agg(
        opening=("opening", "first"), closing=("closing", "last"), lowest_compliance=("compliance", "min")
    )
    frame = frame.reset_index().merge(peak.set_axis([*key, "peak", "peak_period"], axis=1), on=key)
    goal = plan["tblQueue"][["queue", "compliance"]].rename(columns={"compliance": "target"})
    risk = plan["tblBlowout"][[*key, "first_breach", "breach_probability", "act_by", "fix"]]
    frame = frame.merge(goal, on="queue", how="left").merge(risk, on=key, how="left")
    frame["growth"] = frame["peak"] - frame["opening"]
    frame = frame.sort_values(["first_breach", "growth"], ascending=[True, False], na_position="last", kind="stable")
    frame = frame.head(WORST).reset_index(drop=True)
    return frame.assign(rank=frame.index + 1)[names]
