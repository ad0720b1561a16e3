"""The backlog walk on arrays: published numbers, a replay of small parcels, and what must always hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from xlplan.errors import PlanError
from xlplan.planning.queues import backlog_walk, first_breach

TRUTH = json.loads((Path(__file__).parents[2] / "truth" / "deferred_blowout.json").read_text())


def numbers(name: str) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in TRUTH["expected"][name]], dtype=float)


def truth(limit_h: float) -> Any:
    return backlog_walk(
        np.array([TRUTH["arrivals"]]),
        np.array([TRUTH["capacity"]]),
        opening=np.array([[float(TRUTH["initial_backlog"])]]),
        opening_age_h=np.zeros(1),
        limit_h=limit_h,
    )


def test_truth_of_the_blow_out() -> None:
    found = truth(1.0)
    exact = {"rtol": 0, "atol": 1e-9}
    assert_allclose(found.closing[0], numbers("backlog_end_of_hour"), **exact)
    assert_allclose(found.oldest_age_h[0], numbers("oldest_age_h"), **exact)
    assert_allclose(found.compliance[0], numbers("task_level_within_1h"), **exact)
    assert_allclose(found.cohort_done(1.0)[0], numbers("cohort_done_within_1h_after_end_of_hour"), **exact)
    assert_allclose(truth(1.5).compliance[0], numbers("task_level_within_1_5h"), **exact)
    assert first_breach(found.compliance, np.ones(1))[0] == TRUTH["expected"]["first_hour_with_breach_1h_task_level"]
    assert found.closing.max() == TRUTH["expected"]["peak_backlog"]
    assert found.closing[0].argmax() + 1 == TRUTH["expected"]["peak_hour"]


@pytest.mark.parametrize("limit_h", [1.0, 4.0, 24.0, 48.0, 168.0])
@pytest.mark.parametrize("hours", [1.0, 24.0, 168.0])
def test_steady_overload_at_any_turnaround_and_any_grid(limit_h: float, hours: float) -> None:
    """110 come and 100 go in an hour: who arrives at t waits t / 10, so work is in time up to t = 10 x the limit."""
    slots = round(12 * limit_h / hours) + int(np.ceil(2.5 * limit_h / hours)) + 3
    volume = np.full((1, slots), 110 * hours)
    found = backlog_walk(volume, np.full((1, slots), 100 * hours), hours=hours, limit_h=limit_h)
    start = hours * np.arange(slots)
    expected = np.clip((10 * limit_h - start) / hours, 0.0, 1.0)
    known = ~np.isnan(found.compliance[0])
    assert known[: int(10 * limit_h / hours) + 1].all()
    assert_allclose(found.compliance[0][known], expected[known], atol=1e-9)
    end = start + hours
    # The oldest open item arrived when the line of arrivals stood where completions stand now.
    assert_allclose(found.oldest_age_h[0], end * (1 - 100 / 110), rtol=1e-9)


def test_a_uniform_backlog_of_a_bucket_is_worked_off_oldest_first() -> None:
    """40 items of 10 to 20 h and 30 of just 20 h: the 30 go first, then the older ones of the 40."""
    found = backlog_walk(
        np.zeros((1, 3)),
        np.array([[30.0, 20.0, 10.0]]),
        opening=np.array([[40.0, 30.0]]),
        opening_age_h=np.array([10.0, 20.0]),
        limit_h=18.0,
    )
    assert_allclose(found.closing[0], [40.0, 20.0, 10.0])
    assert_allclose(found.oldest_age_h[0], [21.0, 17.0, 15.5])
    assert_allclose(found.ages(np.array([0.0, 12.0, 15.0, 100.0]))[0, 1], [0.0, 12.0, 8.0, 0.0])


def test_at_risk_are_the_open_items_that_will_be_late() -> None:
    """160 come in the first hour and 100 are done in each: place 100 is done at 1 h and arrived at 0.625 h."""
    found = backlog_walk(np.array([[160.0, 0.0, 0.0]]), np.full((1, 3), 100.0), limit_h=0.5)
    # Item y arrives at y / 160 and is done at y / 100: late where y (1/100 - 1/160) > 0.5, beyond 133.33.
    assert found.compliance[0, 0] * 160 == pytest.approx(400 / 3, rel=1e-12)
    assert_allclose(found.at_risk[0, :2], [160 - 400 / 3, 0.0], atol=1e-9)


def test_a_queue_without_limit_has_backlog_but_no_compliance() -> None:
    found = backlog_walk(np.full((2, 2), 10.0), np.full((2, 2), 8.0), limit_h=np.array([np.nan, 5.0]))
    assert_allclose(found.closing, [[2.0, 4.0], [2.0, 4.0]])
    assert np.isnan(found.compliance[0]).all()
    assert np.isnan(found.at_risk[0]).all()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"volume": np.array([[np.nan]])}, "volume"),
        ({"volume": np.array([[-1.0]])}, "volume"),
        ({"volume": np.array([1.0])}, "volume"),
        ({"capacity": np.array([[np.inf]])}, "capacity"),
        ({"capacity": np.array([[1.0, 2.0]])}, "capacity"),
        ({"hours": 0.0}, "hours"),
        ({"opening": np.array([[1.0]])}, "opening_age_h"),
        ({"opening": np.array([[1.0, 1.0]]), "opening_age_h": np.array([5.0, 1.0])}, "opening_age_h"),
        ({"opening": np.array([[1.0]]), "opening_age_h": np.array([-1.0])}, "opening_age_h"),
    ],
)
def test_bad_input_is_named(change: dict[str, Any], where: str) -> None:
    good: dict[str, Any] = {"volume": np.array([[1.0]]), "capacity": np.array([[1.0]])}
    arguments = {**good, **change}
    with pytest.raises(PlanError) as caught:
        backlog_walk(arguments.pop("volume"), arguments.pop("capacity"), **arguments)
    assert caught.value.where == where


@st.composite
def days(draw: st.DrawFn) -> dict[str, Any]:
    queues, slots, buckets = draw(st.integers(1, 3)), draw(st.integers(1, 7)), draw(st.integers(0, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    scale = draw(st.sampled_from([1.0, 60.0, 1e5]))
    return {
        "volume": scale * rng.choice([0.0, 1.0, 2.0], (queues, slots)) * rng.random((queues, slots)),
        "capacity": scale * rng.choice([0.0, 1.0, 1.5], (queues, slots)) * rng.random((queues, slots)),
        "hours": rng.choice([1.0, 3.0, 24.0], slots),
        "opening": scale * rng.random((queues, buckets)),
        "opening_age_h": np.sort(rng.choice([0.0, 2.0, 7.5, 30.0], buckets)),
        "limit_h": rng.choice([0.5, 1.0, 3.0, 40.0], queues),
    }


def walk_of(day: dict[str, Any]) -> Any:
    rest = {name: value for name, value in day.items() if name not in ("volume", "capacity")}
    return backlog_walk(day["volume"], day["capacity"], **rest)


@settings(max_examples=150, deadline=None)
@given(days())
def test_conservation_ages_and_shares(day: dict[str, Any]) -> None:
    found = walk_of(day)
    size = day["volume"].sum() + day["opening"].sum() + 1
    assert_allclose(found.closing, found.opening + found.volume - found.handled, rtol=0, atol=1e-12 * size)
    assert_allclose(found.opening[:, 0], day["opening"].sum(axis=1), rtol=1e-12)
    assert_array_equal(found.opening[:, 1:], found.closing[:, :-1])
    assert (found.handled <= day["capacity"]).all()
    assert (found.handled >= 0).all()
    # Work waits only while everybody works.
    assert_allclose(found.handled[found.closing > 0], day["capacity"][found.closing > 0], rtol=1e-9, atol=1e-9 * size)
    compliance = found.compliance[~np.isnan(found.compliance)]
    assert ((compliance >= 0) & (compliance <= 1 + 1e-12)).all()
    buckets = found.ages(np.array([0.0, 0.3, 1.0, 5.0, 26.0]))
    assert_allclose(buckets.sum(axis=2), found.closing, rtol=1e-12, atol=1e-12 * size)
    assert (buckets >= -1e-9 * size).all()
    risk = found.at_risk[~np.isnan(found.at_risk)]
    assert (risk <= found.closing[~np.isnan(found.at_risk)] + 1e-9 * size).all()
    assert (found.oldest_age_h >= -1e-12).all()
    assert (found.oldest_age_h[found.closing == 0] == 0).all()


@settings(max_examples=40, deadline=None)
@given(days(), st.integers(0, 2**16))
def test_rows_do_not_know_each_other(day: dict[str, Any], pick: int) -> None:
    row = pick % len(day["volume"])
    alone = {name: value[[row]] if name not in ("hours", "opening_age_h") else value for name, value in day.items()}
    whole, single = walk_of(day), walk_of(alone)
    for name in ("closing", "handled", "oldest_age_h", "compliance", "at_risk"):
        assert_array_equal(getattr(whole, name)[[row]], getattr(single, name), err_msg=name)


PARCELS = 400


def replay(day: dict[str, Any], row: int) -> dict[str, np.ndarray]:
    """The same queue parcel by parcel, each judged by its middle item; they are worked one after the other."""
    length = day["hours"]
    edges = np.concatenate([[0.0], np.cumsum(length)])
    parcels: list[tuple[float, float, int]] = []
    ages, items = day["opening_age_h"], day["opening"][row]
    for bucket in range(len(ages) - 1, -1, -1):
        top = ages[bucket + 1] if bucket + 1 < len(ages) else ages[bucket]
        width = top - ages[bucket]
        parcels += [(width * (n + 0.5) / PARCELS - top, items[bucket] / PARCELS, -1) for n in range(PARCELS)]
    for slot, count in enumerate(day["volume"][row]):
        step = length[slot] / PARCELS
        parcels += [(edges[slot] + step * (n + 0.5), count / PARCELS, slot) for n in range(PARCELS)]
    rate = day["capacity"][row] / length
    done, clock, slot = [], 0.0, 0
    for arrival, size, home_slot in parcels:
        # Work on a parcel begins with its first item, half a parcel before the middle one comes.
        clock = max(clock, arrival - (length[home_slot] / PARCELS / 2 if home_slot >= 0 else 0.0))
        middle = np.inf
        for part in ("first half", "second half"):
            left = size / 2
            while left > 0 and slot < len(rate):
                if clock >= edges[slot + 1]:
                    slot += 1
                    continue
                able = rate[slot] * (edges[slot + 1] - clock)
                if able >= left:
                    clock += left / rate[slot]
                    left = 0.0
                else:
                    left -= able
                    clock = edges[slot + 1]
            if part == "first half" and left <= 0:
                middle = clock
        done.append(middle)
    wait = np.array(done) - np.array([arrival for arrival, _, _ in parcels])
    size = np.array([size for _, size, _ in parcels])
    home = np.array([slot for _, _, slot in parcels])
    arrived = np.array([arrival for arrival, _, _ in parcels])
    late = wait > day["limit_h"][row]
    slots = range(len(rate))
    is_open = [(arrived <= end) & (np.array(done) > end) for end in edges[1:]]
    return {
        "in_time": np.array([size[(home == slot) & ~late].sum() for slot in slots]),
        "at_risk": np.array([size[is_open[slot] & late].sum() for slot in slots]),
        "closing": np.array([size[is_open[slot]].sum() for slot in slots]),
    }


@settings(max_examples=60, deadline=None)
@given(days())
def test_against_a_replay_of_small_parcels(day: dict[str, Any]) -> None:
    found = walk_of(day)
    for row in range(len(day["volume"])):
        told = replay(day, row)
        # A parcel more or less on either side of each bend of the lines.
        slack = 4 * (day["volume"][row].max(initial=0.0) + day["opening"][row].max(initial=0.0)) / PARCELS + 1e-9
        assert_allclose(found.closing[row], told["closing"], rtol=0, atol=slack)
        known = ~np.isnan(found.at_risk[row])
        in_time = np.nan_to_num(found.compliance[row]) * day["volume"][row]
        assert_allclose(in_time[known], told["in_time"][known], rtol=0, atol=slack)
        assert_allclose(found.at_risk[row][known], told["at_risk"][known], rtol=0, atol=slack)


def test_hour_grid_of_a_year_agrees_with_the_hours_summed_to_weeks() -> None:
    """The same even work cut finer or coarser is the same queue."""
    weekly = np.array([[1680.0, 2000.0, 1680.0, 1500.0, 1500.0]])
    able = np.full((1, 5), 1680.0)
    coarse = backlog_walk(weekly, able, hours=168.0, limit_h=20.0)
    fine = backlog_walk(np.repeat(weekly / 168, 168, axis=1), np.repeat(able / 168, 168, axis=1), limit_h=20.0)
    ends = np.arange(167, 5 * 168, 168)
    assert_allclose(fine.closing[:, ends], coarse.closing, rtol=1e-12, atol=1e-9)
    assert_allclose(fine.oldest_age_h[:, ends], coarse.oldest_age_h, rtol=1e-9, atol=1e-9)
    share = np.array([part.mean() for part in np.split(fine.compliance[0], 5)])
    assert_allclose(share[:4], coarse.compliance[0, :4], rtol=1e-9)
    assert_allclose(coarse.closing[0], [0.0, 320.0, 320.0, 140.0, 0.0], atol=1e-9)
