"""The doctor: each usual trouble is found on a made-up computer, and its mend is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from xlplan.hosts.excel import doctor
from xlplan.hosts.excel.attach import attach
from xlplan.hosts.excel.doctor import Remark, System, examine
from xlplan.hosts.excel.modules import PackageNotFoundError, xlwings_version
from xlplan.workbook.package.file_book import FileBook

DLL = f"xlwings64-{xlwings_version()}.dll"


def computer(folder: Path, name: str = "Windows", *, settings: str | None = None, dll: str = DLL) -> System:
    """A computer on which all is well, unless told otherwise."""
    python = folder / "venv" / "Scripts" / "python.exe"
    python.parent.mkdir(parents=True)
    python.touch()
    (folder / "venv" / dll).touch()
    system = System(name, python, folder / "venv", folder, excel_bits=64)
    key = "INTERPRETER_MAC" if name == "Darwin" else "INTERPRETER_WIN"
    text = f'"{key}","{python}"\n' if settings is None else settings.replace("PYTHON", str(python))
    system.settings.parent.mkdir(parents=True, exist_ok=True)
    system.settings.write_text(text)
    return system


def problems(remarks: list[Remark]) -> list[str]:
    """What is in the way; pywin32, which no other system has, aside."""
    return [r.line() for r in remarks if r.state == "problem" and "pywin32 is not" not in r.what]


@pytest.fixture
def own(made: Path, tmp_path: Path) -> Path:
    return attach(made, tmp_path / "own.xlsm").path


def test_a_computer_on_which_all_is_well(tmp_path: Path, own: Path) -> None:
    remarks = examine(own, system=computer(tmp_path))
    assert problems(remarks) == []
    assert {f"ok: {DLL} for 64-bit Excel", "ok: Windows does not block own.xlsm"} <= {r.line() for r in remarks}


def test_here_too_it_says_something() -> None:
    remarks = examine()
    assert any(f"xlwings {xlwings_version()}" in remark.what for remark in remarks)


def test_without_excel_it_says_what_cannot_be_checked(tmp_path: Path) -> None:
    remarks = examine(system=computer(tmp_path, "Linux"))
    assert [remark.line() for remark in remarks if remark.state != "ok"] == [
        "not checked: there is no Excel on Linux: its settings and its DLL"
    ]


def test_python_of_the_store(tmp_path: Path) -> None:
    system = computer(tmp_path / "WindowsApps")
    assert any("Microsoft Store" in line and "python.org" in line for line in problems(examine(system=system)))


def test_a_dll_of_another_version(tmp_path: Path) -> None:
    system = computer(tmp_path, dll="xlwings64-0.1.0.dll")
    [line] = problems(examine(system=system))
    assert f"{DLL} is missing" in line
    assert "found xlwings64-0.1.0.dll" in line
    assert "--force-reinstall" in line


def test_without_excels_entry_both_dlls_are_wanted(tmp_path: Path) -> None:
    system = computer(tmp_path)
    remarks = examine(system=System("Windows", system.executable, system.prefix, system.home))
    assert [line for line in problems(remarks) if "xlwings32" in line]
    assert any(r.state == "not checked" and "32 or 64 bits" in r.what for r in remarks)


def test_pywin32_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "find_spec", lambda _: None)
    remarks = examine(system=computer(tmp_path))
    assert any(r.state == "problem" and "pywin32 is not installed" in r.what for r in remarks)
    monkeypatch.setattr(doctor, "find_spec", lambda _: object())
    assert not any("pywin32 is not" in r.what for r in examine(system=System("Windows", Path("p"), tmp_path, tmp_path)))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('"SHOW CONSOLE","True"\n\n"INTERPRETER_WIN","PYTHON"\n', "has a blank line 2"),
        ('"SHOW CONSOLE","True"\n', "names no INTERPRETER_WIN"),
        ('"INTERPRETER_WIN",""\n', "names no INTERPRETER_WIN"),
        ('"INTERPRETER_WIN","/nowhere/python.exe"\n', "names /nowhere/python.exe, which is not there"),
    ],
)
def test_settings_that_mislead(tmp_path: Path, settings: str, said: str) -> None:
    [line] = problems(examine(system=computer(tmp_path, settings=settings)))
    assert said in line


@pytest.mark.parametrize("settings", ['"INTERPRETER_WIN","PYTHON"\n', '"CONDA PATH","C:\\conda"\n"CONDA ENV","plan"\n'])
def test_settings_that_are_right(tmp_path: Path, settings: str) -> None:
    assert problems(examine(system=computer(tmp_path, settings=settings))) == []


def test_another_python_than_this_one(tmp_path: Path) -> None:
    other = tmp_path / "other" / "python.exe"
    other.parent.mkdir()
    other.touch()
    [line] = problems(examine(system=computer(tmp_path, settings=f'"INTERPRETER_WIN","{other}"\n')))
    assert "this is another Python" in line
    assert "install xlplan there" in line


def test_no_settings_at_all(tmp_path: Path) -> None:
    system = computer(tmp_path)
    system.settings.unlink()
    [line] = problems(examine(system=system))
    assert line.endswith("type: xlwings config create --force")


def test_a_mac_wants_the_script_of_its_buttons(tmp_path: Path) -> None:
    system = computer(tmp_path, "Darwin")
    [line] = problems(examine(system=system))
    assert line.endswith("type: xlwings runpython install")
    folder = tmp_path / "Library/Application Scripts/com.microsoft.Excel"
    folder.mkdir(parents=True)
    (folder / f"xlwings-{xlwings_version()}.applescript").touch()
    assert problems(examine(system=system)) == []


def test_xlwings_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "version", nowhere)
    assert 'problem: xlwings is not installed; type: pip install --upgrade "xlplan[excel]"' in problems(
        examine(system=computer(tmp_path, "Linux"))
    )


# ---- the workbook ---------------------------------------------------------------------------------------------------


def test_a_blocked_file(tmp_path: Path, own: Path) -> None:
    Path(f"{own}:Zone.Identifier").write_text("[ZoneTransfer]\nZoneId=3\n")
    [line] = problems(examine(own, system=computer(tmp_path)))
    assert "Windows blocks the macros of own.xlsm" in line
    assert "Unblock" in line


def test_a_workbook_without_macros(tmp_path: Path, made: Path) -> None:
    [line] = problems(examine(made, system=computer(tmp_path, "Linux")))
    assert line.endswith(f"type: xlplan attach {made}")


def test_modules_of_another_version(tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlplan.hosts.excel.modules.__version__", "9.9.9")
    [line] = problems(examine(own, system=computer(tmp_path, "Linux")))
    assert "another release of xlplan or xlwings" in line
    assert line.endswith(f"type: xlplan upgrade {own}")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"A4": "SHOW CONSOLE", "B4": "True"}, "row 3 of the sheet xlwings.conf in own.xlsm is blank"),
        ({"A3": "Interpreter_Win"}, "Interpreter_Win on the sheet xlwings.conf in own.xlsm is empty"),
    ],
)
def test_a_settings_sheet_that_misleads(tmp_path: Path, own: Path, cells: dict[str, str], said: str) -> None:
    book = FileBook.open(own)
    book.write_cells("xlwings.conf", cells)
    book.save(own)
    [line] = problems(examine(own, system=computer(tmp_path, "Linux")))
    assert said in line


def test_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "notes.xlsm"
    path.write_text("no workbook")
    [line] = problems(examine(path, system=computer(tmp_path, "Linux")))
    assert line.startswith("problem: notes.xlsm: ")


def test_a_workbook_whose_modules_are_not_ours(tmp_path: Path) -> None:
    corpus = Path(__file__).resolve().parents[2] / "workbook" / "corpus"
    path = Path(shutil.copy(corpus / "62629_target.xlsm", tmp_path / "other.xlsm"))
    assert "problem: other.xlsm lacks the module Xlplan; type: xlplan attach " + str(path) in problems(
        examine(path, system=computer(tmp_path, "Linux"))
    )
