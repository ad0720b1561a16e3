"""Undo last run: the workbook shows what it showed before; what was typed since then stays."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.table import Table

from tests.hosts.conftest import change, volumes, write_csv
from tests.workbook.package.build import Workbook
from xlplan import macros
from xlplan.errors import PlanError, WorkbookError
from xlplan.hosts import shell
from xlplan.workbook.book import Book
from xlplan.workbook.memory import MemoryBook
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.references import cell_address, parse_cell, parse_place
from xlplan.workbook.snapshots import FOLDER, KEPT, Rehearsal, find

NOW = dt.datetime(2026, 3, 2, 8, 30, tzinfo=dt.UTC)
Shown = dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    path = folder / "plan.xlsx"
    assert (
        shell.main(["new", str(path), "--volumes", str(write_csv(folder / "v.csv", volumes())), "--horizon", "4w"])
        == shell.OK
    )
    return path


@pytest.fixture
def plan(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "plan.xlsx"))


def shown(path: Path) -> Shown:
    """Every cell of every sheet."""
    book = openpyxl.load_workbook(path)
    return {
        sheet.title: {cell.coordinate: cell.value for row in sheet for cell in row if cell.value is not None}
        for sheet in book
    }


def run(path: Path, minutes: int, *, command: str = "forecast") -> None:
    book = FileBook.open(path)
    done = getattr(macros, command)(book, now=NOW + dt.timedelta(minutes=minutes))
    book.save(path)
    done.before.keep(path.parent)


def undo(path: Path) -> macros.Undone:
    book = FileBook.open(path)
    done = macros.undo(book, path.parent)
    book.save(path)
    return done


def test_runs_are_undone_one_by_one(plan: Path) -> None:
    states = [shown(plan)]
    for minutes, command in enumerate(("refresh", "forecast", "allocate")):
        change(plan, "tblAht", "aht_s", 300 + 10 * minutes)
        states.append(shown(plan))
        run(plan, minutes, command=command)
    for minutes in (2, 1, 0):
        done = undo(plan)
        before = states[minutes + 1]
        before["Rates"] = shown(plan)["Rates"]  # what was typed stays
        assert shown(plan) == before
        assert done.snapshot.at == (NOW + dt.timedelta(minutes=minutes)).replace(tzinfo=None)
    assert FileBook.open(plan).read_name("Stamp") is None
    with pytest.raises(PlanError, match="holds no stamp of a run; there is nothing to undo"):
        undo(plan)


def test_what_was_typed_after_the_run_stays(plan: Path) -> None:
    run(plan, 0)
    change(plan, "tblAht", "aht_s", 555)
    undo(plan)
    assert FileBook.open(plan).read("tblAht").columns["aht_s"][0] == 555


def test_runs_of_one_minute_are_one(plan: Path) -> None:
    before = shown(plan)
    run(plan, 0)
    run(plan, 0)
    undo(plan)
    assert shown(plan) == before


def test_a_copy_goes_back_too(plan: Path) -> None:
    before = shown(plan)
    run(plan, 0)
    copy = Path(shutil.copy(plan, plan.with_name("copy.xlsx")))
    undo(copy)
    assert shown(copy) == before
    undo(plan)
    assert shown(plan) == before


def test_a_run_that_was_not_kept_is_not_undone(plan: Path, tmp_path: Path) -> None:
    run(plan, 0)
    after = plan.read_bytes()
    moved = Path(shutil.copy(plan, (tmp_path / "elsewhere").mkdir() or tmp_path / "elsewhere" / "plan.xlsx"))
    with pytest.raises(WorkbookError, match="cannot be undone: no run is kept there"):
        undo(moved)
    run(plan, 1)
    shutil.copy(moved, plan)
    (next(iter(sorted((plan.parent / FOLDER).iterdir())))).unlink()
    with pytest.raises(WorkbookError, match="1 earlier runs are kept there, that one is not among them"):
        undo(plan)
    assert plan.read_bytes() == after


def test_the_last_twenty_are_kept(plan: Path) -> None:
    book = FileBook.open(plan)
    done = macros.forecast(book, now=NOW)
    for _ in range(KEPT + 3):
        last = done.before.keep(plan.parent)
    kept = sorted((plan.parent / FOLDER).iterdir())
    assert len(kept) == KEPT
    assert last in kept


def test_a_locked_plan_is_not_undone(plan: Path) -> None:
    run(plan, 0)
    book = FileBook.open(plan)
    book.write_name("State", "locked")
    book.save(plan)
    with pytest.raises(PlanError, match="the plan is locked; type draft there to undo its last run"):
        undo(plan)


def test_a_table_that_was_renamed_is_named(plan: Path) -> None:
    run(plan, 0)
    kept = next((plan.parent / FOLDER).iterdir())
    lines = gzip.decompress(kept.read_bytes()).decode().replace('"table": "tblForecast"', '"table": "tblOld"')
    kept.write_bytes(gzip.compress(lines.encode()))
    with pytest.raises(WorkbookError, match="tblOld is not there any more; take back what was renamed"):
        undo(plan)


def test_a_damaged_run_is_named(plan: Path) -> None:
    run(plan, 0)
    kept = next((plan.parent / FOLDER).iterdir())
    kept.write_bytes(kept.read_bytes()[:100])
    with pytest.raises(WorkbookError, match="the kept run cannot be read"):
        undo(plan)


def test_a_kept_run_is_plain_to_read(plan: Path) -> None:
    run(plan, 0)
    run(plan, 1)
    first, second = sorted((plan.parent / FOLDER).iterdir())
    assert first.name == "plan.20260302T083000.json.gz"
    head, *rest = map(json.loads, gzip.decompress(second.read_bytes()).decode().splitlines())
    assert (head["command"], head["at"]) == ("forecast", "2026-03-02T08:31:00")
    tables = {line["table"]: line["columns"] for line in rest if "table" in line}
    assert tables["tblForecast"]["queue"] == ["support"] * 4


def test_the_command_says_what_it_did(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shell.main(["refresh", str(plan)]) == shell.OK
    capsys.readouterr()
    assert shell.main(["undo", str(plan), "-o", str(plan.with_name("before.xlsx"))]) == shell.OK
    said = capsys.readouterr().out
    assert said.startswith("The refresh of ")
    assert said.endswith("before.xlsx shows no results, as before its first run.\n")
    assert FileBook.open(plan).read_name("Stamp")
    assert shell.main(["undo", str(plan)]) == shell.OK
    assert FileBook.open(plan).read_name("Stamp") is None
    assert shell.main(["undo", str(plan)]) == shell.ERROR


# ---- locked cells ---------------------------------------------------------------------------------------------------


def protected(path: Path, sheet: str, *unlocked: str) -> None:
    book = openpyxl.load_workbook(path)
    book[sheet].protection.sheet = True
    for area in unlocked:
        for row in book[sheet][area]:
            for cell in row:
                cell.protection = openpyxl.styles.Protection(locked=False)
    book.save(path)


@pytest.mark.parametrize("command", ["refresh", "forecast", "allocate"])
def test_locked_cells_are_never_overwritten(plan: Path, command: str) -> None:
    protected(plan, "Forecast")
    before = plan.read_bytes()
    with pytest.raises(WorkbookError) as stopped:
        run(plan, 0, command=command)
    assert str(stopped.value) == (
        "Forecast!A7: table tblForecast would be written, but the sheet is protected and A7 is locked; take off the "
        "protection (Review, Unprotect Sheet), or unlock these cells; nothing was written"
    )
    assert plan.read_bytes() == before
    assert not (plan.parent / FOLDER).exists()


def test_unlocked_cells_of_a_protected_sheet_are_written(plan: Path) -> None:
    protected(plan, "Forecast", "A1:Z200")
    run(plan, 0)
    assert FileBook.open(plan).places()["tblForecast"].rows == 4


def test_inputs_on_a_protected_sheet_do_not_matter(plan: Path) -> None:
    protected(plan, "History")
    run(plan, 0)
    assert FileBook.open(plan).places()["tblForecast"].rows == 4


def test_an_undo_does_not_overwrite_locked_cells(plan: Path) -> None:
    run(plan, 0)
    protected(plan, "Forecast")
    before = plan.read_bytes()
    with pytest.raises(WorkbookError, match="A7 is locked"):
        undo(plan)
    assert plan.read_bytes() == before


# ---- what moved since then ---------------------------------------------------------------------------------------


def stacked(path: Path) -> Path:
    """A workbook in which a view with a named corner, and a note, stand below a table."""
    book = Workbook()
    sheet = book.sheet("Team's plan")
    book.table(sheet, "tblReq", ["queue", "fte"], [["a", 1]], at=(1, 2))
    sheet.put(3, 2, "view", "w1").put(4, 2, "a", 5).put(5, 2, "note", "mine")
    book.names["View"] = "'Team''s plan'!$B$3"
    return book.save(path)


def write(book: Book) -> None:
    """What a run does: a longer table, and the view where its corner then is."""
    book.write("tblReq", {"queue": ["a", "b", "c"], "fte": [1, 2, 3]})
    sheet, row, column = parse_place(book.names()["View"])
    places = {cell_address(row + down, column + right): (down, right) for down in (0, 1) for right in (0, 1)}
    book.write_cells(sheet, {address: f"new {down}{right}" for address, (down, right) in places.items()})


def test_a_view_that_was_pushed_down_by_its_own_run_is_restored_where_it_is(tmp_path: Path) -> None:
    path = stacked(tmp_path / "plan.xlsx")
    book = FileBook.open(path)
    rehearsal = Rehearsal(book)
    write(rehearsal)
    snapshot = rehearsal.snapshot(command="refresh", at=NOW, stamp="s / 1")
    write(book)
    assert book.names()["View"] == "'Team''s plan'!B5"
    assert book.read_cells("Team's plan", "B5:C7") == [["new 00", "new 01"], ["new 10", "new 11"], ["note", "mine"]]
    snapshot.keep(tmp_path)
    find(tmp_path, "s / 1").restore(book)
    assert book.read_cells("Team's plan", "B2:C7") == [
        ["a", 1], [None, None], [None, None], ["view", "w1"], ["a", 5], ["note", "mine"]
    ]  # fmt: skip


def test_a_view_whose_corner_lost_its_name_is_not_guessed_at(tmp_path: Path) -> None:
    book = FileBook.open(stacked(tmp_path / "plan.xlsx"))
    rehearsal = Rehearsal(book)
    write(rehearsal)
    snapshot = rehearsal.snapshot(command="refresh", at=NOW, stamp="s / 1")
    other = MemoryBook({"tblReq": {"queue": ["a"], "fte": [1]}}, {})
    with pytest.raises(WorkbookError, match="View is not there any more"):
        snapshot.restore(other)


def below_the_forecast(plan: Path, name: str) -> None:
    """A table moves to where the forecast will need the rows."""
    book = openpyxl.load_workbook(plan)
    old = next(sheet for sheet in book if name in sheet.tables)
    rows = [[cell.value for cell in row] for row in old[old.tables[name].ref]]
    del old.tables[name]
    sheet = next(sheet for sheet in book if "tblForecast" in sheet.tables)
    top = sheet[sheet.tables["tblForecast"].ref][-1][0].row + 3
    for down, row in enumerate(rows):
        for right, value in enumerate(row):
            sheet.cell(top + down, 1 + right, value)
    last = f"{openpyxl.utils.get_column_letter(len(rows[0]))}{top + len(rows) - 1}"
    sheet.add_table(Table(displayName=name, ref=f"A{top}:{last}"))
    book.save(plan)


def test_findings_and_checks_point_at_what_they_speak_of_although_it_was_pushed_down(plan: Path) -> None:
    book = FileBook.open(plan)
    history = book.read("tblInterval").columns
    days = [int(start) for start in history["start"]]  # type: ignore[call-overload]
    kept = [row for row, day in enumerate(days) if day != days[len(days) // 2]]  # a day is missing: a warning
    book.write("tblInterval", {name: [values[row] for row in kept] for name, values in history.items()})
    book.save(plan)
    below_the_forecast(plan, "tblInterval")
    before = FileBook.open(plan).places()["tblInterval"]
    expected = [finding for finding in macros.check(FileBook.open(plan)).findings if finding.table == "tblInterval"]
    run(plan, 0, command="refresh")
    book = FileBook.open(plan)
    after = book.places()["tblInterval"]
    down = after.header_row - before.header_row
    assert down > 0
    columns = book.read("tblFinding").columns
    found = [c for t, c in zip(columns["table"], columns["cell"], strict=True) if t == "tblInterval"]
    there = [parse_cell(finding.cell) for finding in expected]
    assert found == [cell_address(row + down, column) for row, column in there]
    assert found
    assert f"{after.sheet}!{found[0]}" in book.read("tblCheck").columns["link"]
    done = macros.refresh(book, now=NOW + dt.timedelta(minutes=9))
    assert done.changed.cells == 0
