"""The parts of a package and how they hang together: content types, relationships, sheets."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from xlplan.errors import WorkbookError
from xlplan.workbook.package.archive import Archive
from xlplan.workbook.package.markup import DAMAGED, child, is_true, local, parse, serialise

TYPES = "[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class Relationship:
    """One arrow from a part to another; ``kind`` is the last word of its type (``table``, ``chart``)."""

    id: str
    kind: str
    target: str
    external: bool


LOST = Relationship("", "", "", external=False)


@dataclass(frozen=True)
class SheetEntry:
    """A sheet as the workbook lists it; kind and part are empty when its part is lost."""

    name: str
    kind: str
    part: str


def rels_part(part: str) -> str:
    """Name of the part that holds another part's relationships.

    >>> rels_part("xl/workbook.xml"), rels_part("")
    ('xl/_rels/workbook.xml.rels', '_rels/.rels')
    """
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


class Package:
    """The parts of one workbook, small ones as trees."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.where = archive.where
        self._trees: dict[str, etree._Element] = {}
        self._arrows: dict[str, list[Relationship]] = {}
        self._types_defaults: dict[str, str] = {}
        self._types: dict[str, str] = {}
        self._read_types()
        self.workbook = self._find_workbook()
        self.sheets = self._read_sheets()

    # -- trees -------------------------------------------------------------------------------------------

    def tree(self, part: str) -> etree._Element:
        """Root of a small part; call :meth:`store` after changing it."""
        key = part.lower()
        if key not in self._trees:
            self._trees[key] = parse(self.archive.read(part), part=part, where=self.where)
        return self._trees[key]

    def store(self, part: str) -> None:
        """Take over a changed tree."""
        self.archive.put(part, serialise(self._trees[part.lower()]))
        self._arrows.pop(part.lower(), None)
        if part == TYPES:
            self._read_types()

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Undo every change to the parts when anything goes wrong; trees taken before then no longer count."""
        restore = self.archive.checkpoint()
        done = False
        try:
            yield
            done = True
        finally:
            if not done:
                restore()
                self._trees.clear()
                self._arrows.clear()
                self._read_types()

    # -- content types -----------------------------------------------------------------------------------

    def _read_types(self) -> None:
        self._types_defaults.clear()
        self._types.clear()
        for entry in self.tree(TYPES):
            kind = entry.get("ContentType") or ""
            if local(entry) == "Default":
                self._types_defaults[(entry.get("Extension") or "").lower()] = kind
            elif local(entry) == "Override":
                self._types[(entry.get("PartName") or "").lstrip("/").lower()] = kind

    def content_type(self, part: str) -> str:
        """Declared content type of a part, empty when none is."""
        key = part.lower()
        return self._types.get(key) or self._types_defaults.get(key.rpartition(".")[2], "")

    @property
    def overrides(self) -> tuple[str, ...]:
        """Parts with a content type of their own, in lower case."""
        return tuple(self._types)

    def parts_of_type(self, *endings: str) -> list[str]:
        """Parts whose content type ends in one of the words, such as ``chart+xml``, in archive order."""
        return [name for name in self.archive.names if self.content_type(name).endswith(endings)]

    # -- relationships -----------------------------------------------------------------------------------

    def relationships(self, part: str) -> list[Relationship]:
        """Arrows out of a part (the package itself is the part with the empty name)."""
        rels = rels_part(part)
        if not self.archive.has(rels):
            return []
        key = rels.lower()
        if key not in self._arrows:
            self._arrows[key] = self._read_arrows(part, rels)
        return self._arrows[key]

    def _read_arrows(self, part: str, rels: str) -> list[Relationship]:
        folder = posixpath.dirname(part)
        found = []
        for entry in self.tree(rels):
            if local(entry) != "Relationship":
                continue
            target = entry.get("Target") or ""
            kind = (entry.get("Type") or "").rstrip("/").rpartition("/")[2]
            external = entry.get("TargetMode") == "External"
            if not external:
                target = self._resolve(folder, target)
            found.append(Relationship(entry.get("Id") or "", kind, target, external))
        return found

    def _resolve(self, folder: str, target: str) -> str:
        path = target.partition("#")[0].replace("\\", "/")
        path = path.lstrip("/") if path.startswith("/") else posixpath.normpath(posixpath.join(folder, path))
        return path if self.archive.has(path) else unquote(path)

    def related(self, part: str, kind: str) -> list[str]:
        """Parts that a part points to by one kind of arrow, those that exist."""
        return [
            r.target
            for r in self.relationships(part)
            if r.kind == kind and not r.external and self.archive.has(r.target)
        ]

    def remove(self, part: str, *, pointed_from: str) -> None:
        """Take a part out with its content type and the arrow that points to it."""
        rels = rels_part(pointed_from)
        doomed = {r.id for r in self.relationships(pointed_from) if r.target.lower() == part.lower()}
        tree = self.tree(rels)
        for entry in list(tree):
            if entry.get("Id") in doomed:
                tree.remove(entry)
        self.store(rels)
        types = self.tree(TYPES)
        for entry in list(types):
            if (entry.get("PartName") or "").lstrip("/").lower() == part.lower():
                types.remove(entry)
        self.store(TYPES)
        self.archive.remove(part)

    # -- the workbook ------------------------------------------------------------------------------------

    def _find_workbook(self) -> str:
        for relationship in self.relationships(""):
            if relationship.kind == "officeDocument" and not relationship.external:
                part = relationship.target
                if not self.archive.has(part):
                    raise WorkbookError(f"part {part} is missing", where=self.where, do=DAMAGED)
                if local(self.tree(part)) != "workbook":
                    raise WorkbookError(
                        f"its main part {part} is no workbook", where=self.where, do="name an .xlsx or .xlsm file"
                    )
                return part
        raise WorkbookError("the package names no workbook part", where=self.where, do=DAMAGED)

    def _read_sheets(self) -> list[SheetEntry]:
        arrows = {r.id: r for r in self.relationships(self.workbook)}
        sheets: list[SheetEntry] = []
        names: set[str] = set()
        parts: dict[str, str] = {}
        listed = child(self.tree(self.workbook), "sheets")
        for entry in listed if listed is not None else ():
            if local(entry) != "sheet":
                continue
            name = entry.get("name") or ""
            rel_id = next((str(v) for k, v in entry.attrib.items() if str(k).endswith("}id")), "")
            arrow = arrows.get(rel_id)
            if arrow is None or arrow.external or not self.archive.has(arrow.target):
                arrow = LOST
            if name.casefold() in names:
                raise WorkbookError(f"two sheets are named {name[:40]!r}", where=self.where, do=DAMAGED)
            names.add(name.casefold())
            if arrow.target and parts.setdefault(arrow.target.lower(), name) != name:
                both = f"{parts[arrow.target.lower()][:40]!r} and {name[:40]!r}"
                raise WorkbookError(f"the sheets {both} are one and the same part", where=self.where, do=DAMAGED)
            sheets.append(SheetEntry(name, arrow.kind, arrow.target))
        return sheets

    @property
    def date1904(self) -> bool:
        """True when the workbook counts days from 1904."""
        properties = child(self.tree(self.workbook), "workbookPr")
        return properties is not None and is_true(properties.get("date1904"))

    @property
    def frozen_because(self) -> str:
        """Why no part of this workbook may be changed; empty when it may."""
        if any(r.kind == "origin" for r in self.relationships("")):
            return "the workbook is signed, and any change would break its signature"
        if any(r.kind == "revisionHeaders" for r in self.relationships(self.workbook)):
            return "the workbook is shared (the old kind, with tracked changes), and its history would break"
        return ""
