"""The workbook's shared strings, kept packed as text and read one by one."""

from __future__ import annotations

import re
from array import array

from xlplan.errors import WorkbookError
from xlplan.workbook.package.archive import Archive
from xlplan.workbook.package.markup import DAMAGED, INSIDE_TAG, from_coded, plain_chunks, unescape

LARGEST = 160 << 20
MOST = 6_000_000


class SharedStrings:
    """Texts that cells name by number.

    Only where each one begins and ends is kept, so that millions of strings cost their text and 16 bytes each,
    and those that nobody asks for are never built.
    """

    def __init__(self, archive: Archive, part: str | None) -> None:
        self._archive = archive
        self._part = part
        self._data: bytearray | None = None
        self._spans = array("L")
        self._known: dict[int, str] = {}

    def __getitem__(self, index: int) -> str:
        """Text of one shared string, its rich-text runs joined.

        Raises
        ------
        WorkbookError
            When there is no such string.
        """
        known = self._known.get(index)
        if known is not None:
            return known
        if self._data is None:
            self._load()
        if self._data is None or not 0 <= index < len(self._spans) // 2:
            raise WorkbookError(
                f"the cell names shared string {index}, which is not there", do="let Excel repair the workbook"
            )
        inner = self._data[self._spans[2 * index] : self._spans[2 * index + 1]]
        text = self._known[index] = joined_text(inner.decode("utf-8"))
        return text

    def _load(self) -> None:
        if self._part is None:
            return
        archive, part = self._archive, self._part
        if archive.size(part) > LARGEST:
            raise WorkbookError(
                f"part {part} is too large ({archive.size(part):,} bytes)", where=archive.where, do=DAMAGED
            )
        look = archive.look(part)
        if look.fault:
            raise WorkbookError(f"part {part} is not well-formed XML ({look.fault})", where=archive.where, do=DAMAGED)
        chunks = archive.chunks(part)
        data = bytearray()
        for chunk in chunks if look.plain else plain_chunks(chunks):
            data += chunk
        root = re.search(rb"<((?:[\w.-]++:)?)sst[\s>/]", data)
        prefix = re.escape(bytes(root[1])).decode() if root else ""
        item = re.compile(rf"<{prefix}si(?:\s{INSIDE_TAG})?(?:/>|>(.*?)</{prefix}si\s*>)".encode(), re.DOTALL)
        spans = self._spans
        for match in item.finditer(data):
            spans.extend(match.span(1) if match.end(1) >= 0 else (0, 0))
            if len(spans) > 2 * MOST:
                raise WorkbookError(
                    f"part {part} holds more than {MOST:,} texts", where=archive.where, do="split the workbook"
                )
        self._data = data


_PHONETIC = re.compile(rf"<((?:[\w.-]++:)?)rPh(?:\s{INSIDE_TAG})?(?:/>|>(?:[^<]|<(?!/?\1rPh[\s/>]))*+</\1rPh\s*>)")
_TEXT = re.compile(rf"<((?:[\w.-]++:)?)t(?:\s{INSIDE_TAG})?>([^<]*)</\1t\s*>")


def joined_text(inner: str) -> str:
    """Text of an ``si`` or ``is`` element: its runs joined, phonetic hints left out.

    >>> joined_text("<r><t>plan </t></r><r><t>2026</t></r>")
    'plan 2026'
    """
    if "rPh" in inner:
        inner = _PHONETIC.sub("", inner)
    return from_coded(unescape("".join(match[2] for match in _TEXT.finditer(inner))))
