"""Rules on work that waits and on work that makes work: turnarounds that can be met, chains that end, chats at once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xlplan.tables.rules import Rule
from xlplan.tables.schema import Finding
from xlplan.tables.typed import show

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan

DAY, WEEK = 1440, 7 * 1440
SENT = (("appeal_rate", "appeal_queue"), ("esc_rate", "esc_queue"))
SIDE_BY_SIDE = {"chat", "messaging"}


def turnaround(plan: Plan) -> list[Finding]:
    """No turnaround ends while its queue is closed all along: what comes at closing time could never be in time."""
    found = []
    closed = {name: closed_hours(rows) for name, rows in _sets(plan)}
    queues = plan.filled("tblQueue")
    streams = plan.filled("tblWorkstream")
    own = streams.loc[streams["active"].astype(bool) & streams["open_hours"].notna()]
    for position, queue in enumerate(queues.to_dict("records")):
        if queue["work_type"] == "live":
            continue
        sets = [("tblQueue", position + 1, queue["open_hours"])]
        others = own.loc[own["queue"].eq(queue["queue"])]
        sets += [("tblWorkstream", int(row) + 1, name) for row, name in others["open_hours"].items()]
        for table, row, name in sets:
            longest = closed.get(name, 0.0)
            if pd.notna(queue["clock_h"]) and queue["clock_h"] < longest:
                found.append(
                    Finding(
                        "turnaround",
                        "error",
                        table,
                        "open_hours" if table == "tblWorkstream" else "clock_h",
                        row,
                        f"a clock of {queue['clock_h']:g} h and a stretch of {longest:g} h in which {name} is closed",
                        "a clock as long as the longest closed stretch",
                        "type opening hours round the clock (00:00 to 24:00 on seven days), or a longer clock_h",
                    )
                )
            elif queue["tat_clock"] != "open" and pd.notna(queue["tat_h"]) and queue["tat_h"] < longest:
                found.append(
                    Finding(
                        "turnaround",
                        "warning",
                        table,
                        "open_hours" if table == "tblWorkstream" else "tat_h",
                        row,
                        f"{queue['tat_h']:g} calendar hours, less than the {longest:g} h in which {name} is closed",
                        "a turnaround that what comes while it is closed can meet",
                        f"type open in tat_clock, {longest:g} or more in tat_h, or longer opening hours",
                    )
                )
    return found


def closed_hours(rows: pd.DataFrame) -> float:
    """Longest closed stretch of a week in hours; 168 where nothing is open.

    >>> office = pd.DataFrame({"weekday": [1, 2, 3, 4, 5], "open": [540] * 5, "close": [1020] * 5})
    >>> closed_hours(office)
    64.0
    """
    rows = rows.dropna(subset=["weekday", "open", "close"])
    begin = ((rows["weekday"] - 1) * DAY + rows["open"]).to_numpy(dtype=float)
    length = (rows["close"] - rows["open"]).to_numpy(dtype=float)
    end = begin + np.where(length > 0, length, length + DAY)
    if not len(begin):
        return WEEK / 60
    order = np.argsort(begin, kind="stable")
    longest, reach = 0.0, end.max() - WEEK  # the last closing time, a week before
    for start, stop in zip(begin[order], end[order], strict=True):
        longest, reach = max(longest, start - reach), max(reach, stop)
    return float(longest / 60)


def chains(plan: Plan) -> list[Finding]:
    """Review chains exist, lead to queues that work the same languages, and never back to where they began."""
    found = []
    rows = {row["review_chain"]: (place + 1, row) for place, row in enumerate(_records(plan, "tblReviewChain"))}
    used = {row["queue"]: (place + 1, row["review_chain"]) for place, row in enumerate(_records(plan, "tblQueue"))}
    streams = plan.filled("tblWorkstream").loc[lambda f: f["active"].astype(bool)]
    languages = streams.groupby("queue")["language"].agg(set).to_dict()
    onward: dict[str, set[str]] = {}
    for queue, (position, chain) in used.items():
        if pd.isna(chain):
            continue
        if chain not in rows:
            fix = "add its row to tblReviewChain, or leave review_chain blank"
            what = "a row of tblReviewChain"
            found.append(Finding("review_chain", "error", "tblQueue", "review_chain", position, show(chain), what, fix))
            continue
        row, values = rows[chain]
        for rate, column in SENT:
            target = values[column]
            if pd.isna(target) or target == queue or not values[rate] > 0:
                continue
            onward.setdefault(queue, set()).add(target)
            absent = sorted(languages.get(queue, set()) - languages.get(target, set()))
            if absent:
                found.append(
                    Finding(
                        "review_chain",
                        "error",
                        "tblReviewChain",
                        column,
                        row,
                        f"{target}, which does not work {', '.join(absent[:5])} of {queue}",
                        "a queue with an active workstream in every language that is sent to it",
                        f"add {target} {absent[0]} to tblWorkstream, or leave {column} blank (the same queue)",
                    )
                )
    return found + _loops(onward, used)


def _loops(onward: dict[str, set[str]], used: dict[str, tuple[int, str]]) -> list[Finding]:
    """One finding for each loop, at the first of its queues in the table."""
    found, told = [], set()
    for queue in onward:
        path = _way_back(onward, queue)
        if not path or frozenset(path) in told:
            continue
        told.add(frozenset(path))
        found.append(
            Finding(
                "review_chain",
                "error",
                "tblQueue",
                "review_chain",
                used[queue][0],
                f"a loop: {' > '.join([*path, queue])}",
                "chains of appeals and escalations that end",
                f"leave {path[-1]} without a queue to send to, or blank its review_chain",
            )
        )
    return found


def _way_back(onward: dict[str, set[str]], queue: str) -> list[str]:
    """Queues on a shortest way from a queue to itself, that queue first; empty if there is none."""
    ways = [[queue]]
    seen: set[str] = set()
    for way in ways:
        for target in sorted(onward.get(way[-1], ())):
            if target == queue:
                return way
            if target not in seen:
                seen.add(target)
                ways.append([*way, target])
    return []


def chats(plan: Plan) -> list[Finding]:
    """Contacts side by side are for chat and messaging, and more of them at once get more done."""
    found = []
    for position, queue in enumerate(_records(plan, "tblQueue")):
        many = pd.notna(queue["concurrency"]) and queue["concurrency"] > 1
        if many and not (queue["work_type"] == "live" and queue["channel"] in SIDE_BY_SIDE):
            found.append(
                Finding(
                    "concurrency",
                    "warning",
                    "tblQueue",
                    "concurrency",
                    position + 1,
                    f"{show(queue['concurrency'])} contacts at once in {queue['work_type']} {queue['channel']}",
                    "1: only live chat and messaging are worked side by side",
                    "type 1 or leave it blank",
                )
            )
    stated = plan["tblConcurrency"].reset_index(names="row").dropna(subset=["queue", "contacts", "aht_s"])
    for queue, rows in stated.groupby("queue"):
        levels = rows.sort_values("contacts")[["contacts", "aht_s", "row"]].itertuples(index=False)
        for fewer, more in pairwise(levels):
            if more.contacts / more.aht_s < fewer.contacts / fewer.aht_s:
                found.append(
                    Finding(
                        "concurrency",
                        "warning",
                        "tblConcurrency",
                        "aht_s",
                        int(more.row) + 1,
                        f"{more.aht_s:g} s: with {more.contacts:g} open an agent of {queue} finishes fewer in an hour "
                        f"than with {fewer.contacts:g}",
                        f"less than {fewer.aht_s * more.contacts / fewer.contacts:g} s",
                        f"type {fewer.contacts:g} in tblQueue.concurrency, or check the handling time",
                    )
                )
    return found


def exposure(plan: Plan) -> list[Finding]:
    """A queue's content tier has its limits, even where the plan holds no tiers at all."""
    if "tblExposure" in plan:
        return []  # ids are looked up like any others
    return [
        Finding(
            "exposure_tier",
            "error",
            "tblQueue",
            "exposure_tier",
            position + 1,
            show(queue["exposure_tier"]),
            "a row of tblExposure with the limits of the tier",
            "add the tier to tblExposure, or leave exposure_tier blank",
        )
        for position, queue in enumerate(_records(plan, "tblQueue"))
        if pd.notna(queue["exposure_tier"])
    ]


def _sets(plan: Plan) -> list[tuple[str, pd.DataFrame]]:
    return list(plan["tblOpenHours"].groupby("open_hours"))


def _records(plan: Plan, name: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = plan[name].to_dict("records")
    return records


RULES = (
    Rule("turnaround", "Every turnaround is longer than its queue is ever closed", "error", turnaround),
    Rule("review_chain", "Review chains lead to queues that can take their work, and end", "error", chains),
    Rule("concurrency", "Contacts are worked side by side only where that gets more done", "warning", chats),
    Rule("exposure_tier", "Every content tier has its limits", "error", exposure),
)
