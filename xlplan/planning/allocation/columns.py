"""Columns of the allocation programme: one block of variables per decision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlplan.planning.allocation.problem import AllocationProblem, Floats, Ints
from xlplan.planning.budget.contract import RateCard
from xlplan.planning.lp import Programme

NONE = -1
"""Column number where a decision does not exist: an ineligible lane gets no variable."""


@dataclass(frozen=True)
class Columns:
    """Column numbers by decision; -1 where there is none.

    ``hours`` x and ``moved`` d and ``lot`` a have the shape (L, T); ``unmet`` u (Q, T); ``teams`` k, ``hires`` g,
    ``releases`` r, ``part`` and ``overtime`` o (P, T); ``seats_over`` h (S, T); ``invoice`` J and ``short`` (W,);
    ``units`` y and ``tier`` ζ (W, K); ``over_budget`` e (B,); ``over_share`` and ``over_fte`` (limit, T).
    """

    hours: Ints
    unmet: Ints
    moved: Ints
    lot: Ints
    teams: Ints
    hires: Ints
    releases: Ints
    part: Ints
    overtime: Ints
    seats_over: Ints
    invoice: Ints
    short: Ints
    short_taken: Ints
    units: Ints
    tier: Ints
    over_budget: Ints
    over_share: Ints
    over_fte: Ints


def add_columns(programme: Programme, problem: AllocationProblem) -> Columns:
    """Create every variable that the problem needs, with its bounds."""
    lanes, pools, sites = problem.lanes, problem.pools, problem.sites
    periods = len(problem.periods)
    given = pools.limited[:, None] & np.ones(periods, dtype=bool)
    moving = lanes.open & (lanes.move_cost > 0)[:, None]
    moving[:, 0] &= ~np.isnan(lanes.opening_hours)
    windows = len(problem.cards)
    width = max((len(card.floors) for card in problem.cards), default=0)
    has_tier = np.array([[k < len(card.floors) for k in range(width)] for card in problem.cards], dtype=bool)
    binary = np.array([[not card.convex for _ in range(width)] for card in problem.cards], dtype=bool)
    has_tier, binary = has_tier.reshape(windows, width), binary.reshape(windows, width)
    least = np.array([card.min_units for card in problem.cards])
    guarded = np.array(
        [card.min_units > 0 and card.all_units and not card.convex for card in problem.cards], dtype=bool
    )
    soft = np.isfinite(sites.seats) & ~np.isnan(sites.seat_penalty)
    shares = _soft([limit.share for limit in problem.share_limits], [p.penalty for p in problem.share_limits], periods)
    heads = _soft([limit.fte for limit in problem.fte_limits], [p.penalty for p in problem.fte_limits], periods)
    return Columns(
        hours=_some(programme, lanes.open),
        unmet=programme.columns(problem.streams.required.shape),
        moved=_some(programme, moving),
        lot=_some(programme, lanes.open & (lanes.least_hours > 0), high=1.0, whole=True),
        teams=_some(programme, given, high=pools.max_fte / pools.team_size[:, None], whole=pools.whole_teams[:, None]),
        hires=_some(programme, given & (pools.arrival < periods) & (pools.max_hire > 0), high=pools.max_hire),
        releases=_some(programme, given & (pools.max_release > 0), high=pools.max_release),
        part=_some(programme, given & (pools.part_team > 0)[:, None], high=pools.part_team[:, None]),
        overtime=_some(programme, given & (pools.overtime_share > 0) & (pools.hours_per_fte > 0)),
        seats_over=_some(programme, soft),
        invoice=programme.columns((windows,), low=np.array([card.min_amount for card in problem.cards])),
        short=_some(programme, least > 0),
        short_taken=_some(programme, guarded, high=1.0, whole=True),
        units=_some(programme, has_tier, high=tier_widths(problem.cards, width)),
        tier=_some(programme, has_tier & binary, high=1.0, whole=True),
        over_budget=programme.columns((len(problem.budgets),)),
        over_share=_some(programme, shares),
        over_fte=_some(programme, heads),
    )


def tier_widths(cards: tuple[RateCard, ...], width: int) -> Floats:
    """Most units in each tier, shape (W, K), where tiers simply fill up; infinite where binaries say which counts."""
    widths = np.full((len(cards), width), np.inf)
    for row, card in zip(widths, cards, strict=True):
        if card.convex:
            row[: len(card.floors) - 1] = np.diff(card.floors)
    return widths


def _soft(values: list[Floats], penalties: list[float], periods: int) -> np.ndarray:
    applies = ~np.isnan(np.array(values, dtype=float).reshape(-1, periods))
    return np.asarray(applies & ~np.isnan(np.array(penalties, dtype=float))[:, None])


def _some(
    programme: Programme, exists: np.ndarray, *, high: float | Floats = np.inf, whole: bool | np.ndarray = False
) -> Ints:
    """Variables where ``exists``, and -1 elsewhere."""
    found = np.full(exists.shape, NONE, dtype=np.int64)
    most = np.broadcast_to(np.asarray(high, dtype=float), exists.shape)[exists]
    wholes = np.broadcast_to(np.asarray(whole, dtype=bool), exists.shape)[exists]
    found[exists] = programme.columns((int(exists.sum()),), high=most, whole=wholes)
    return found
