"""The command line: what each command prints, returns and writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import xlplan
from tests.hosts.conftest import change, volumes, write_csv
from xlplan.functions import call as call_function
from xlplan.functions.registry import plain
from xlplan.hosts import shell
from xlplan.workbook.package.file_book import FileBook

ROOT = Path(__file__).resolve().parents[2]
Output = pytest.CaptureFixture[str]


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "xlplan.hosts.shell", *map(str, arguments)]
    known = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **environment}
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=known, check=False)


# ---- new ------------------------------------------------------------------------------------------------------------


def test_new_makes_a_workbook_that_is_ready_to_refresh(source: Path, tmp_path: Path, capsys: Output) -> None:
    plan = tmp_path / "plan.xlsx"
    assert shell.main(["new", str(plan), "--volumes", str(source)]) == shell.OK
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.splitlines()[0] == f"{plan} is made from 640 rows of volumes.csv: support."
    assert said.out.splitlines()[-1] == f"Next: xlplan refresh {plan}"
    assert shell.main(["check", str(plan)]) == shell.OK


def test_new_takes_what_it_is_told(tmp_path: Path) -> None:
    rows = [(queue, start, y) for queue in ("a", "b", "c") for _, start, y in volumes()]
    source = write_csv(tmp_path / "three.csv", rows)
    told = ["--queue", "c", "--queue", "a", "--hold-back", "2", "--horizon", "3w", "--id", "My plan 7"]
    told += ["--currency", "EUR", "--time-zone", "Europe/Dublin"]
    assert shell.main(["new", str(tmp_path / "p.xlsx"), "--volumes", str(source), *told]) == shell.OK
    plan = xlplan.read_plan(tmp_path / "p.xlsx")
    assert sorted(plan["tblQueue"]["queue"]) == ["a", "c"]
    assert len(plan["tblInterval"]) == 2 * 640
    assert str(plan.name("PlanStart"))[:10] == "2026-02-16"
    named = {name: plan.name(name) for name in ("Grain", "PlanId", "PlanCurrency", "PlanTimeZone")}
    assert named == {"Grain": "3w", "PlanId": "My-plan-7", "PlanCurrency": "EUR", "PlanTimeZone": "Europe/Dublin"}


def test_new_keeps_an_existing_file_unless_it_is_forced(plan: Path, source: Path, capsys: Output) -> None:
    before = plan.read_bytes()
    assert shell.main(["new", str(plan), "--volumes", str(source)]) == shell.ERROR
    assert "exists already; choose another name, or add --force" in capsys.readouterr().err
    assert plan.read_bytes() == before
    assert shell.main(["new", str(plan), "--volumes", str(source), "--force"]) == shell.OK
    assert plan.read_bytes() != before


def test_new_leaves_blank_volumes_out(tmp_path: Path, capsys: Output) -> None:
    rows = [list(row) for row in volumes()]
    rows[5][2] = ""
    source = write_csv(tmp_path / "blank.csv", [*rows, ["", "", ""]])
    code = shell.main(["new", str(tmp_path / "p.xlsx"), "--volumes", str(source), "--json"])
    assert (code, json.loads(capsys.readouterr().out)["rows"]) == (shell.OK, 639)


def test_ids_that_look_like_blanks_are_ids(tmp_path: Path) -> None:
    """North America, Namibia, a queue called none: pandas would take them for missing values."""
    source = write_csv(tmp_path / "ids.csv", [(queue, *row[1:]) for queue in ("NA", "null", "7") for row in volumes()])
    assert shell.main(["new", str(tmp_path / "p.xlsx"), "--volumes", str(source)]) == shell.OK
    assert sorted(xlplan.read_plan(tmp_path / "p.xlsx")["tblQueue"]["queue"]) == ["7", "NA", "null"]


def test_a_file_saved_by_excel_is_read(tmp_path: Path) -> None:
    """With a byte-order mark, line ends of Windows, quotes and blank lines at its end."""
    lines = ['"unique_id","ds","y"', *(f'"a, b","{start}",{y}' for _, start, y in volumes()), "", ",,", ""]
    (tmp_path / "excel.csv").write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    assert shell.main(["new", str(tmp_path / "p.xlsx"), "--volumes", str(tmp_path / "excel.csv")]) == shell.OK
    assert xlplan.read_plan(tmp_path / "p.xlsx")["tblQueue"]["queue"].tolist() == ["a, b"]


@pytest.mark.parametrize("header", ["Unique_ID; DS ;Y", "unique id;ds;y", "UNIQUE_ID;Ds;y"])
def test_a_file_of_another_country_is_read_when_it_is_told_how(header: str, tmp_path: Path) -> None:
    """Semicolons, days first, decimal commas, headers in capitals: the same plan as from the plain file."""
    rows = [(queue, start, y + 0.5) for queue, start, y in volumes()]
    plain = write_csv(tmp_path / "plain.csv", rows)
    spelled = [
        (queue, f"{start[8:10]}.{start[5:7]}.{start[:4]} {start[11:16]}", str(y).replace(".", ","))
        for queue, start, y in rows
    ]
    local = write_csv(tmp_path / "local.csv", spelled, header=header, separator=";")
    told = ["--dates", "dd.mm.yyyy", "--decimal", ","]
    assert shell.main(["new", str(tmp_path / "a.xlsx"), "--volumes", str(plain)]) == shell.OK
    assert shell.main(["new", str(tmp_path / "b.xlsx"), "--volumes", str(local), *told]) == shell.OK
    first, second = (xlplan.read_plan(tmp_path / name)["tblInterval"] for name in ("a.xlsx", "b.xlsx"))
    assert first.equals(second)
    assert first["volume"].mod(1).eq(0.5).all()


def test_of_two_columns_alike_the_exact_one_counts_and_neither_is_guessed_at(tmp_path: Path, capsys: Output) -> None:
    rows = [("other", *row) for row in volumes()]
    exact = write_csv(tmp_path / "v.csv", rows, header="unique id,unique_id,ds,y")
    assert shell.main(["new", str(tmp_path / "p.xlsx"), "--volumes", str(exact)]) == shell.OK
    assert xlplan.read_plan(tmp_path / "p.xlsx")["tblQueue"]["queue"].tolist() == ["support"]
    doubtful = write_csv(tmp_path / "v.csv", rows, header="unique id,UniqueID,ds,y")
    assert shell.main(["new", str(tmp_path / "q.xlsx"), "--volumes", str(doubtful)]) == shell.CHECKS_FAILED
    assert "expected a column unique_id" in capsys.readouterr().err


def test_a_name_with_a_space_is_told_as_it_is_typed(source: Path, tmp_path: Path, capsys: Output) -> None:
    plan = tmp_path / "my plan Übung.xlsx"
    assert shell.main(["new", str(plan), "--volumes", str(source)]) == shell.OK
    assert capsys.readouterr().out.splitlines()[-1] == f'Next: xlplan refresh "{plan}"'


# ---- refresh --------------------------------------------------------------------------------------------------------


def test_refresh_writes_the_results_into_the_workbook(plan: Path, capsys: Output) -> None:
    assert shell.main(["refresh", str(plan)]) == shell.OK
    said = capsys.readouterr()
    assert said.err == ""
    cells, totals, expects, *_ = said.out.splitlines()
    assert cells.endswith(" cells changed in tblIntervalReq, tblCheck, tblKpiDay, tblForecast, tblReq and 8 more.")
    assert totals.startswith("Items 35,757; required hours 3,354; paid hours ")
    assert expects.startswith("From 2 March 2026 to 29 March 2026 the plan expects 35,757 items ")
    assert said.out.rstrip().endswith(f"All checks pass; the plan is in {plan}.")
    assert len(xlplan.read_plan(plan)["tblForecast"]) == 4
    assert sorted(path.name for path in plan.parent.iterdir()) == [".xlplan", "plan.xlsx"]


@pytest.mark.parametrize("option", ["-o", "--out"])
def test_refresh_elsewhere_leaves_the_plan_byte_for_byte(plan: Path, option: str) -> None:
    before = plan.read_bytes()
    other = plan.with_name("other.xlsx")
    assert shell.main(["refresh", str(plan), option, str(other)]) == shell.OK
    assert plan.read_bytes() == before
    assert len(xlplan.read_plan(other)["tblForecast"]) == 4
    assert sorted(path.name for path in plan.parent.iterdir()) == [".xlplan", "other.xlsx", "plan.xlsx"]


def test_refresh_shows_warnings_and_goes_on(plan: Path, capsys: Output) -> None:
    where = change(plan, "tblAht", "aht_s", 9000)
    assert shell.main(["refresh", str(plan)]) == shell.OK
    assert f"warning: {where} (tblAht.aht_s, row 1): found 9000" in capsys.readouterr().out


def test_refresh_with_a_failed_check_writes_and_returns_1(
    plan: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sum that does not tie out is written down where planners see it, and the exit code says so."""
    from xlplan.planning import tie_outs

    def untied(_: object) -> tie_outs.TieOut:
        return tie_outs.TieOut("untied", "One is two", 1.0, 2.0, 0.0, 1, "error", "tblReq")

    monkeypatch.setattr(tie_outs, "CHECKS", (untied,))
    assert shell.main(["refresh", str(plan)]) == shell.CHECKS_FAILED
    assert "1 check fails: see the sheet Checks" in capsys.readouterr().err
    written = xlplan.read_plan(plan)
    assert written["tblCheck"].set_index("check").loc["untied", "status"] == "fail"
    assert written.name("MasterCheck") is False
    assert written["tblRun"]["status"].tolist() == ["checks_failed"]


