"""The commands attach, upgrade and doctor: what they print, return and write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xlplan.hosts import shell
from xlplan.workbook.package.file_book import FileBook

Output = pytest.CaptureFixture[str]


def test_attach_writes_beside_the_plan_and_says_where_the_buttons_are(plan: Path, capsys: Output) -> None:
    before = plan.read_bytes()
    assert shell.main(["attach", str(plan)]) == shell.OK
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "plan.xlsm has the functions of xlplan, and the buttons "
        "Check, Run forecast, Refresh plan, Optimise allocation, Build review and Undo last run.",
        "The buttons stand on the sheet Control.",
        "The sheet xlwings.conf says how Python is called; leave it in the workbook.",
    ]
    assert plan.read_bytes() == before
    assert shell.main(["attach", str(plan)]) == shell.ERROR
    assert "exists already" in capsys.readouterr().err
    assert shell.main(["attach", str(plan), "--force"]) == shell.OK


def test_attach_wants_the_ending_that_excel_opens(plan: Path, capsys: Output) -> None:
    assert shell.main(["attach", str(plan), "-o", str(plan.with_name("out.xlsx"))]) == shell.ERROR
    assert "give it the ending .xlsm" in capsys.readouterr().err


def test_an_attached_plan_is_refreshed_upgraded_and_examined(plan: Path, capsys: Output) -> None:
    book = plan.with_name("book.xlsm")
    assert shell.main(["attach", str(plan), "-o", str(book), "--json"]) == shell.OK
    assert json.loads(capsys.readouterr().out)["modules"] == ["Xlplan", "XlplanFunctions", "xlwings", "Dictionary"]
    assert shell.main(["refresh", str(book), "--quiet"]) == shell.OK
    assert FileBook.open(book).read_name("MasterCheck") is True
    before = book.read_bytes()
    capsys.readouterr()
    assert shell.main(["upgrade", str(book), "--json"]) == shell.OK
    assert json.loads(capsys.readouterr().out)["changed"] is False
    assert book.read_bytes() == before
    assert shell.main(["doctor", str(book)]) == shell.OK
    assert "ok: book.xlsm has the modules of this xlplan and this xlwings" in capsys.readouterr().out


def test_doctor_finds_a_plan_that_is_not_attached(plan: Path, capsys: Output) -> None:
    assert shell.main(["doctor", str(plan)]) == shell.CHECKS_FAILED
    assert f"problem: plan.xlsx has no macros; type: xlplan attach {plan}" in capsys.readouterr().err
    assert shell.main(["doctor", str(plan), "--json"]) == shell.CHECKS_FAILED
    remarks = json.loads(capsys.readouterr().out)["remarks"]
    assert [remark["state"] for remark in remarks].count("problem") == 1


def test_upgrade_wants_an_attached_plan(plan: Path, capsys: Output) -> None:
    assert shell.main(["upgrade", str(plan)]) == shell.ERROR
    assert "type: xlplan attach" in capsys.readouterr().err
