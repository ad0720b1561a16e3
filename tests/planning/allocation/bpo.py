"""The instances tests/truth/lp/bpo_*.json as an AllocationProblem: one pool per site, months, paid hours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from xlplan.planning.allocation.problem import (
    AllocationProblem,
    Billing,
    BudgetCap,
    Lanes,
    Pools,
    ShareLimit,
    Sites,
    Streams,
)
from xlplan.planning.budget.contract import RateCard

TRUTH = Path(__file__).parents[2] / "truth" / "lp"


def instance(name: str) -> dict[str, Any]:
    return json.loads((TRUTH / f"{name}.json").read_text(encoding="utf-8"))


def problem_of(data: dict[str, Any]) -> AllocationProblem:
    periods, span = len(data["periods"]), data["billing_span"]
    windows = periods // span
    sites = {site["id"]: place for place, site in enumerate(data["sites"])}
    queues = {queue["id"]: place for place, queue in enumerate(data["queues"])}
    vendors = {vendor["id"]: vendor for vendor in data["vendors"]}
    lanes = Lanes(
        stream=np.array([queues[pair["queue"]] for pair in data["pairs"]]),
        pool=np.array([sites[pair["site"]] for pair in data["pairs"]]),
        open=np.ones((len(data["pairs"]), periods), dtype=bool),
        productivity=column(data["pairs"], "productivity"),
        quality=column(data["pairs"], "qa"),
        csat=np.full(len(data["pairs"]), np.nan),
        move_cost=column(data["pairs"], "transfer_cost_per_hour"),
        opening_hours=column(data["pairs"], "initial_hours"),
        least_hours=column(data["pairs"], "min_lot")[:, None] * np.ones(periods),
        min_share=np.zeros((len(data["pairs"]), periods)),
        max_share=np.ones((len(data["pairs"]), periods)),
        locked_share=np.full((len(data["pairs"]), periods), np.nan),
    )
    cards, rows, at = [], [], {}
    multiplier = column(data["pairs"], "rate_multiplier")
    for vendor in data["vendors"]:
        if vendor["inhouse"]:
            continue
        own = [
            n for n, pair in enumerate(data["pairs"]) if data["sites"][sites[pair["site"]]]["vendor"] == vendor["id"]
        ]
        for window in range(windows):
            at[vendor["id"], window] = len(cards)
            rows += [
                (lane, period, len(cards), multiplier[lane])
                for lane in own
                for period in range(window * span, (window + 1) * span)
            ]
            cards.append(
                RateCard(
                    floors=tuple(tier["from"] for tier in vendor["tiers"]),
                    prices=tuple(tier["rate"] for tier in vendor["tiers"]),
                    all_units=vendor["tier_mode"] == "all_units",
                    min_amount=vendor["min_commit"][window],
                    fx=rate(data, vendor["currency"], window),
                )
            )
    index, period, window, units = zip(*rows, strict=True)
    return AllocationProblem(
        periods=tuple(data["periods"]),
        length=np.ones(periods),
        streams=Streams(
            tuple(queues),
            np.array([queue["required_hours"] for queue in data["queues"]], dtype=float),
            column(data["queues"], "unmet_penalty")[:, None] * np.ones(periods),
            column(data["queues"], "qa_floor"),
        ),
        lanes=lanes,
        pools=pools_of(data, periods, span),
        sites=Sites(
            tuple(sites),
            np.array([site["seats"] for site in data["sites"]], dtype=float),
            np.full((len(sites), periods), float(data["seat_penalty"])),
            np.full((len(sites), periods), np.inf),
            np.full((len(sites), periods), np.inf),
        ),
        cards=tuple(cards),
        billing=Billing(np.array(index), np.array(period), np.array(window), np.array(units)),
        share_limits=tuple(
            ShareLimit(
                vendor["id"],
                np.array([data["sites"][sites[pair["site"]]]["vendor"] == vendor["id"] for pair in data["pairs"]]),
                np.ones(len(data["pairs"]), dtype=bool),
                np.ones(len(data["pairs"])),
                True,
                np.full(periods, vendor["max_share"]),
            )
            for vendor in data["vendors"]
            if vendor["max_share"] < 1
        ),
        budgets=tuple(
            BudgetCap(
                budget["id"],
                budget["cap"][window],
                budget["penalty"],
                np.array([at[v, window] for v in budget["vendors"] if not vendors[v]["inhouse"]], dtype=int),
                np.array([site["vendor"] in budget["vendors"] for site in data["sites"]]),
                (np.arange(periods) // span == window).astype(float),
            )
            for budget in data["budgets"]
            for window in range(windows)
        ),
        serve_exactly=False,
    )


def pools_of(data: dict[str, Any], periods: int, span: int) -> Pools:
    sites, ones = data["sites"], np.ones(periods)
    rates = np.array([[rate(data, site["currency"], t // span) for t in range(periods)] for site in sites])
    lead = column(sites, "hire_lead").astype(int)
    pipeline = np.zeros((len(sites), periods))
    for row, site in zip(pipeline, sites, strict=True):
        row[: len(site["pipeline"])] = site["pipeline"][:periods]
    return Pools(
        site=np.arange(len(sites)),
        limited=np.ones(len(sites), dtype=bool),
        hours_per_fte=column(sites, "hours_per_fte")[:, None] * ones,
        opening_fte=column(sites, "initial_fte"),
        attrition=column(sites, "attrition")[:, None] * ones,
        pipeline=pipeline,
        arrival=np.arange(periods) + lead[:, None],
        hire_yield=np.ones(len(sites)),
        max_hire=column(sites, "max_hire")[:, None] * ones,
        max_release=column(sites, "max_release")[:, None] * ones,
        max_fte=np.full((len(sites), periods), np.inf),
        overtime_share=column(sites, "ot_max_share")[:, None] * ones,
        fte_cost=column(sites, "wage_per_fte")[:, None] * rates,
        overtime_cost=column(sites, "ot_premium_per_hour")[:, None] * rates,
        hire_cost=column(sites, "hire_cost")[:, None] * rates,
        release_cost=column(sites, "release_cost")[:, None] * rates,
        team_size=column(sites, "team_size"),
        whole_teams=np.array([site["integer"] for site in sites]),
        part_team=np.zeros(len(sites)),
    )


def column(rows: list[dict[str, Any]], name: str) -> np.ndarray:
    return np.array([row[name] for row in rows], dtype=float)


def rate(data: dict[str, Any], currency: str, window: int) -> float:
    return 1.0 if currency == data["currency"] else data["fx"][currency][window]