def test_a_locked_plan_is_not_refreshed(plan: Path, capsys: Output) -> None:
    book = FileBook.open(plan)
    book.write_name("State", "locked")
    book.save(plan)
    before = plan.read_bytes()
    assert shell.main(["refresh", str(plan)]) == shell.ERROR
    assert (
        capsys.readouterr().err.strip()
        == f"{book.names()['State']}: the plan is locked; type draft there to refresh it"
    )
    assert plan.read_bytes() == before


# ---- check ----------------------------------------------------------------------------------------------------------


def test_check_writes_nothing(plan: Path, capsys: Output) -> None:
    before = plan.read_bytes()
    assert shell.main(["check", str(plan)]) == shell.OK
    assert capsys.readouterr().out == f"{plan}: ready to refresh; warnings: 0\n"
    change(plan, "tblAht", "aht_s", None)
    changed = plan.read_bytes()
    assert shell.main(["check", str(plan)]) == shell.CHECKS_FAILED
    assert "errors that stop a refresh: 1" in capsys.readouterr().err
    assert plan.read_bytes() == changed != before


def test_long_lists_are_cut_to_five_with_the_total(plan: Path, capsys: Output) -> None:
    book = FileBook.open(plan)
    place = book.places()["tblInterval"]
    book.write_cells(place.sheet, {place.address(row, "volume"): "many" for row in range(12)})
    book.save(plan)
    assert shell.main(["check", str(plan)]) == shell.CHECKS_FAILED
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error")]
    assert len(lines) == 6
    assert lines[-1] == "error: ... and 7 more, 12 in all"


