"""Bad input: a sentence that names the place and what to type, the right exit code, and nothing written."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.hosts.conftest import change, volumes, write_csv
from xlplan.hosts import shell
from xlplan.workbook.book import CellValue, ErrorValue
from xlplan.workbook.package.file_book import FileBook

Output = pytest.CaptureFixture[str]
ROOT = Path(__file__).resolve().parents[2]


def refused(plan: Path, capsys: Output) -> list[dict[str, Any]]:
    """The errors that check and refresh both stop at, with the file untouched."""
    before = plan.read_bytes()
    found = []
    for command in ("check", "refresh"):
        assert shell.main([command, str(plan), "--json"]) == shell.CHECKS_FAILED
        data = json.loads(capsys.readouterr().out)
        found.append([finding for finding in data["findings"] if finding["severity"] == "error"])
    assert found[0] == found[1]
    assert plan.read_bytes() == before
    assert [path.name for path in plan.parent.iterdir()] == [plan.name]
    for finding in found[0]:
        assert finding["found"]
        assert finding["expected"]
        assert finding["fix"]
    return found[0]


# ---- cells ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column", "value", "found", "fix"),
    [
        ("tblAht", "aht_s", "five minutes", "'five minutes'", "type a number"),
        ("tblAht", "aht_s", "300", "'300'", "give it the format General and type the number again"),
        ("tblAht", "aht_s", 3, "3", "type 180"),
        ("tblAht", "aht_s", 300 / 86_400, "0.00347222222222222", "type 300"),
        ("tblAht", "aht_s", None, "a blank", "type a number"),
        ("tblAht", "aht_s", -300, "-300", "type a number"),
        ("tblAht", "aht_s", True, "TRUE", "type a number"),
        ("tblShrink", "rate", 30, "30", "type 0.3"),
        ("tblShrink", "rate", ErrorValue("#N/A"), "the error #N/A", "type a share"),
        ("tblQueue", "target", 80, "80", "type 0.8"),
        ("tblQueue", "work_type", "phone", "'phone'", "type one of"),
        ("tblQueue", "open_hours", "nights", "'nights'", "type one of its ids"),
        ("tblWorkstream", "queue", "sales", "'sales'", "add a row to tblQueue or type one of its ids"),
        ("tblWorkstream", "active", False, "FALSE in every row", "type TRUE"),
        ("tblWorkstream", "active", "yes", "'yes'", "type TRUE or FALSE"),
        ("tblInterval", "start", "yesterday", "'yesterday'", "type a date with a time"),
        ("tblInterval", "start", 7, "7", "type a date with a time"),
        ("tblInterval", "volume", None, "a blank", "type a number"),
        ("tblInterval", "volume", -1, "-1", "type a number"),
        ("tblOpenHours", "open", "9:00", "'9:00'", "give it the format General and type the time again"),
        ("tblOpenHours", "open", 9, "9", "type 09:00"),
        ("tblSite", "contract_hours_week", 0, "0", "type a number, above 0"),
        ("tblPay", "valid_from", dt.datetime(2026, 1, 1, 12), "2026-01-01 12:00", "type a date"),
        ("tblPay", "wage", None, "a blank", "type an amount"),
    ],
)
def test_a_cell_that_cannot_be(
    plan: Path, capsys: Output, table: str, column: str, value: CellValue, found: str, fix: str
) -> None:
    where = change(plan, table, column, value)
    errors = refused(plan, capsys)
    here = [finding for finding in errors if f"{finding['sheet']}!{finding['cell']}" == where]
    assert any(finding["found"] == found and fix in finding["fix"] for finding in here), here


def test_the_sentence_says_where_what_and_what_to_type(plan: Path, capsys: Output) -> None:
    where = change(plan, "tblAht", "aht_s", "five minutes")
    assert shell.main(["refresh", str(plan)]) == shell.CHECKS_FAILED
    line = capsys.readouterr().err
    assert line.startswith(f"error: {where} (tblAht.aht_s, row 1): found 'five minutes', expected a number")
    assert "; type a number" in line


def test_a_row_that_stands_twice(plan: Path, capsys: Output) -> None:
    first = FileBook.open(plan).read("tblInterval").columns["start"][0]
    change(plan, "tblInterval", "start", first, row=1)
    (finding,) = refused(plan, capsys)
    assert finding["row"] == 2
    assert "as in row 1" in finding["found"]
    assert finding["fix"].startswith("delete one of the two rows")


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("PlanStart", None, "a blank"),
        ("PlanStart", "soon", "'soon'"),
        ("PlanStart", dt.date(2026, 3, 3), "Tuesday 2026-03-03"),
        ("Grain", "13 weeks", "'13 weeks'"),
        ("PlanCurrency", "dollar", "'dollar'"),
        ("PlanTimeZone", "Mars", "'Mars'"),
        ("Objective", "fun", "'fun'"),
    ],
)
def test_a_named_cell_that_cannot_be(plan: Path, capsys: Output, name: str, value: CellValue, found: str) -> None:
    book = FileBook.open(plan)
    book.write_name(name, value)
    book.save(plan)
    here = [f for f in refused(plan, capsys) if f"{f['sheet']}!{f['cell']}" == book.names()[name]]
    assert [finding["found"] for finding in here] == [found]


@pytest.mark.parametrize("name", ["PlanStart", "PlanId"])
def test_a_named_cell_that_is_not_there(plan: Path, capsys: Output, name: str) -> None:
    book = openpyxl.load_workbook(plan)
    del book.defined_names[name]
    book.save(plan)
    (finding,) = [f for f in refused(plan, capsys) if f["column"] == name]
    assert finding["found"] == "no cell of this name"
    assert finding["fix"].startswith(f"give a cell the name {name} (in Excel: Formulas, Define Name), and in it type")


# ---- tables ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["tblQueue", "tblWorkstream", "tblOpenHours", "tblSite"])
def test_a_table_that_is_missing(plan: Path, capsys: Output, table: str) -> None:
    book = openpyxl.load_workbook(plan)
    for sheet in book:
        if table in sheet.tables:
            del sheet.tables[table]
    book.save(plan)
    finding = next(f for f in refused(plan, capsys) if f["rule"] == "missing_table")
    assert (finding["table"], finding["found"]) == (table, "no such table")
    assert finding["fix"] == f"start from xlplan new, whose workbooks have {table}"


@pytest.mark.parametrize("table", ["tblQueue", "tblWorkstream", "tblOpenHours", "tblSite"])
def test_a_table_that_is_empty(plan: Path, capsys: Output, table: str) -> None:
    book = FileBook.open(plan)
    place = book.places()[table]
    book.write(table, {column: [] for column in place.columns})
    book.save(plan)
    finding = next(finding for finding in refused(plan, capsys) if finding["rule"] == "missing_table")
    assert (finding["table"], finding["found"], finding["sheet"]) == (table, "an empty table", place.sheet)
    assert finding["fix"] == f"add rows to {table} on the sheet {place.sheet}, or start from xlplan new"


@pytest.mark.parametrize(
    ("table", "found"),
    [("tblInterval", "no history of support und before 2026-03-02"), ("tblPay", "no pay of agents at SITE-1")],
)
def test_rows_that_the_plan_lacks(plan: Path, capsys: Output, table: str, found: str) -> None:
    book = FileBook.open(plan)
    book.write(table, {column: [] for column in book.places()[table].columns})
    book.save(plan)
    assert [finding["found"].startswith(found) for finding in refused(plan, capsys)] == [True]


@pytest.mark.parametrize("name", ["plan_intervals.xlsx", "plan_periods.xlsx"])
def test_an_empty_plan(name: str, tmp_path: Path, capsys: Output) -> None:
    (tmp_path / name).write_bytes((ROOT / "templates" / name).read_bytes())
    needed = {finding["table"] for finding in refused(tmp_path / name, capsys)}
    assert needed >= {"tblQueue", "tblWorkstream", "tblOpenHours", "tblSite"}


def test_a_workbook_that_holds_no_plan(tmp_path: Path, capsys: Output) -> None:
    openpyxl.Workbook().save(tmp_path / "diary.xlsx")
    assert {finding["rule"] for finding in refused(tmp_path / "diary.xlsx", capsys)} >= {"missing_table", "name_blank"}


# ---- files ----------------------------------------------------------------------------------------------------------


def text_file(folder: Path) -> Path:
    return write_csv(folder / "volumes.xlsx", volumes())


def random_bytes(folder: Path) -> Path:
    path = folder / "noise.xlsx"
    path.write_bytes(bytes(range(256)) * 40)
    return path


def half_a_workbook(folder: Path) -> Path:
    path = folder / "half.xlsx"
    whole = (ROOT / "templates" / "plan_intervals.xlsx").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def empty_file(folder: Path) -> Path:
    path = folder / "empty.xlsx"
    path.touch()
    return path


def a_folder(folder: Path) -> Path:
    path = folder / "folder.xlsx"
    path.mkdir()
    return path


def no_file(folder: Path) -> Path:
    return folder / "none.xlsx"


@pytest.mark.parametrize("command", ["check", "refresh"])
@pytest.mark.parametrize("make", [text_file, random_bytes, half_a_workbook, empty_file, a_folder, no_file])
def test_a_file_that_is_no_workbook(make: Callable[[Path], Path], command: str, tmp_path: Path, capsys: Output) -> None:
    path = make(tmp_path)
    before = sorted(tmp_path.iterdir()), path.read_bytes() if path.is_file() else b""
    assert shell.main([command, str(path)]) == shell.ERROR
    shown = capsys.readouterr()
    assert shown.out == ""
    assert path.name in shown.err
    assert len(shown.err.splitlines()) == 1
    assert "; " in shown.err, "it does not say what to do"
    assert before == (sorted(tmp_path.iterdir()), path.read_bytes() if path.is_file() else b"")


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("out.csv", "does not end in .xlsx or .xlsm; give it the ending .xlsx"),
        ("out", "does not end in .xlsx or .xlsm; give it the ending .xlsx"),
        ("nowhere/out.xlsx", "there is no folder"),
        ("out.xlsm", "give it the ending .xlsx"),
    ],
)
def test_a_target_that_cannot_be(plan: Path, target: str, says: str, capsys: Output) -> None:
    before = plan.read_bytes()
    assert shell.main(["refresh", str(plan), "-o", str(plan.parent / target)]) == shell.ERROR
    assert says in capsys.readouterr().err
    assert plan.read_bytes() == before
    assert [path.name for path in plan.parent.iterdir()] == ["plan.xlsx"]


def test_a_workbook_that_is_open_elsewhere(plan: Path, capsys: Output) -> None:
    lock = plan.with_name("~$plan.xlsx")
    lock.touch()
    before = plan.read_bytes()
    assert shell.main(["refresh", str(plan)]) == shell.OK
    first = "plan.xlsx is open elsewhere (~$plan.xlsx stands beside it), so the result is in plan.xlplan-1.xlsx."
    assert first in capsys.readouterr().out.splitlines()
    assert plan.read_bytes() == before
    beside = plan.with_name("plan.xlplan-1.xlsx")
    assert sorted(plan.parent.iterdir()) == sorted([plan.parent / ".xlplan", plan, beside, lock])
    assert shell.main(["undo", str(beside)]) == shell.OK, "the kept run serves the copy too"
    assert FileBook.open(beside).read("tblForecast") == FileBook.open(plan).read("tblForecast")


# ---- files of volumes -----------------------------------------------------------------------------------------------

ROWS = [list(row) for row in volumes()]


def with_cell(row: int, column: int, value: object) -> list[list[object]]:
    rows: list[list[object]] = [list(cells) for cells in ROWS]
    rows[row][column] = value
    return rows


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (with_cell(5, 1, "05.01.2026 12:00"), "v.csv.ds, row 7: found '05.01.2026 12:00'"),
        (with_cell(5, 1, "soon"), "v.csv.ds, row 7: found 'soon', expected a date and time such as 2026-01-05 09:30"),
        (with_cell(5, 1, ""), "v.csv.ds, row 7: found a blank"),
        (with_cell(5, 1, "2026-02-30"), "v.csv.ds, row 7: found '2026-02-30'"),
        (with_cell(5, 1, "2026-01-05T11:30+02:00"), "v.csv.ds, row 7: found '2026-01-05T11:30+02:00'"),
        (with_cell(5, 2, "many"), "v.csv.y, row 7: found 'many', expected a number; type the volume as a number"),
        (with_cell(5, 2, "nan"), "v.csv.y, row 7: found 'nan', expected a number"),
        (with_cell(5, 2, '"1.234,5"'), "v.csv.y, row 7: found '1.234,5', expected a number"),
        (with_cell(5, 2, -3), "v.csv.y, row 7: found '-3', expected 0 or more; correct it or leave it blank"),
        (with_cell(5, 2, "inf"), "v.csv.y, row 7: found 'inf', expected a finite number"),
        (with_cell(5, 0, ""), "v.csv.unique_id, row 7: found a blank"),
        ([*ROWS, ROWS[3]], "v.csv.ds, row 642: found '2026-01-05 10:30:00', expected each start once per series"),
        ([*ROWS[:5], ["support", ROWS[5][1], 3, 4], *ROWS[6:]], "v.csv, row 7: found 4 cells, expected 3"),
        ([*ROWS[:5], ["support", ROWS[5][1]], *ROWS[6:]], "v.csv, row 7: found 2 cells, expected 3"),
        ([*ROWS[:5], [], *ROWS[5:]], "v.csv.unique_id, row 7: found a blank"),
    ],
)
def test_a_bad_row_of_volumes_is_counted_to(
    rows: list[list[object]], says: str, tmp_path: Path, capsys: Output
) -> None:
    source = write_csv(tmp_path / "v.csv", rows)
    assert shell.main(["new", str(tmp_path / "p.xlsx"), "--volumes", str(source)]) == shell.CHECKS_FAILED
    assert f"error: {says}" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["v.csv"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "v.csv: the file is empty; give a header and a row below it"),
        (b"\n\n", "v.csv: the file is empty; give a header and a row below it"),
        (b"unique_id,ds,y\n", "v.csv holds no volume; give at least one row"),
        (b"unique_id,ds,y\na,2026-01-05,\n", "v.csv holds no volume; give at least one row"),
        (b"unique_id;ds,y\na;2026-01-05,3\n", "v.csv: its header could be separated by comma and semicolon; say which"),
        (b"unique_id;ds;y\na;2026-01-05;3,5\n", "v.csv.y, row 2: found '3,5', expected a number"),
        (b"unique_id,ds,y,y\na,2026-01-05,3,4\n", "v.csv: two columns are named 'y'; rename or delete one of them"),
        (b"id,date,calls\na,2026-01-05,3\n", "rename the columns to unique_id, ds, y"),
        (
            b'unique_id,ds,y\n"a,2026-01-05,3\n',
            "v.csv line 2: the file is no CSV (unexpected end of data); save it as CSV UTF-8",
        ),
        ("unique_id,ds,y\nträume,2026-01-05,3\n".encode("latin-1"), "v.csv: the file is no text in UTF-8; save it as"),
        (bytes(range(256)), "v.csv: the file is no text in UTF-8; save it as"),
    ],
)
def test_a_file_that_holds_no_volumes(text: bytes, says: str, tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "v.csv").write_bytes(text)
    assert shell.main(["new", str(tmp_path / "p.xlsx"), "--volumes", str(tmp_path / "v.csv")]) != shell.OK
    assert says in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["v.csv"]


@pytest.mark.parametrize(
    ("row", "fix"),
    [
        ("a,05/01/2026 09:00,3", "type 2026-01-31, or say how the file spells dates, such as --dates dd/mm/yyyy"),
        ('a,2026-01-05 09:00,"1,034"', "type 1034, or say --decimal . if the whole file is written so"),
        ("a,soon,3", "type it that way"),
        ("a,2026-01-05 09:00,many", "type the volume as a number"),
    ],
)
def test_a_cell_that_an_option_would_read_names_the_option(row: str, fix: str, tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "v.csv").write_text(f"unique_id,ds,y\n{row}\n", encoding="utf-8")
    assert shell.main(["new", str(tmp_path / "p.xlsx"), "--volumes", str(tmp_path / "v.csv")]) == shell.CHECKS_FAILED
    assert capsys.readouterr().err.rstrip().endswith(fix)


@pytest.mark.parametrize("options", [["--dates", "dd/mm/yyyy", "--decimal", ","], ["--dates", "dd/mm/yyyy"]])
def test_what_no_option_reads_is_a_finding_still(options: list[str], tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "v.csv").write_text("unique_id;ds;y\na;31/02/2026;3\na;01/02/2026;-3\n", encoding="utf-8")
    given = ["new", str(tmp_path / "p.xlsx"), "--volumes", str(tmp_path / "v.csv"), *options]
    assert shell.main(given) == shell.CHECKS_FAILED
    said = capsys.readouterr().err
    assert "v.csv.ds, row 2: found '31/02/2026'" in said
    assert "v.csv.y, row 3: found " in said
    assert "expected 0 or more" in said


@pytest.mark.parametrize("name", ["none.csv", "."])
def test_a_file_of_volumes_that_cannot_be_read(name: str, tmp_path: Path, capsys: Output) -> None:
    assert shell.main(["new", str(tmp_path / "p.xlsx"), "--volumes", str(tmp_path / name)]) == shell.ERROR
    assert "check its name and folder" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--queue", "sales"], 2, "no series sales in volumes.csv; use support"),
        (["--hold-back", "99"], 2, "99 cannot be held back; hold back"),
        (["--horizon", "soon"], 1, "--horizon: found 'soon', expected a pattern such as 13w, 18m or 13w+15m"),
        (["--currency", "dollar"], 1, "--currency: found 'dollar', expected three capitals such as EUR"),
        (["--time-zone", "Mars"], 1, "--time-zone: found 'Mars', expected an IANA time zone"),
    ],
)
def test_an_option_that_cannot_be(
    source: Path, tmp_path: Path, options: list[str], code: int, says: str, capsys: Output
) -> None:
    assert shell.main(["new", str(tmp_path / "p.xlsx"), "--volumes", str(source), *options]) == code
    assert says in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["volumes.csv"]


@pytest.mark.parametrize("name", ["plan.txt", "plan", "plan.xlsm", "plan.xls"])
def test_a_new_plan_ends_in_xlsx(source: Path, tmp_path: Path, name: str, capsys: Output) -> None:
    assert shell.main(["new", str(tmp_path / name), "--volumes", str(source)]) == shell.ERROR
    assert "does not end in .xlsx; give it the ending .xlsx" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["volumes.csv"]
