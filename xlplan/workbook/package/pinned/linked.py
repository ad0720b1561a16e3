"""References that stand outside of cells: links, form controls, text boxes and pictures that show a cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from urllib.parse import quote, unquote

from lxml import etree

from xlplan.workbook.package.formulas import Reference, tokens
from xlplan.workbook.package.markup import find_all
from xlplan.workbook.package.parts import Package, rels_part
from xlplan.workbook.package.pinned.pending import Edit, Pending, make_all
from xlplan.workbook.package.pinned.vml import linked_drawing

FormulaAfter = Callable[[str, str], str]
"""New text of a formula from its text and the sheet that it stands on (empty where it stands on none)."""

Attributes = Mapping[str, tuple[str, ...]]
"""Attributes that hold a formula, by element."""

_IN_CONTROL: Attributes = {"formControlPr": ("fmlaGroup", "fmlaLink", "fmlaRange", "fmlaTxbx")}
_IN_DRAWING: Attributes = {"sp": ("textlink",), "cameraTool": ("cellRange",)}
_IN_CONNECTION: Attributes = {"parameter": ("cell",)}
_IN_SHEET: Attributes = {"controlPr": ("linkedCell", "listFillRange")}

_LINKING = re.compile(rb"""\b(?:fmla\w+|textlink|cellRange|cell)\s*=\s*["'][^"']""")
"""A part without any of these is not even read as a tree."""


def follow_links(package: Package, formula_after: FormulaAfter) -> bool:
    """Point controls, text boxes, linked pictures and query parameters at where their cells went.

    What stands in the trees of the sheets themselves is another call: :func:`follow_sheet_links`.

    Parameters
    ----------
    package : Package
        The open package.
    formula_after : callable
        New text of a formula, from its text and the name of the sheet that it stands on.

    Returns
    -------
    bool
        True when anything changed; every other part stays byte for byte.

    Raises
    ------
    WorkbookError
        When a part cannot be read; nothing is changed then.
    """
    pending = Pending(package)

    def follow(parts: Iterable[str], attributes: Attributes, home: str) -> None:
        for part in parts:
            if _LINKING.search(package.archive.read(part)):
                pending.edit(part, _redirected(package.tree(part), attributes, home, formula_after))

    follow(package.related(package.workbook, "connections"), _IN_CONNECTION, "")
    for sheet in package.sheets:
        if not sheet.part:
            continue
        pending.edit(rels_part(sheet.part), _redirected_jumps(package, sheet.part, sheet.name, formula_after))
        follow(package.related(sheet.part, "ctrlProp"), _IN_CONTROL, sheet.name)
        for part in package.related(sheet.part, "vmlDrawing"):
            of_sheet = partial(_on_sheet, formula_after, sheet.name)
            pending.replace(part, linked_drawing(package.archive.read(part), of_sheet, part))
        for part in package.related(sheet.part, "drawing"):
            follow([part], _IN_DRAWING, sheet.name)
            pending.edit(rels_part(part), _redirected_jumps(package, part, sheet.name, formula_after))
            for chart in package.related(part, "chart"):
                follow(package.related(chart, "chartUserShapes"), _IN_DRAWING, sheet.name)
    return pending.make()


def follow_sheet_links(root: etree._Element, home: str, formula_after: FormulaAfter) -> bool:
    """Point links and controls in a sheet's own tree at where their cells went; True when anything changed.

    A link into another workbook stays: its place is not in this one.
    """
    jumps = (link for link in find_all(root, "hyperlink") if not any(str(k).endswith("}id") for k in link.attrib))
    return make_all(
        [
            *_redirected(root, _IN_SHEET, home, formula_after),
            *(Edit(j, "location", _jump_after(j.get("location") or "", home, formula_after))
              for j in jumps if j.get("location")),
        ]
    )  # fmt: skip


def _on_sheet(formula_after: FormulaAfter, home: str, text: str) -> str:
    return formula_after(text, home)


def _redirected(root: etree._Element, attributes: Attributes, home: str, formula_after: FormulaAfter) -> Iterator[Edit]:
    for element in find_all(root, *attributes):
        for name in attributes[etree.QName(element).localname]:
            text = element.get(name)
            if text:
                yield Edit(element, name, formula_after(text, home))


def _redirected_jumps(package: Package, part: str, home: str, formula_after: FormulaAfter) -> Iterator[Edit]:
    """Links to a place in this workbook that stand among a part's relationships.

    Those of shapes and pictures do, and those of cells as some other programs than Excel write them.
    """
    rels = rels_part(part)
    for entry in find_all(package.tree(rels), "Relationship") if package.archive.has(rels) else ():
        target = entry.get("Target") or ""
        if target.startswith("#"):
            plain = unquote(target)
            after = _jump_after(plain, home, formula_after)
            if after != plain:
                yield Edit(entry, "Target", quote(after, safe="#!'$:") if "%" in target else after)


def _jump_after(location: str, home: str, formula_after: FormulaAfter) -> str:
    """A link's place when its cells moved; anything but one reference (a name, free text) stays."""
    mark, text = ("#", location[1:]) if location.startswith("#") else ("", location)
    parts = tokens(text)
    if len(parts) == 1 and isinstance(parts[0], Reference):
        return mark + formula_after(text, home)
    return location