# ---- call -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cells",
    [
        ("XP_AGENTS", 100, 180, 30, 0.8, 20),
        ("xp_agents", [[100], [None], [200]], 180, 30, 0.8, 20),
        ("XP_AGENTS", 100, 180, 30, 0.8, 20, None, None, False),
        ("XP_GROSS_UP", 100, [[0.1], [0.2]], "add"),
    ],
)
def test_call_answers_in_json(cells: tuple[str, object], capsys: Output) -> None:
    name, *arguments = cells
    answer = plain(call_function(name, *arguments))
    command = ["call", name, *map(json.dumps, arguments)]
    assert shell.main(command) == shell.OK
    assert json.loads(capsys.readouterr().out) == answer
    assert shell.main([*command, "--json"]) == shell.OK
    assert json.loads(capsys.readouterr().out) == {"exit": 0, "value": answer}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["XP_AGENTS", "100", "180", "30", "80", "20"], "#NUM!", "type 0.80 for 80 %"),
        (["XP_AGENT", "1"], "#NAME?", "did you mean XP_AGENTS?"),
        (["XP_AGENTS", '"100"', "180", "30", "0.8", "20"], "#VALUE!", "type a number"),
        (["XP_WHY", '"Nowhere!Z99"'], "#N/A", "no function of xlplan has failed in Nowhere!Z99"),
    ],
)
def test_call_fails_as_the_cell_does(arguments: list[str], code: str, says: str, capsys: Output) -> None:
    assert shell.main(["call", *arguments]) == shell.ERROR
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"{code} ")
    assert says in shown.err
    assert shell.main(["call", *arguments, "--json"]) == shell.ERROR
    data = json.loads(capsys.readouterr().out)
    assert (data["exit"], data["code"]) == (2, code)
    assert says in data["error"]


@pytest.mark.parametrize(
    ("text", "do"),
    [
        ("abc", "type a number such as 100"),
        ("[1,", "type a number such as 100"),
        ("'x'", "type a number such as 100"),
        ("0,8", "type decimals after a point, such as 0.8, and no mark between thousands"),
        ("1,234", "type decimals after a point"),
        ("A1:A50", "a range is known only to a workbook: type its values"),
        ("$B$7", "a range is known only to a workbook"),
        ("A:A", "a range is known only to a workbook"),
        ("80 %", "type a number such as 100"),
    ],
)
def test_call_says_how_an_argument_is_typed(text: str, do: str, capsys: Output) -> None:
    assert shell.main(["call", "XP_AGENTS", "100", text]) == shell.ERROR
    assert f"argument 2 is {text!r}, expected JSON; {do}" in capsys.readouterr().err


