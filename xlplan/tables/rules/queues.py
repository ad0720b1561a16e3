"""Rules on queues: each has what its kind of work needs to be staffed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlplan.tables.checks import slip
from xlplan.tables.dictionary import table
from xlplan.tables.rules import Rule
from xlplan.tables.schema import ANY, Finding
from xlplan.tables.typed import show

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan

WEEK = 7 * 1440
"""Minutes of a week."""
FEW = 0.01
"""Share of contacts outside opening hours above which it is worth a warning."""
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
    aht = table("tblAht")["aht_s"]
    outside = aht.allowed.bad(stated["aht_s"], stated)  # those have a finding already
    short = stated["aht_s"].lt(SHORTEST_CALL_S) & ~outside & stated["queue"].isin(list(voice))
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
                slip(aht, value) or f"type the seconds of a call, {SHORTEST_CALL_S} or more",
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
    for _, rows in hours.groupby("open_hours"):
        places = zip(_week_spans(rows), rows["row"], strict=True)
        spans = sorted((begin, begin + length, row) for (begin, length), row in places)
        if len(spans) < 2:
            continue
        wrapped = (spans[0][0] + WEEK, spans[0][1] + WEEK, spans[0][2])
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


def active(plan: Plan) -> list[Finding]:
    """There is work to plan: at least one workstream is active."""
    streams = plan.filled("tblWorkstream")
    if streams.empty or streams["active"].any():
        return []
    what, fix = "FALSE in every row", "type TRUE where work is to be planned"
    return [Finding("active", "error", "tblWorkstream", "active", 1, what, "at least one active workstream", fix)]


def outside(plan: Plan) -> list[Finding]:
    """Live contacts come while somebody answers; the plan leaves the others out, so they must be few."""
    found = []
    queues = plan["tblQueue"].loc[lambda f: f["work_type"].eq("live")].set_index("queue")["open_hours"].to_dict()
    history = plan["tblInterval"].dropna(subset=["start", "interval_min", "volume"])
    history = history.loc[history["interval_min"].lt(1440)]
    minute = (
        history["start"].dt.day_of_week * 1440 + history["start"].dt.hour * 60 + history["start"].dt.minute
    ) % WEEK
    for position, stream in enumerate(plan["tblWorkstream"].itertuples(index=False)):
        own = (history["queue"].eq(stream.queue) & history["language"].eq(stream.language)).to_numpy(dtype=bool)
        name = stream.open_hours if isinstance(stream.open_hours, str) else queues.get(stream.queue)
        hours = plan["tblOpenHours"].loc[lambda f, name=name: f["open_hours"].eq(name)]
        hours = hours.dropna(subset=["weekday", "open", "close"])
        if stream.queue not in queues or not own.any() or hours.empty:
            continue
        answered = np.zeros(int(own.sum()), dtype=bool)
        for begin, length in _week_spans(hours):
            answered |= (minute[own] - begin).mod(WEEK).lt(length).to_numpy(dtype=bool)
        volume = history.loc[own, "volume"].to_numpy(dtype=float)
        lost, whole = float(volume[~answered].sum()), float(volume.sum())
        if lost > FEW * whole:
            found.append(
                Finding(
                    "outside_hours",
                    "warning",
                    "tblWorkstream",
                    "open_hours",
                    position + 1,
                    f"{lost / whole:.1%} of the volume of {stream.queue} {stream.language} outside opening hours",
                    "contacts of a live queue while it is answered; others are left out of the plan",
                    f"widen {name} in tblOpenHours, or leave it if nobody will answer them",
                )
            )
    return found


def _week_spans(hours: pd.DataFrame) -> list[tuple[int, int]]:
    """First minute of the week and length of each row of opening hours."""
    begin = ((hours["weekday"] - 1) * 1440 + hours["open"]).astype(int)
    length = (hours["close"] - hours["open"]).astype(int)
    return list(zip(begin, length.where(length > 0, length + 1440), strict=True))


RULES = (
    Rule("active", "At least one workstream is active", "error", active),
    Rule("service_goal", "Every queue states the service goal of its kind of work", "error", service_goal),
    Rule("handling_time", "Every active workstream has a handling time in seconds", "error", handling_time),
    Rule("opening_hours", "Opening hours do not overlap", "error", opening),
    Rule("outside_hours", "Live contacts come in opening hours", "warning", outside),
)
