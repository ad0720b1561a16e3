"""The constraints of the allocation, one function each; the numbers are those of docs and messages.

Every function adds one family of rows. ``_at`` keeps the entries of a term whose column exists, so that the formulas
read as they are written on paper.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.planning.allocation.columns import Columns
from xlplan.planning.allocation.problem import AllocationProblem, Ints
from xlplan.planning.lp import Programme, Sense, Term


def demand(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """1. What the lanes serve and what stays unmet make up the requirement: Σ π x + u = R."""
    lanes, streams = problem.lanes, problem.streams
    rows = _grid(streams.required.shape)
    served = _at(rows[lanes.stream], c.hours, lanes.productivity[:, None])
    sense: Sense = "=" if problem.serve_exactly else ">="
    programme.rows("demand", rows.shape, sense, streams.required, served, (rows, c.unmet, 1.0))


def quality(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """2. The served work reaches the quality floor: Σ (QA - φ) π x >= 0."""
    lanes, floor = problem.lanes, problem.streams.quality_floor
    asked = np.flatnonzero(floor > 0)
    rows = np.full(len(floor), -1)
    rows[asked] = np.arange(len(asked))
    own = rows[lanes.stream] >= 0
    margin = np.where(np.isnan(lanes.quality), 0.0, lanes.quality - floor[lanes.stream]) * lanes.productivity
    at = _grid((len(asked), len(problem.periods)))[rows[lanes.stream][own]]
    programme.rows(
        "quality", (len(asked), len(problem.periods)), ">=", 0.0, _at(at, c.hours[own], margin[own][:, None])
    )


def hours(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """3. Lanes draw no more than their pool has: Σ x <= H n + o."""
    pools, lanes = problem.pools, problem.lanes
    rows, limited = _limited(problem)
    own = pools.limited[lanes.pool]
    supply = (pools.team_size[:, None] * pools.hours_per_fte)[limited]
    programme.rows(
        "hours",
        (len(limited), len(problem.periods)),
        "<=",
        0.0,
        _at(rows[lanes.pool[own]], c.hours[own], 1.0),
        _at(rows[limited], c.teams[limited], -supply),
        _at(rows[limited], c.overtime[limited], -1.0),
    )


def overtime(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """3b. Overtime is a share of regular hours: o <= ω H n."""
    pools = problem.pools
    has = c.overtime >= 0
    rows = np.cumsum(has.ravel()).reshape(has.shape) - 1
    share = pools.overtime_share * pools.hours_per_fte * pools.team_size[:, None]
    programme.rows(
        "overtime",
        (int(has.sum()),),
        "<=",
        0.0,
        (rows[has], c.overtime[has], 1.0),
        (rows[has], c.teams[has], -share[has]),
    )


def seats(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """4. FTE fit the seats: Σ n <= seats + h. Hard seats give way only to headcount that is given."""
    sites, pools = problem.sites, problem.pools
    rows = _grid(sites.seats.shape)
    finite = np.isfinite(sites.seats)
    room = np.where(np.isnan(sites.seat_penalty), np.maximum(sites.seats, unavoidable(problem)), sites.seats)
    keep = np.cumsum(finite.ravel()).reshape(finite.shape) - 1
    terms = [_at(keep[finite], c.seats_over[finite], -1.0)]
    for at, column, value in _fte(problem, c, rows[pools.site]):
        inside = finite.ravel()[at]
        terms.append((keep.ravel()[at[inside]], column[inside], value[inside]))
    programme.rows("seats", (int(finite.sum()),), "<=", room[finite], *terms)


def seated(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """4b. Where given headcount exceeds hard seats, only as many work as have one: Σ (x - o) / H <= seats."""
    sites, pools, lanes = problem.sites, problem.pools, problem.lanes
    tight = np.isfinite(sites.seats) & np.isnan(sites.seat_penalty) & (unavoidable(problem) > sites.seats)
    rows = np.where(tight, np.cumsum(tight.ravel()).reshape(tight.shape) - 1, -1)
    per_hour = pools.fte_per_hour
    programme.rows(
        "seated",
        (int(tight.sum()),),
        "<=",
        sites.seats[tight],
        _at(rows[problem.lane_site], c.hours, per_hour[lanes.pool]),
        _at(rows[pools.site], c.overtime, -per_hour),
    )


def flow(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """5. Headcount moves from period to period: n = (1 - α) n₋₁ + g arrived + pipeline - r."""
    pools, periods = problem.pools, len(problem.periods)
    rows, limited = _limited(problem)
    team = pools.team_size[:, None] * np.ones(periods)
    kept = (1 - pools.attrition) * team
    right = pools.pipeline.copy()
    right[:, 0] += (1 - pools.attrition[:, 0]) * pools.opening_fte
    early = np.minimum(pools.arrival, periods - 1)  # hires that come too late have no column
    arrives = rows[np.arange(len(pools.site))[:, None], early]
    programme.rows(
        "flow",
        (len(limited), periods),
        "=",
        right[limited],
        _at(rows[limited], c.teams[limited], team[limited]),
        _at(rows[limited][:, 1:], c.teams[limited][:, :-1], -kept[limited][:, 1:]),
        _at(arrives[limited], c.hires[limited], -pools.hire_yield[limited][:, None]),
        _at(rows[limited], c.releases[limited], 1.0),
        _at(rows[limited], c.part[limited], 1.0),
    )


def site_hires(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """5b. All pools of a site together hire within its recruiting capacity."""
    _site_total(programme, problem, "site_hires", c.hires, problem.sites.max_hire)


def site_releases(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """5c. All pools of a site together release within its limit."""
    _site_total(programme, problem, "site_releases", c.releases, problem.sites.max_release)


def share_limits(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """6. Concentration: the inside lanes have at most (at least) their share of the base."""
    periods = len(problem.periods)
    for number, limit in enumerate(problem.share_limits):
        sign = 1.0 if limit.most else -1.0
        share = np.nan_to_num(limit.share)
        weight = (limit.inside[:, None] - share * limit.base[:, None]) * limit.weight[:, None] * sign
        applies = ~np.isnan(limit.share)
        rows = np.where(applies, np.arange(periods), -1)
        slack = _at(rows, c.over_share[number], -1.0)
        at = np.broadcast_to(rows, weight.shape)
        programme.rows(f"share_limit {number}", (periods,), "<=", 0.0, _at(at, c.hours, weight), slack)


def fte_limits(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """6b. FTE at work on some lanes are at most (at least) a number: Σ x / H."""
    pools, periods = problem.pools, len(problem.periods)
    per_hour = pools.fte_per_hour
    for number, limit in enumerate(problem.fte_limits):
        sign = 1.0 if limit.most else -1.0
        rows = np.where(np.isnan(limit.fte), -1, np.arange(periods))
        at = np.broadcast_to(rows, c.hours[limit.inside].shape)
        programme.rows(
            f"fte_limit {number}",
            (periods,),
            "<=",
            sign * np.nan_to_num(limit.fte),
            _at(at, c.hours[limit.inside], sign * per_hour[problem.lanes.pool[limit.inside]]),
            _at(rows, c.over_fte[number], -1.0),
        )


def locked_shares(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """6c. A locked lane has exactly its share of what is served: π x = share Σ π x."""
    _lane_shares(programme, problem, c, "locked_share", problem.lanes.locked_share, "=")


def least_shares(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """6d. A lane has at least its share."""
    asked = problem.lanes.min_share
    _lane_shares(programme, problem, c, "min_share", np.where(asked > 0, asked, np.nan), ">=")


def most_shares(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """6e. A lane has at most its share."""
    asked = problem.lanes.max_share
    _lane_shares(programme, problem, c, "max_share", np.where(asked < 1, asked, np.nan), "<=")


def moves(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """7. Hours above those of the period before, at equal length, are moved in: x - x₋₁ l / l₋₁ <= d."""
    has = c.moved >= 0
    rows = np.where(has, np.cumsum(has.ravel()).reshape(has.shape) - 1, -1)
    before = np.zeros(has.shape)
    before[:, 0] = np.nan_to_num(problem.lanes.opening_hours)
    longer = problem.length[1:] / problem.length[:-1]
    programme.rows(
        "moves",
        (int(has.sum()),),
        "<=",
        before[has],
        _at(rows, c.hours, 1.0),
        _at(rows[:, 1:], c.hours[:, :-1], -longer),
        _at(rows, c.moved, -1.0),
    )


def lots(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """8. A lane is unused or has its smallest lot: λ a <= x <= x̄ a."""
    has = c.lot >= 0
    rows = np.where(has, np.cumsum(has.ravel()).reshape(has.shape) - 1, -1)
    size = (int(has.sum()),)
    least, most = problem.lanes.least_hours, most_hours(problem)
    programme.rows("lot_least", size, ">=", 0.0, _at(rows, c.hours, 1.0), _at(rows, c.lot, -least))
    programme.rows("lot_most", size, "<=", 0.0, _at(rows, c.hours, 1.0), _at(rows, c.lot, -most))


def unavoidable(problem: AllocationProblem) -> np.ndarray:
    """FTE per site and period, shape (S, T), that given headcount comes to without hire or release."""
    pools = problem.pools
    fte = np.zeros(pools.pipeline.shape)
    before = pools.opening_fte
    for period in range(len(problem.periods)):
        before = fte[:, period] = (1 - pools.attrition[:, period]) * before + pools.pipeline[:, period]
    total = np.zeros(problem.sites.seats.shape)
    np.add.at(total, pools.site[pools.limited], fte[pools.limited])
    return total


def most_hours(problem: AllocationProblem) -> np.ndarray:
    """Hours that a lane can have at most, shape (L, T): what its workstream requires, or what its site can seat."""
    pools, lanes = problem.pools, problem.lanes
    need = problem.streams.required[lanes.stream] / lanes.productivity[:, None]
    if not problem.serve_exactly:
        # Work above the requirement is allowed, so that only the room at the site bounds a lane.
        room = problem.sites.seats[pools.site] * pools.hours_per_fte * (1 + pools.overtime_share)
        widest = np.where(np.isfinite(room), room, 0.0).max(axis=1, initial=0.0)
        need = np.maximum(need, widest[lanes.pool][:, None])
    return np.asarray(np.maximum(need, lanes.least_hours))


def most_site_hours(problem: AllocationProblem) -> np.ndarray:
    """Hours, overtime included, that a site can work at most, shape (S, T); infinite where headcount has no limit.

    Headcount is at most what is given, all that recruiting lets in, and the seats where they are hard.
    """
    pools, sites = problem.pools, problem.sites
    periods = len(problem.periods)
    best = np.full(sites.seats.shape, np.inf)
    longest, stay = np.zeros(best.shape), np.zeros(best.shape)
    np.maximum.at(longest, pools.site, pools.hours_per_fte * (1 + pools.overtime_share))
    np.maximum.at(stay, pools.site, 1 - pools.attrition)
    for site in range(len(sites.name)):
        own = np.flatnonzero(pools.site == site)
        if not pools.limited[own].all():
            continue
        hired = np.zeros(periods + 1)
        most = np.minimum(sites.max_hire[site], pools.max_hire[own].sum(axis=0))
        first = pools.arrival[own].min(axis=0, initial=periods)
        np.add.at(hired, np.minimum(first, periods), most * pools.hire_yield[own].max(initial=0.0))
        extra = 0.0
        for period in range(periods):
            extra = stay[site, period] * extra + hired[period]
            best[site, period] = extra
    fte = best + unavoidable(problem)
    hard = np.where(np.isnan(sites.seat_penalty), np.maximum(sites.seats, unavoidable(problem)), np.inf)
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.minimum(fte, hard) * longest, nan=0.0, posinf=np.inf)


def _grid(shape: tuple[int, ...]) -> Ints:
    return np.arange(int(np.prod(shape, dtype=int))).reshape(shape)


def _at(rows: ArrayLike, columns: ArrayLike, values: ArrayLike) -> Term:
    """A term without the entries that have no row or no column."""
    row, column, value = np.broadcast_arrays(np.asarray(rows), np.asarray(columns), np.asarray(values, dtype=float))
    keep = (row >= 0) & (column >= 0)
    return row[keep], column[keep], value[keep]


def _limited(problem: AllocationProblem) -> tuple[Ints, Ints]:
    """Row numbers by pool and period (-1 for pools without limit), and the limited pools."""
    limited = np.flatnonzero(problem.pools.limited)
    periods = len(problem.periods)
    rows = np.full((len(problem.pools.site), periods), -1)
    rows[limited] = _grid((len(limited), periods))
    return rows, limited


def _fte(problem: AllocationProblem, c: Columns, rows: Ints) -> list[tuple[Ints, Ints, np.ndarray]]:
    """FTE of every pool as terms in its rows: teams where limited, hours over hours per FTE where not."""
    pools, lanes = problem.pools, problem.lanes
    per_hour = pools.fte_per_hour
    free = ~pools.limited[lanes.pool]
    teams = _at(rows, c.teams, pools.team_size[:, None])
    work = _at(rows[lanes.pool[free]], c.hours[free], per_hour[lanes.pool[free]])
    return [tuple(np.asarray(side) for side in term) for term in (teams, work)]  # type: ignore[misc]


def _site_total(programme: Programme, problem: AllocationProblem, family: str, columns: Ints, most: np.ndarray) -> None:
    finite = np.isfinite(most)
    rows = np.where(finite, np.cumsum(finite.ravel()).reshape(finite.shape) - 1, -1)
    terms = _at(rows[problem.pools.site], columns, 1.0)
    programme.rows(family, (int(finite.sum()),), "<=", most[finite], terms)


def _lane_shares(
    programme: Programme, problem: AllocationProblem, c: Columns, family: str, shares: np.ndarray, sense: Sense
) -> None:
    """Rows on a lane's share of its workstream's served hours."""
    lanes = problem.lanes
    asked = ~np.isnan(shares) & lanes.open
    lane, period = np.nonzero(asked)
    rows = np.arange(len(lane))
    share = shares[lane, period]
    mates = lanes.stream[lane][:, None] == lanes.stream[None, :]
    row, mate = np.nonzero(mates)
    base = _at(row, c.hours[mate, period[row]], -share[row] * lanes.productivity[mate])
    own = _at(rows, c.hours[lane, period], lanes.productivity[lane])
    programme.rows(family, (len(rows),), sense, 0.0, own, base)
