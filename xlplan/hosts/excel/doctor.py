"""What usually keeps Excel from calling Python, looked for one by one, with the mend for each."""

from __future__ import annotations

import csv
import platform
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from xlplan.errors import HostError, WorkbookError
from xlplan.hosts.commands.common import as_typed
from xlplan.hosts.excel.attach import read_project
from xlplan.hosts.excel.modules import all_modules, is_current, xlwings_version
from xlplan.hosts.excel.settings_sheet import SHEET
from xlplan.hosts.excel.vba.project import Project
from xlplan.workbook.book import CellValue
from xlplan.workbook.package.archive import Archive
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.parts import Package

INSTALL = 'type: pip install --upgrade "xlplan[excel]"'
CREATE = "type: xlwings config create --force"
ROWS_OF_SETTINGS = 40


@dataclass(frozen=True)
class Remark:
    """One thing looked at: fine, in the way (and what to do), or not to be seen from here."""

    state: Literal["ok", "problem", "not checked"]
    what: str
    do: str = ""

    def line(self) -> str:
        """The remark as one line."""
        return f"{self.state}: {self.what}" + (f"; {self.do}" if self.do else "")


@dataclass(frozen=True)
class System:
    """The computer and the Python that are looked at."""

    name: str
    executable: Path
    prefix: Path
    home: Path
    excel_bits: int | None = None
    """32 or 64, None when Excel's own entry is not found."""

    @classmethod
    def here(cls) -> System:
        """This computer, this Python."""
        return cls(platform.system(), Path(sys.executable), Path(sys.prefix), Path.home(), _excel_bits())

    @property
    def settings(self) -> Path:
        """The file of xlwings' settings that Excel reads."""
        if self.name == "Darwin":
            return self.home / "Library/Containers/com.microsoft.Excel/Data/xlwings.conf"
        return self.home / ".xlwings" / "xlwings.conf"


def examine(workbook: Path | None = None, *, system: System | None = None) -> list[Remark]:
    """Look at Python, xlwings, its settings and, if given, one workbook.

    Parameters
    ----------
    workbook : Path, optional
        An .xlsm made by ``xlplan attach``.
    system : System, optional
        The computer; this one otherwise.
    """
    here = system or System.here()
    remarks = [*_python(here), *_xlwings(here)]
    usable = not any(remark.state == "problem" for remark in remarks)
    if here.name in ("Windows", "Darwin"):
        remarks += _settings(here)
        remarks += _mac_script(here) if here.name == "Darwin" and usable else ()
    else:
        remarks.append(Remark("not checked", f"there is no Excel on {here.name}: its settings and its DLL"))
    if workbook is not None:
        remarks += _workbook(workbook, here)
    return remarks


# ---- Python and xlwings ---------------------------------------------------------------------------------------------


def _python(here: System) -> Iterator[Remark]:
    if here.name == "Windows" and "windowsapps" in str(here.executable).lower():
        yield Remark(
            "problem",
            f"Python comes from the Microsoft Store ({here.executable}), which Excel may not start",
            "install Python from python.org, then xlplan with it",
        )
    else:
        yield Remark("ok", f"Python {platform.python_version()} at {here.executable}")


def _xlwings(here: System) -> Iterator[Remark]:
    try:
        known = version("xlwings")
        all_modules()
    except PackageNotFoundError:
        yield Remark("problem", "xlwings is not installed", INSTALL)
        return
    except HostError as error:
        yield Remark("problem", error.what, error.do)
        return
    yield Remark("ok", f"xlwings {known}")
    if here.name != "Windows":
        return
    if find_spec("win32com") is None:
        yield Remark("problem", "pywin32 is not installed, without which xlwings cannot reach Excel", INSTALL)
    if here.excel_bits is None:
        yield Remark("not checked", "whether Excel has 32 or 64 bits: its entry in the registry was not found")
    for bits in (here.excel_bits,) if here.excel_bits else (32, 64):
        name = f"xlwings{bits}-{known}.dll"
        if (here.prefix / name).exists():
            yield Remark("ok", f"{name} for {bits}-bit Excel")
        else:
            others = sorted(path.name for path in here.prefix.glob(f"xlwings{bits}-*.dll"))
            found = f", found {', '.join(others)}" if others else ""
            yield Remark("problem", f"{name} is missing in {here.prefix}{found}", f"{INSTALL} --force-reinstall")


def _excel_bits() -> int | None:
    """Bits of the installed Excel, from the registry of Windows."""
    if sys.platform == "win32":
        import winreg

        key = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
        with suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as entry:
            return 64 if winreg.QueryValueEx(entry, "Platform")[0] == "x64" else 32
    return None


# ---- settings -------------------------------------------------------------------------------------------------------


