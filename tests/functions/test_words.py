"""Errors in the words of the formula: its own argument names, what was typed, and what to type instead."""

from __future__ import annotations

import re
from typing import Any

import pytest

from xlplan.functions import CellError, call, functions
from xlplan.functions.registry import Function

NUMBERS = (-1, 0, 1, 1.5, 30, 1e9)
BAD: dict[str, list[Any]] = {
    "number": list(NUMBERS),
    "single": list(NUMBERS),
    "numbers": [[[-1], [2]], [[30], [40]], [[0], [0]], [[1.5]] * 3, [[1]] * 4, [[0.5], [2]], [[1], [None]]],
    "dates": [[[46000], [46000]], [[46000], [46001], [46005]]],
    "text": ["zz"],
}
MEASURES = {"accuracy", "wape", "bias", "mase", "forecast"}
"""Measures whose sentences begin with their own name: they speak of two ranges at once."""


def sentence(name: str, *cells: Any) -> str:
    """What a call says when it fails as a whole; nothing where it does not."""
    try:
        call(name, *cells)
    except CellError as error:
        return error.sentence
    return ""


COMPUTED = [pytest.param(function, id=function.name) for function in functions().values() if not function.reads]


@pytest.mark.parametrize("function", COMPUTED)
def test_an_error_names_an_argument_of_the_formula(function: Function) -> None:
    """What stands before the colon is a name that the planner finds in the formula, not one of the calculation."""
    names = {argument.name for argument in function.arguments}
    for place, argument in enumerate(function.arguments):
        for bad in BAD.get(argument.kind, []):
            cells = [*function.example, *[None] * (len(names) - len(function.example))]
            cells[place] = bad
            said = sentence(function.name, *cells)
            head = re.match(r"([a-z]+(?:_[a-z]+)*)[:,]", said)
            assert head is None or head[1] in names | MEASURES, said


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        (("XP_ERL_AGENTS", 85, 15, 100, 180), "sla: found 85, expected a share from 0 to 1; type 0.85 for 85 %"),
        (("XP_ERL_AGENTS", 0.85, 15, -1, 180), "calls_per_hour: found -1"),
        (("XP_ERL_TRAFFIC", 0, 0.01), "servers: found 0"),
        (("XP_LOCK_EXPOSURE", 1000, 10, "pay_floor", 12, 0.2), "band: found 10"),
        (("XP_DEFERRED_FTE", [[9]], 24, 360, 0, 24, 1, 7.5, 85), "max_occ: found 85"),
        (("XP_REVIEW_WORKLOAD", 1000, 60, 20), "double_rate: found 20"),
        (("XP_EXPOSURE_FTE", 120, 4, 400), "wellness_min_day: found"),
        (("XP_FORECAST", [[5], [6]], [[46023], [46024]], [[46024]]), "target_dates: 2026-01-02"),
    ],
)
def test_the_argument_is_called_as_in_the_formula(formula: tuple[Any, ...], says: str) -> None:
    with pytest.raises(CellError) as failed:
        call(*formula)
    assert failed.value.sentence.startswith(says)


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        (("XP_AGENTS", 100, 180 / 86400, 30, 0.8, 20), "the time of day 0:03:00"),
        (("XP_AGENTS", 100, 0.125, 30, 0.8, 20), "type its seconds, 10800, or multiply the cell by 86400"),
        (("XP_AGENTS", 100, 180, 30, 0.8, 20 / 86400), "target_s is 0.000231481"),
        (("XP_CLEARDOWN", 10, [[46023]], [[9]], 9, 0.125, 30, 46029), "aht_s is 0.125"),
        (("XP_CHAT_AGENTS", 120, 300, 2, 30, 0.8, 60, None, None, [[300], [0.5]]), "cell 2 of aht_by_chats is 0.5"),
        (("XP_ERL_AGENTS", 0.85, 15, 100, 0.125), "aht_s is 0.125"),
    ],
)
def test_a_time_of_day_is_no_number_of_seconds(formula: tuple[Any, ...], says: str) -> None:
    """Excel shows 0:03:00 for a part of a day; taken as seconds it would ask for one agent and look like an answer."""
    assert says in sentence(*formula)


def test_a_time_of_day_in_a_range_spoils_its_own_answer_only() -> None:
    good, bad = (row[0] for row in call("XP_AGENTS", [[100], [50]], [[180], [0.125]], 30, 0.8, 20))
    assert good == 14.0
    assert "the time of day 3:00:00" in bad.sentence


@pytest.mark.parametrize("aht_s", [0, 1, 36_000])
def test_whole_seconds_stay_what_they_are(aht_s: float) -> None:
    assert call("XP_WORKLOAD_HOURS", 3600, aht_s) == aht_s


def test_sizes_of_single_cells_say_nothing_about_ranges_that_do_not_fit() -> None:
    with pytest.raises(CellError) as failed:
        call("XP_AGENTS", [[100], [50]], [[180]] * 3, 30, 0.8, 20)
    assert failed.value.sentence.startswith("ranges do not fit: volume 2x1, aht_s 3x1; give")


@pytest.mark.parametrize(
    ("formula", "says"),
    [(("XP_OCCUPANCY", 80, 0), "nothing staffed"), (("XP_QUEUE_HEALTH",), "no part is known")],
)
def test_no_value_says_why(formula: tuple[Any, ...], says: str) -> None:
    with pytest.raises(CellError) as failed:
        call(*formula)
    assert (failed.value.code, says in failed.value.sentence) == ("#N/A", True)


@pytest.mark.parametrize("weeks", [-1, 1001, 1e9])
def test_a_lead_time_that_nobody_has_is_refused(weeks: float) -> None:
    with pytest.raises(CellError, match="training_weeks"):
        call("XP_ACT_BY", 46113, 6, weeks, 2)


def test_a_day_to_decide_before_all_dates_is_no_date() -> None:
    with pytest.raises(CellError, match="too early for so many weeks"):
        call("XP_ACT_BY", 400, 60, 0, 0)


@pytest.mark.parametrize(
    "formula",
    [
        ("XP_DEFERRED_FTE", [[100], [None]], 24, 360, 0, 24, 1, 7.5),
        ("XP_RAMP_FTE", [[10], [0]], [[0.5], [None]]),
        ("XP_FORECAST", [[None], [None]], [[46023], [46024]], [[46025]]),
    ],
)
def test_a_blank_that_means_nothing_is_not_taken_for_0(formula: tuple[Any, ...]) -> None:
    with pytest.raises(CellError, match="blank"):
        call(*formula)


def test_a_method_may_be_written_in_capitals() -> None:
    series = [[10], [20]] * 4, [[45663 + 7 * week] for week in range(8)], [[45719]]
    assert call("XP_FORECAST", *series, "Seasonal_Naive", 2) == call("XP_FORECAST", *series, "seasonal_naive", 2)
