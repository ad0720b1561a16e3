"""Views with a column per period: what has no room is counted aloud, and leaves no figures of another row behind."""

from __future__ import annotations

import pandas as pd
import pytest

from xlplan.reports.views import Grid, write_grid
from xlplan.workbook.book import CellValue
from xlplan.workbook.memory import MemoryBook
from xlplan.workbook.template.layout import GridSpec

ROOM = GridSpec("GridTest", "A view", "FTE", ("queue",), rows=3, columns=3, number_format="0.0")


class Sheet(MemoryBook):
    """A book with room for one view, whose cells a test can look at."""

    def __init__(self) -> None:
        super().__init__(names={"GridTest": None})
        self.shown: dict[str, CellValue] = {}

    def names(self) -> dict[str, str]:
        return {"GridTest": "View!A6"}

    def write_cells(self, sheet: str, values: dict[str, CellValue]) -> int:  # type: ignore[override]
        self.shown |= values
        return len(values)


def written(queues: int, periods: int) -> dict[str, CellValue]:
    frame = pd.DataFrame({"queue": [f"q{n}" for n in range(queues)]})
    for period in range(periods):
        frame[f"p{period}"] = [10.0 * queue + period for queue in range(queues)]
    book = Sheet()
    write_grid(book, Grid("GridTest", "tblGap", frame, 1), ROOM)
    return book.shown


def test_what_fits_is_written_and_the_rest_of_the_room_is_cleared() -> None:
    shown = written(2, 2)
    assert [shown[f"{letter}6"] for letter in "ABCD"] == ["queue", "p0", "p1", None]
    assert [shown[f"{letter}8"] for letter in "ABCD"] == ["q1", 10.0, 11.0, None]
    assert [shown[f"{letter}9"] for letter in "ABCD"] == [None] * 4


def test_a_full_room_loses_nothing() -> None:
    shown = written(3, 3)
    assert shown["A9"] == "q2"
    assert shown["D6"] == "p2"


@pytest.mark.parametrize("periods", [4, 78])
def test_periods_without_room_are_counted_in_the_last_header(periods: int) -> None:
    shown = written(1, periods)
    assert shown["D6"] == f"... {periods - 2} more"
    assert shown["D7"] is None
    assert shown["C7"] == 1.0


def test_rows_without_room_are_counted_and_show_no_figures() -> None:
    shown = written(5, 2)
    assert shown["A8"] == "q1"
    assert [shown[f"{letter}9"] for letter in "ABC"] == ["... 3 more rows", None, None]
