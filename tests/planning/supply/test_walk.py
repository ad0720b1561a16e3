"""The array core: published order of operations, a twin that walks head by head, and what must always hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from xlplan.planning.supply import Joins, Moves, walk

TRUTH = json.loads((Path(__file__).parents[2] / "truth" / "waterfall_reference.json").read_text())


def test_truth_of_the_waterfall() -> None:
    given, expected = TRUTH["inputs"], TRUTH["expected"]
    weeks = len(expected)
    lag = given["training_weeks"] + given["nesting_weeks"]
    join_week = np.array([int(week) - 1 + lag for week in given["classes"]])
    graduates = np.array([size * 0.9 * 0.95 for size in given["classes"].values()])
    cohorts = 1 + len(join_week)
    tenure = np.clip(np.arange(weeks)[:, None] - np.concatenate([[-99], join_week])[None, :], 0, 4)
    found = walk(
        np.array([[given["start_hc"]] + [0.0] * (cohorts - 1)]),
        leave_rate=np.full((weeks, 1, 1), given["weekly_attrition"]),
        band=np.zeros((weeks, cohorts), dtype=int),
        output=np.array([[*given["ramp"], 1.0]]),
        tenure_week=tenure,
        joins=Joins(join_week, np.zeros(2, dtype=int), np.array([1, 2]), graduates, np.zeros(2)),
    )
    assert_allclose(found.closing[:, 0], [row["production_hc"] for row in expected], rtol=1e-14)
    assert_allclose(found.ramped[:, 0], [row["ramped_hc"] for row in expected], rtol=1e-14)


def test_moves_come_after_attrition_and_joins_and_take_what_is_there() -> None:
    """10 of 10 heads: 1 leaves, 2 join, 20 are wished elsewhere and 11 go; the ramp-down finds nobody."""
    found = walk(
        np.array([[10.0, 0.0], [5.0, 0.0]]),
        leave_rate=np.full((2, 2, 1), 0.1),
        band=np.zeros((2, 2), dtype=int),
        output=np.ones((2, 1)),
        tenure_week=np.zeros((2, 2), dtype=int),
        joins=Joins(*(np.array([n]) for n in (0, 0, 1)), heads=np.array([2.0]), absent=np.array([0.5])),
        moves=Moves(
            week=np.array([0, 0]),
            source=np.array([0, 0]),
            target=np.array([1, -1]),
            heads=np.array([20.0, 3.0]),
            back=np.array([9, 9]),
            idle=np.array([[1.0, 0.5], [0.0, 0.0]]),
        ),
    )
    assert_allclose(found.attrition[0], [1.0, 0.5])
    assert_allclose(found.transfers_out[0], [11.0, 0.0])
    assert_allclose(found.transfers_in[0], [0.0, 11.0])
    assert_allclose(found.rampdown, 0.0)
    assert_allclose(found.closing[0], [0.0, 15.5])
    assert_allclose(found.ramped[:, 1], [4.5, 15.5 * 0.9 - 0.5 * 11 * 0.9])
    assert_allclose(found.absent[0], [1.0, 0.0])


def test_a_loan_returns_those_who_stayed() -> None:
    found = walk(
        np.array([[10.0], [0.0]]),
        leave_rate=np.full((3, 2, 1), 0.5) * np.array([0.0, 1.0])[None, :, None],
        band=np.zeros((3, 1), dtype=int),
        output=np.ones((2, 1)),
        tenure_week=np.zeros((3, 1), dtype=int),
        moves=Moves(*(np.array([n]) for n in (0, 0, 1)), np.array([4.0]), np.array([2]), np.zeros((1, 3))),
    )
    assert_allclose(found.closing[:, 0], [6.0, 6.0, 7.0])
    assert_allclose(found.closing[:, 1], [4.0, 2.0, 0.0])
    assert_allclose(found.transfers_in[2], [1.0, 0.0])


def test_a_loan_that_is_out_already_comes_back() -> None:
    found = walk(
        np.array([[6.0], [8.0]]),
        leave_rate=np.zeros((2, 2, 1)),
        band=np.zeros((2, 1), dtype=int),
        output=np.ones((2, 1)),
        tenure_week=np.zeros((2, 1), dtype=int),
        moves=Moves(*(np.array([n]) for n in (-1, 0, 1)), np.array([3.0]), np.array([1]), np.zeros((1, 2))),
    )
    assert_allclose(found.opening[0], [6.0, 8.0])
    assert_allclose(found.closing[1], [9.0, 5.0])


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    pools, cohorts, weeks, bands = (draw(st.integers(1, top)) for top in (3, 4, 6, 2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    joins, moves = draw(st.integers(0, 4)), draw(st.integers(0, 5))
    week = np.sort(rng.integers(-1, weeks, moves))
    source = rng.integers(0, pools, moves)
    target = np.where(week < 0, rng.integers(0, pools, moves), rng.integers(-1, pools, moves))
    return {
        "opening": rng.choice([0.0, 1.0, 7.5], (pools, cohorts)) * rng.random((pools, cohorts)),
        "leave_rate": rng.choice([0.0, 0.02, 0.4, 1.0], (weeks, pools, bands)),
        "band": rng.integers(0, bands, (weeks, cohorts)),
        "output": rng.random((pools, 3)),
        "tenure_week": rng.integers(0, 3, (weeks, cohorts)),
        "joins": Joins(
            rng.integers(0, weeks, joins),
            rng.integers(0, pools, joins),
            rng.integers(0, cohorts, joins),
            10 * rng.random(joins),
            rng.random(joins),
        ),
        "moves": Moves(
            week,
            source,
            target,
            8 * rng.random(moves),
            week + rng.integers(1, weeks + 2, moves),
            rng.choice([0.0, 0.5, 1.0], (moves, weeks)),
        ),
    }


def twin(world: dict[str, Any]) -> tuple[dict[str, list[list[float]]], list[list[float]]]:
    """The same walk with one number at a time."""
    heads = [[float(count) for count in pool] for pool in world["opening"]]
    weeks, pools, _ = world["leave_rate"].shape
    cohorts = range(len(heads[0]))
    moves, joins = world["moves"], world["joins"]
    names = ("opening", "joins", "transfers_in", "attrition", "transfers_out", "rampdown", "closing")
    flows: dict[str, list[list[float]]] = {name: [[0.0] * pools for _ in range(weeks)] for name in names}
    ramped = [[0.0] * pools for _ in range(weeks)]
    away: dict[int, list[float]] = {}
    for m in range(len(moves.week)):
        if moves.week[m] < 0:
            there = heads[moves.target[m]]
            part = min(moves.heads[m] / sum(there), 1.0) if sum(there) > 0 else 0.0
            away[m] = [count * part for count in there]
    for t in range(weeks):
        idle = [[0.0 for _ in cohorts] for _ in range(pools)]
        for p in range(pools):
            flows["opening"][t][p] = sum(heads[p])
            for c in cohorts:
                lost = heads[p][c] * world["leave_rate"][t, p, world["band"][t, c]]
                heads[p][c] -= lost
                flows["attrition"][t][p] += lost
        for m, people in away.items():
            for c in cohorts:
                people[c] *= 1 - world["leave_rate"][t, moves.target[m], world["band"][t, c]]
        for j in range(len(joins.week)):
            if joins.week[j] == t:
                heads[joins.pool[j]][joins.cohort[j]] += joins.heads[j]
                idle[joins.pool[j]][joins.cohort[j]] += joins.heads[j] * joins.absent[j]
                flows["joins"][t][joins.pool[j]] += joins.heads[j]
        for m in [m for m in away if moves.back[m] == t]:
            for c in cohorts:
                people_back = min(away[m][c], heads[moves.target[m]][c])
                heads[moves.target[m]][c] -= people_back
                heads[moves.source[m]][c] += people_back
                flows["transfers_out"][t][moves.target[m]] += people_back
                flows["transfers_in"][t][moves.source[m]] += people_back
            del away[m]
        for m in range(len(moves.week)):
            if moves.week[m] != t:
                continue
            a, b = moves.source[m], moves.target[m]
            total = sum(heads[a])
            part = min(moves.heads[m] / total, 1.0) if total > 0 else 0.0
            going = [count * part for count in heads[a]]
            for c in cohorts:
                heads[a][c] -= going[c]
                if b >= 0:
                    heads[b][c] += going[c]
            if b >= 0:
                away[m] = going
                flows["transfers_in"][t][b] += sum(going)
            flows["rampdown" if b < 0 else "transfers_out"][t][a] += sum(going)
        for m, people in away.items():
            for c in cohorts:
                idle[moves.target[m]][c] += people[c] * moves.idle[m, t]
        for p in range(pools):
            flows["closing"][t][p] = sum(heads[p])
            for c in cohorts:
                output = world["output"][p, world["tenure_week"][t, c]]
                ramped[t][p] += max(heads[p][c] - idle[p][c], 0.0) * output
    return flows, ramped


@settings(max_examples=120, deadline=None)
@given(worlds())
def test_twin_and_corkscrew(world: dict[str, Any]) -> None:
    found = walk(**world)
    flows, ramped = twin(world)
    for name, values in flows.items():
        assert_allclose(getattr(found, name), values, rtol=1e-12, atol=1e-12, err_msg=name)
    assert_allclose(found.ramped, ramped, rtol=1e-12, atol=1e-12)
    closing = found.opening + found.joins + found.transfers_in - found.attrition - found.transfers_out - found.rampdown
    assert_allclose(found.closing, closing, rtol=0, atol=1e-12)
    assert (found.opening[1:] == found.closing[:-1]).all()
    for name in flows:
        assert (getattr(found, name) >= 0).all(), name
    assert (found.ramped <= found.closing + 1e-12).all()
    assert found.transfers_in.sum() == pytest.approx(found.transfers_out.sum(), abs=1e-12)
