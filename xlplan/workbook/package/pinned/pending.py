"""Changes to small parts, all found out before the first is made: when one cannot be, none is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from lxml import etree

from xlplan.workbook.package.parts import Package


class Edit(NamedTuple):
    """A new value for an attribute of an element; for its text when the attribute's name is empty."""

    element: etree._Element
    attribute: str
    value: str

    def make(self) -> bool:
        """Set the value; True when it is another than before."""
        before = self.element.get(self.attribute) if self.attribute else self.element.text
        if before == self.value:
            return False
        if self.attribute:
            self.element.set(self.attribute, self.value)
        else:
            self.element.text = self.value
        return True


def make_all(edits: Iterable[Edit]) -> bool:
    """Make changes to one tree, all found out first; True when anything changed."""
    return sum(edit.make() for edit in list(edits)) > 0


class Pending:
    """Changes to the parts of a package that wait to be made."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._edits: dict[str, list[Edit]] = {}
        self._texts: dict[str, bytes] = {}

    def edit(self, part: str, edits: Iterable[Edit]) -> None:
        """Note changes to a part's tree."""
        self._edits.setdefault(part, []).extend(edits)

    def replace(self, part: str, text: bytes) -> None:
        """Note a new text for a part that is held as text."""
        self._texts[part] = text

    def make(self) -> bool:
        """Make the changes; True when anything changed, and a part in which nothing did stays byte for byte."""
        changed = False
        for part, edits in self._edits.items():
            if make_all(edits):
                self._package.store(part)
                changed = True
        archive = self._package.archive
        for part, text in self._texts.items():
            if text != archive.read(part):
                archive.put(part, text)
                changed = True
        return changed