@pytest.mark.parametrize(("typed", "json_text"), [("80%", "0.8"), ("62.5%", "0.625"), ("0%", "0.0")])
def test_call_takes_a_share_as_a_cell_does(typed: str, json_text: str, capsys: Output) -> None:
    for target in (typed, json_text):
        assert shell.main(["call", "XP_AGENTS", "100", "180", "30", target, "20", "null", "null", "FALSE"]) == shell.OK
    first, second = capsys.readouterr().out.split()
    assert first == second
    assert not float(first).is_integer() or typed == "0%"


# ---- for machines ---------------------------------------------------------------------------------------------------


def test_json_holds_the_findings_and_nothing_else_is_printed(plan: Path, capsys: Output) -> None:
    where = change(plan, "tblShrink", "rate", 30)
    for command in ("check", "refresh"):
        assert shell.main([command, str(plan), "--json"]) == shell.CHECKS_FAILED
        shown = capsys.readouterr()
        assert shown.err == ""
        data = json.loads(shown.out)
        assert data["exit"] == 1
        ranges = [finding for finding in data["findings"] if finding["rule"] == "range"]
        assert [f"{finding['sheet']}!{finding['cell']}" for finding in ranges] == [where]
        assert ranges[0]["fix"].endswith("type 0.3")


def test_json_of_a_refresh_counts_what_it_wrote(plan: Path, capsys: Output) -> None:
    assert shell.main(["refresh", str(plan), "--json", "--progress"]) == shell.OK
    shown = capsys.readouterr()
    assert shown.err == ""
    data = json.loads(shown.out)
    assert (data["exit"], data["checks_failed"], data["plan"]) == (0, 0, str(plan))
    changes = {change["table"]: change for change in data["changes"]}
    assert changes["tblForecast"]["rows_after"] == 4
    assert changes["tblForecast"]["cells"] > 0
    assert len(data["sentences"]) >= 4


def test_a_progress_bar_stands_on_stderr_when_asked_for(plan: Path, capsys: Output) -> None:
    assert shell.main(["refresh", str(plan), "--progress"]) == shell.OK
    shown = capsys.readouterr()
    assert "100%" in shown.err
    assert "saving" in shown.err
    assert "%|" not in shown.out
    assert shell.main(["refresh", str(plan), "--quiet"]) == shell.OK
    assert capsys.readouterr().err == ""


# ---- in a process of its own ----------------------------------------------------------------------------------------


def test_the_commands_one_after_the_other(source: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.xlsx"
    made = run("new", plan, "--volumes", source, "--horizon", "4w")
    assert (made.returncode, made.stderr) == (0, "")
    checked = run("check", plan)
    assert (checked.returncode, checked.stdout) == (0, f"{plan}: ready to refresh; warnings: 0\n")
    refreshed = run("refresh", plan)
    assert (refreshed.returncode, refreshed.stderr) == (0, ""), "a pipe gets no progress bar"
    assert "All checks pass" in refreshed.stdout
    called = run("call", "XP_AGENTS", 100, 180, 30, 0.8, 20)
    assert (called.returncode, called.stdout, called.stderr) == (0, "14.0\n", "")


def test_exit_codes_of_a_process(plan: Path) -> None:
    change(plan, "tblAht", "aht_s", 3)
    assert run("check", plan).returncode == 1
    assert run("refresh", plan.with_name("none.xlsx")).returncode == 2
    assert run("fly").returncode == 2
    assert run("new", "x.xlsx", "--volumes", "v.csv", "--hold-back", "-1").returncode == 2
    shown = run("--version")
    assert (shown.returncode, shown.stdout) == (0, f"xlplan {xlplan.__version__}\n")


def test_help_names_every_command_and_the_exit_codes() -> None:
    shown = run("--help").stdout
    assert all(command in shown for command in ("new", "refresh", "check", "call"))
    assert "Exit codes: 0 ok, 1 checks failed, 2 error." in shown


def test_a_console_that_cannot_show_a_name_gets_its_escape(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "greek.csv", [("Υποστήριξη", *row[1:]) for row in volumes()])
    plan = tmp_path / "plan.xlsx"
    made = run("new", plan, "--volumes", source, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (made.returncode, made.stderr) == (0, "")
    assert "\\u03a5" in made.stdout
    data = json.loads(run("check", plan, "--json", PYTHONIOENCODING="ascii", PYTHONUTF8="0").stdout)
    assert data["findings"] == []
    assert xlplan.read_plan(plan)["tblQueue"]["queue"].tolist() == ["Υποστήριξη"]
