"""The name by which VBA knows the workbook and each sheet, and the module behind each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from lxml import etree

from xlplan.workbook.package.markup import child, local, namespace
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.sheet import Sheet
from xlplan.workbook.package.strings import SharedStrings

WORKBOOK_CLASS = "00020819-0000-0000-C000-000000000046"
_CLASSES = {
    "worksheet": "00020820-0000-0000-C000-000000000046",
    "chartsheet": "00020821-0000-0000-C000-000000000046",
}
_BEFORE_PROPERTIES = ("fileVersion", "fileSharing")


@dataclass(frozen=True)
class CodeName:
    """A name, and the kind of document that stands behind it."""

    name: str
    class_id: str


def code_names(package: Package) -> list[CodeName]:
    """Code names of the workbook and its sheets; those that lack one get it, in the package too."""
    found = [CodeName(_workbook_name(package), WORKBOOK_CLASS)]
    sheets = [sheet for sheet in package.sheets if sheet.kind in _CLASSES]
    roots = {sheet.part: _root(package, sheet.name, sheet.kind, sheet.part) for sheet in sheets}
    known = {part: _given(root) for part, root in roots.items()}
    taken = {found[0].name.casefold(), *(name.casefold() for name in known.values() if name)}
    for sheet in sheets:
        name = known[sheet.part]
        if not name:
            name = next(new for number in count(1) if (new := f"Sheet{number}").casefold() not in taken)
            taken.add(name.casefold())
            _properties(roots[sheet.part]).set("codeName", name)
            _store(package, sheet.name, sheet.kind, sheet.part, roots[sheet.part])
        found.append(CodeName(name, _CLASSES[sheet.kind]))
    return found


def worksheet(package: Package, name: str, part: str) -> Sheet:
    """A worksheet whose rows are left alone."""
    strings = package.related(package.workbook, "sharedStrings")
    return Sheet(package, name, part, SharedStrings(package.archive, strings[0] if strings else None))


def _root(package: Package, name: str, kind: str, part: str) -> etree._Element:
    return worksheet(package, name, part).skeleton() if kind == "worksheet" else package.tree(part)


def _store(package: Package, name: str, kind: str, part: str, root: etree._Element) -> None:
    if kind == "worksheet":
        worksheet(package, name, part).rewrite(skeleton=root)
    else:
        package.store(part)


def _given(root: etree._Element) -> str:
    properties = child(root, "sheetPr")
    return "" if properties is None else properties.get("codeName") or ""


def _properties(root: etree._Element) -> etree._Element:
    """The element sheetPr, which is the first of a sheet."""
    properties = child(root, "sheetPr")
    if properties is None:
        properties = etree.Element(f"{{{namespace(root)}}}sheetPr")
        root.insert(0, properties)
    return properties


def _workbook_name(package: Package) -> str:
    root = package.tree(package.workbook)
    properties = child(root, "workbookPr")
    if properties is None:
        properties = etree.Element(f"{{{namespace(root)}}}workbookPr")
        before = [number for number, entry in enumerate(root, start=1) if local(entry) in _BEFORE_PROPERTIES]
        root.insert(max(before, default=0), properties)
    if not properties.get("codeName"):
        properties.set("codeName", "ThisWorkbook")
        package.store(package.workbook)
    return properties.get("codeName") or ""
