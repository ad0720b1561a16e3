"""Accuracy measures against values worked out by hand on twelve weeks of a chat queue."""

from __future__ import annotations

import numpy as np
import pytest

from xlplan.errors import PlanError
from xlplan.planning.forecast.accuracy import bias, fva, mase, wape

ACTUAL = [100, 120, 80, 0, 90, 110, 100, 130, 70, 100, 95, 105]
FORECAST = [110, 110, 80, 10, 100, 100, 90, 120, 90, 100, 100, 100]
NAIVE = [120, 100, 120, 80, 0, 90, 110, 100, 130, 70, 100, 95]
# |errors| 10 10 0 10 10 10 10 10 20 0 5 5 = 100; errors +10 -10 0 +10 +10 -10 -10 -10 +20 0 +5 -5 = +10
# actual adds up to 1100; |naive errors| 20 20 40 80 90 20 10 30 60 30 5 10 = 415


def test_wape_by_hand() -> None:
    assert wape(ACTUAL, FORECAST) == pytest.approx(100 / 1100)


def test_bias_by_hand_over_is_positive() -> None:
    assert bias(ACTUAL, FORECAST) == pytest.approx(10 / 1100)


def test_fva_by_hand_better_is_positive() -> None:
    assert fva(ACTUAL, FORECAST, reference=NAIVE) == pytest.approx(315 / 1100)


def test_mase_by_hand() -> None:
    # history 1 3 6 10 with season 2: changes 5 and 7, mean 6; errors average 100 / 12
    assert mase(ACTUAL, FORECAST, history=[1, 3, 6, 10], season=2) == pytest.approx(100 / 12 / 6)


def test_mase_leaves_gaps_of_the_history_out() -> None:
    assert mase([5], [6], history=[1, np.nan, 2, 4], season=1) == pytest.approx(0.5)


def test_perfect_forecast() -> None:
    assert wape(ACTUAL, ACTUAL) == bias(ACTUAL, ACTUAL) == 0


@pytest.mark.parametrize("measure", [wape, bias])
def test_zero_volume_is_refused(measure) -> None:
    with pytest.raises(PlanError, match="the actual is zero throughout"):
        measure([0, 0], [1, 2])


@pytest.mark.parametrize("measure", [wape, bias])
def test_the_row_that_is_not_a_number_is_named(measure) -> None:
    with pytest.raises(PlanError, match="the actual is not a number in row 2"):
        measure([1, np.nan], [1, 2])
    with pytest.raises(PlanError, match="the forecast is not a number in row 1, 2, 3, 4, 5 and 2 more"):
        measure([1] * 7, [np.inf] * 7)


def test_sizes_must_agree() -> None:
    with pytest.raises(PlanError, match="2 actuals and 1 forecasts"):
        wape([1, 2], [1])
    with pytest.raises(PlanError, match="0 actuals"):
        wape([], [])


def test_mase_refuses_what_it_cannot_measure_by() -> None:
    with pytest.raises(PlanError, match="no change over 1 periods"):
        mase([1], [1], history=[4, 4, 4])
    with pytest.raises(PlanError, match="no change over 7 periods"):
        mase([1], [1], history=[1, 2], season=7)
    with pytest.raises(PlanError, match="season is 0"):
        mase([1], [1], history=[1, 2], season=0)
