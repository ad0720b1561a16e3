"""Single cells changed in the stream of a sheet's rows; everything else passes as it is."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping

from xlplan.workbook.package.celltext import FormulaText
from xlplan.workbook.package.rows import Row, attributes, without
from xlplan.workbook.package.sheet import FormulaCell, Sheet

Change = Callable[[str | None], str | None]
"""From a cell's text (None: there is no cell) to its new text (None: still no cell)."""

Changes = Mapping[int, Mapping[int, Change]]
"""Changes by row and column."""


def changed_rows(sheet: Sheet, rows: Iterable[Row], changes: Changes) -> Iterator[Row]:
    """The rows with the changes made; rows that did not exist come into being."""
    waiting = sorted(changes, reverse=True)
    for row in rows:
        while waiting and waiting[-1] < row.number:
            yield from _with_changes(sheet, _new_row(waiting[-1]), changes[waiting.pop()])
        if waiting and waiting[-1] == row.number:
            yield from _with_changes(sheet, row, changes[waiting.pop()])
        else:
            yield row
    while waiting:
        yield from _with_changes(sheet, _new_row(waiting[-1]), changes[waiting.pop()])


def _new_row(number: int) -> Row:
    return Row(number, f' r="{number}"', "")


def _with_changes(sheet: Sheet, row: Row, changes: Mapping[int, Change]) -> Iterator[Row]:
    grammar = sheet.grammar
    texts: dict[int, str] = {}
    styles: dict[int, str] = {}
    payloads: dict[int, str] = {}
    for cell in grammar.cells(row, sheet.where):
        texts[cell.column], styles[cell.column], payloads[cell.column] = cell.raw, cell.style, cell.payload
    added = False
    for column, change in changes.items():
        before = payloads.get(column)
        after = change(before)
        if after is None or after == before:
            continue
        added |= before is None
        style = styles[column] if before is not None else sheet.default_style(row.attributes, column)
        texts[column] = grammar.cell(row.number, column, style, after)
    yield assembled(sheet, row, texts, added=added)


def assembled(sheet: Sheet, row: Row, texts: Mapping[int, str], *, added: bool) -> Row:
    """A row of cells by column; a cell spelled without address gets one when others join the row."""
    if not added:
        return row._replace(text="".join(texts[column] for column in sorted(texts)))
    cells = []
    for column in sorted(texts):
        text = texts[column]
        if ' r="' not in text[:12] and "r" not in attributes(text[: text.index(">")]):
            opening = f"<{sheet.grammar.prefix}c"
            text = sheet.grammar.cell(row.number, column, "", text[len(opening) :])
        cells.append(text)
    return Row(row.number, without(row.attributes, "spans"), "".join(cells))


def as_changes(texts: Mapping[tuple[int, int], str], sheet: Sheet) -> dict[int, dict[int, Change]]:
    """Changes that give formula cells other texts."""
    changes: dict[int, dict[int, Change]] = {}
    for (row, column), text in texts.items():
        changes.setdefault(row, {})[column] = _new_formula(sheet, text)
    return changes


def _new_formula(sheet: Sheet, text: str) -> Change:
    return lambda payload: None if payload is None else sheet.codec.with_formula(payload, text)


def formula_changes(
    formulas: Mapping[tuple[int, int], FormulaText], outdated: Container[tuple[int, int]], sheet: Sheet
) -> dict[int, dict[int, Change]]:
    """Changes that give cells other formulas, less their values where those no longer hold."""
    changes: dict[int, dict[int, Change]] = {}
    for (row, column), formula in formulas.items():
        changes.setdefault(row, {})[column] = _refitted(sheet, formula, holds=(row, column) not in outdated)
    return changes


def _refitted(sheet: Sheet, formula: FormulaText, *, holds: bool) -> Change:
    def change(payload: str | None) -> str | None:
        if payload is None:
            return None
        payload = sheet.codec.refitted(payload, formula)
        return payload if holds else sheet.codec.without_value(payload)

    return change


def unshared(formulas: Iterable[FormulaCell], lost: Container[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Texts for the formulas that lean on a shared formula whose cell is about to be overwritten."""
    return {
        (cell.row, cell.column): cell.text
        for cell in formulas
        if cell.anchor is not None and cell.anchor[:2] in lost and (cell.row, cell.column) not in lost
    }
