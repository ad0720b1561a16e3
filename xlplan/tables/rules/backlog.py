"""Rules on the opening backlog: counted up to PlanStart, from age 0 on, for work that can wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from xlplan.tables.rules import Rule
from xlplan.tables.schema import Finding
from xlplan.tables.typed import show

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan

KEY = ["queue", "language"]


def counted(plan: Plan) -> list[Finding]:
    """Opening items counted after PlanStart, at two times, or of a live queue."""
    start, rows = plan.names.get("PlanStart"), plan["tblBacklogOpening"]
    live = set(plan["tblQueue"].loc[lambda f: f["work_type"].eq("live"), "queue"])
    found = []

    def wrong(position: int, column: str, value: str, expected: str, fix: str) -> None:
        found.append(
            Finding("backlog_opening", "error", "tblBacklogOpening", column, position + 1, value, expected, fix)
        )

    first = rows.groupby(KEY)["as_of"].transform("min")
    for position, row in enumerate(rows.itertuples(index=False)):
        if row.queue in live and row.items > 0:
            wrong(
                position, "queue", f"open items of the live queue {row.queue}", "a queue that waits", "delete the row"
            )
        if start is not None and pd.notna(row.as_of) and row.as_of > pd.Timestamp(start):
            day = f"{pd.Timestamp(start):%Y-%m-%d}"
            wrong(position, "as_of", show(row.as_of), f"PlanStart {day} or earlier", f"type {day} or move PlanStart")
        elif pd.notna(row.as_of) and row.as_of > first.iloc[position]:
            expected = f"{first.iloc[position]:%Y-%m-%d %H:%M}, as in the other rows of the workstream"
            wrong(position, "as_of", show(row.as_of), expected, "count all ages at one time")
    return found


def stated(plan: Plan) -> list[Finding]:
    """Workstreams that wait and have no opening backlog, where others have one."""
    rows = plan["tblBacklogOpening"]
    if rows.empty:
        return []
    waits = set(plan["tblQueue"].loc[lambda f: f["work_type"].isin(["deferrable", "clock"]), "queue"])
    known = set(rows[KEY].itertuples(index=False, name=None))
    return [
        Finding(
            "backlog_missing",
            "info",
            "tblWorkstream",
            "queue",
            position + 1,
            f"no opening backlog of {stream.queue} {stream.language}",
            "its open items by age in tblBacklogOpening; without them it opens with 0",
            "add a row: age_from_h 0 and the open items",
        )
        for position, stream in enumerate(plan.filled("tblWorkstream").itertuples(index=False))
        if stream.active and stream.queue in waits and (stream.queue, stream.language) not in known
    ]


RULES = (
    Rule("backlog_opening", "Opening backlogs are counted once, up to PlanStart", "error", counted),
    Rule("backlog_missing", "Work that waits has its opening backlog", "info", stated),
)
