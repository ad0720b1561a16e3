"""The last look at a package before it replaces a planner's file."""

from __future__ import annotations

import re
from pathlib import Path

from xlplan.errors import WorkbookError
from xlplan.workbook.package.archive import XML_ENDINGS, Archive
from xlplan.workbook.package.markup import local, parse, too_much
from xlplan.workbook.package.parts import Package

_IGNORABLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Ignorable"
_READ_UP_TO = 8 << 20
_ROWS = re.compile(rb"(<(?:[\w.-]+:)?sheetData(?:\s[^>]*)?(?<!/)>).*(</(?:[\w.-]+:)?sheetData\s*>)", re.DOTALL)


def faults(package: Package, parts: frozenset[str]) -> set[str]:
    """What would make Excel offer a repair.

    Parameters
    ----------
    package : Package
        The package.
    parts : frozenset of str
        Names (lower case) of the parts that were changed and are looked at from within.
    """
    archive = package.archive
    found: set[str] = set()
    names = archive.names
    for name in names:
        if name.endswith(".rels") or name.startswith("["):
            continue
        if not package.content_type(name):
            found.add(f"part {name} has no content type")
    for name in package.overrides:
        if not archive.has(name):
            found.add(f"part {name} is declared and missing")
    for name in ["", *names]:
        if name.endswith(".rels"):
            continue
        for relationship in package.relationships(name):
            if not relationship.external and not archive.has(relationship.target):
                target = relationship.target or relationship.id
                if "#" not in target:
                    found.add(f"part {name or 'package'} points to {target}, which is missing")
    for name in names:
        if name.lower() in parts and name.lower().endswith(XML_ENDINGS):
            found |= _inner_faults(package, name)
    return found


def _inner_faults(package: Package, name: str) -> set[str]:
    archive = package.archive
    look = archive.look(name)
    if look.fault:
        kind = look.fault.partition(":")[0]  # without its line and column, which any change before it moves
        return {f"part {name} is not well-formed ({kind})"}
    if archive.size(name) > _READ_UP_TO:
        return set()
    data = _ROWS.sub(rb"\1\2", archive.read(name))  # rows hold nothing of what is looked for
    if too_much(data):
        return set()
    found = set()
    ids = {relationship.id for relationship in package.relationships(name)}
    for element in parse(data, part=name, where=package.where).iter():
        if not local(element):
            continue
        for key, value in element.attrib.items():
            if key == _IGNORABLE:
                undeclared = [prefix for prefix in str(value).split() if prefix not in element.nsmap]
                found |= {f"part {name} ignores the undeclared prefix {prefix}" for prefix in undeclared}
            elif str(key).endswith("/relationships}id") and value and value not in ids:
                found.add(f"part {name} names relationship {value}, which is missing")
    return found


def check_written(path: Path, source: bytes, changed: frozenset[str], where: str) -> None:
    """Open what was just written and refuse it when it has a fault that its source had not.

    Raises
    ------
    WorkbookError
        Naming the faults; the file that was to be replaced is still as it was.
    """
    found = faults(Package(Archive(path.read_bytes(), where)), changed)
    new = sorted(found - faults(Package(Archive(source, where)), changed)) if found else []
    if new:
        raise WorkbookError(
            f"what was about to be written is not sound: {'; '.join(new[:5])}",
            where=where,
            do="the file was left as it was; report this with the workbook",
        )
