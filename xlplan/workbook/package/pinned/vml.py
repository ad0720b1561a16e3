"""Old drawings (VML): note boxes, form controls and pictures, moved by changing numbers in their text.

Excel itself writes VML that is not well-formed (``<br>`` in a text box), so nothing here needs a tree: whatever is
not a number or a formula to change stays byte for byte.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from xlplan.errors import WorkbookError
from xlplan.workbook.package.markup import DAMAGED, escape, unescape
from xlplan.workbook.package.pinned.boxes import Box, CellAfter

_PIECE = re.compile(
    r"<!--|-->|<(?P<close>/?)(?:[\w.-]+:)?"
    r"(?P<name>ClientData|Anchor|Row|MoveWithCells|SizeWithCells|Column|Fmla[A-Za-z]+)\b(?P<rest>[^<>]*)>(?P<text>[^<]*)"
)
_KIND = re.compile(r"""\bObjectType\s*=\s*["'](\w+)""")
_NUMBER = re.compile(r"-?[0-9]+")
_TOP, _BOTTOM = 2, 6
"""Places of the rows in an anchor: left column, pixels, top row, pixels, right column, pixels, bottom row, pixels."""


class _Field(NamedTuple):
    """Text of an element and where it begins."""

    text: str
    start: int


class _Shape(NamedTuple):
    """What ties one shape to cells."""

    kind: str
    fields: dict[str, _Field]

    def says(self, name: str) -> bool:
        """True for an element that is there and does not say no."""
        return name in self.fields and self.fields[name].text.strip().lower() not in ("false", "f", "0")


Change = tuple[int, int, str]
"""Start, end and new text."""


def moved_drawing(data: bytes, cell_after: CellAfter, part: str) -> bytes:
    """An old drawing whose shapes stand where their cells went.

    Parameters
    ----------
    data : bytes
        The drawing as it stands.
    cell_after : callable
        Where a cell goes.
    part : str
        Name of the part, for the sentence of an error.

    Raises
    ------
    WorkbookError
        When the drawing is not written in UTF-8.
    """
    return _changed(data, part, lambda shape: _moved(shape, cell_after))


def linked_drawing(data: bytes, formula_after: Callable[[str], str], part: str) -> bytes:
    """An old drawing whose controls and pictures refer to where their cells went; macro names stay.

    Raises
    ------
    WorkbookError
        When the drawing is not written in UTF-8.
    """
    return _changed(data, part, lambda shape: _linked(shape, formula_after))


def _changed(data: bytes, part: str, changes: Callable[[_Shape], Iterator[Change]]) -> bytes:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise WorkbookError(f"part {part} is not written in UTF-8", do=DAMAGED)
    text = data.decode("utf-8", "surrogateescape")  # so that bytes in any other encoding come back as they were
    pieces: list[str] = []
    done = 0
    for shape in _shapes(text):
        for start, end, new in sorted(changes(shape)):
            pieces += text[done:start], new
            done = end
    return "".join([*pieces, text[done:]]).encode("utf-8", "surrogateescape") if pieces else data


def _shapes(text: str) -> Iterator[_Shape]:
    """Shapes that are tied to cells, in one pass over the text."""
    shape: _Shape | None = None
    in_comment = False
    for piece in _PIECE.finditer(text):
        name = piece["name"]
        if name is None:
            in_comment = piece[0] == "<!--"
        elif in_comment:
            continue
        elif name != "ClientData":
            if shape is not None and not piece["close"]:
                shape.fields.setdefault(name, _Field(piece["text"], piece.start("text")))
        elif not piece["close"]:
            kind = _KIND.search(piece["rest"])
            shape = None if piece["rest"].endswith("/") else _Shape(kind[1] if kind else "", {})
        elif shape is not None:
            yield shape
            shape = None


def _moved(shape: _Shape, cell_after: CellAfter) -> Iterator[Change]:
    carried: int | None = None
    row, column = (_numbers(shape, name) for name in ("Row", "Column"))
    if len(row) == len(column) == 1:
        cell = int(row[0][0]) + 1
        shift = cell_after(cell, int(column[0][0]) + 1)[0] - cell
        yield from _shifted(row[0], shift)
        if shape.kind == "Note":
            carried = shift
    anchor = _numbers(shape, "Anchor")
    if len(anchor) == 8:
        upper, lower = _box(shape, [int(number) for number, _, _ in anchor]).shifts(cell_after, carried)
        yield from _shifted(anchor[_TOP], upper)
        yield from _shifted(anchor[_BOTTOM], lower)


def _box(shape: _Shape, anchor: list[int]) -> Box:
    """The shape over its cells.

    Two elements say the opposite of their names: one that is there means that the object does *not* move, or does
    not size, with cells.
    """
    left, _, top, _, right, into_column, bottom, into_row = anchor
    return Box.of_edges(
        (top, left),
        (bottom, right),
        (into_row == 0, into_column == 0),
        moves=not shape.says("MoveWithCells"),
        sizes=not shape.says("SizeWithCells"),
    )


def _numbers(shape: _Shape, name: str) -> list[tuple[str, int, int]]:
    """Numbers of a field with their places in the drawing."""
    field = shape.fields.get(name)
    if field is None:
        return []
    return [(m[0], field.start + m.start(), field.start + m.end()) for m in _NUMBER.finditer(field.text)]


def _shifted(number: tuple[str, int, int], shift: int) -> Iterator[Change]:
    text, start, end = number
    if shift:
        yield start, end, str(int(text) + shift)


def _linked(shape: _Shape, formula_after: Callable[[str], str]) -> Iterator[Change]:
    for name, field in shape.fields.items():
        if not name.startswith("Fmla") or name == "FmlaMacro":
            continue
        text = unescape(field.text)
        formula = text.strip()
        after = formula_after(formula) if formula else formula
        if after != formula:
            yield field.start, field.start + len(field.text), escape(text.replace(formula, after))
