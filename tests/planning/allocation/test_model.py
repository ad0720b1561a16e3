"""The programme itself: every family of rows by hand, random problems on two solvers, and the descent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlplan.planning.allocation import descent
from xlplan.planning.allocation.model import FAMILIES, build
from xlplan.planning.allocation.problem import (
    AllocationProblem,
    Billing,
    BudgetCap,
    FteLimit,
    Lanes,
    Pools,
    ShareLimit,
    Sites,
    Streams,
)
from xlplan.planning.allocation.solve import Allocation, allocate
from xlplan.planning.budget.contract import RateCard, invoice


def tiny() -> AllocationProblem:
    """Two workstreams, two sites with a pool each, two periods; the first pool is limited, the second bills."""
    shape = (2, 2)

    def full(value: float) -> np.ndarray:
        return np.full(shape, value)

    lanes = Lanes(
        stream=np.array([0, 0, 1]),
        pool=np.array([0, 1, 1]),
        open=np.ones((3, 2), dtype=bool),
        productivity=np.array([1.0, 0.5, 1.0]),
        quality=np.array([0.9, 0.8, np.nan]),
        csat=np.full(3, np.nan),
        move_cost=np.array([0.0, 2.0, 0.0]),
        opening_hours=np.array([np.nan, 30.0, np.nan]),
        least_hours=np.zeros((3, 2)),
        min_share=np.zeros((3, 2)),
        max_share=np.ones((3, 2)),
        locked_share=np.full((3, 2), np.nan),
    )
    pools = Pools(
        site=np.array([0, 1]),
        limited=np.array([True, False]),
        hours_per_fte=full(10.0),
        opening_fte=np.array([4.0, 0.0]),
        attrition=full(0.1),
        pipeline=full(0.5),
        arrival=np.array([[1, 2], [1, 2]]),
        hire_yield=np.array([0.8, 1.0]),
        max_hire=full(3.0),
        max_release=full(1.0),
        max_fte=full(np.inf),
        overtime_share=full(0.2),
        fte_cost=full(100.0),
        overtime_cost=full(15.0),
        hire_cost=full(50.0),
        release_cost=full(30.0),
        team_size=np.ones(2),
        whole_teams=np.zeros(2, dtype=bool),
        part_team=np.zeros(2),
    )
    sites = Sites(("A", "B"), full(100.0), full(np.nan), full(np.inf), full(np.inf))
    streams = Streams(("q EN", "r EN"), np.array([[50.0, 60.0], [20.0, 20.0]]), full(99.0), np.zeros(2))
    return AllocationProblem(("1", "2"), np.ones(2), streams, lanes, pools, sites)


def rows(problem: AllocationProblem, family: str) -> list[str]:
    """A family's rows as text, columns named by what they decide."""
    programme, columns = build(problem)
    names: dict[int, str] = {}
    for decision in vars(columns):
        for place, column in np.ndenumerate(getattr(columns, decision)):
            names[int(column)] = f"{decision}{list(place)}".replace(" ", "")
    matrix, right, sense = programme.matrix()
    own = programme.families[family].of(np.arange(len(right), dtype=float)).ravel().astype(int)
    found = []
    for row in own:
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        ordered = sorted(zip(matrix.indices[part].tolist(), matrix.data[part].tolist(), strict=True))
        left = " + ".join(f"{value:g} {names[column]}" for column, value in ordered)
        found.append(f"{left} {'<=' if sense[row] < 0 else '>=' if sense[row] else '='} {right[row]:g}")
    return found


CARD = RateCard((0.0, 100.0), (9.0, 7.0), all_units=False, min_units=40.0, fx=2.0)
BILLED = Billing(np.array([1, 2]), np.array([0, 1]), np.array([0, 0]), np.array([1.0, 1.5]))


def with_lanes(**arrays: np.ndarray) -> AllocationProblem:
    return replace(tiny(), lanes=replace(tiny().lanes, **arrays))


def with_sites(**arrays: np.ndarray) -> AllocationProblem:
    return replace(tiny(), sites=replace(tiny().sites, **arrays))


