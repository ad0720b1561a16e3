"""Attach a workbook to Python: formulas, buttons and a ribbon tab, with nothing to install in Excel.

Everything that is not named here stays byte for byte: the rows of the sheets, the tables, charts and pivots.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xlplan.errors import HostError, WorkbookError
from xlplan.hosts.acts import ACTS
from xlplan.hosts.commands.common import as_typed
from xlplan.hosts.excel.code_names import code_names
from xlplan.hosts.excel.modules import MACROS, SIGNS, all_modules, is_current
from xlplan.hosts.excel.ribbon import put_ribbon
from xlplan.hosts.excel.settings_sheet import SHEET, add_settings
from xlplan.hosts.excel.sheet_buttons import add_buttons
from xlplan.hosts.excel.vba.project import Module, Project, document
from xlplan.workbook.book import Saved
from xlplan.workbook.package.archive import Archive
from xlplan.workbook.package.gate import check_written
from xlplan.workbook.package.grow import add_part, declare, point
from xlplan.workbook.package.markup import namespace
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.save import Seen, save_file

WITH_MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
VBA_TYPE = "application/vnd.ms-office.vbaProject"
VBA_KIND = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
VBA_PART = "xl/vbaProject.bin"
STRICT = "http://purl.oclc.org/ooxml/"


@dataclass(frozen=True)
class Attached:
    """What was done: the file, the modules written, and sentences for the planner."""

    path: Path
    modules: tuple[str, ...]
    changed: bool
    lines: tuple[str, ...]


def attach(source: Path, target: Path) -> Attached:
    """Write a workbook with buttons and functions.

    Parameters
    ----------
    source : Path
        An .xlsx or .xlsm workbook; left as it is, unless it is the target.
    target : Path
        The .xlsm to write; the result goes beside one that is open elsewhere, read-only or changed meanwhile.

    Raises
    ------
    WorkbookError
        When the workbook cannot be read, or cannot take macros without losing something.
    HostError
        When xlwings is missing, or a module of the planner has a name that is needed.
    """
    return _equip(source, target, opened=_open(source))


def upgrade(path: Path) -> Attached:
    """Write the modules, the ribbon and missing buttons of an attached workbook anew; all else stays.

    Raises
    ------
    HostError
        When the workbook was never attached, or xlwings is missing.
    WorkbookError
        When its VBA project is locked, signed or damaged.
    """
    package, seen = _open(path)
    project = read_project(package)
    if project is None or project.find(MACROS) is None:
        raise HostError(
            "it has no functions of xlplan yet", where=path.name, do=f"type: xlplan attach {as_typed(path)}"
        )
    return _equip(path, path, opened=(package, seen))


def _open(source: Path) -> tuple[Package, Seen]:
    source = source.resolve()
    archive = Archive.read_file(source)
    return Package(archive), Seen.of(source, archive.source)


def read_project(package: Package) -> Project | None:
    """The VBA project of a workbook, if it has one."""
    parts = package.related(package.workbook, "vbaProject")
    try:
        return Project.read(package.archive.read(parts[0])) if parts else None
    except WorkbookError as error:
        raise WorkbookError(error.what, where=package.where, do=error.do) from error


def _equip(source: Path, target: Path, *, opened: tuple[Package, Seen]) -> Attached:
    package, seen = opened
    _check_may_change(package)
    modules = all_modules()
    project = read_project(package) or Project.new()
    _check_names(package, project, modules)
    settings = add_settings(package)
    changed = _put_modules(package, project, modules)
    has_ribbon = put_ribbon(package)
    sheet = add_buttons(package)
    declare(package, package.workbook, WITH_MACROS)
    archive = package.archive
    changed_parts = frozenset(archive.changed)
    target = target.resolve()
    saved, own = Saved(target), target == source.resolve()

    def check(written: Path) -> None:
        check_written(written, archive.source, changed_parts, package.where)

    if changed_parts or not own:
        saved = save_file(target, archive.write, check, seen=seen if own else None)
    said = _said(saved.path, changed=changed, sheet=sheet, settings=settings, ribbon=has_ribbon)
    lines = (*saved.sentences(), *said)
    return Attached(saved.path, tuple(module.name for module in modules), bool(changed_parts), lines)


def _check_may_change(package: Package) -> None:
    if package.frozen_because:
        raise WorkbookError(package.frozen_because, where=package.where, do="save an unsigned, unshared copy first")
    if namespace(package.tree(package.workbook)).startswith(STRICT):
        raise WorkbookError(
            "it is saved as Strict Open XML, which knows no macros",
            where=package.where,
            do="save it in Excel as Excel Workbook (.xlsx), then attach that",
        )
    for part in package.related(package.workbook, "vbaProject"):
        if any(relation.kind.startswith("vbaProjectSignature") for relation in package.relationships(part)):
            raise WorkbookError(
                "its VBA project is signed, and any change would break the signature",
                where=package.where,
                do="remove the signature in Excel (Visual Basic, Tools, Digital Signature), then sign it again",
            )


def _check_names(package: Package, project: Project, modules: list[Module]) -> None:
    for module in modules:
        known = project.find(module.name)
        if known is not None and SIGNS[module.name] not in known.text:
            raise HostError(
                f"it has a module {known.name} of its own, and xlplan needs that name",
                where=package.where,
                do="rename the module in Excel (Alt+F11, F4), then try again",
            )


def _put_modules(package: Package, project: Project, modules: list[Module]) -> bool:
    """Put the modules into the package's VBA project; False when all of them are there already."""
    documents = [document(code.name, code.class_id) for code in code_names(package) if project.find(code.name) is None]
    if not documents and is_current(project, modules):
        return False
    for module in [*documents, *modules]:
        project.put(module)
    parts = package.related(package.workbook, "vbaProject")
    if parts:
        package.archive.put(parts[0], project.write())
    else:
        add_part(package, VBA_PART, project.write(), VBA_TYPE)
        point(package, package.workbook, VBA_KIND, VBA_PART)
    return True


def _said(target: Path, *, changed: bool, sheet: str, settings: bool, ribbon: bool) -> tuple[str, ...]:
    first = f"{target.name} is up to date."
    if changed:
        *most, last = [act.label for act in ACTS]
        first = f"{target.name} has the functions of xlplan, and the buttons {', '.join(most)} and {last}."
    lines = [first]
    if sheet:
        lines.append(f"The buttons stand on the sheet {sheet}.")
    if settings:
        lines.append(f"The sheet {SHEET} says how Python is called; leave it in the workbook.")
    if not ribbon:
        lines.append("The workbook has a ribbon of its own, which was kept: the tab xlplan was not added.")
    return tuple(lines)
