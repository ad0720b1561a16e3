"""Shifts against a turnaround: optima of two other solvers, and a replay as the judge."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from xlplan.errors import PlanError
from xlplan.planning.staffing.deferred import constant_staff, due_intervals
from xlplan.planning.staffing.deferred_cover import shift_cover
from xlplan.planning.staffing.replay import completed, share_in_time

TRUTH = json.loads((Path(__file__).parents[2] / "truth" / "deferred_shift_cover.json").read_text(encoding="utf-8"))
DAY = np.array(TRUTH["arrivals"])


def cover(starts: list[int]) -> np.ndarray:
    """Eight hours from each start, the fifth off."""
    works = np.zeros((24, len(starts)))
    for shift, start in enumerate(starts):
        for hour in range(TRUTH["shift_len"]):
            works[(start + hour) % 24, shift] = hour != TRUTH["break_hour_index"]
    return works


@pytest.mark.parametrize("case", TRUTH["expected"])
def test_equals_the_optimum_and_is_in_time(case: str) -> None:
    expected = TRUTH["expected"][case]
    match = re.fullmatch(r"starts=\[(.*)\],L=(\d+),p=(.*)", case)
    assert match is not None
    works, lag, share = cover([int(hour) for hour in match[1].split(",")]), int(match[2]), float(match[3])
    due = due_intervals(np.ones(24), lag)
    arguments = {"rate": TRUTH["rate"], "due": due, "compliance": share}
    real, whole = (shift_cover(DAY, works, whole=flag, **arguments) for flag in (False, True))
    if expected["lp"] is None:
        assert not real.feasible
        assert not whole.feasible
        assert whole.cost == np.inf
        return
    assert real.cost == pytest.approx(expected["lp"], rel=1e-9)
    assert whole.cost == expected["integer"]
    able = np.tile(works @ whole.heads * TRUTH["rate"], 12)
    long = np.tile(DAY, 12)
    shares = share_in_time(long, completed(long, able), np.arange(len(long)) + lag)
    assert np.nanmin(shares[24:]) >= share - 1e-9


def test_one_shift_round_the_clock_is_constant_staff() -> None:
    for lag in (0, 2, 6):
        due = due_intervals(np.ones(24), lag)
        heads = shift_cover(DAY, np.ones((24, 1)), rate=36, due=due, compliance=0.9, whole=False).heads
        assert heads[0] == pytest.approx(constant_staff(DAY, np.full(24, 36.0), due, compliance=0.9).agents[0])


def test_dear_shifts_are_avoided() -> None:
    due = due_intervals(np.ones(24), 8)
    works = cover([6, 14, 22])
    cheap = shift_cover(DAY, works, rate=36, due=due, cost=[1, 1, 5])
    assert cheap.heads[2] == 0
    assert cheap.cost == cheap.heads.sum()


def test_bad_shapes_are_named() -> None:
    with pytest.raises(PlanError, match="one row per interval"):
        shift_cover(DAY, np.ones((3, 1)), rate=36, due=np.arange(24))
    with pytest.raises(PlanError, match="costs"):
        shift_cover(DAY, np.ones((24, 1)), rate=36, due=np.arange(24), cost=[1, 2])
