"""Cell-size sums of headcount against hand values and against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.planning.supply.rates import corkscrew, monthly_attrition, ramped


def test_twelve_compounded_months_make_the_year() -> None:
    monthly = float(monthly_attrition(0.36))
    assert 1 - (1 - monthly) ** 12 == pytest.approx(0.36, rel=1e-12)
    assert float(monthly_attrition(0.36, method="simple")) == pytest.approx(0.03)


@pytest.mark.parametrize("rate", [1.0, 36, -0.1, np.nan])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(PlanError, match=r"type 0\.36"):
        monthly_attrition(rate)


@given(
    st.lists(st.floats(0, 50), min_size=1, max_size=20),
    st.lists(st.floats(0, 1), min_size=1, max_size=8),
)
def test_ramp_is_the_sum_over_classes(joins: list[float], curve: list[float]) -> None:
    expected = [
        sum(joins[start] * (curve[week - start] if week - start < len(curve) else 1.0) for start in range(week + 1))
        for week in range(len(joins))
    ]
    assert ramped(joins, curve) == pytest.approx(expected, rel=1e-12, abs=1e-12)


movements = st.lists(st.floats(0, 30), min_size=6, max_size=6)


@given(st.floats(0, 200), movements, movements, movements, movements, st.floats(0, 0.3))
def test_the_corkscrew_closes_and_never_falls_below_nobody(
    opening: float, joins: list[float], arrived: list[float], left: list[float], released: list[float], rate: float
) -> None:
    walk = corkscrew(opening, joins, transfers_in=arrived, attrition_rate=rate, transfers_out=left, rampdown=released)
    inward = np.array(joins) + arrived
    assert walk.closing == pytest.approx(
        walk.opening + inward - walk.attrition - walk.transfers_out - walk.rampdown, abs=1e-9
    )
    assert walk.opening[1:] == pytest.approx(walk.closing[:-1])
    assert (walk.closing >= -1e-9).all()
    assert (walk.transfers_out <= np.array(left) + 1e-9).all()


def test_periods_must_agree() -> None:
    with pytest.raises(PlanError, match="expected 3 or one"):
        corkscrew(10, [1, 2, 3], rampdown=[1, 2])


def test_a_blank_movement_is_named() -> None:
    with pytest.raises(PlanError, match="joins"):
        corkscrew(10, [1, float("nan")])
