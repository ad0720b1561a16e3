"""Exposure limits and wellness time: by hand, and never fewer people for a stricter limit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.planning.staffing.exposure import with_exposure


def test_by_hand() -> None:
    # 90 content hours within 100 on task; six productive hours a day, half an hour of wellness, four of content.
    found = with_exposure(100, 90, max_hours_day=4, wellness_min_day=30, hours_day=6)
    assert found.required == pytest.approx(90 / 4 * 6)
    assert found.wellness == pytest.approx(90 / 4 * 0.5)
    assert found.limited


def test_without_limit_or_wellness_nothing_changes() -> None:
    found = with_exposure([100, 0], [90, 0], max_hours_day=np.nan, wellness_min_day=0, hours_day=6)
    assert found.required.tolist() == [100, 0]
    assert found.wellness.tolist() == [0, 0]
    assert not found.limited.any()


@given(
    hours=st.just(0.0) | st.floats(1e-6, 1e4), busy=st.floats(0, 1), limit=st.floats(0.1, 12),
    stricter=st.floats(0.1, 1), wellness=st.floats(0, 120), more=st.floats(0, 60),
)  # fmt: skip
def test_stricter_never_needs_fewer(
    hours: float, busy: float, limit: float, stricter: float, wellness: float, more: float
) -> None:
    def people(limit: float, minutes: float) -> float:
        found = with_exposure(hours, busy * hours, max_hours_day=limit, wellness_min_day=minutes, hours_day=6.5)
        return float(found.required)

    base = people(limit, wellness)
    assert base >= hours * (1 - 1e-12)
    assert people(limit * stricter, wellness) >= base * (1 - 1e-12)
    assert people(limit, wellness + more) >= base * (1 - 1e-12)


def test_bad_arguments_are_named() -> None:
    with pytest.raises(PlanError, match="max_hours_day"):
        with_exposure(1, 1, max_hours_day=0, wellness_min_day=0, hours_day=6)
    with pytest.raises(PlanError, match="wellness"):
        with_exposure(1, 1, max_hours_day=4, wellness_min_day=400, hours_day=6)
