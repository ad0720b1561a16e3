"""What every Book must do, whatever it stands on.

A test module makes its own class of it and says how a Book is made::

    class TestMemoryBook(BookContract):
        def make(self, tmp_path): ...

``make`` returns a Book that holds

- table ``tblPlan`` with the columns queue, volume, aht_s and the rows of :data:`ROWS`,
- table ``tblEmpty`` with the columns key, value and no rows,
- the named cell ``Stamp`` with the text ``never``.
"""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from xlplan.errors import WorkbookError
from xlplan.workbook.book import Book, CellValue, ErrorValue, serial

COLUMNS = ("queue", "volume", "aht_s")
ROWS: list[list[CellValue]] = [["Billing", 100, 300.5], ["Sales", 50, 240], ["Chat", 75, None]]


class BookContract:
    """Tests that run against each kind of Book."""

    def make(self, tmp_path: Path) -> Book:
        raise NotImplementedError

    @pytest.fixture
    def book(self, tmp_path: Path) -> Book:
        return self.make(tmp_path)

    def test_places_name_the_tables(self, book: Book) -> None:
        places = book.places()
        assert set(places) == {"tblPlan", "tblEmpty"}
        place = places["tblPlan"]
        assert place.columns == COLUMNS
        assert place.rows == 3
        assert place.name == "tblPlan"

    def test_addresses_step_with_rows_and_columns(self, book: Book) -> None:
        place = book.places()["tblPlan"]
        first, below = place.address(0, "queue"), place.address(2, "queue")
        assert first.rstrip("0123456789") == below.rstrip("0123456789")
        assert int(below.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - int(first.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) == 2

    def test_read_gives_the_body(self, book: Book) -> None:
        cells = book.read("tblPlan")
        assert cells.columns == {
            "queue": ["Billing", "Sales", "Chat"],
            "volume": [100, 50, 75],
            "aht_s": [300.5, 240, None],
        }
        assert cells.place.rows == 3

    def test_an_empty_table_has_no_rows(self, book: Book) -> None:
        cells = book.read("tblEmpty")
        assert cells.columns == {"key": [], "value": []}
        assert cells.place.rows == 0

    def test_a_table_that_is_not_there(self, book: Book) -> None:
        with pytest.raises(WorkbookError, match="tblNone"):
            book.read("tblNone")
        with pytest.raises(WorkbookError, match="tblNone"):
            book.write("tblNone", {})

    @pytest.mark.parametrize("rows", [0, 1, 2, 3, 4, 40])
    def test_write_replaces_the_body(self, book: Book, rows: int) -> None:
        new = {
            "queue": [f"Q{i}" for i in range(rows)],
            "volume": list(range(rows)),
            "aht_s": [i + 0.25 for i in range(rows)],
        }
        assert book.write("tblPlan", new) > 0
        cells = book.read("tblPlan")
        assert cells.columns == new
        assert cells.place.rows == rows

    def test_write_of_equal_values_changes_nothing(self, book: Book) -> None:
        before = book.read("tblPlan")
        assert book.write("tblPlan", before.columns) == 0
        assert book.read("tblPlan") == before

    def test_write_counts_changed_cells(self, book: Book) -> None:
        assert book.write("tblPlan", {"volume": [100, 51, 75]}) == 1
        assert book.write("tblPlan", {"volume": [100, 51, 75], "aht_s": [1, 2, 3]}) == 3

    def test_columns_not_given_keep_their_rows(self, book: Book) -> None:
        book.write("tblPlan", {"volume": [1, 2, 3, 4]})
        cells = book.read("tblPlan").columns
        assert cells["queue"] == ["Billing", "Sales", "Chat", None]
        assert cells["volume"] == [1, 2, 3, 4]
        book.write("tblPlan", {"volume": [9]})
        assert book.read("tblPlan").columns == {"queue": ["Billing"], "volume": [9], "aht_s": [300.5]}

    def test_fill_empty_and_fill_again(self, book: Book) -> None:
        for values in (["a", "b"], [], ["c"]):
            book.write("tblEmpty", {"key": values, "value": [1] * len(values)})
            assert book.read("tblEmpty").columns == {"key": values, "value": [1] * len(values)}

    def test_no_rows_blank_the_columns_not_given_too(self, book: Book) -> None:
        assert book.write("tblPlan", {"volume": []}) > 0
        assert book.read("tblPlan").columns == {"queue": [], "volume": [], "aht_s": []}
        assert book.write("tblPlan", {"volume": []}) == 0

    def test_unknown_columns_and_ragged_columns_are_refused(self, book: Book) -> None:
        with pytest.raises(WorkbookError, match="volumes"):
            book.write("tblPlan", {"volumes": [1, 2, 3]})
        with pytest.raises(WorkbookError, match="volume"):
            book.write("tblPlan", {"volume": [1, 2, 3], "aht_s": [1, 2]})
        assert book.read("tblPlan").columns["volume"] == [100, 50, 75]

    @pytest.mark.parametrize(
        "value",
        [0, -1, 0.1, 1e-9, 1e22, 2**53, True, False, "x", " x ", "a\nb", "007", "1.234,5", "=1+1", "+1", "@x", "é漢🙂"],
    )
    def test_values_come_back_as_they_went(self, book: Book, value: CellValue) -> None:
        book.write("tblEmpty", {"key": [value], "value": [1]})
        back = book.read("tblEmpty").columns["key"][0]
        assert back == value
        assert isinstance(back, bool) == isinstance(value, bool)
        assert isinstance(back, str) == isinstance(value, str)
        assert book.write("tblEmpty", {"key": [value], "value": [1]}) == 0

    @pytest.mark.parametrize("value", ["a\x0bb", "\x00", "_x0041_", "a\rb", "_x005F_", "<&>\"'", "]]>"])
    def test_awkward_text_comes_back(self, book: Book, value: str) -> None:
        book.write("tblEmpty", {"key": [value], "value": [1]})
        assert book.read("tblEmpty").columns["key"] == [value]

    @pytest.mark.parametrize("blank", [None, "", math.nan, pd.NaT, pd.NA, np.float64("nan"), np.datetime64("NaT")])
    def test_blanks_are_blank(self, book: Book, blank: CellValue) -> None:
        book.write("tblPlan", {"volume": [1, blank, 3]})
        assert book.read("tblPlan").columns["volume"] == [1, None, 3]

    def test_errors_stand_as_errors(self, book: Book) -> None:
        book.write("tblPlan", {"volume": [ErrorValue("#N/A"), ErrorValue("#DIV/0!"), 3]})
        assert book.read("tblPlan").columns["volume"] == [ErrorValue("#N/A"), ErrorValue("#DIV/0!"), 3]

    @pytest.mark.parametrize("value", [math.inf, -math.inf, np.float64("inf"), "x" * 32_768, 2**53 + 2, object(), [1]])
    def test_what_no_cell_holds_is_refused(self, book: Book, value: CellValue) -> None:
        before = book.read("tblPlan")
        with pytest.raises(WorkbookError):
            book.write("tblPlan", {"volume": [1, value, 3]})
        assert book.read("tblPlan") == before

    def test_numpy_and_pandas_values_are_taken(self, book: Book) -> None:
        book.write("tblPlan", {"volume": np.array([1, 2, 3]), "aht_s": pd.Series([0.5, np.nan, 2.0])})
        assert book.read("tblPlan").columns["volume"] == [1, 2, 3]
        assert book.read("tblPlan").columns["aht_s"] == [0.5, None, 2.0]
        book.write("tblPlan", {"volume": [np.int64(7), np.float32(0.5), np.bool_(True)]})
        assert book.read("tblPlan").columns["volume"] == [7, 0.5, True]

    def test_dates_become_serial_numbers(self, book: Book) -> None:
        days = [dt.date(2026, 1, 2), dt.datetime(2026, 1, 2, 6), pd.Timestamp("2026-01-03"), dt.time(12)]
        book.write("tblEmpty", {"key": days, "value": [1, 2, 3, 4]})
        assert book.read("tblEmpty").columns["key"] == [serial(day, date1904=book.date1904) for day in days]

    def test_named_cells(self, book: Book) -> None:
        assert "Stamp" in book.names()
        assert book.read_name("Stamp") == "never"
        assert book.write_name("Stamp", "2026-01-02 run 7") == 1
        assert book.read_name("Stamp") == "2026-01-02 run 7"
        assert book.write_name("Stamp", "2026-01-02 run 7") == 0
        assert book.write_name("Stamp", None) == 1
        assert book.read_name("Stamp") is None

    def test_a_name_that_is_not_there(self, book: Book) -> None:
        with pytest.raises(WorkbookError, match="Nobody"):
            book.read_name("Nobody")
        with pytest.raises(WorkbookError, match="Nobody"):
            book.write_name("Nobody", 1)
