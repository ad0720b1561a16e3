"""What stands between a cell's tags: value, formula, both; decoded and encoded as text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue, ErrorValue, Formula
from xlplan.workbook.package.formulas import LONGEST
from xlplan.workbook.package.markup import INSIDE_TAG, escape, from_coded, to_coded, unescape
from xlplan.workbook.package.rows import attributes, without
from xlplan.workbook.package.strings import SharedStrings, joined_text
from xlplan.workbook.package.values import LARGEST_WHOLE, LONGEST_TEXT, moment, number, same, stored

_SPELLED = re.compile(r"&|_x|<r|rPh")
"""Marks of a text that may be spelled in several ways."""


class FormulaText(NamedTuple):
    """A formula as its cell holds it: kind (normal, shared, array, dataTable), area, shared number, text."""

    kind: str
    area: str
    shared: str
    text: str
    attributes: str


class CellText:
    """Reads and writes the text that follows a cell's style: ``><v>12</v></c>`` and the like."""

    def __init__(self, prefix: str, strings: SharedStrings, *, date1904: bool) -> None:
        p = re.escape(prefix)
        self.prefix = prefix
        self._strings = strings
        self._date1904 = date1904
        self._open = f"><{prefix}v>"
        self._close = f"</{prefix}v></{prefix}c>"
        self._opened, self._closed = len(self._open), len(self._close)
        self._true = f' t="b"><{prefix}v>1{self._close}'
        self._false = f' t="b"><{prefix}v>0{self._close}'
        self._shared = f' t="s"><{prefix}v>'
        self._text = f' t="inlineStr"><{prefix}is><{prefix}t>'
        self._start = re.compile(r"""((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>""")
        # neither scans past the next tag of its own kind, so that tags without end cost no more than others
        self._value = re.compile(rf"<{p}v(?:\s{INSIDE_TAG})?(?:/>|>([^<]*)</{p}v\s*>)")
        self._inline = re.compile(rf"<{p}is(?:\s{INSIDE_TAG})?(?:/>|>((?:[^<]|<(?!/?{p}is[\s/>]))*+)</{p}is\s*>)")
        self._formula = re.compile(
            rf"""<{p}f((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(?:/>|>([^<]*)</{p}f\s*>)"""
        )
        self.formula_mark = f"<{prefix}f"

    # -- reading -----------------------------------------------------------------------------------------

    def decode(self, payload: str) -> CellValue:
        """Value of a cell; of a formula cell, its cached value (None when it has none)."""
        start, end = len(self._open), -len(self._close)
        if payload.startswith(self._open) and "<" not in (text := payload[start:end]):
            return number(text) if text else None  # some writers leave an empty value
        if payload == "/>":
            return None
        start = len(self._shared)
        if payload.startswith(self._shared) and "<" not in payload[start:end]:
            return self._string(payload[start:end])
        return self._decode_any(payload)

    def _string(self, index: str) -> str | None:
        if not index:
            return None
        if not (index.isascii() and index.strip().isdigit() and len(index) < 10):
            raise WorkbookError(f"the cell names shared string {index[:20]!r}", do="let Excel repair the workbook")
        return self._strings[int(index)]

    def _decode_any(self, payload: str) -> CellValue:
        start = self._start.match(payload)
        kind = attributes(start[1]).get("t", "n") if start else "n"
        if kind == "inlineStr":
            inline = self._inline.search(payload)
            return joined_text(inner) if inline and (inner := inline[1]) else None
        value = self._value.search(payload)
        if value is None or not value[1]:
            return "" if kind == "str" and value is not None else None
        text = unescape(value[1])
        match kind:
            case "n":
                return number(text.strip())
            case "s":
                return self._string(text.strip())
            case "str":
                return from_coded(text)
            case "b":
                return text.strip() in ("1", "true")
            case "e":
                return ErrorValue(text)
            case "d":
                return moment(text, date1904=self._date1904)
        raise WorkbookError(f"the cell is of unknown type {kind!r}", do="let Excel repair the workbook")

    def formula(self, payload: str) -> FormulaText | None:
        """Formula of a cell, None when it holds none."""
        if self.formula_mark not in payload:
            return None
        match = self._formula.search(payload)
        if match is None:
            return None
        given = attributes(match[1])
        text = unescape(match[2] or "")
        return FormulaText(given.get("t", "normal"), given.get("ref", ""), given.get("si", ""), text, match[1])

    def has_value(self, payload: str) -> bool:
        """True when the cell shows a value (of its own or a formula's); some writers leave an empty one."""
        if payload == "/>":
            return False
        value = self._value.search(payload)
        if value is not None and not value[1]:
            return self.decode(payload) is not None
        return value is not None or bool(self._inline.search(payload))

    def filled(self, payload: str) -> bool:
        """True when the cell holds a value or a formula."""
        return self.formula_mark in payload or self.has_value(payload)

    # -- writing -----------------------------------------------------------------------------------------

    def encode(self, value: object) -> str:
        """Text of a cell that holds ``value``.

        Raises
        ------
        WorkbookError
            For a value that no cell can hold.
        """
        if type(value) is int and abs(value) < LARGEST_WHOLE:  # first what most cells hold
            return f"{self._open}{value}{self._close}"
        if type(value) is str and 0 < len(value) < LONGEST_TEXT // 2:
            return self._encode_text(value)
        if isinstance(value, Formula):
            return self._encode_formula(value)
        content = stored(value, date1904=self._date1904)
        if content is None:
            return "/>"
        what, text = content
        if what == "n":
            return self._open + text + self._close
        if what == "inlineStr":
            return self._encode_text(text)
        if what == "b":
            return self._true if text == "1" else self._false
        return f' t="{what}"{self._open}{escape(text)}{self._close}'

    def encode_all(self, values: Iterable[object]) -> list[str]:
        """:meth:`encode` of each value; numbers and repeated texts, which plans are full of, without a call each."""
        texts = []
        known: dict[str, str] = {}
        opening, close, encode = self._open, self._close, self.encode
        for value in values:
            if type(value) is float and -LARGEST_WHOLE < value < LARGEST_WHOLE and value:
                text = repr(value)
                texts.append(f"{opening}{text[:-2] if text.endswith('.0') else text}{close}")
            elif type(value) is int and -LARGEST_WHOLE < value < LARGEST_WHOLE:
                texts.append(f"{opening}{value}{close}")
            elif isinstance(value, str):
                if value not in known:
                    known[value] = encode(value)
                texts.append(known[value])
            else:
                texts.append(encode(value))
        return texts

    def _encode_text(self, text: str) -> str:
        p = self.prefix
        space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
        return f' t="inlineStr"><{p}is><{p}t{space}>{escape(to_coded(text))}</{p}t></{p}is></{p}c>'

    def _encode_formula(self, value: Formula) -> str:
        text = value.text.removeprefix("=")
        if not text or len(text) > LONGEST or to_coded(text) != text:
            raise WorkbookError(
                "the formula is empty, longer than 8,192 characters or holds control characters",
                do="give the text that stands after the = sign",
            )
        if isinstance(value.value, Formula):
            raise WorkbookError("the value of a formula is a formula", do="give a number, text, bool or None")
        if stored(value.value, date1904=self._date1904) is None:
            return self.formula_payload(text)
        return self.with_value(self.formula_payload(text), value.value)

    def formula_payload(self, text: str) -> str:
        """Text of a cell with a formula and no value yet."""
        p = self.prefix
        return f"><{p}f>{escape(text)}</{p}f></{p}c>"

    def array_payload(self, text: str, address: str, marks: str = "") -> str:
        """Text of a cell with an array formula of its own and no value yet."""
        return f'{marks}>{self.formula_mark} t="array" ref="{address}">{escape(text)}</{self.prefix}f></{self.prefix}c>'

    def holds(self, payload: str, wanted: str, value: object) -> bool:
        """True when a cell already holds the value, and is a formula only if it should be.

        Parameters
        ----------
        payload : str
            The cell's text.
        wanted : str
            What :meth:`encode` makes of the value.
        value : object
            The value.
        """
        if type(value) in (float, int) and payload.startswith(self._open):
            try:
                held = float(payload[self._opened : -self._closed])
            except ValueError:
                pass  # more than a value stands there
            else:
                if held != value or "_" not in payload:
                    return held == value
        if payload.startswith(self._text) and wanted.startswith(self._text) and not _SPELLED.search(payload):
            return payload == wanted
        formula = self.formula(payload)
        if isinstance(value, Formula):
            if formula is None or formula.kind != "normal" or formula.text != value.text.removeprefix("="):
                return False
            return value.value is None or same(self.decode(payload), value.value, date1904=self._date1904)
        return formula is None and same(self.decode(payload), value, date1904=self._date1904)

    # -- changing ----------------------------------------------------------------------------------------

    def with_value(self, payload: str, value: CellValue) -> str:
        """A formula cell that shows another value; None and empty text show nothing, as text."""
        bare = self.without_value(payload)
        start, formula = self._start.match(bare), self._formula.search(bare)
        if start is None or formula is None:
            return payload
        kind, shown = stored(value, date1904=self._date1904) or ("inlineStr", "")
        mark = {"n": "", "inlineStr": ' t="str"'}.get(kind, f' t="{kind}"')
        p = self.prefix
        cached = f"<{p}v>{escape(to_coded(shown))}</{p}v>"
        return f"{start[1]}{mark}>{bare[start.end() : formula.end()]}{cached}{bare[formula.end() :]}"

    def frozen(self, payload: str) -> str:
        """The cell less its formula; its value stays, and nothing when it has none."""
        start, formula = self._start.match(payload), self._formula.search(payload)
        if start is None or formula is None:
            return payload
        marks = without(start[1], "cm")  # it tells Excel how a formula spills
        bare = f"{marks}>{payload[start.end() : formula.start()]}{payload[formula.end() :]}"
        if not self.has_value(bare):
            return self.without_value(bare)
        if attributes(start[1]).get("t") != "str":
            return bare
        value = self.decode(payload)
        text = self.encode(value) if value else "/>"
        return f"{without(marks, 't')}{text}"

    def without_value(self, payload: str) -> str:
        """The cell less its value; its formula stays."""
        start = self._start.match(payload)
        if start is None or start[2]:
            return payload
        text = self._inline.sub("", self._value.sub("", payload[start.end() :]))
        marks = without(start[1], "t", "vm")
        return f"{marks}/>" if text == f"</{self.prefix}c>" else f"{marks}>{text}"

    def refitted(self, payload: str, formula: FormulaText) -> str:
        """The cell with another formula in place of its own."""
        tag = f"{self.formula_mark}{formula.attributes}>{escape(formula.text)}</{self.prefix}f>"
        return self._formula.sub(lambda _: tag, payload, count=1)

    def with_formula(self, payload: str, text: str, *, area: str = "") -> str:
        """The cell with another formula text, made a plain formula if it was a shared one.

        ``area`` replaces the cells that an array formula fills.
        """
        formula = self.formula(payload)
        if formula is None:
            return payload
        kept = formula.attributes
        if formula.kind == "shared":
            kept = without(kept, "t", "ref", "si")
        elif area and formula.area:
            kept = f'{without(kept, "ref")} ref="{area}"'
        tag = f"{self.formula_mark}{kept}>{escape(text)}</{self.prefix}f>"
        return self._formula.sub(lambda _: tag, payload, count=1)
