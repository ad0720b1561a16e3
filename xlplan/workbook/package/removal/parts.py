"""Parts and sheets taken out of a package, with all that only they needed."""

from __future__ import annotations

from lxml import etree

from xlplan.workbook.package.markup import child, find_all, local
from xlplan.workbook.package.parts import Package, SheetEntry, rels_part


def remove_with_needs(package: Package, part: str, *, pointed_from: str) -> None:
    """Take out a part, and those that nothing else points to once it is gone."""
    needed = [r.target for r in package.relationships(part) if not r.external and package.archive.has(r.target)]
    for target in dict.fromkeys(needed):
        if target.lower() != part.lower() and _pointers(package, target) == {part.lower()}:
            remove_with_needs(package, target, pointed_from=part)
    for gone in (rels_part(part), part):
        package.remove(gone, pointed_from=pointed_from)


def _pointers(package: Package, target: str) -> set[str]:
    return {
        name.lower()
        for name in ["", *package.archive.names]
        if not name.endswith(".rels")
        and any(not r.external and r.target.lower() == target.lower() for r in package.relationships(name))
    }


def remove_related(package: Package, source: str, kind: str) -> int:
    """Take out all parts that a part points to by one kind of arrow; returns how many."""
    parts = package.related(source, kind)
    for part in parts:
        remove_with_needs(package, part, pointed_from=source)
    return len(parts)


def remove_sheet(package: Package, entry: SheetEntry) -> None:
    """Take out a sheet, and the names that belong to it."""
    root = package.tree(package.workbook)
    index = next(number for number, sheet in enumerate(package.sheets) if sheet is entry)
    listed = child(root, "sheets")
    elements = [] if listed is None else [element for element in listed if local(element) == "sheet"]
    drop(elements[index])
    for name in find_all(root, "definedName"):
        own = name.get("localSheetId")
        if own is not None and int(own) == index:
            drop(name)
        elif own is not None and int(own) > index:
            name.set("localSheetId", str(int(own) - 1))
    for view in find_all(root, "workbookView"):
        for key in ("activeTab", "firstSheet"):
            at = int(view.get(key) or 0)
            if at and at >= index:
                view.set(key, str(at - 1))
    package.sheets.remove(entry)
    package.store(package.workbook)
    remove_with_needs(package, entry.part, pointed_from=package.workbook)


def drop(element: etree._Element) -> None:
    """Take an element out of its parent, which goes too when it is an emptied list of names or references."""
    parent = element.getparent()
    if parent is None:
        return
    parent.remove(element)
    if not len(parent) and local(parent) in ("definedNames", "externalReferences"):
        drop(parent)
