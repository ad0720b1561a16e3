"""New parts in a package: declared, pointed to, and never under a name that is taken."""

from __future__ import annotations

import posixpath
from itertools import count

from lxml import etree

from xlplan.workbook.package.markup import local, namespace
from xlplan.workbook.package.parts import TYPES, Package, rels_part

RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"


def free_part(package: Package, pattern: str) -> str:
    """First unused name of a pattern such as ``xl/worksheets/sheet{}.xml``, counted from 1."""
    return next(name for number in count(1) if not package.archive.has(name := pattern.format(number)))


def add_part(package: Package, part: str, data: bytes, content_type: str = "") -> None:
    """Add a part; without a content type its ending must have one."""
    package.archive.add(part, data)
    if content_type:
        declare(package, part, content_type)


def declare(package: Package, part: str, content_type: str) -> None:
    """Give a part a content type of its own, in place of any that it has."""
    types = package.tree(TYPES)
    for entry in types:
        if local(entry) == "Override" and (entry.get("PartName") or "").lstrip("/").lower() == part.lower():
            entry.set("ContentType", content_type)
            break
    else:
        entry = etree.SubElement(types, f"{{{namespace(types)}}}Override")
        entry.set("PartName", f"/{part}")
        entry.set("ContentType", content_type)
    package.store(TYPES)


def declare_ending(package: Package, ending: str, content_type: str) -> None:
    """Give parts of an ending a content type, unless they have one."""
    if package.content_type(f"any.{ending}"):
        return
    types = package.tree(TYPES)
    entry = etree.Element(f"{{{namespace(types)}}}Default")
    entry.set("Extension", ending)
    entry.set("ContentType", content_type)
    types.insert(0, entry)
    package.store(TYPES)


def point(package: Package, source: str, kind: str, target: str) -> str:
    """Draw an arrow from one part to another; the package itself is the part with the empty name.

    Parameters
    ----------
    package : Package
    source, target : str
        Names of parts.
    kind : str
        The whole type of the relationship, a URI.

    Returns
    -------
    str
        Id of the arrow.
    """
    rels = rels_part(source)
    if not package.archive.has(rels):
        declare_ending(package, "rels", RELATIONSHIPS_TYPE)
        package.archive.add(rels, f'<Relationships xmlns="{RELATIONSHIPS}"/>'.encode())
    taken = {relationship.id for relationship in package.relationships(source)}
    new = next(name for number in count(1) if (name := f"rId{number}") not in taken)
    tree = package.tree(rels)
    entry = etree.SubElement(tree, f"{{{namespace(tree)}}}Relationship")
    entry.set("Id", new)
    entry.set("Type", kind)
    entry.set("Target", posixpath.relpath(target, posixpath.dirname(source) or "."))
    package.store(rels)
    return new