def at(values: dict[tuple[int, int], float], *, size: int = 3, rest: float = np.nan) -> np.ndarray:
    array = np.full((size, 2), rest)
    for place, value in values.items():
        array[place] = value
    return array


LIMIT = ShareLimit(
    "L", np.array([0, 1, 1], bool), np.ones(3, bool), np.array([1.0, 0.5, 1.0]), True, np.array([0.4, np.nan])
)
LEAST = FteLimit("F", np.array([0, 1, 1], bool), False, np.array([np.nan, 3.0]), 500.0)
CAP = BudgetCap("C", 800.0, 3.0, np.array([0]), np.array([True, True]), np.array([1.0, 0.0]))
ALL_UNITS = replace(CARD, all_units=True)
GOLDEN: list[tuple[str, Callable[[], AllocationProblem], list[str]]] = [
    (
        "demand",
        tiny,
        [
            "1 hours[0,0] + 0.5 hours[1,0] + 1 unmet[0,0] = 50",
            "1 hours[0,1] + 0.5 hours[1,1] + 1 unmet[0,1] = 60",
            "1 hours[2,0] + 1 unmet[1,0] = 20",
            "1 hours[2,1] + 1 unmet[1,1] = 20",
        ],
    ),
    (
        "quality",
        lambda: replace(tiny(), streams=replace(tiny().streams, quality_floor=np.array([0.85, 0.5]))),
        [
            "0.05 hours[0,0] + -0.025 hours[1,0] >= 0",
            "0.05 hours[0,1] + -0.025 hours[1,1] >= 0",
            " >= 0",
            " >= 0",
        ],
    ),
    (
        "hours",
        tiny,
        [
            "1 hours[0,0] + -10 teams[0,0] + -1 overtime[0,0] <= 0",
            "1 hours[0,1] + -10 teams[0,1] + -1 overtime[0,1] <= 0",
        ],
    ),
    ("overtime", tiny, ["-2 teams[0,0] + 1 overtime[0,0] <= 0", "-2 teams[0,1] + 1 overtime[0,1] <= 0"]),
    (
        "seats",
        lambda: with_sites(seat_penalty=np.array([[7.0, 7.0], [np.nan, np.nan]])),
        [
            "1 teams[0,0] + -1 seats_over[0,0] <= 100",
            "1 teams[0,1] + -1 seats_over[0,1] <= 100",
            "0.1 hours[1,0] + 0.1 hours[2,0] <= 100",
            "0.1 hours[1,1] + 0.1 hours[2,1] <= 100",
        ],
    ),
    (
        "seated",
        lambda: with_sites(seats=np.array([[4.0, 5.0], [100.0, 100.0]])),
        ["0.1 hours[0,0] + -0.1 overtime[0,0] <= 4"],
    ),
    (
        "flow",
        tiny,
        [
            "1 teams[0,0] + 1 releases[0,0] = 4.1",
            "-0.9 teams[0,0] + 1 teams[0,1] + -0.8 hires[0,0] + 1 releases[0,1] = 0.5",
        ],
    ),
    (
        "site_hires",
        lambda: with_sites(max_hire=np.array([[2.0, np.inf], [5.0, 5.0]])),
        ["1 hires[0,0] <= 2", " <= 5", " <= 5"],
    ),
    (
        "site_releases",
        lambda: with_sites(max_release=at({(0, 1): 0.5}, size=2, rest=np.inf)),
        ["1 releases[0,1] <= 0.5"],
    ),
    (
        "share_limit 0",
        lambda: replace(tiny(), share_limits=(LIMIT,)),
        ["-0.4 hours[0,0] + 0.3 hours[1,0] + 0.6 hours[2,0] <= 0", " <= 0"],
    ),
    (
        "fte_limit 0",
        lambda: replace(tiny(), fte_limits=(LEAST,)),
        [" <= -0", "-0.1 hours[1,1] + -0.1 hours[2,1] + -1 over_fte[0,1] <= -3"],
    ),
    (
        "locked_share",
        lambda: with_lanes(locked_share=at({(0, 1): 0.25})),
        ["0.75 hours[0,1] + -0.125 hours[1,1] = 0"],
    ),
    ("min_share", lambda: with_lanes(min_share=at({(1, 0): 0.2}, rest=0.0)), ["-0.2 hours[0,0] + 0.4 hours[1,0] >= 0"]),
    ("max_share", lambda: with_lanes(max_share=at({(1, 0): 0.2}, rest=1.0)), ["-0.2 hours[0,0] + 0.4 hours[1,0] <= 0"]),
    (
        "moves",
        lambda: replace(tiny(), length=np.array([1.0, 4.0])),
        ["1 hours[1,0] + -1 moved[1,0] <= 30", "-4 hours[1,0] + 1 hours[1,1] + -1 moved[1,1] <= 0"],
    ),
    ("lot_least", lambda: with_lanes(least_hours=at({(0, 0): 8.0}, rest=0.0)), ["1 hours[0,0] + -8 lot[0,0] >= 0"]),
    ("lot_most", lambda: with_lanes(least_hours=at({(0, 0): 8.0}, rest=0.0)), ["1 hours[0,0] + -50 lot[0,0] <= 0"]),
    (
        "volume",
        lambda: replace(tiny(), cards=(CARD,), billing=BILLED),
        ["1 hours[1,0] + 1.5 hours[2,1] + 1 short[0] + -1 units[0,0] + -1 units[0,1] = 0"],
    ),
    ("least_units", lambda: replace(tiny(), cards=(CARD,), billing=BILLED), ["1 units[0,0] + 1 units[0,1] >= 40"]),
    (
        "short_most",
        lambda: replace(tiny(), cards=(ALL_UNITS,), billing=BILLED),
        ["1 short[0] + -40 short_taken[0] <= 0"],
    ),
    (
        "short_exact",
        lambda: replace(tiny(), cards=(ALL_UNITS,), billing=BILLED),
        ["90 short_taken[0] + 1 units[0,0] + 1 units[0,1] <= 130"],
    ),
    (
        "tier_low",
        lambda: replace(tiny(), cards=(ALL_UNITS,), billing=BILLED),
        ["1 units[0,0] + -40 tier[0,0] >= 0", "1 units[0,1] + -100 tier[0,1] >= 0"],
    ),
    (
        "tier_high",
        lambda: replace(tiny(), cards=(ALL_UNITS,), billing=BILLED),
        ["1 units[0,0] + -100 tier[0,0] <= 0", "1 units[0,1] + -130 tier[0,1] <= 0"],
    ),
    ("tier_one", lambda: replace(tiny(), cards=(CARD,), billing=BILLED), ["1 tier[0,0] + 1 tier[0,1] = 1"]),
    (
        "invoice",
        lambda: replace(tiny(), cards=(CARD,), billing=BILLED),
        ["1 invoice[0] + -9 units[0,0] + -7 units[0,1] + -200 tier[0,1] >= 0"],
    ),
    (
        "budget",
        lambda: replace(tiny(), cards=(CARD,), billing=BILLED, budgets=(CAP,)),
        ["10 hours[1,0] + 10 hours[2,0] + 100 teams[0,0] + 15 overtime[0,0] + 2 invoice[0] + -1 over_budget[0] <= 800"],
    ),
]


