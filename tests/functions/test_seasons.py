"""Seasons, events, added value and tie-out as a cell calls them."""

import pytest

from xlplan.functions import CellError, call

JANUARY = [[46023 + day] for day in range(28)]  # 2026-01-01, a Thursday, and four weeks on


def test_weekday_index_has_mean_one_and_monday_first() -> None:
    volume = [[100 if (day + 3) % 7 == 0 else 50] for day in range(28)]  # Mondays are twice as busy
    index = [row[0] for row in call("XP_SEASONAL_INDEX", volume, JANUARY, "day-of-week")]
    assert sum(index) / 7 == pytest.approx(1.0)
    assert index[0] == pytest.approx(2 * index[1])


def test_an_unseen_season_is_not_available() -> None:
    index = call("XP_SEASONAL_INDEX", [[1.0], [3.0]], [[46023], [46054]], "month")
    assert [row[0] for row in index[:2]] == [0.5, 1.5]
    assert all(isinstance(row[0], CellError) and row[0].code == "#N/A" for row in index[2:])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("step", [1.0, 1.2, 1.2, 1.0]), ("decay", [1.0, 1.2, 1.2, 1.1])],
)
def test_event_on_its_days_alone(shape: str, expected: list[float]) -> None:
    days = [[46022], [46023], [46029], [46036]]
    factors = call("XP_EVENT_UPLIFT", days, 46023, 46029, 0.2, shape, 1)
    assert [row[0] for row in factors] == pytest.approx(expected)


def test_decay_needs_a_half_life() -> None:
    with pytest.raises(CellError, match="half_life is blank"):
        call("XP_EVENT_UPLIFT", [[46023]], 46023, None, 0.2, "decay")


def test_an_event_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(CellError, match="end is 2025-12-31, before start 2026-01-01"):
        call("XP_EVENT_UPLIFT", [[46023]], 46023, 46022, 0.2)
    assert call("XP_EVENT_UPLIFT", [[46023]], 46023, 46023, 0.2) == [[1.2]]


def test_an_uplift_typed_in_percent_is_refused() -> None:
    with pytest.raises(CellError, match=r"type 0\.12 for 12 %"):
        call("XP_EVENT_UPLIFT", [[46023]], 46023, None, 12)
    assert call("XP_EVENT_UPLIFT", [[46023]], 46023, None, 10) == [[11.0]]


def test_children_tie_to_their_parent() -> None:
    shared = call("XP_RECONCILE", 120, [[40], [60]])
    assert [row[0] for row in shared] == pytest.approx([48, 72])
    ols = [row[0] for row in call("XP_RECONCILE", 130, [[40], [60]], "ols")]
    assert ols == pytest.approx([50, 70])
    assert [row[0] for row in call("XP_RECONCILE", 120, [[40], [60]], "bottomup")] == [40, 60]


@pytest.mark.parametrize("method", ["proportional", "ols", "bottomup"])
def test_a_blank_child_is_no_forecast_of_0(method: str) -> None:
    with pytest.raises(CellError, match="children has a blank"):
        call("XP_RECONCILE", 120, [[40], [None]], method)


def test_nothing_says_how_to_share_over_zeros() -> None:
    with pytest.raises(CellError) as error:
        call("XP_RECONCILE", 120, [[0], [0]])
    assert error.value.code == "#N/A"


def test_an_override_that_helped_adds_value() -> None:
    assert call("XP_FVA", [[100], [100]], [[80], [90]], [[95], [105]]) == pytest.approx(0.10)
    assert call("XP_FVA", [[100], [100]], [[95], [105]], [[80], [90]]) == pytest.approx(-0.10)
