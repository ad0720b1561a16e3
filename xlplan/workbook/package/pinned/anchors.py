"""What is pinned to cells goes where its cells go: notes, threaded comments, links, drawings, controls."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from xlplan.errors import WorkbookError
from xlplan.workbook.package.markup import child, find_all, is_true
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.pinned.boxes import Box, CellAfter
from xlplan.workbook.package.pinned.linked import follow_links, follow_sheet_links
from xlplan.workbook.package.pinned.pending import Edit, Pending, make_all
from xlplan.workbook.package.pinned.vml import moved_drawing
from xlplan.workbook.package.references import LAST_ROW, Area, cell_address, parse_cell

__all__ = ["follow_anchors", "follow_links", "follow_sheet_anchors", "follow_sheet_links"]

AreaAfter = Callable[[Area], Area]
"""Where an area goes."""

_ADDRESSED = {
    "comments": ("comment", "ref", "notes"),
    "threadedComment": ("threadedComment", "ref", "comments"),
    "tableSingleCells": ("singleXmlCell", "r", "XML mappings"),
}
"""Parts of a sheet that name cells, by kind of relationship: element, attribute, and what a planner calls them."""


def follow_anchors(package: Package, sheet_part: str, cell_after: CellAfter, area_after: AreaAfter) -> bool:
    """Move what the parts beside a sheet pin to its cells; what stands in the sheet itself is another call.

    Parameters
    ----------
    package : Package
        The open package.
    sheet_part : str
        Part of the sheet whose cells moved.
    cell_after : callable
        Where a cell goes (row and column from 1).
    area_after : callable
        Where an area goes.

    Returns
    -------
    bool
        True when anything changed; every other part stays byte for byte.

    Raises
    ------
    WorkbookError
        When two notes would end in one cell, one would fall off the sheet, or a part cannot be read; nothing is
        changed then.
    """
    pending = Pending(package)
    sheet = next((entry.name for entry in package.sheets if entry.part.lower() == sheet_part.lower()), sheet_part)
    for kind, (element, attribute, called) in _ADDRESSED.items():
        for part in package.related(sheet_part, kind):
            pinned = find_all(package.tree(part), element)
            pending.edit(part, _moved_cells(pinned, attribute, cell_after, f"{called} of {sheet}"))
    for part in package.related(sheet_part, "comments"):
        pending.edit(part, _moved_note_boxes(package.tree(part), cell_after))
    for part in package.related(sheet_part, "drawing"):
        pending.edit(part, _moved_drawing(package.tree(part), cell_after))
    for part in package.related(sheet_part, "vmlDrawing"):
        pending.replace(part, moved_drawing(package.archive.read(part), cell_after, part))
    for part in package.related(sheet_part, "namedSheetView"):
        filters = find_all(package.tree(part), "nsvFilter")
        pending.edit(part, _moved_areas(filters, "ref", cell_after, area_after))
    return pending.make()


def follow_sheet_anchors(root: etree._Element, cell_after: CellAfter, area_after: AreaAfter) -> bool:
    """Move what a sheet's own tree pins to its cells: links, controls and linked objects; True when anything moved.

    Raises
    ------
    WorkbookError
        When two links would end in one cell, or one would fall off the sheet.
    """
    links = find_all(root, "hyperlink")
    in_cells = [link for link in links if ":" not in (link.get("ref") or "")]
    return make_all(
        [
            *_moved_cells(in_cells, "ref", cell_after, "links"),
            *_moved_areas(links, "ref", cell_after, area_after),
            *_moved_cells(find_all(root, "cellSmartTags"), "r", cell_after, "smart tags"),
            *_moved_controls(root, cell_after),
        ]
    )


def _moved_cells(
    pinned: Iterable[etree._Element], attribute: str, cell_after: CellAfter, called: str
) -> Iterator[Edit]:
    """New addresses of things of which a cell holds one (or one thread)."""
    taken: dict[tuple[int, int], tuple[int, int]] = {}
    for element in pinned:
        cell = _cell(element.get(attribute))
        if cell is None:
            continue
        after = cell_after(*cell)
        if after[0] > LAST_ROW:
            raise WorkbookError(
                f"the {called} at {cell_address(*cell)} would fall off the foot of the sheet",
                do="delete it, or write fewer rows",
            )
        if taken.setdefault(after, cell) != cell:
            both = " and ".join(cell_address(*place) for place in sorted((taken[after], cell)))
            raise WorkbookError(
                f"the {called} at {both} would both end in {cell_address(*after)}",
                do="delete one of them or move it to another cell",
            )
        if after != cell:
            yield Edit(element, attribute, cell_address(*after))


def _cell(text: str | None) -> tuple[int, int] | None:
    """Row and column of an address; None for anything else, which is left as it stands."""
    try:
        return parse_cell(text or "")
    except WorkbookError:
        return None


def _moved_areas(
    pinned: Iterable[etree._Element], attribute: str, cell_after: CellAfter, area_after: AreaAfter
) -> Iterator[Edit]:
    for element in pinned:
        text = element.get(attribute) or ""
        if ":" not in text:
            continue
        try:
            area = Area.parse(text)
        except WorkbookError:
            continue
        # an area of one cell is that cell: it never grows into a range
        after = area_after(area) if not area.is_cell else Area(*cell_after(area.top, area.left) * 2)
        if after != area:
            yield Edit(element, attribute, after.range_text())


# -- drawings ------------------------------------------------------------------------------------------------


def _moved_drawing(root: etree._Element, cell_after: CellAfter) -> Iterator[Edit]:
    for anchor in find_all(root, "twoCellAnchor"):
        chosen = anchor.get("editAs") or "twoCell"
        moves, sizes = chosen != "absolute", chosen == "twoCell"
        yield from _moved_box(anchor, cell_after, moves=moves, sizes=sizes)
    for anchor in find_all(root, "oneCellAnchor"):
        yield from _moved_box(anchor, cell_after, sizes=False)


def _moved_controls(root: etree._Element, cell_after: CellAfter) -> Iterator[Edit]:
    for anchor in find_all(root, "anchor"):
        moves, sizes = (is_true(anchor.get(name)) for name in ("moveWithCells", "sizeWithCells"))
        yield from _moved_box(anchor, cell_after, moves=moves, sizes=sizes)


def _moved_note_boxes(root: etree._Element, cell_after: CellAfter) -> Iterator[Edit]:
    """Boxes of notes that say themselves where they stand: each stays beside its cell."""
    for comment in find_all(root, "comment"):
        cell = _cell(comment.get("ref"))
        if cell is not None:
            carried = cell_after(*cell)[0] - cell[0]
            for anchor in find_all(comment, "anchor"):
                yield from _moved_box(anchor, cell_after, carried=carried)


def _moved_box(
    anchor: etree._Element,
    cell_after: CellAfter,
    *,
    moves: bool = True,
    sizes: bool = True,
    carried: int | None = None,
) -> Iterator[Edit]:
    upper, lower = child(anchor, "from"), child(anchor, "to")
    first = _marker(upper)
    last = _marker(lower) if lower is not None else first
    if upper is None or first is None or last is None:
        return
    on_line = (_is_zero(lower, "rowOff"), _is_zero(lower, "colOff")) if lower is not None else (False, False)
    box = Box.of_edges(first, last, on_line, moves=moves, sizes=sizes)
    shifts = box.shifts(cell_after, carried)
    for marker, (row, _), shift in zip((upper, lower), (first, last), shifts, strict=True):
        element = child(marker, "row") if marker is not None and shift else None
        if element is not None:
            yield Edit(element, "", str(row + shift))


def _marker(marker: etree._Element | None) -> tuple[int, int] | None:
    """Row and column of a corner, from 0."""
    texts = [_text(marker, name) for name in ("row", "col")]
    return (int(texts[0]), int(texts[1])) if all(re.fullmatch("[0-9]{1,7}", text) for text in texts) else None


def _is_zero(marker: etree._Element, name: str) -> bool:
    """True for a distance of nothing, in any unit."""
    return re.fullmatch(r"0*\.?0*[a-z]*", _text(marker, name)) is not None


def _text(element: etree._Element | None, name: str) -> str:
    found = None if element is None else child(element, name)
    return ((found.text if found is not None else None) or "").strip()
