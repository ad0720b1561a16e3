"""Undo last run: the workbook shows what it showed before; what was typed since then stays."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.hosts.conftest import change, volumes, write_csv
from xlplan import macros
from xlplan.errors import PlanError, WorkbookError
from xlplan.hosts import shell
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.snapshots import FOLDER, KEPT

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