@pytest.mark.parametrize(("family", "make", "expected"), GOLDEN, ids=[name for name, _, _ in GOLDEN])
def test_rows(family: str, make: Callable[[], AllocationProblem], expected: list[str]) -> None:
    assert rows(make(), family) == expected


def test_every_family_has_its_rows_checked() -> None:
    everything = replace(
        tiny(), cards=(CARD,), billing=BILLED, budgets=(CAP,), share_limits=(LIMIT,), fte_limits=(LEAST,)
    )
    programme, _ = build(everything)
    assert set(programme.families) == {name for name, _, _ in GOLDEN}
    assert len(FAMILIES) == len({family.__name__ for family in FAMILIES})


def test_a_blocked_lane_has_no_variable() -> None:
    closed = tiny().lanes.open.copy()
    closed[1, 0] = False
    _, columns = build(with_lanes(open=closed))
    assert columns.hours[1, 0] == -1
    assert (columns.hours >= 0).sum() == 5


def random_problem(seed: int) -> AllocationProblem:
    """Three workstreams, three sites, up to three periods, with every kind of constraint now and then."""
    rng = np.random.default_rng(seed)
    periods = int(rng.integers(1, 4))
    stream, site = np.nonzero(rng.random((3, 3)) < 0.8)
    count = len(stream)

    def spread(low: float, high: float, size: int) -> np.ndarray:
        return np.round(rng.uniform(low, high, (size, periods)), 2)

    def now_and_then(share: float, value: np.ndarray, rest: float) -> np.ndarray:
        return np.where(rng.random(value.shape) < share, value, rest)

    lanes = Lanes(
        stream=stream,
        pool=site,
        open=rng.random((count, periods)) < 0.9,
        productivity=np.round(rng.uniform(0.7, 1.2, count), 2),
        quality=np.where(rng.random(count) < 0.8, np.round(rng.uniform(0.8, 0.99, count), 2), np.nan),
        csat=np.full(count, np.nan),
        move_cost=now_and_then(0.5, np.round(rng.uniform(0, 4, count), 1), 0.0),
        opening_hours=np.where(rng.random(count) < 0.5, np.round(rng.uniform(0, 90, count)), np.nan),
        least_hours=np.zeros((count, periods)),
        min_share=now_and_then(0.1, spread(0, 0.3, count), 0.0),
        max_share=now_and_then(0.2, spread(0.4, 1, count), 1.0),
        locked_share=np.full((count, periods), np.nan),
    )
    pools = Pools(
        site=np.arange(3),
        limited=rng.random(3) < 0.7,
        hours_per_fte=spread(20, 40, 3),
        opening_fte=np.round(rng.uniform(0, 8, 3), 1),
        attrition=spread(0, 0.1, 3),
        pipeline=now_and_then(0.3, spread(0, 2, 3), 0.0),
        arrival=np.arange(periods) + rng.integers(0, 3, (3, 1)),
        hire_yield=np.round(rng.uniform(0.7, 1, 3), 2),
        max_hire=spread(0, 4, 3),
        max_release=spread(0, 2, 3),
        max_fte=np.full((3, periods), np.inf),
        overtime_share=spread(0, 0.1, 3),
        fte_cost=spread(300, 900, 3) * (rng.random(3) < 0.5)[:, None],
        overtime_cost=spread(5, 30, 3),
        hire_cost=spread(0, 500, 3),
        release_cost=spread(0, 500, 3),
        team_size=np.full(3, 2.0),
        whole_teams=rng.random(3) < 0.3,
        part_team=np.full(3, 2.0),
    )
    cards, bill = [], []
    for place in range(3):
        if pools.fte_cost[place].any():
            continue
        own = np.flatnonzero(site == place)
        prices = np.round(rng.uniform(10, 25, int(rng.integers(1, 4))), 1)
        floors = np.concatenate([[0.0], np.cumsum(rng.integers(20, 90, len(prices) - 1))])
        bill += [(lane, period, len(cards), 1.0) for lane in own for period in range(periods)]
        least = float(rng.integers(0, 80)) if rng.random() < 0.5 else 0.0
        amount = float(rng.integers(0, 2000)) if rng.random() < 0.3 else 0.0
        mode = bool(rng.random() < 0.5)
        cards.append(RateCard(tuple(floors.tolist()), tuple(prices.tolist()), mode, least, amount, 1.1))
    entries = np.array(bill, dtype=float).reshape(-1, 4).T
    soft = np.where(rng.random((3, 1)) < 0.5, spread(50, 500, 3), np.nan)
    return AllocationProblem(
        periods=tuple(map(str, range(periods))),
        length=np.ones(periods),
        streams=Streams(
            ("a", "b", "c"), spread(0, 150, 3), spread(40, 120, 3), now_and_then(0.3, np.full(3, 0.88), 0.0)
        ),
        lanes=lanes,
        pools=pools,
        sites=Sites(
            ("A", "B", "C"),
            now_and_then(0.7, spread(2, 9, 3), np.inf),
            soft,
            now_and_then(0.5, spread(0, 3, 3), np.inf),
            now_and_then(0.5, spread(0, 3, 3), np.inf),
        ),
        cards=tuple(cards),
        billing=Billing(*(part.astype(int) for part in entries[:3]), entries[3]),
    )


