"""Cells as hosts send them: ranges, blanks, texts, dates, errors; each cell of an answer stands for itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.functions import CellError, call
from xlplan.functions.cellvalues import MAX_CELLS, date
from xlplan.functions.registry import plain
from xlplan.planning import staffing
from xlplan.workbook.book import ErrorValue

GOAL = (30, 0.8, 20)
WEEK_STARTS = [45663 + 7 * week for week in range(8)]
VOLUMES = [[10], [20], [10], [20], [10], [20], [10], [20]]


def failure(name: str, *cells: Any) -> CellError:
    with pytest.raises(CellError) as failed:
        call(name, *cells)
    return failed.value


def test_a_column_and_a_row_span_a_grid() -> None:
    volumes, handling = [100, 200, 300], [180, 240]
    answer = call("XP_AGENTS", [[v] for v in volumes], [handling], *GOAL)
    assert answer == [[call("XP_AGENTS", v, aht, *GOAL) for aht in handling] for v in volumes]


def test_a_flat_list_is_a_column_and_tuples_are_ranges() -> None:
    column = [[call("XP_AGENTS", 100, 180, *GOAL)], [call("XP_AGENTS", 200, 180, *GOAL)]]
    for cells in (
        [100, 200],
        (100, 200),
        [[100], [200]],
        ((100,), (200,)),
        np.array([100, 200]),
        pd.Series([100, 200]),
    ):
        assert call("XP_AGENTS", cells, 180, *GOAL) == column
    assert call("XP_AGENTS", ((100, 200),), 180, *GOAL) == [[column[0][0], column[1][0]]]


def test_one_cell_is_one_value_however_it_is_wrapped() -> None:
    for cell in (
        100,
        100.0,
        [100],
        [[100]],
        ((100,),),
        np.float64(100),
        np.int64(100),
        np.array(100),
        np.array([[100]]),
    ):
        assert call("XP_AGENTS", cell, 180, *GOAL) == 14.0


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ([[100], [200, 300]], "rows of [1, 2] cells; give a rectangular range"),
        ([[100, 200], 300], "rows of [1, 2] cells; give a rectangular range"),
        ([], "an empty range; give at least one cell"),
        ([[]], "an empty range; give at least one cell"),
        ([[], []], "an empty range; give at least one cell"),
        (np.empty((0, 3)), "an empty range; give at least one cell"),
    ],
)
def test_a_range_that_is_no_rectangle_fails_the_call(cells: Any, says: str) -> None:
    error = failure("XP_AGENTS", cells, 180, *GOAL)
    assert error == CellError("#VALUE!", error.sentence)
    assert says in error.sentence
    assert "volume" in error.sentence


def test_ranges_that_do_not_fit_are_named_with_their_shapes() -> None:
    error = failure("XP_AGENTS", [[1], [2], [3]], [[180], [240]], *GOAL)
    assert error.code == "#VALUE!"
    assert "volume 3x1" in error.sentence
    assert "aht_s 2x1" in error.sentence


def test_bad_cells_keep_their_own_errors_and_spoil_no_other() -> None:
    cells = [[100], [None], ["12"], [ErrorValue("#REF!")], [-1], [float("inf")], [True], [b"x"], [200]]
    answer = [row[0] for row in call("XP_AGENTS", cells, 180, *GOAL)]
    assert plain(answer) == [14.0, "#VALUE!", "#VALUE!", "#REF!", "#NUM!", "#NUM!", "#VALUE!", "#VALUE!", 24.0]
    said = [error.sentence if isinstance(error, CellError) else "" for error in answer]
    assert said[1] == "volume is blank; type contacts offered in the interval"
    assert said[2] == "volume is the text '12'; type a number"
    assert said[4].startswith("volume: found -1, expected 0 or more")
    assert said[6] == "volume is TRUE; type a number"


def test_a_single_bad_cell_fails_the_call_with_the_same_error() -> None:
    for cell in (None, "12", ErrorValue("#REF!"), -1, float("inf"), True, b"x", object()):
        inside = call("XP_AGENTS", [[cell], [100]], 180, *GOAL)[0][0]
        assert failure("XP_AGENTS", cell, 180, *GOAL) == inside


def test_marks_of_pandas_for_a_blank_are_blanks() -> None:
    answer = call("XP_AGENTS", [100, pd.NA, pd.NaT, None, float("nan"), ""], 180, *GOAL)
    assert plain(answer) == [[14.0], *[["#VALUE!"]] * 5]
    assert all("volume is blank" in row[0].sentence for row in answer[1:])


def test_a_result_that_does_not_exist_is_an_error_alone_and_in_an_array() -> None:
    assert failure("XP_OCCUPANCY", 80, 0).code == "#N/A"
    assert plain(call("XP_OCCUPANCY", [[80], [80]], [[0], [100]])) == [["#N/A"], [0.8]]
    assert failure("XP_ASA", 5, 100, 180, 30).code == "#NUM!"
    assert plain(call("XP_ASA", [[5], [20]], 100, 180, 30))[0] == ["#NUM!"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.one_of(st.floats(0, 500), st.sampled_from([None, "x", -3.0, float("nan"), float("inf"), True])),
        min_size=2,
        max_size=24,
    )
)
def test_an_array_is_its_cells_one_by_one(cells: list[Any]) -> None:
    """The definition of an array call, wherever the bad cells stand."""

    def alone(cell: Any) -> Any:
        try:
            return call("XP_AGENTS", cell, 180, *GOAL)
        except CellError as error:
            return error

    assert call("XP_AGENTS", [[cell] for cell in cells], 180, *GOAL) == [[alone(cell)] for cell in cells]


def test_one_bad_cell_in_a_long_column_costs_few_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    occupied = staffing.workload_hours

    def counted(volume: Any, aht_s: Any) -> Any:
        nonlocal calls
        calls += 1
        return occupied(volume, aht_s)

    monkeypatch.setattr(staffing, "workload_hours", counted)
    column: list[list[Any]] = [[10.0] for _ in range(4096)]
    column[1234] = [-1.0]
    answer = call("XP_WORKLOAD_HOURS", column, 180)
    assert [place for place, (value,) in enumerate(answer) if isinstance(value, CellError)] == [1234]
    assert calls < 50


@pytest.mark.parametrize("name", ["XP_AGENTS", "XP_WAPE", "XP_GROSS_UP"])
def test_more_cells_than_a_column_are_refused_before_they_are_looked_at(name: str) -> None:
    class Untouchable:
        def __eq__(self, other: object) -> bool:
            raise AssertionError("a cell was looked at")

        __hash__ = None  # type: ignore[assignment]

    cells = [Untouchable()] * (MAX_CELLS + 1)
    for value in (cells, [cells], [[cell] for cell in cells]):
        error = failure(name, value, 0.1, *([30, 0.8, 20] if name == "XP_AGENTS" else []))
        assert error.code == "#VALUE!"
        assert "1,048,576 cells" in error.sentence


def test_a_full_column_is_taken() -> None:
    assert call("XP_WAPE", [1.0] * MAX_CELLS, [1.0] * MAX_CELLS) == 0.0


@pytest.mark.parametrize("whole", [True, 1, 1.0, [[True]]])
def test_flags_are_true_or_one(whole: Any) -> None:
    assert call("XP_AGENTS", 100, 180, *GOAL, None, None, whole) == 14.0


@pytest.mark.parametrize("whole", [False, 0, 0.0])
def test_flags_are_false_or_nought(whole: Any) -> None:
    assert 13.0 < call("XP_AGENTS", 100, 180, *GOAL, None, None, whole) < 14.0


@pytest.mark.parametrize("whole", [2, "TRUE", dt.date(2026, 1, 1), ErrorValue("#N/A")])
def test_other_flags_are_refused(whole: Any) -> None:
    assert failure("XP_AGENTS", 100, 180, *GOAL, None, None, whole).code in {"#VALUE!", "#N/A"}


def test_single_values_take_one_cell() -> None:
    error = failure("XP_AGENTS", 100, 180, *GOAL, None, None, [[True], [False]])
    assert "whole takes one value" in error.sentence
    error = failure("XP_FORECAST", VOLUMES, [[s] for s in WEEK_STARTS], [[45719]], "seasonal_naive", [[2], [3]])
    assert "season takes one value" in error.sentence


def test_dates_are_serials_texts_or_dates() -> None:
    days = [dt.date(1899, 12, 30) + dt.timedelta(days=serial) for serial in WEEK_STARTS]
    kinds: list[list[Any]] = [
        [float(serial) for serial in WEEK_STARTS],
        list(days),
        [dt.datetime(day.year, day.month, day.day) for day in days],
        [day.isoformat() for day in days],
        [f"{day.isoformat()} 00:00" for day in days],
        [pd.Timestamp(day) for day in days],
    ]
    answers = [call("XP_FORECAST", VOLUMES, kind, [45719, 45726], "theta") for kind in kinds]
    assert answers == [answers[0]] * len(kinds)


def test_a_serial_counts_seconds() -> None:
    assert date("at", 45663 + 9.5 / 24) == dt.datetime(2025, 1, 6, 9, 30)
    assert date("at", 61) == dt.datetime(1900, 3, 1)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("nope", "#VALUE!"),
        ("06.01.2025", "#VALUE!"),
        ("2025-02-30", "#VALUE!"),
        ("2025-01-06T00:00+02:00", "#VALUE!"),
        (True, "#VALUE!"),
        (object(), "#VALUE!"),
        (5, "#NUM!"),
        (60, "#NUM!"),
        (-1, "#NUM!"),
        (2_958_466, "#NUM!"),
        (1e300, "#NUM!"),
        (float("inf"), "#NUM!"),
        (ErrorValue("#REF!"), "#REF!"),
    ],
)
def test_what_is_no_date_is_refused(cell: Any, code: str) -> None:
    found = date("dates", cell)
    assert isinstance(found, CellError)
    assert found.code == code


def test_a_bad_cell_of_a_whole_range_is_counted_to() -> None:
    error = failure("XP_WAPE", [[1], [2], ["x"]], [[1], [2], [3]])
    assert error == CellError("#VALUE!", "cell 3 of actual is the text 'x'; type a number")
    error = failure("XP_FORECAST", VOLUMES, ["2025-01-06", "soon", *WEEK_STARTS[2:]], [45719])
    assert error.sentence.startswith("cell 2 of dates is the text 'soon'")


def test_a_long_value_is_quoted_short_and_on_one_line() -> None:
    error = failure("XP_AGENTS", pd.DataFrame({"volume": range(100)}), 180, *GOAL)
    assert "\n" not in error.sentence
    assert len(error.sentence) < 80


def test_what_planning_refuses_is_the_sentence_of_the_cell() -> None:
    with pytest.raises(PlanError) as refused:
        staffing.required_agents(100.0, aht_s=180, interval_min=30, target=80, target_s=20)
    assert failure("XP_AGENTS", 100, 180, 30, 80, 20) == CellError("#NUM!", refused.value.sentence())
