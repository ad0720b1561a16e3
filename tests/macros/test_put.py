"""Put: data into any named table; each column is what it was, and what does not fit is named and not written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.styles import Protection
from openpyxl.worksheet.table import Table

import xlplan
from xlplan.errors import PlanError, TableError, WorkbookError
from xlplan.macros import Put
from xlplan.workbook.intake import table as intake
from xlplan.workbook.package.file_book import FileBook

RATES: dict[str, tuple[str, list[Any]]] = {
    "code": ("@", ["007", "1001"]),
    "rate": ("0.00", [1.5, 2]),
    "share": ("0%", [0.5, 0.25]),
    "from": ("yyyy-mm-dd", [dt.date(2026, 1, 1), dt.date(2026, 2, 1)]),
    "at": ("yyyy-mm-dd hh:mm", [dt.datetime(2026, 1, 1, 9), dt.datetime(2026, 1, 1, 10)]),
    "opens": ("hh:mm", [dt.time(9), dt.time(10)]),
    "live": ("General", [True, False]),
    "either": ("General", [5, "none"]),
    "new": ("General", [None, None]),
    "day": ("dd/mm/yyyy", [None, None]),
}
COLUMNS = list(RATES)


def workbook(path: Path, columns: Mapping[str, tuple[str, list[Any]]] = RATES, name: str = "tblRates") -> Path:
    """A workbook with one table from B3, something below it and a sum of it."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Rates"
    rows = max(len(values) for _, values in columns.values())
    for number, (header, (shown, values)) in enumerate(columns.items(), start=2):
        sheet.cell(3, number, header)
        for row, value in enumerate(values, start=4):
            cell = sheet.cell(row, number, value)
            cell.number_format = shown
    last = openpyxl.utils.get_column_letter(len(columns) + 1)
    sheet.add_table(Table(displayName=name, ref=f"B3:{last}{3 + rows}"))
    sheet.cell(5 + rows, 2, "below")
    sheet["A1"] = f"=COUNTA(B4:B{3 + rows})"
    book.save(path)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return workbook(tmp_path / "rates.xlsx")


def csv(path: Path, text: str) -> Path:
    source = path.with_name("rates.csv")
    source.write_text(text, encoding="utf-8")
    return source


def put(path: Path, text: str, **options: Any) -> Put:
    return xlplan.put(path, "tblRates", csv(path, text), **options)


