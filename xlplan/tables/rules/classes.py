"""Rules on given classes: they know their terms, can be recruited in time, and have trainers, seats and recruiters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xlplan.tables.rules import Rule
from xlplan.tables.schema import ANY, Finding
from xlplan.tables.typed import show

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan

TERMS = ["training_weeks", "nesting_weeks", "training_yield", "nesting_yield"]


def _classes(plan: Plan) -> pd.DataFrame:
    """Running and approved classes with ``row`` (1 = first) and, where blank, the terms of their pools."""
    rows = plan["tblClass"].reset_index(names="row")
    rows = rows.loc[rows["status"].isin(["running", "approved"]) & rows["start"].notna()].reset_index(drop=True)
    rows["row"] += 1
    hiring = plan["tblHiring"][["language", "site", "role", "recruit_weeks", *TERMS]]
    own = rows[["language", "site", "role"]].merge(hiring, on=["language", "site", "role"], how="left")
    general = hiring.loc[hiring["language"].eq(ANY)].drop(columns="language")
    general = rows[["site", "role"]].merge(general, on=["site", "role"], how="left")
    for name in ["recruit_weeks", *TERMS]:
        term = own[name].where(own["recruit_weeks"].notna(), general[name])
        rows[name] = rows[name].fillna(term) if name in rows else term
    return rows


def terms(plan: Plan) -> list[Finding]:
    """Classes whose training or yield nobody states."""
    return [
        Finding(
            "class_terms",
            "error",
            "tblClass",
            name,
            int(row["row"]),
            f"a blank, and no hiring terms of {row['language']} {row['site']} {row['role']}",
            "a value, or a row of the pool in tblHiring",
            f"fill {name}, or add the pool to tblHiring",
        )
        for row in _classes(plan).to_dict("records")
        for name in TERMS
        if pd.isna(row[name])
    ]


def lead(plan: Plan) -> list[Finding]:
    """Approved classes that start before anybody could be recruited for them, and running ones still to start."""
    start = plan.names.get("PlanStart")
    if start is None:
        return []
    day = pd.Timestamp(start)
    found = []

    def late(row: dict[str, Any], expected: str, fix: str) -> None:
        found.append(
            Finding("class_lead", "warning", "tblClass", "start", int(row["row"]), show(row["start"]), expected, fix)
        )

    for row in _classes(plan).to_dict("records"):
        if row["status"] == "running":
            if row["start"] > day:
                late(row, f"a start up to PlanStart {day:%Y-%m-%d}: the class runs", "type approved as status")
            continue
        weeks = 0.0 if pd.isna(row["recruit_weeks"]) else row["recruit_weeks"]
        first = day + pd.Timedelta(days=float(np.ceil(7 * weeks)))
        if row["start"] < first:
            expected = f"{first:%Y-%m-%d} or later: PlanStart and {weeks:g} weeks of recruiting"
            late(row, expected, "move the class, or type running as status if its people are there")
    return found


def room(plan: Plan) -> list[Finding]:
    """Classes for which the site lacks trainers, training seats or recruiters on the day they start."""
    rows = _classes(plan).dropna(subset=["training_weeks", "heads"])
    rows["nest"] = rows["start"] + pd.to_timedelta(np.rint(7 * rows["training_weeks"]), unit="D")
    capacity = plan["tblSiteCapacity"].dropna(subset=["valid_from"]).sort_values("valid_from")
    found = []
    for site, own in rows.groupby("site"):
        here = capacity.loc[capacity["site"].eq(site)]
        for row in own.sort_values(["start", "row"]).to_dict("records"):
            due = here.loc[here["valid_from"].le(row["start"])]
            if due.empty or row["nest"] <= row["start"]:
                continue
            together = own.loc[own["start"].le(row["start"]) & own["nest"].gt(row["start"])]
            month = own.loc[own["start"].dt.to_period("M").eq(row["start"].to_period("M"))]
            limits = {
                "trainers": (len(together), "classes at once"),
                "training_seats": (float(together["heads"].sum()), "heads in training"),
                "max_hires_month": (float(month["heads"].sum()), f"heads that start in {row['start']:%Y-%m}"),
            }
            for name, (used, noun) in limits.items():
                limit = due[name].iloc[-1]
                if pd.notna(limit) and used > limit:
                    found.append(
                        Finding(
                            "class_room",
                            "warning",
                            "tblClass",
                            "start",
                            int(row["row"]),
                            f"{used:g} {noun} at {site} with {row['class_id']} on {row['start']:%Y-%m-%d}",
                            f"{limit:g} at most ({name} in tblSiteCapacity)",
                            "move or shrink a class, or raise the limit",
                        )
                    )
    return found


RULES = (
    Rule("class_terms", "Classes know their training and yield", "error", terms),
    Rule("class_lead", "Classes start after their recruiting lead", "warning", lead),
    Rule("class_room", "Classes have trainers, training seats and recruiters", "warning", room),
)
