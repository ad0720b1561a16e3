"""Turnaround staffing: linear programmes of others, a scalar twin, and first in, first out as the judge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.planning.staffing.deferred import constant_staff, deferred_agents, due_intervals, refinement
from xlplan.planning.staffing.horizon import horizon_fte, taut_string
from xlplan.planning.staffing.replay import completed, cyclic_backlog, share_in_time

TRUTH = json.loads((Path(__file__).parents[2] / "truth" / "deferred_constant_staff.json").read_text(encoding="utf-8"))
DAY = np.array(TRUTH["arrivals"])
OFFICE = np.array([0.0] * 8 + [1.0] * 12 + [0.0] * 4)
ALWAYS = np.ones(24)
RATE = TRUTH["rate_per_agent_hour"]


def agents(opened: np.ndarray, lag: int, compliance: float = 1.0) -> float:
    level = constant_staff(DAY, opened * RATE, due_intervals(np.ones(24), lag), compliance=compliance)
    return float(level.agents[0])


@pytest.mark.parametrize("case", [key for key, row in TRUTH["expected"].items() if row["lp_agents"] is not None])
def test_daytime_staff_equals_the_linear_programme(case: str) -> None:
    lag, _, share = case.partition("h_p")
    found = agents(OFFICE, int(lag), float(share or 1))
    assert found == pytest.approx(TRUTH["expected"][case]["lp_agents"], rel=1e-12)


@pytest.mark.parametrize("lag", [4, 11])
def test_deadlines_in_the_closed_night_are_named(lag: int) -> None:
    level = constant_staff(DAY, OFFICE * RATE, due_intervals(np.ones(24), lag))
    # Those who come from closing time on and are due before it opens again.
    closed = [hour for hour in (*range(20, 24), *range(8)) if (hour - 20) % 24 + lag < 12]
    assert level.unreachable[0] == pytest.approx(DAY[closed].sum() / DAY.sum(), rel=1e-12)
    with pytest.raises(PlanError, match="due while it is closed"):
        deferred_agents(DAY, OFFICE, interval_h=1, aht_s=120, tat_h=lag, max_occupancy=0.85)


@pytest.mark.parametrize("case", TRUTH["variant_staffed_24x7"]["expected"])
def test_round_the_clock_staff_equals_the_linear_programme(case: str) -> None:
    lag, share = (part.split("=")[1] for part in case.split(","))
    expected = TRUTH["variant_staffed_24x7"]["expected"][case]["lp_agents"]
    assert agents(ALWAYS, int(lag), float(share)) == pytest.approx(expected, rel=1e-12)


def test_never_below_the_workload_even_with_all_the_time_in_the_world() -> None:
    # Without a cycle a programme pushes work past its horizon and needs two thirds of this.
    assert TRUTH["horizon_trap"]["lp_agents"] < 5.3
    assert agents(OFFICE, 24) == pytest.approx(TRUTH["workload_bound"], rel=1e-12)
    assert agents(OFFICE, 24 * 30) == pytest.approx(TRUTH["workload_bound"], rel=1e-12)


def scalar_twin(came: np.ndarray, rate: np.ndarray, due: np.ndarray, share: float) -> float:
    """The definition read aloud: every window of up to three cycles, one by one."""
    width, cycles = len(came), 3
    long, able = np.tile(came, cycles + 60), np.tile(rate, cycles + 60)
    best = came.sum() / rate.sum()
    for first in range(width):
        for cohort in range(first, first + cycles * width):
            last = due[cohort % width] + cohort // width * width
            asked = long[first:cohort].sum() + share * long[cohort]
            given_ = able[first : last + 1].sum()
            if asked > 1e-12 and given_ > 0:
                best = max(best, asked / given_)
    return float(best)


cycles = st.integers(3, 9).flatmap(
    lambda width: st.tuples(
        st.lists(st.sampled_from([0.0, 0.3, 1, 4, 9, 25]), min_size=width, max_size=width).filter(any),
        st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=width, max_size=width).filter(any),
    )
)


@settings(max_examples=80, deadline=None)
@given(
    cycle=cycles,
    tat=st.sampled_from([1, 2, 3, 5, 8, 20]),
    share=st.sampled_from([0.5, 0.9, 1.0]),
    standing=st.booleans(),
)
def test_against_the_scalar_twin_and_the_replay(cycle: Any, tat: int, share: float, standing: bool) -> None:
    came, opened = (np.array(values, dtype=float) for values in cycle)
    came += 0.01 * (share < 1)  # in a cohort without items, the share of all before it has no meaning to replay
    due = due_intervals(opened if standing else np.ones(len(came)), tat)
    level = constant_staff(came, opened, due, compliance=share)
    needed = float(level.agents[0])
    if level.unreachable[0] > 0:
        lost = [j for j in range(len(came)) if not any(opened[t % len(came)] for t in range(j, due[j] + 1))]
        assert level.unreachable[0] == pytest.approx(came[lost].sum() / came.sum())
        return
    assert needed == pytest.approx(scalar_twin(came, opened, due, share), rel=1e-12)
    assert worst_cohort(came, opened * needed, due) >= share - 1e-9
    if needed > level.workload[0] * (1 + 1e-6):
        assert worst_cohort(came, opened * needed * (1 - 1e-6), due) < share
    else:
        # One agent in a million fewer, and the backlog grows without end.
        done = completed(np.tile(came, 50), np.tile(opened * needed * (1 - 1e-6), 50))
        assert done.sum() < 50 * came.sum() - cyclic_backlog(came[None], opened[None] * needed)[0, -1]


def worst_cohort(came: np.ndarray, capacity: np.ndarray, due: np.ndarray) -> float:
    """Lowest share in time of any cohort of a cycle that has settled."""
    width = len(came)
    copies = 4 + int(due.max()) // width + 1
    long, able = np.tile(came, copies), np.tile(capacity, copies)
    last = np.concatenate([due + width * copy for copy in range(copies)])
    shares = share_in_time(long, completed(long, able), last)
    return float(np.nanmin(shares[width:]))


@settings(max_examples=50, deadline=None)
@given(cycle=cycles, tat=st.integers(0, 12), more=st.integers(1, 6), share=st.sampled_from([0.6, 0.8, 1.0]))
def test_more_time_or_a_lower_share_never_needs_more(cycle: Any, tat: int, more: int, share: float) -> None:
    came, opened = np.array(cycle[0]), np.ones(len(cycle[0]))
    tight = constant_staff(came, opened, due_intervals(opened, tat), compliance=share).agents[0]
    assert constant_staff(came, opened, due_intervals(opened, tat + more), compliance=share).agents[0] <= tight + 1e-12
    assert constant_staff(came, opened, due_intervals(opened, tat), compliance=share / 2).agents[0] <= tight + 1e-12
    assert constant_staff(3 * came, opened, due_intervals(opened, tat), compliance=share).agents[0] == pytest.approx(
        3 * tight
    )


def test_rows_are_worked_out_each_for_itself() -> None:
    lags, shares = [2, 5, 9, 30], [1.0, 0.8, 0.95, 1.0]
    due = np.stack([due_intervals(np.ones(24), lag) for lag in lags])
    came = np.stack([np.roll(DAY, shift) for shift in range(4)])
    together = constant_staff(came, np.full((4, 24), RATE), due, compliance=shares)
    for row in range(4):
        alone = constant_staff(came[row], np.full(24, RATE), due[row], compliance=shares[row])
        assert together.agents[row] == alone.agents[0]


def test_an_open_clock_stands_still_over_the_weekend() -> None:
    week = np.array([[1.0] * 9] * 5 + [[0.0] * 9] * 2).ravel()  # nine intervals a day, closed on the weekend
    came = np.zeros(63)
    came[44] = 90.0  # the last interval of Friday
    calendar = deferred_agents(came, week, interval_h=1, aht_s=3600, tat_h=9)
    standing = deferred_agents(came, week, interval_h=1, aht_s=3600, tat_h=9, open_clock=True)
    assert calendar == pytest.approx(90)  # due on Saturday: Friday's last hour is all there is
    assert standing == pytest.approx(9)  # that hour and all nine of Monday


def test_work_that_comes_while_an_open_clock_stands_is_due_after_opening() -> None:
    came = np.array([0, 0, 12.0, 0, 0, 0])
    opened = np.array([1, 1, 0, 0, 1, 1.0])
    assert deferred_agents(came, opened, interval_h=1, aht_s=3600, tat_h=1, open_clock=True) == pytest.approx(12)
    assert deferred_agents(came, opened, interval_h=1, aht_s=3600, tat_h=2, open_clock=True) == pytest.approx(6)


def test_a_turnaround_shorter_than_an_interval_cuts_it() -> None:
    came, opened = np.array([60.0, 0, 0, 0]), np.ones(4)
    assert [refinement(1.0, tat) for tat in (0.5, 0.75, 2, 24)] == [2, 4, 1, 1]
    # 60 items of an hour spread over one hour, each due half an hour after it came: 60 hours of work in 1.5 hours.
    assert deferred_agents(came, opened, interval_h=1, aht_s=3600, tat_h=0.5) == pytest.approx(40)
    odd = deferred_agents(came, opened, interval_h=1, aht_s=3600, tat_h=np.pi)
    assert deferred_agents(came, opened, interval_h=1, aht_s=3600, tat_h=4) <= odd
    assert odd <= deferred_agents(came, opened, interval_h=1, aht_s=3600, tat_h=3)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"arrivals": [1, -1]}, "arrivals"),
        ({"arrivals": [1, np.nan]}, "arrivals"),
        ({"capacity": [0, 0]}, "opening hours"),
        ({"capacity": [1, 1, 1]}, "intervals"),
        ({"due": [1, 0]}, "due before"),
        ({"compliance": 95}, "0.95"),
    ],
)
def test_bad_arguments_are_named(change: dict[str, Any], says: str) -> None:
    arguments: dict[str, Any] = {"arrivals": [1, 2], "capacity": [1, 1], "due": [1, 2], "compliance": 1.0}
    arguments |= change
    with pytest.raises(PlanError, match=says):
        constant_staff(
            arguments["arrivals"], arguments["capacity"], arguments["due"], compliance=arguments["compliance"]
        )


def test_nothing_to_do_needs_nobody() -> None:
    assert constant_staff([0, 0], [1, 1], [0, 1]).agents.tolist() == [0.0]
    assert constant_staff([0, 0], [0, 0], [0, 1]).agents.tolist() == [0.0]


@settings(max_examples=60, deadline=None)
@given(
    inflow=st.lists(st.floats(1, 100), min_size=1, max_size=10),
    lag=st.integers(0, 4),
    share=st.sampled_from([0.8, 0.95, 1.0]),
    opening=st.sampled_from([0.0, 40.0]),
)
def test_a_horizon_is_staffed_in_time_and_as_evenly_as_can_be(
    inflow: list[float], lag: int, share: float, opening: float
) -> None:
    fte = horizon_fte(
        inflow,
        period_h=24,
        aht_s=3600,
        opening_backlog=opening,
        tat_h=24 * lag,
        compliance=share,
        hours_per_fte=8,
    )
    done = completed(np.array(inflow), fte * 8, opening=opening)
    assert done == pytest.approx(fte * 8, abs=1e-6)  # nobody waits for work
    shares = share_in_time(np.array(inflow), done, np.arange(len(inflow)) + lag, opening=opening)
    assert (shares[~np.isnan(shares)] >= share - 1e-6).all()
    if share == 1.0 and len(inflow) > lag:
        # Half a percent fewer in the busiest period, and an item is late or left beyond the end.
        long = np.array([*inflow, *([np.mean(inflow)] * (lag + 1))])
        less = fte * 8 * np.where(fte >= fte.max() * (1 - 1e-9), 0.995, 1.0)
        tail = np.full(lag + 1, fte[-1] * 8)
        late = completed(long, np.concatenate([less, tail]), opening=opening)
        in_time = share_in_time(long, late, np.arange(len(long)) + lag, opening=opening)
        behind = opening + long.sum() - late.sum() > min(opening, lag * np.mean(inflow)) + 1e-9
        assert behind or (in_time[~np.isnan(in_time)] < 1).any()


def test_a_constant_inflow_needs_its_workload_in_every_period() -> None:
    fte = horizon_fte(
        [500] * 6,
        period_h=24,
        aht_s=120,
        opening_backlog=0,
        tat_h=48,
        compliance=0.9,
        hours_per_fte=7,
        max_occupancy=0.8,
    )
    assert fte == pytest.approx(500 * 120 / 3600 / 0.8 / 7)


@pytest.mark.parametrize(
    ("low", "high", "path"),
    [
        ([0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]),
        ([0, 0, 0, 6], [0, 9, 9, 9], [0, 2, 4, 6]),
        ([0, 0, 0, 6], [0, 1, 9, 9], [0, 1, 3.5, 6]),
        ([0, 5, 5, 6], [0, 9, 9, 9], [0, 5, 5.5, 6]),
        ([0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]),
    ],
)
def test_the_taut_string_by_hand(low: list[float], high: list[float], path: list[float]) -> None:
    assert taut_string(low, high) == pytest.approx(path)


def test_the_replay_agrees_with_a_hand_worked_blow_out() -> None:
    came = np.array([100.0] * 4 + [160] * 6 + [100] * 8)
    done = completed(came, np.full(18, 120.0), opening=60)
    left = 60 + np.cumsum(came) - np.cumsum(done)
    assert left.tolist() == [40, 20, 0, 0, 40, 80, 120, 160, 200, 240, 220, 200, 180, 160, 140, 120, 100, 80]
    share = share_in_time(came, done, np.arange(18) + 1, opening=60)
    assert share[:17] == pytest.approx([1, 1, 1, 1, 1, 1, 1, 0.75, 0.5, 0.25, 0, 0.2, 0.4, 0.6, 0.8, 1, 1], abs=1e-8)
    assert np.isnan(share[17])