def replayed(problem: AllocationProblem, answer: Allocation) -> float:
    """Money and penalties of the decisions, from their definitions."""
    pools, bill = problem.pools, problem.billing
    units = np.zeros(len(problem.cards))
    np.add.at(units, bill.window, bill.units * answer.hours[bill.index, bill.period])
    total = sum(invoice(card, own).amount * card.fx for card, own in zip(problem.cards, units.tolist(), strict=True))
    total += float((answer.fte * pools.fte_cost + answer.overtime * pools.overtime_cost).sum())
    total += float((answer.hires * pools.hire_cost + answer.releases * pools.release_cost).sum())
    before = np.column_stack(
        [np.where(np.isnan(problem.lanes.opening_hours), np.inf, problem.lanes.opening_hours), answer.hours]
    )
    total += float((np.maximum(answer.hours - before[:, :-1], 0.0) * problem.lanes.move_cost[:, None]).sum())
    over = np.zeros(problem.sites.seats.shape)
    np.add.at(over, pools.site, answer.fte)
    over = np.maximum(over - problem.sites.seats, 0.0) * np.nan_to_num(problem.sites.seat_penalty)
    return total + float((answer.unmet * problem.streams.unmet_penalty).sum() + over.sum())


@given(st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_any_problem_has_an_answer_that_two_solvers_and_a_replay_agree_on(seed: int) -> None:
    problem = random_problem(seed)
    answer, other = allocate(problem), allocate(problem, solver="cbc")
    assert answer is not None
    assert other is not None
    assert answer.last.solution.status == "optimal"
    size = max(1.0, abs(answer.last.solution.objective))
    assert abs(answer.last.solution.objective - other.last.solution.objective) < 1e-6 * size + 1e-3
    assert replayed(problem, answer) == pytest.approx(answer.last.cost + answer.last.penalties, rel=1e-6, abs=0.02)
    served = np.zeros(answer.unmet.shape)
    np.add.at(served, problem.lanes.stream, answer.hours * problem.lanes.productivity[:, None])
    assert served + answer.unmet == pytest.approx(problem.streams.required, abs=1e-6)
    assert (answer.hours[~problem.lanes.open] == 0).all()
    used = np.zeros(answer.fte.shape)
    np.add.at(used, problem.lanes.pool, answer.hours)
    assert (used <= answer.fte * problem.pools.hours_per_fte + answer.overtime + 1e-5).all()
    share = answer.hours * problem.lanes.productivity[:, None]
    assert (share <= problem.lanes.max_share * served[problem.lanes.stream] + 1e-5).all()
    assert (share >= problem.lanes.min_share * served[problem.lanes.stream] * problem.lanes.open - 1e-5).all()


@given(st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_the_descent_stays_within_its_proof(seed: int) -> None:
    made = random_problem(seed)
    discounts = tuple(
        replace(card, all_units=False, prices=tuple(sorted(card.prices, reverse=True))) for card in made.cards
    )
    problem = replace(made, cards=discounts, pools=replace(made.pools, whole_teams=np.zeros(3, dtype=bool)))
    exact = allocate(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(descent, "LARGE", 0)
        quick = allocate(problem, gap=0.02)
    assert exact is not None
    assert quick is not None
    found, best = quick.last.solution, exact.last.solution
    assert found.status in {"optimal", "gap_reached"}
    assert found.objective >= best.objective - 1e-6 * max(1.0, abs(best.objective))
    assert found.bound <= best.objective + 1e-6 * max(1.0, abs(best.objective))
    assert found.gap <= 0.02 + 1e-9
    assert replayed(problem, quick) == pytest.approx(quick.last.cost + quick.last.penalties, rel=1e-6, abs=0.02)