def _settings(here: System) -> Iterator[Remark]:
    path = here.settings
    if not path.exists():
        yield Remark("problem", f"{path} is missing, so Excel takes whichever Python comes first", CREATE)
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text.splitlines()
    blank = [number for number, line in enumerate(lines, start=1) if not line.strip()]
    if blank:
        yield Remark(
            "problem",
            f"{path} has a blank line {blank[0]}, and Excel reads every later line wrongly",
            "delete the blank lines",
        )
    values = {row[0].strip().upper(): row[1].strip() for row in csv.reader(lines) if len(row) > 1}
    if values.get("CONDA PATH") and values.get("CONDA ENV"):
        yield Remark("ok", f"Excel calls Python of the conda environment {values['CONDA ENV']}")
        return
    key = "INTERPRETER_MAC" if here.name == "Darwin" else "INTERPRETER_WIN"
    yield _interpreter(values.get(key, ""), key, here)


def _interpreter(named: str, key: str, here: System) -> Remark:
    if not named:
        return Remark("problem", f"{here.settings} names no {key}, so Excel takes whichever Python comes first", CREATE)
    if named.lower() in ("python", "pythonw"):
        return Remark("not checked", f"{key} is {named}: whichever Python comes first on Excel's path", CREATE)
    path = Path(named)
    if not path.exists():
        return Remark("problem", f"{key} names {named}, which is not there", CREATE)
    if path.resolve().parent != here.executable.resolve().parent:
        return Remark(
            "problem",
            f"Excel calls {named}, and this is another Python, {here.executable}",
            f"install xlplan there, or {CREATE}",
        )
    return Remark("ok", f"Excel calls {named}")


def _mac_script(here: System) -> Iterator[Remark]:
    """Excel for Mac may run nothing but a script in a folder of its own."""
    folder = here.home / "Library/Application Scripts/com.microsoft.Excel"
    name = f"xlwings-{xlwings_version()}.applescript"
    if (folder / name).exists():
        yield Remark("ok", f"{name} for Excel's buttons")
    else:
        yield Remark("problem", f"{name} is missing in {folder}", "type: xlwings runpython install")


# ---- one workbook ---------------------------------------------------------------------------------------------------


def _workbook(path: Path, here: System) -> Iterator[Remark]:
    try:
        archive = Archive.read_file(path)
        project = read_project(Package(archive))
        settings = _settings_sheet(path)
    except WorkbookError as error:
        yield Remark("problem", f"{path.name}: {error.what}", error.do)
        return
    if here.name == "Windows":
        yield _blocked(path)
    if project is None:
        yield Remark("problem", f"{path.name} has no macros", f"type: xlplan attach {as_typed(path)}")
        return
    yield from _modules(path, project)
    if settings is None:
        yield Remark("problem", f"{path.name} has no sheet {SHEET}", f"type: xlplan upgrade {as_typed(path)}")
        return
    yield from _sheet(path, settings)


def _modules(path: Path, project: Project) -> Iterator[Remark]:
    try:
        wanted = all_modules()
    except HostError:
        return  # said already
    missing = [module.name for module in wanted if project.find(module.name) is None]
    if missing:
        yield Remark("problem", f"{path.name} lacks the module {missing[0]}", f"type: xlplan attach {as_typed(path)}")
    elif not is_current(project, wanted):
        yield Remark(
            "problem",
            f"{path.name} was written by another release of xlplan or xlwings",
            f"close it and type: xlplan upgrade {as_typed(path)}",
        )
    else:
        yield Remark("ok", f"{path.name} has the modules of this xlplan and this xlwings")


def _settings_sheet(path: Path) -> list[tuple[CellValue, CellValue]] | None:
    """Keys and values of the sheet, None when there is none."""
    archive = Archive.read_file(path)
    name = next((sheet.name for sheet in Package(archive).sheets if sheet.name.casefold() == SHEET), "")
    if not name:
        return None
    return [(key, value) for key, value in FileBook.open(path).read_cells(name, f"A1:B{ROWS_OF_SETTINGS}")]


def _sheet(path: Path, rows: list[tuple[CellValue, CellValue]]) -> Iterator[Remark]:
    where = f"the sheet {SHEET} in {path.name}"
    filled = [number for number, (key, _) in enumerate(rows, start=1) if key is not None]
    gap = next((number for number in range(1, max(filled, default=0)) if number not in filled), 0)
    if gap:
        yield Remark(
            "problem", f"row {gap} of {where} is blank, and Excel reads nothing below it", "delete the blank rows"
        )
    hiding = [str(key) for key, value in rows if str(key).upper().startswith("INTERPRETER") and value is None]
    for key in hiding:
        yield Remark("problem", f"{key} on {where} is empty, which hides your own setting", "delete that row")
    if not gap and not hiding:
        yield Remark("ok", f"{where} says how Python is called: {len(filled)} settings")


def _blocked(path: Path) -> Remark:
    """Windows marks files that came by mail or from the web, and Excel runs no macros of those."""
    if Path(f"{path}:Zone.Identifier").exists():
        return Remark(
            "problem",
            f"Windows blocks the macros of {path.name}, because the file came from elsewhere",
            "right-click it in the Explorer, Properties, tick Unblock",
        )
    return Remark("ok", f"Windows does not block {path.name}")