def shown(path: Path, table: str = "tblRates") -> dict[str, list[Any]]:
    """The table as openpyxl reads it, which knows dates by their formats."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet[sheet.tables[table].ref]]
    return {header: [row[at] for row in rows[1:]] for at, header in enumerate(rows[0])}


# ---- what a column holds --------------------------------------------------------------------------------------------


def test_each_column_takes_what_it_held(path: Path) -> None:
    done = put(
        path,
        "new,live,AT,from,share,Rate , code,opens,either,day\n"
        "a1,FALSE,2026-03-01 09:30,2026-03-01,12%,3,0042,08:15,7,2026-05-01\n"
        "b2,true,2026-03-02,2026-03-02,0.4,1e-1,=1+1,24:00,007,\n"
        ",,,,,,,,n/a,2026-05-02\n",
    )
    assert shown(path) == {
        "code": ["0042", "=1+1", None],
        "rate": [3, 0.1, None],
        "share": [0.12, 0.4, None],
        "from": [dt.datetime(2026, 3, 1), dt.datetime(2026, 3, 2), None],
        "at": [dt.datetime(2026, 3, 1, 9, 30), dt.datetime(2026, 3, 2), None],
        "opens": [dt.time(8, 15), dt.datetime(1900, 1, 1), None],
        "live": [False, True, None],
        "either": [7, "007", "n/a"],
        "new": ["a1", "b2", None],
        "day": [dt.datetime(2026, 5, 1), None, dt.datetime(2026, 5, 2)],
    }
    assert {taken.column: taken.holds for taken in done.columns} == {
        "new": "text",
        "live": "TRUE or FALSE",
        "at": "dates with times",
        "from": "dates",
        "share": "shares",
        "rate": "numbers",
        "code": "text",
        "opens": "times of day",
        "either": "numbers or text",
        "day": "dates",
    }
    assert (done.rows_before, done.rows_after, done.saved.path) == (2, 3, path)
    assert openpyxl.load_workbook(path)["Rates"]["C6"].data_type == "n"
    assert openpyxl.load_workbook(path)["Rates"]["B5"].data_type == "s", "text that begins with = is no formula"


@pytest.mark.parametrize(
    ("cells", "holds"),
    [
        (["1", "2.5", "", "-3e2"], "numbers"),
        (["1", "007"], "text"),
        (["1", "1,5"], "text"),
        (["1", "12%"], "text"),
        (["TRUE", "FALSE"], "text"),
        (["2026-01-01"], "text"),
        (["", ""], "text"),
    ],
)
def test_a_column_that_held_nothing_holds_numbers_only_if_all_are(path: Path, cells: list[str], holds: str) -> None:
    done = put(path, "code,new\n" + "".join(f'x,"{cell}"\n' for cell in cells))
    assert done.columns[1].holds == holds
    as_numbers = [float(cell) if cell else None for cell in cells] if holds == "numbers" else None
    assert shown(path)["new"] == (as_numbers or [cell or None for cell in cells])


def test_a_file_may_say_how_it_is_spelled(path: Path) -> None:
    put(path, "rate;new;from\n1.234,5;0,5;31.12.2026\n", decimal=",", dates="dd.mm.yyyy")
    assert {name: values[0] for name, values in shown(path).items() if name in ("rate", "new", "from")} == {
        "rate": 1234.5,
        "new": 0.5,
        "from": dt.datetime(2026, 12, 31),
    }


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("rate", "many", "found 'many', expected a number; type a number, or leave it blank"),
        ("rate", "007", "found '007', expected a number; type 7, or give the cells of the column the format Text"),
        ("rate", "1.234,5", "found '1.234,5', expected a number; type 1234.5, or say --decimal , if the whole file"),
        ("rate", "1,234.5", "type 1234.5, or say --decimal . if the whole file is written so"),
        ("rate", "12%", "found '12%', expected a number; type 0.12"),
        ("rate", "inf", "found 'inf', expected a number"),
        ("rate", "9007199254740993", "found '9007199254740993', expected a number"),
        ("share", "lots", "found 'lots', expected a share such as 0.25 or 25%"),
        ("from", "31/01/2026", "expected a date such as 2026-01-31; type 2026-01-31, or say how the file spells dates"),
        ("from", "2026-01-31 09:30", "found '2026-01-31 09:30', expected a date such as 2026-01-31"),
        ("at", "46000", "found '46000', expected a date with a time such as 2026-01-31 09:30"),
        ("opens", "9", "found '9', expected a time of day such as 09:30"),
        ("live", "yes", "found 'yes', expected TRUE or FALSE"),
        ("code", "x" * 32_768, "expected text; shorten it to 32,767 characters"),
        ("code", "a\x07b", "expected text; shorten it to 32,767 characters, or take out what no keyboard types"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_written(path: Path, column: str, cell: str, says: str) -> None:
    before = path.read_bytes()
    with pytest.raises(TableError) as error:
        put(path, f'{"new" if column == "code" else "code"},{column}\n"two\nlines",\nok,"{cell}"\n')
    (finding,) = error.value.findings
    assert says in finding.sentence()
    assert finding.where == f"rates.csv line 4 (tblRates.{column}, row 2)"
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == ["rates.csv", "rates.xlsx"]


def test_many_that_do_not_fit_stop_the_reading(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_FINDINGS", 7)
    with pytest.raises(TableError, match="7 in all"):
        put(path, "rate\n" + "x\n" * 100)


def test_ragged_rows_and_misfits_are_told_together(path: Path) -> None:
    with pytest.raises(TableError) as error:
        put(path, "code,rate\na,b\nc\nd,e\n")
    assert [finding.rule for finding in error.value.findings] == ["ragged", "type", "type"]


# ---- columns --------------------------------------------------------------------------------------------------------


def test_columns_that_are_not_given_keep_their_rows(path: Path) -> None:
    done = put(path, "rate\n9\n8\n7\n")
    assert shown(path)["code"] == ["007", "1001", None]
    assert done.kept == tuple(name for name in COLUMNS if name != "rate")


def test_a_column_that_the_table_does_not_have_is_refused_with_the_nearest(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(PlanError) as error:
        put(path, "code,rates,colour\n1,2,3\n")
    assert "has columns that the table does not have: rates, colour" in error.value.sentence()
    assert "for rates you may mean rate; its columns are code, rate, share" in error.value.sentence()
    assert path.read_bytes() == before
    done = put(path, "code,rates,colour\n1,2,3\n", skip=["Rates", "colour "])
    assert [taken.column for taken in done.columns] == ["code"]
    with pytest.raises(PlanError, match="has no column 'size' to leave out; its columns are code"):
        put(path, "code\n1\n", skip=["size"])


def test_formulas_fill_themselves_and_are_not_overwritten(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "f.xlsx",
        {"n": ("0", [1, 2]), "twice": ("0", ["=B4*2", "=B5*2"]), "note": ("@", ["a", "b"])},
    )
    done = put(path, "n\n5\n6\n7\n8\n")
    assert done.calculated == ("twice",)
    assert shown(path) == {
        "n": [5, 6, 7, 8],
        "twice": ["=B4*2", "=B5*2", "=B6*2", "=B7*2"],
        "note": ["a", "b", None, None],
    }
    done = put(path, "n,twice,note\n5,99,x\n")  # as a table is that was saved as CSV
    assert done.left_out == ("twice",)
    assert "So what the data has for twice was left out." in done.sentences()
    assert shown(path) == {"n": [5], "twice": ["=B4*2"], "note": ["x"]}
    assert put(path, "n,twice\n5,10\n", skip=["twice"]).left_out == ()
    with pytest.raises(PlanError, match=r"a formula fills twice, which rates\.csv would overwrite"):
        put(path, "twice\n10\n")


def test_a_table_that_is_not_there(path: Path) -> None:
    with pytest.raises(WorkbookError, match="no table named 'tblRate'; its tables: tblRates"):
        xlplan.put(path, "tblRate", csv(path, "a\n1\n"))


# ---- rows -----------------------------------------------------------------------------------------------------------


def test_a_file_without_rows_empties_only_when_it_is_told_to(path: Path) -> None:
    with pytest.raises(PlanError, match=r"rates.csv holds no row; add --empty \(empty=True\)"):
        put(path, "code,rate\n")
    done = put(path, ",".join(COLUMNS) + "\n", empty=True)
    assert (done.rows_before, done.rows_after) == (2, 0)
    assert FileBook.open(path).read("tblRates").place.rows == 0


def test_what_stands_below_makes_room_and_is_told(path: Path) -> None:
    done = put(path, "code\n" + "x\n" * 5)
    assert done.moved == ("What stood below on Rates moved down by 3 rows.",)
    assert openpyxl.load_workbook(path)["Rates"]["B10"].value == "below"
    assert openpyxl.load_workbook(path)["Rates"]["A1"].value == "=COUNTA(B4:B8)"
    done = put(path, "code\n" + "x\n" * 7, below="insert")
    assert done.moved == ("2 rows were inserted on Rates above row 9.",)
    before = path.read_bytes()
    with pytest.raises(WorkbookError):
        put(path, "code\n" + "x\n" * 20, below="refuse")
    assert path.read_bytes() == before


def test_more_rows_than_a_sheet_has(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "LAST_ROW", 10)
    with pytest.raises(PlanError, match=r"rates\.csv has more than the 7 rows that fit below row 3"):
        put(path, "code\n" + "x\n" * 8)


def test_the_same_data_again_changes_no_byte(path: Path) -> None:
    text = "code,rate,from\n1,2,2026-01-01\n"
    put(path, text)
    once = path.read_bytes()
    assert put(path, text).cells == 0
    assert path.read_bytes() == once


def test_locked_cells_are_left_alone(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["Rates"]
    sheet.protection.sheet = True
    for row in (4, 5, 6):
        sheet.cell(row, 3).protection = Protection(locked=False)
    book.save(path)
    assert put(path, "rate\n7\n8\n").cells == 2
    with pytest.raises(WorkbookError, match=r"the sheet is protected and B4 is locked"):
        put(path, "code\n7\n8\n")


def test_a_workbook_that_is_open_gets_its_result_beside(path: Path) -> None:
    path.with_name("~$rates.xlsx").touch()
    done = put(path, "rate\n7\n8\n")
    assert done.saved.path == path.with_name("rates.xlplan-1.xlsx")
    assert done.sentences()[0].endswith("so the result is in rates.xlplan-1.xlsx.")


def test_another_file_is_written_when_it_is_named(path: Path) -> None:
    before = path.read_bytes()
    done = put(path, "rate\n7\n8\n", out=path.with_name("out.xlsx"))
    assert path.read_bytes() == before
    assert shown(done.saved.path)["rate"] == [7, 8]


# ---- from Python ----------------------------------------------------------------------------------------------------


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": ["a", 7],
            "rate": np.array([1.5, np.nan]),
            "from": pd.to_datetime(["2026-01-01", None]),
            "live": [True, None],
            "new": [np.int64(3), np.int64(4)],
        }
    )


@pytest.mark.parametrize("given", [frame, lambda: {name: list(frame()[name]) for name in frame()}])
def test_columns_of_python(path: Path, given: Callable[[], Any]) -> None:
    done = xlplan.put(path, "tblRates", given())
    after = shown(path)
    assert after["code"] == ["a", "7"]
    assert after["rate"] == [1.5, None]
    assert after["from"] == [dt.datetime(2026, 1, 1), None]
    assert after["live"] == [True, None]
    assert after["new"] == [3, 4]
    assert done.columns[-1].holds == "numbers"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"rate": [1, "x"]}, r"tblRates.rate, row 2: found 'x', expected a number"),
        ({"rate": [float("inf")]}, "found inf, expected a number"),
        ({"rate": [True]}, "found TRUE, expected a number"),
        ({"live": [1]}, "found 1, expected TRUE or FALSE"),
        ({"from": [dt.datetime(2026, 1, 1, 9)]}, "found 2026-01-01 09:00, expected a date"),
        ({"at": [dt.datetime(2026, 1, 1, 9, tzinfo=dt.UTC)]}, "expected a date with a time"),
        ({"new": [object()]}, "expected text"),
    ],
)
def test_values_of_python_that_do_not_fit(path: Path, given: dict[str, Sequence[Any]], says: str) -> None:
    before = path.read_bytes()
    with pytest.raises(TableError, match=says):
        xlplan.put(path, "tblRates", given)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"rate": [1], "code": ["a", "b"]}, r"the columns do not fit each other \(rows: rate 1, code 2\)"),
        ({"rate": 1}, "found 1, expected a list of values"),
        ([1, 2], "data is a list; give the path of a CSV file, a DataFrame or a mapping"),
        ({"rate": [1], "Rate": [2]}, "gives tblRates.rate more than once"),
    ],
)
def test_what_is_no_table(path: Path, given: Any, says: str) -> None:
    with pytest.raises(PlanError, match=says):
        xlplan.put(path, "tblRates", given)


# ---- tables of the plan ---------------------------------------------------------------------------------------------


def test_the_dictionary_says_what_its_columns_hold(tmp_path: Path) -> None:
    columns = {name: ("General", [None]) for name in ("queue", "channel", "target", "open_hours", "note")}
    path = workbook(tmp_path / "plan.xlsx", columns, "tblQueue")
    source = csv(path, "queue,channel,target,note\n007,voice,80%,5\nb,chat,0.9,\n")
    done = xlplan.put(path, "tblQueue", source)
    assert FileBook.open(path).read("tblQueue").columns["queue"] == ["007", "b"]
    assert FileBook.open(path).read("tblQueue").columns["target"] == [0.8, 0.9]
    assert {t.column: t.holds for t in done.columns} == {
        "queue": "text",
        "channel": "text",
        "target": "shares",
        "note": "numbers",
    }


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("a,phone,0.8", "tblQueue.channel, row 2.: found 'phone', expected one of voice, chat"),
        ("a,voice,80", "rates.csv line 3 .tblQueue.target, row 2.: found 80, expected a share between 0 and 1"),
        ("a,voice,x", "found 'x', expected a share between 0 and 1"),
        (",voice,0.8", "found a blank"),
        ("first,voice,0.8", "found .first., as in row 1, expected each queue once"),
    ],
)
def test_the_dictionary_has_its_say_before_anything_is_written(tmp_path: Path, row: str, says: str) -> None:
    columns = {name: ("General", [None]) for name in ("queue", "channel", "target", "open_hours")}
    path = workbook(tmp_path / "plan.xlsx", columns, "tblQueue")
    before = path.read_bytes()
    with pytest.raises(TableError, match=says):
        xlplan.put(path, "tblQueue", csv(path, f"queue,channel,target\nfirst,voice,0.8\n{row}\n"))
    assert path.read_bytes() == before


# ---- tables ---------------------------------------------------------------------------------------------------------


def test_what_tables_a_workbook_has(path: Path, tmp_path: Path) -> None:
    (rates,) = xlplan.tables_of(path)
    assert (rates.name, rates.sheet, rates.area, rates.rows) == ("tblRates", "Rates", "B3:K5", 2)
    assert (rates.columns, rates.of_the_plan, rates.refusal) == (tuple(COLUMNS), False, "")
    assert rates.sentence() == "tblRates: Rates!B3:K5, 2 rows; not of the plan"

    columns = {name: ("General", [None]) for name in ("queue", "channel", "mine", "target")}
    (queue,) = xlplan.tables_of(workbook(tmp_path / "plan.xlsx", columns, "tblQueue"))
    assert (queue.rows, queue.of_the_plan, queue.own) == (0, True, ("mine",))
    assert "open_hours" in queue.missing
    assert "patience_s" in queue.absent
    assert queue.sentence().startswith("tblQueue: Rates!B3:E4, 0 rows; of the plan; lacks work_type")


def test_a_table_that_cannot_be_written_says_why(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book["Rates"].merge_cells("B4:B5")
    book.save(path)
    (rates,) = xlplan.tables_of(path)
    assert rates.refusal == "merged cells B4:B5 lie inside it"
    assert rates.sentence().endswith("cannot be written: merged cells B4:B5 lie inside it")
