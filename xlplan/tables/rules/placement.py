"""Rules on placement: every workstream has a site, shares can add up, limits do not contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlplan.tables.eligibility import KEY, candidates
from xlplan.tables.gates import ORDER
from xlplan.tables.rules import Rule
from xlplan.tables.schema import Finding
from xlplan.tables.typed import show

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan

SHARE_SLACK = 1e-6
ENFORCED = frozenset({"max_share", "min_share", "max_fte", "min_fte"})
"""Kinds of tblLimit that the allocation keeps."""
NUMBERS = frozenset({"severity", "complexity", "security_tier", "quality", "csat"})
MEND = {
    "language": "add its language to tblSiteLanguage for a site that serves it",
    "skill": "add its skill to tblSiteSkill, or type TRUE in tblLane.eligible",
    "security": "lower security_tier in tblQueue or tblWorkstream, or raise a site's in tblSite",
    "region": "add the region of a site to tblQueueRegion",
    "planner": "clear FALSE in tblLane.eligible for a site",
}


def eligible(plan: Plan) -> list[Finding]:
    """Every active workstream has a site that no gate blocks."""
    if not _ready(plan):
        return []
    lanes = candidates(plan)
    number = {key: place for place, key in enumerate(_streams(plan))}
    found = []
    for stream, rows in lanes.groupby(["queue", "language"], sort=False):
        if rows["blocked_by"].isna().any():
            continue
        gates = rows["blocked_by"].value_counts()
        counts = ", ".join(f"{gate} at {count}" for gate, count in gates.items())
        # The gate that the nearest site fails is the last one: what blocks fewest sites is the cheapest to mend.
        fix = MEND.get(str(gates.index[-1]), f"change the gate {gates.index[-1]} in tblGate")
        what = f"no eligible site for {stream[0]} {stream[1]}: blocked by {counts}"
        found.append(_finding("eligible", "tblWorkstream", "queue", number[stream], what, "a site it may go to", fix))
    return found


def quality(plan: Plan) -> list[Finding]:
    """Some eligible site of every workstream reaches its quality floor; otherwise all of its hours stay unserved."""
    if not _ready(plan) or plan["tblSiteLanguage"].empty:
        return []
    lanes = candidates(plan).loc[lambda f: f["blocked_by"].isna()]
    lanes = lanes.merge(plan["tblLane"][[*KEY, "quality"]], on=KEY, how="left")
    usual = plan["tblSiteLanguage"][["language", "site", "quality"]].rename(columns={"quality": "usual"})
    lanes = lanes.merge(usual, on=["language", "site"], how="left")
    reached = lanes["quality"].fillna(lanes["usual"]).fillna(1.0)  # not measured is not known to be below
    best = lanes.assign(reached=reached).groupby(["queue", "language"])["reached"].max()
    floors = plan.filled("tblQueue").set_index("queue")["quality_floor"]
    streams = plan["tblWorkstream"].set_index(["queue", "language"])["quality_floor"]
    number = {key: place for place, key in enumerate(_streams(plan))}
    found = []
    for stream, most in best.items():
        own = streams[stream]
        floor = float(floors[stream[0]] if pd.isna(own) else own)
        if most < floor - SHARE_SLACK:
            what = f"no eligible site for {stream[0]} {stream[1]} with quality of {floor:g}; the best has {most:g}"
            fix = "lower quality_floor in tblQueue or tblWorkstream, or raise quality in tblSiteLanguage"
            found.append(
                _finding(
                    "quality_floor",
                    "tblWorkstream",
                    "queue",
                    number[stream],
                    what,
                    "a site that reaches it",
                    fix,
                    "warning",
                )
            )
    return found


def shares(plan: Plan) -> list[Finding]:
    """Locked and least shares of a workstream leave a way to place all of its work."""
    if not _ready(plan):
        return []
    stated = plan["tblLane"].reset_index(names="row")
    stated = stated.loc[stated["locked_share"].notna() | stated["min_share"].gt(0)]
    if stated.empty:
        return []
    lanes = candidates(plan).loc[lambda f: f["blocked_by"].isna()]
    found = []
    for (queue, language), rows in stated.groupby(["queue", "language"], sort=False):
        own = lanes.loc[lanes["queue"].eq(queue) & lanes["language"].eq(language)]
        if own.empty:
            continue
        locked = rows.loc[rows["locked_share"].notna()]
        total, least = float(locked["locked_share"].sum()), rows.loc[rows["locked_share"].isna(), "min_share"].sum()
        free = set(own["site"]) - set(locked["site"])
        last = int(rows["row"].iloc[-1] if locked.empty else locked["row"].iloc[-1])
        column = "min_share" if locked.empty else "locked_share"
        name = f"{queue} {language}"
        if total + least > 1 + SHARE_SLACK or (not locked.empty and not free and total < 1 - SHARE_SLACK):
            kind = "locked shares" if least == 0 else "locked and least shares"
            expected = "shares of at most 1, and of 1 in all where no other site is eligible"
            fix = "type the share of each site in tblLane, such as 0.6 and 0.4"
            what = f"{kind} that sum to {show(total + float(least))} for {name}"
            found.append(_finding("shares", "tblLane", column, last, what, expected, fix))
    return found


def blocked_lanes(plan: Plan) -> list[Finding]:
    """A lane with a locked or a least share is one that may be used."""
    stated = plan["tblLane"]
    if not _ready(plan) or stated.empty:
        return []
    blocked = candidates(plan).set_index(KEY)["blocked_by"]
    gate = blocked.reindex(pd.MultiIndex.from_frame(stated[KEY])).to_numpy(dtype=object)
    asked = (stated["locked_share"].gt(0) | stated["min_share"].gt(0)).to_numpy(dtype=bool)
    return [
        _finding(
            "blocked_lane", "tblLane", "locked_share" if pd.notna(stated["locked_share"].iloc[row]) else "min_share",
            int(row), f"a share of {stated['queue'].iloc[row]} {stated['language'].iloc[row]} at "
            f"{stated['site'].iloc[row]}, which the gate {gate[row]} blocks",
            "a share where work may go", "clear the share, or " + MEND.get(gate[row], "change the gate in tblGate"),
        )
        for row in np.flatnonzero(asked & pd.notna(gate))
    ]  # fmt: skip


def limits(plan: Plan) -> list[Finding]:
    """No least share or number stands above the largest of the same scope."""
    rows = plan["tblLimit"].reset_index(names="row")
    scope = ["lob", "queue", "language", "site", "vendor", "country", "security_tier"]
    found = []
    for unit in ("share", "fte"):
        least = rows.loc[rows["kind"].eq(f"min_{unit}")]
        most = rows.loc[rows["kind"].eq(f"max_{unit}")]
        pairs = least.merge(most, on=scope, suffixes=("", "_most"))
        for pair in pairs.loc[pairs["value"] > pairs["value_most"]].to_dict("records"):
            if not _overlap(pair):
                continue
            what = f"{pair['limit']} of at least {pair['value']:g}"
            expected = f"at most the {pair['value_most']:g} of {pair['limit_most']}"
            fix = f"type {pair['value_most']:g} or less, or raise {pair['limit_most']}"
            found.append(_finding("limits", "tblLimit", "value", int(pair["row"]), what, expected, fix))
    share = rows["kind"].isin(["max_share", "min_share"]) & rows["value"].gt(1)
    for row in np.flatnonzero(share):
        value = rows["value"].iloc[row]
        fix = f"type {value / 100:g}" if value <= 100 else "type 0.4 for 40 %"
        found.append(_finding("limits", "tblLimit", "value", int(row), show(value), "a share between 0 and 1", fix))
    return found


def enforced(plan: Plan) -> list[Finding]:
    """Limits that the allocation keeps."""
    kinds = plan["tblLimit"]["kind"]
    fix = "read the plan with it in mind, or say it as shares or FTE"
    return [
        _finding("limit_kind", "tblLimit", "kind", row, str(kind), f"one of {', '.join(sorted(ENFORCED))}", fix, "info")
        for row, kind in enumerate(kinds)
        if isinstance(kind, str) and kind not in ENFORCED
    ]


def gates(plan: Plan) -> list[Finding]:
    """Values of tblGate are of the kind of their field."""
    found = []
    for row, gate in enumerate(plan["tblGate"].to_dict("records")):
        for side in ("queue", "site"):
            field, op, value = gate[f"{side}_field"], gate[f"{side}_op"], gate[f"{side}_value"]
            if not isinstance(value, str):
                continue
            if op in ORDER and field not in NUMBERS:
                fix = "use =, <> or in"
                found.append(
                    _finding("gate", "tblGate", f"{side}_op", row, f"{op} on {field}", "an order only of numbers", fix)
                )
            elif field in NUMBERS and not all(_number(part) for part in (value.split(";") if op == "in" else [value])):
                found.append(_finding("gate", "tblGate", f"{side}_value", row, show(value), "a number", "type 2"))
    return found


def _finding(
    rule: str, table: str, column: str, row: int, found: str, expected: str, fix: str, severity: str = "error"
) -> Finding:
    return Finding(rule, severity, table, column, row + 1, found, expected, fix)  # type: ignore[arg-type]


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _overlap(pair: dict[str, pd.Timestamp]) -> bool:
    """Whether the dates of two limits meet; a blank is without end."""
    early, late = pd.Timestamp.min, pd.Timestamp.max
    begin = max(pair[name] if pd.notna(pair[name]) else early for name in ("valid_from", "valid_from_most"))
    end = min(pair[name] if pd.notna(pair[name]) else late for name in ("valid_to", "valid_to_most"))
    return bool(begin <= end)


def _streams(plan: Plan) -> list[tuple[str, str]]:
    return list(plan["tblWorkstream"][["queue", "language"]].itertuples(index=False, name=None))


def _ready(plan: Plan) -> bool:
    """Whether ids and keys are whole enough to look at lanes; otherwise other rules have spoken."""
    streams, queues, sites = plan["tblWorkstream"], plan["tblQueue"], plan["tblSite"]
    known = set(queues["queue"])
    return bool(
        not streams.empty
        and not sites.empty
        and not streams[["queue", "language"]].isna().any(axis=None)
        and streams["queue"].isin(known).all()
        and not queues.duplicated(["queue"]).any()
        and not streams.duplicated(["queue", "language"]).any()
        and not sites["site"].isna().any()
        and not plan["tblLane"].duplicated(KEY).any()
        and not sites.duplicated(["site"]).any()
        and not gates(plan)
    )


RULES = (
    Rule("gate", "Gates compare fields with values of their kind", "error", gates),
    Rule("eligible", "Every workstream has an eligible site", "error", eligible),
    Rule("quality_floor", "Every workstream has a site that reaches its quality floor", "warning", quality),
    Rule("shares", "Locked and least shares leave a way to place the work", "error", shares),
    Rule("blocked_lane", "No share is asked of a lane that a gate blocks", "error", blocked_lanes),
    Rule("limits", "Least and largest limits of one scope do not cross", "error", limits),
    Rule("limit_kind", "Every limit is of a kind that the allocation keeps", "info", enforced),
)
