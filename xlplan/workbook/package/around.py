"""What stands around a sheet's rows follows a table: formats, validations, sparklines, merged cells, filters."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from lxml import etree

from xlplan.errors import WorkbookError
from xlplan.workbook.package.covering import covering_after
from xlplan.workbook.package.follow import TableMove
from xlplan.workbook.package.formulas import ALONE, Sharing
from xlplan.workbook.package.markup import child, find_all, local
from xlplan.workbook.package.pinned.anchors import follow_sheet_anchors, follow_sheet_links
from xlplan.workbook.package.pinned.pending import Edit, make_all
from xlplan.workbook.package.references import cell_address, parse_areas, parse_cell

_LISTED = ("conditionalFormatting", "dataValidation", "ignoredError", "protectedRange", "scenarios")
_ONE_AREA = ("mergeCell", "autoFilter", "sortState", "sortCondition")
_ONE_CELL = ("inputCells", "cellWatch")
_WITH_FORMULA = ("formula", "formula1", "formula2", "f")
_SHARED_BY_CELLS = ("conditionalFormatting", "dataValidation")


def follow_skeleton(root: etree._Element, home: str, move: TableMove) -> bool:
    """Move what stands around the rows of sheet ``home``; True when anything moved."""
    if not move.shift:
        return False
    own = home.casefold() == move.sheet.casefold()
    edits = _formulas(root, home, move)  # seen from the cells where they stand before these move
    edits += _consolidated(root, move)
    if own:
        edits += _areas(root, move) + _cells(root, move) + _page_breaks(root, move)
    changed = make_all(edits)

    def formula_after(text: str, sheet: str) -> str:
        return move.formula_after(text, sheet)

    changed |= follow_sheet_links(root, home, formula_after)
    if own and move.moves_cells:
        changed |= follow_sheet_anchors(root, move.cell_after, move.area_after)
    return changed


def _formulas(root: etree._Element, home: str, move: TableMove) -> list[Edit]:
    edits = []
    for element in find_all(root, *_WITH_FORMULA):
        sharing = _sharing(element, home, move)
        edits.append(Edit(element, "", move.formula_after(element.text or "", home, sharing=sharing)))
    for element in find_all(root, "cfvo"):
        if element.get("val"):
            sharing = _sharing(element, home, move)
            edits.append(Edit(element, "val", move.formula_after(element.get("val") or "", home, sharing=sharing)))
    return [edit for edit in edits if edit.attribute or edit.value]


def _sharing(element: etree._Element, home: str, move: TableMove) -> Sharing | None:
    """The cells that share the formula of a format or validation; None when they cannot be told."""
    parent = element.getparent()
    if parent is not None and local(parent) in ("sparkline", "sparklineGroup"):  # its cells, or the dates of its axis
        return ALONE
    owner = next((a for a in element.iterancestors() if local(a) in _SHARED_BY_CELLS), None)
    if owner is None:
        return None
    listed = child(owner, "sqref")
    try:
        areas = parse_areas(owner.get("sqref") or (listed.text if listed is not None else "") or "")
    except WorkbookError:
        return None
    if not areas:
        return None
    top, left = min(a.top for a in areas), min(a.left for a in areas)
    carried = move.cell_after(top, left)[0] - top if home.casefold() == move.sheet.casefold() else 0
    return Sharing(max(a.bottom for a in areas) - top, max(a.right for a in areas) - left, carried)


def _areas(root: etree._Element, move: TableMove) -> list[Edit]:
    after = partial(covering_after, move)
    edits = [_moved(element, "sqref", after) for element in find_all(root, *_LISTED) if element.get("sqref")]
    edits += [_moved(element, "ref", move.sqref_after) for element in find_all(root, *_ONE_AREA) if element.get("ref")]
    for element in find_all(root, "sqref"):
        if not element.text:
            continue
        # a sparkline's own cell never grows into a range
        sparkline = any(local(a) == "sparkline" for a in element.iterancestors())
        edits.append(_moved(element, "", _cell_after(move) if sparkline else after))
    return edits


def _cells(root: etree._Element, move: TableMove) -> list[Edit]:
    after = _cell_after(move)
    return [_moved(element, "r", after) for element in find_all(root, *_ONE_CELL) if element.get("r")]


def _cell_after(move: TableMove) -> Callable[[str], str]:
    def after(text: str) -> str:
        try:
            return cell_address(*move.cell_after(*parse_cell(text)))
        except WorkbookError:
            return text

    return after


def _moved(element: etree._Element, attribute: str, after: Callable[[str], str]) -> Edit:
    text = (element.get(attribute) if attribute else element.text) or ""
    return Edit(element, attribute, after(text))


def _page_breaks(root: etree._Element, move: TableMove) -> list[Edit]:
    """Breaks between pages keep to the row below them; they belong to whole rows, which only an insertion moves."""
    slide = move.slide
    if slide is None or not slide.whole:
        return []
    breaks = [b for listed in find_all(root, "rowBreaks") for b in find_all(listed, "brk")]
    return [
        Edit(b, "id", str(int(above) + slide.rows))
        for b in breaks
        if (above := b.get("id") or "").isdecimal() and int(above) >= slide.top - 1
    ]


def _consolidated(root: etree._Element, move: TableMove) -> list[Edit]:
    """Sources of a consolidation, which name their sheet."""
    return [
        _moved(source, "ref", move.sqref_after)
        for source in find_all(root, "dataRef")
        if source.get("ref") and (source.get("sheet") or "").casefold() == move.sheet.casefold()
    ]
