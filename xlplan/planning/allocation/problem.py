"""AllocationProblem: what the allocation is asked, as plain arrays.

Axes: T periods, Q workstreams, L lanes (workstream x site), P pools (site x language), S sites, W billing windows.
Money is in plan currency unless a field says otherwise; hours are productive hours worked at a site, reference hours
are hours times productivity. Limits and rates hold for the whole period: per-month figures are scaled before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from xlplan.planning.budget.contract import RateCard

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Streams:
    """Workstreams and what they ask for.

    Parameters
    ----------
    name : tuple of str
    required : ndarray, shape (Q, T)
        Reference hours.
    unmet_penalty : ndarray, shape (Q, T)
        Price of a reference hour left unserved, priority weight included.
    quality_floor : ndarray, shape (Q,)
        Lowest accuracy of the served work, weighted by reference hours; 0 for none.
    """

    name: tuple[str, ...]
    required: Floats
    unmet_penalty: Floats
    quality_floor: Floats


@dataclass(frozen=True)
class Lanes:
    """Eligible lanes; a lane that a gate blocks is not here, and one that is not ``open`` has no variable.

    Parameters
    ----------
    stream, pool : ndarray of int, shape (L,)
        The workstream served, and the pool whose people serve it.
    open : ndarray of bool, shape (L, T)
    productivity : ndarray, shape (L,)
        Reference hours per hour.
    quality : ndarray, shape (L,)
        Accuracy; NaN where not measured, which neither helps nor hurts the floor.
    csat : ndarray, shape (L,)
        Satisfaction; NaN where not measured.
    move_cost : ndarray, shape (L,)
        Cost of an hour moved in.
    opening_hours : ndarray, shape (L,)
        Hours of the period before the first at the first period's length; NaN where nobody knows, so that nothing
        counts as moved in the first period.
    least_hours : ndarray, shape (L, T)
        Smallest lot: hours are 0 or at least this.
    min_share, max_share, locked_share : ndarray, shape (L, T)
        Of the workstream's served reference hours; NaN in ``locked_share`` where it is free.
    """

    stream: Ints
    pool: Ints
    open: Bools
    productivity: Floats
    quality: Floats
    csat: Floats
    move_cost: Floats
    opening_hours: Floats
    least_hours: Floats
    min_share: Floats
    max_share: Floats
    locked_share: Floats


@dataclass(frozen=True)
class Pools:
    """Pools of people; a pool that is not ``limited`` has as many as its lanes ask for.

    Parameters
    ----------
    site : ndarray of int, shape (P,)
    limited : ndarray of bool, shape (P,)
    hours_per_fte : ndarray, shape (P, T)
    opening_fte : ndarray, shape (P,)
    attrition : ndarray, shape (P, T)
        Share of the previous period's FTE that is gone in this one.
    pipeline : ndarray, shape (P, T)
        FTE that enter production by decisions already taken.
    arrival : ndarray of int, shape (P, T)
        The period in which a hire decided in period t works; T or more = too late.
    hire_yield : ndarray, shape (P,)
        FTE in production per head hired.
    max_hire, max_release : ndarray, shape (P, T)
        Heads and FTE.
    max_fte : ndarray, shape (P, T)
        Most FTE; never below what the given headcount makes unavoidable.
    overtime_share : ndarray, shape (P, T)
        Most overtime as a share of regular hours.
    fte_cost, overtime_cost, hire_cost, release_cost : ndarray, shape (P, T)
        Per FTE and period, overtime hour, head hired, FTE released.
    team_size : ndarray, shape (P,)
        FTE per team, where ``whole_teams``.
    whole_teams : ndarray of bool, shape (P,)
    part_team : ndarray, shape (P,)
        FTE that may go unpaid in a period so that teams come out whole; 0 where a release must pay for it.
    """

    site: Ints
    limited: Bools
    hours_per_fte: Floats
    opening_fte: Floats
    attrition: Floats
    pipeline: Floats
    arrival: Ints
    hire_yield: Floats
    max_hire: Floats
    max_release: Floats
    max_fte: Floats
    overtime_share: Floats
    fte_cost: Floats
    overtime_cost: Floats
    hire_cost: Floats
    release_cost: Floats
    team_size: Floats
    whole_teams: Bools
    part_team: Floats

    @property
    def fte_per_hour(self) -> Floats:
        """FTE that one hour takes, shape (P, T); 0 where nobody works."""
        works = self.hours_per_fte > 0
        return np.divide(1.0, self.hours_per_fte, out=np.zeros_like(self.hours_per_fte), where=works)


@dataclass(frozen=True)
class Sites:
    """Sites.

    Parameters
    ----------
    name : tuple of str
    seats : ndarray, shape (S, T)
        Most FTE at work; infinite for no limit.
    seat_penalty : ndarray, shape (S, T)
        Price of one FTE above seats in the period; NaN where seats are hard.
    max_hire, max_release : ndarray, shape (S, T)
        Heads and FTE over all pools.
    """

    name: tuple[str, ...]
    seats: Floats
    seat_penalty: Floats
    max_hire: Floats
    max_release: Floats


@dataclass(frozen=True)
class Billing:
    """Which hours bill to which window: one row per lane (or pool, for overtime), period and window.

    Parameters
    ----------
    index, period, window : ndarray of int, shape (N,)
    units : ndarray, shape (N,)
        Billed units per hour.
    """

    index: Ints
    period: Ints
    window: Ints
    units: Floats

    @classmethod
    def none(cls) -> Billing:
        """No billing."""
        whole = np.zeros(0, dtype=np.int64)
        return cls(whole, whole, whole, np.zeros(0))


@dataclass(frozen=True)
class ShareLimit:
    """A limit on the share that some lanes have of others' hours.

    Parameters
    ----------
    name : str
    inside, base : ndarray of bool, shape (L,)
    weight : ndarray, shape (L,)
        What an hour of the lane counts.
    most : bool
        True for at most, False for at least.
    share : ndarray, shape (T,)
        NaN where the limit does not apply.
    penalty : float
        Price of one hour beyond; NaN for a hard limit.
    """

    name: str
    inside: Bools
    base: Bools
    weight: Floats
    most: bool
    share: Floats
    penalty: float = np.nan


@dataclass(frozen=True)
class FteLimit:
    """A limit on the FTE at work on some lanes.

    Parameters
    ----------
    name : str
    inside : ndarray of bool, shape (L,)
    most : bool
    fte : ndarray, shape (T,)
        NaN where the limit does not apply.
    penalty : float
        Price of one FTE and period beyond; NaN for a hard limit, which only an upper limit can be.
    """

    name: str
    inside: Bools
    most: bool
    fte: Floats
    penalty: float = np.nan


@dataclass(frozen=True)
class BudgetCap:
    """A cap on what some windows and pools cost.

    Parameters
    ----------
    name : str
    cap : float
    penalty : float
        Price of one unit of money over.
    windows : ndarray of int
        Billing windows that count, whole.
    pools : ndarray of bool, shape (P,)
    weight : ndarray, shape (T,)
        Share of each period's pay and overtime that counts.
    """

    name: str
    cap: float
    penalty: float
    windows: Ints
    pools: Bools
    weight: Floats


@dataclass(frozen=True)
class AllocationProblem:
    """The whole question.

    Parameters
    ----------
    periods : tuple of str
    length : ndarray, shape (T,)
        Relative length of the periods: hours moved are counted at equal length.
    serve_exactly : bool
        True if work above the requirement is not allowed, False if it is merely useless.
    """

    periods: tuple[str, ...]
    length: Floats
    streams: Streams
    lanes: Lanes
    pools: Pools
    sites: Sites
    cards: tuple[RateCard, ...] = ()
    billing: Billing = field(default_factory=Billing.none)
    overtime_billing: Billing = field(default_factory=Billing.none)
    share_limits: tuple[ShareLimit, ...] = ()
    fte_limits: tuple[FteLimit, ...] = ()
    budgets: tuple[BudgetCap, ...] = ()
    serve_exactly: bool = True

    @property
    def lane_site(self) -> Ints:
        """Site of each lane, shape (L,)."""
        return np.asarray(self.pools.site[self.lanes.pool])
