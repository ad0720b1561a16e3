"""The commands put, tables and freeze: what each prints, returns and writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.hosts.conftest import write_csv
from tests.workbook.package.build import formula, simple
from xlplan.hosts import shell
from xlplan.workbook.package.file_book import FileBook

Output = pytest.CaptureFixture[str]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return simple().save(tmp_path / "plan.xlsx")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "new.csv", [("5,5", "x"), ("6", "y")], header="Volume;QUEUE", separator=";")


def run(capsys: Output, *arguments: object) -> tuple[int, str, str]:
    code = shell.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def as_json(capsys: Output, *arguments: object) -> dict[str, Any]:
    code, out, err = run(capsys, *arguments, "--json")
    answer: dict[str, Any] = json.loads(out)
    assert (answer["exit"], err) == (code, "")
    return answer


# ---- put ------------------------------------------------------------------------------------------------------------


def test_put_says_what_it_did(path: Path, data: Path, capsys: Output) -> None:
    code, out, err = run(capsys, "put", path, "tblplan", data, "--decimal", ",")
    assert (code, err) == (shell.OK, "")
    assert out.splitlines() == [
        f"tblPlan on Data has 2 rows, 3 before; 6 cells changed in {path}.",
        "Taken for numbers: volume; for text: queue.",
        "Not given, so each row keeps what stood in it: aht_s.",
    ]
    assert FileBook.open(path).read("tblPlan").columns == {
        "queue": ["x", "y"],
        "volume": [5.5, 6],
        "aht_s": [300.5, 240],
    }


def test_put_for_machines(path: Path, data: Path, capsys: Output) -> None:
    out = path.with_name("out.xlsx")
    before = path.read_bytes()
    answer = as_json(capsys, "put", path, "tblPlan", data, "--decimal", ",", "-o", out)
    assert path.read_bytes() == before
    assert answer["columns"] == [{"column": "volume", "holds": "numbers"}, {"column": "queue", "holds": "text"}]
    assert {name: answer[name] for name in ("workbook", "table", "rows_before", "rows_after", "kept")} == {
        "workbook": str(out),
        "table": "tblPlan",
        "rows_before": 3,
        "rows_after": 2,
        "kept": ["aht_s"],
    }


def test_cells_that_do_not_fit_are_checks_that_failed(path: Path, data: Path, capsys: Output) -> None:
    before = path.read_bytes()
    code, out, err = run(capsys, "put", path, "tblPlan", data)
    assert (code, out) == (shell.CHECKS_FAILED, "")
    assert err == (
        "error: new.csv line 2 (tblPlan.volume, row 1): found '5,5', expected a number; "
        "type 5.5, or say --decimal , if the whole file is written so\n"
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none.xlsx", "tblPlan", "new.csv"], "none.xlsx"),
        (["plan.xlsx", "tblNone", "new.csv"], "no table named 'tblNone'; its tables: tblPlan"),
        (["plan.xlsx", "tblPlan", "none.csv"], "cannot be read"),
        (["plan.xlsx", "tblPlan", "new.csv", "-o", "out.csv"], "does not end in .xlsx or .xlsm"),
        (["plan.xlsx", "tblPlan", "new.csv", "--dates", "day"], "give one such as dd/mm/yyyy"),
        (["plan.xlsx", "tblPlan", "new.csv", "--separator", "#"], "give one of comma, semicolon, tab, bar"),
        (["plan.xlsx", "tblPlan", "other.csv"], "columns that the table does not have: colour"),
        (["plan.xlsx", "tblPlan", "empty.csv"], "add --empty"),
    ],
)
def test_put_of_what_cannot_be(
    path: Path, data: Path, arguments: list[str], says: str, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    write_csv(path.with_name("other.csv"), [(1,)], header="colour")
    write_csv(path.with_name("empty.csv"), [], header="volume")
    before = path.read_bytes()
    code, out, err = run(capsys, "put", *arguments)
    assert (code, out) == (shell.ERROR, "")
    assert says in err
    assert len(err.splitlines()) == 1
    assert path.read_bytes() == before


def test_put_beside_a_workbook_that_is_open(path: Path, data: Path, capsys: Output) -> None:
    path.with_name(".~lock.plan.xlsx#").touch()
    code, out, _ = run(capsys, "put", path, "tblPlan", data, "--decimal", ",")
    first = "plan.xlsx is open elsewhere (.~lock.plan.xlsx# stands beside it), so the result is in plan.xlplan-1.xlsx."
    assert (code, out.splitlines()[0]) == (shell.OK, first)


def test_put_shows_how_far_it_is(path: Path, data: Path, capsys: Output) -> None:
    code, _, err = run(capsys, "put", path, "tblPlan", data, "--decimal", ",", "--progress")
    assert code == shell.OK
    assert "saving" in err


# ---- tables ---------------------------------------------------------------------------------------------------------


def test_tables_lists_them(path: Path, capsys: Output) -> None:
    code, out, err = run(capsys, "tables", path)
    assert (code, out, err) == (shell.OK, "tblPlan: Data!A1:C4, 3 rows; not of the plan\n", "")
    (table,) = as_json(capsys, "tables", path)["tables"]
    assert {name: table[name] for name in ("name", "sheet", "area", "rows", "columns", "refusal")} == {
        "name": "tblPlan",
        "sheet": "Data",
        "area": "A1:C4",
        "rows": 3,
        "columns": ["queue", "volume", "aht_s"],
        "refusal": "",
    }


def test_a_workbook_without_tables(tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "bare.xlsx"
    openpyxl.Workbook().save(path)
    assert run(capsys, "tables", path) == (shell.OK, f"{path} has no named table.\n", "")


def test_a_table_that_a_query_fills_cannot_be_written(tmp_path: Path, capsys: Output) -> None:
    book = simple()
    book.extra["xl/tables/table1.xml"] = str(book.extra["xl/tables/table1.xml"]).replace(
        "<table ", '<table tableType="queryTable" ', 1
    )
    path = book.save(tmp_path / "query.xlsx")
    (table,) = as_json(capsys, "tables", path)["tables"]
    assert table["refusal"].startswith("it is filled by a query")


# ---- freeze ---------------------------------------------------------------------------------------------------------


def test_freeze_writes_a_copy_of_values(tmp_path: Path, capsys: Output) -> None:
    book = simple()
    book.sheet("Calc").put(1, 1, formula("SUM(tblPlan[volume])", 225))
    path = book.save(tmp_path / "plan.xlsx")
    before = path.read_bytes()
    code, out, err = run(capsys, "freeze", path)
    copy = path.with_name("plan_values.xlsx")
    assert (code, err) == (shell.OK, "")
    assert out.startswith("plan_values.xlsx holds the values of 1 formulas")
    assert path.read_bytes() == before
    assert openpyxl.load_workbook(copy)["Calc"]["A1"].value == 225
    code, _, err = run(capsys, "freeze", path)
    assert (code, err) == (
        shell.ERROR,
        f"{copy} exists already; choose another name, or add --force to replace it\n",
    )
    assert run(capsys, "freeze", path, "--force")[0] == shell.OK


def test_freeze_says_which_formulas_had_no_value(tmp_path: Path, capsys: Output) -> None:
    book = simple()
    book.sheet("Calc").put(1, 1, formula("TODAY()+1"), formula("XP_AGENTS(100,180,30,0.8,20)"))
    path = book.save(tmp_path / "plan.xlsx")
    code, out, err = run(capsys, "freeze", path, "-o", tmp_path / "copy.xlsx")
    assert (code, out) == (shell.CHECKS_FAILED, "")
    assert "blank: Calc!A1; " in err
    assert "open plan.xlsx once in Excel, save it, then freeze it again" in err
    answer = as_json(capsys, "freeze", path, "-o", tmp_path / "copy.xlsx", "--force")
    assert answer["without_value"] == ["Calc!A1"]
