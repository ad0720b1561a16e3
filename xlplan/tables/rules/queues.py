"""Rules on queues: each has what its kind of work needs to be staffed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from xlplan.tables.rules import Rule
from xlplan.tables.schema import ANY, Finding
from xlplan.tables.typed import show

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan

SHORTEST_CALL_S = 15
"""No voice contact is handled faster; a smaller AHT was typed in minutes."""


def service_goal(plan: Plan) -> list[Finding]:
    """A live queue states how fast it answers, a deferrable one its turnaround, a clock queue its clock."""
    found = []

    def missing(row: int, column: str, expected: str, fix: str) -> None:
        found.append(Finding("service_goal", "error", "tblQueue", column, row, "a blank", expected, fix))

    for position, queue in enumerate(plan["tblQueue"].itertuples(index=False)):
        row = position + 1
        if queue.work_type == "live":
            if pd.isna(queue.target) and pd.isna(queue.asa_s) and pd.isna(queue.max_abandon):
                missing(row, "target", "a service goal of a live queue", "type 0.80 in target and 20 in target_s")
            elif pd.notna(queue.target) and pd.isna(queue.target_s):
                missing(row, "target_s", "the answer-time limit of the target", "type 20 (seconds)")
            if pd.notna(queue.max_abandon) and pd.isna(queue.patience_s):
                missing(row, "patience_s", "patience, where a share of abandons is the goal", "type 180 (seconds)")
            if pd.notna(queue.target) and queue.target >= 1:
                expected = "a target below 1: no number of agents answers every contact in time"
                fix = "type 0.95"
                found.append(
                    Finding("service_goal", "error", "tblQueue", "target", row, show(queue.target), expected, fix)
                )
        elif queue.work_type == "deferrable":
            if pd.isna(queue.tat_h):
                missing(row, "tat_h", "the turnaround of deferrable work", "type 24 (hours)")
            if pd.isna(queue.compliance):
                missing(row, "compliance", "the share to complete in time", "type 0.90")
        elif queue.work_type == "clock" and pd.isna(queue.clock_h):
            missing(row, "clock_h", "the statutory clock", "type 24 (hours)")
    return found


def handling_time(plan: Plan) -> list[Finding]:
    """Every active workstream has a handling time, stated or measured, and no call is shorter than a call can be."""
    found = []
    stated = plan["tblAht"]
    known = _measured(plan) | set(stated[["queue", "language"]].itertuples(index=False, name=None))
    streams = plan.filled("tblWorkstream")
    for position, stream in enumerate(streams.itertuples(index=False)):
        named = isinstance(stream.queue, str) and isinstance(stream.language, str)
        if stream.active and named and not {(stream.queue, stream.language), (stream.queue, ANY)} & known:
            found.append(
                Finding(
                    "handling_time",
                    "error",
                    "tblWorkstream",
                    "queue",
                    position + 1,
                    f"no handling time of {stream.queue} {stream.language}",
                    "a row in tblAht, or aht_s in its history",
                    f"add a row to tblAht: {stream.queue}, {stream.language}, first month, seconds per item",
                )
            )
    queues = plan["tblQueue"]
    voice = set(queues.loc[queues["channel"].eq("voice") & queues["work_type"].eq("live"), "queue"])
    short = stated["aht_s"].lt(SHORTEST_CALL_S) & stated["queue"].isin(list(voice))
    for position in short.to_numpy().nonzero()[0]:
        value = stated["aht_s"].iloc[position]
        found.append(
            Finding(
                "handling_time",
                "error",
                "tblAht",
                "aht_s",
                int(position) + 1,
                show(value),
                f"seconds: a call takes {SHORTEST_CALL_S} s at least",
                f"{value:g} looks like minutes; type {value * 60:g}",
            )
        )
    return found


def _measured(plan: Plan) -> set[tuple[str, str]]:
    """Workstreams with a handling time in the history that the plan learns from."""
    start = plan.names.get("PlanStart")
    found: set[tuple[str, str]] = set()
    for name in ("tblActual", "tblInterval"):
        rows = plan[name].loc[lambda f: f["aht_s"].notna() & f["volume"].gt(0)]
        if start is not None:
            rows = rows.loc[rows["start"].lt(pd.Timestamp(start))]
        found |= set(rows[["queue", "language"]].drop_duplicates().itertuples(index=False, name=None))
    return found


def opening(plan: Plan) -> list[Finding]:
    """Opening hours of a set do not overlap on a weekday."""
    found = []
    hours = plan["tblOpenHours"].reset_index(names="row").dropna(subset=["open_hours", "weekday", "open", "close"])
    week = 7 * 1440
    for _, rows in hours.groupby("open_hours"):
        begin = ((rows["weekday"] - 1) * 1440 + rows["open"]).astype(int)
        length = (rows["close"] - rows["open"]).astype(int)
        spans = sorted(zip(begin, begin + length.where(length > 0, length + 1440), rows["row"], strict=True))
        if len(spans) < 2:
            continue
        wrapped = (spans[0][0] + week, spans[0][1] + week, spans[0][2])
        for earlier, later in zip(spans, [*spans[1:], wrapped], strict=True):
            if later[0] < earlier[1]:
                found.append(
                    Finding(
                        "opening_hours",
                        "error",
                        "tblOpenHours",
                        "open",
                        int(later[2]) + 1,
                        f"opening hours that begin before those of row {int(earlier[2]) + 1} end",
                        "opening hours that do not overlap",
                        "change open or close of one of the two rows",
                    )
                )
    return found


RULES = (
    Rule("service_goal", "Every queue states the service goal of its kind of work", "error", service_goal),
    Rule("handling_time", "Every active workstream has a handling time in seconds", "error", handling_time),
    Rule("opening_hours", "Opening hours do not overlap", "error", opening),
)
