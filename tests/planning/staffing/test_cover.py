"""Cover: FTE behind a seat that is always taken."""

from __future__ import annotations

import pytest

from xlplan.errors import PlanError
from xlplan.functions import CellError, call
from xlplan.planning.staffing.cover import cover_fte


def test_one_seat_round_the_clock_takes_six() -> None:
    assert cover_fte(168, 1, hours_per_fte=40, shrinkage=0.3) == pytest.approx(168 / 40 / 0.7)
    assert cover_fte([168, 84, 0], 2, hours_per_fte=40).tolist() == pytest.approx([8.4, 4.2, 0])
    assert call("XP_COVER_FTE", [[168], [84]], 1, 40, 0.3) == [[pytest.approx(6.0)], [pytest.approx(3.0)]]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((200, 1, 40, 0.3), "168"),
        ((168, 1, 0, 0.3), "hours above 0"),
        ((168, 1, 40, 30), "0.30"),
        ((168, -1, 40, 0), "min_crew"),
    ],
)
def test_bad_arguments_are_named(arguments: tuple[float, float, float, float], says: str) -> None:
    hours, crew, each, shrinkage = arguments
    with pytest.raises(PlanError, match=says):
        cover_fte(hours, crew, hours_per_fte=each, shrinkage=shrinkage)
    with pytest.raises(CellError, match=says):
        call("XP_COVER_FTE", *arguments)
