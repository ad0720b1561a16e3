"""Compound files: the folders and streams that hold a VBA project (MS-CFB, version 3)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from xlplan.errors import WorkbookError
from xlplan.hosts.excel.vba.damage import damaged

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SECTOR, MINI_SECTOR, MINI_BELOW = 512, 64, 4096
END, FREE, FAT_SECTOR, DIFAT_SECTOR, NOBODY = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFC, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1
_LISTED = 109
"""FAT sectors that the header itself lists."""
_PER_SECTOR = SECTOR // 4
_HEADER = struct.Struct("<8s16s5H6x9L")
_ENTRY = struct.Struct("<64sHBB3L16sL16xLQ")
_UNUSED = _ENTRY.pack(b"", 0, 0, 0, NOBODY, NOBODY, NOBODY, bytes(16), 0, 0, 0)


@dataclass
class Storage:
    """A folder of a compound file; names compare without case."""

    entries: dict[str, Storage | bytes] = field(default_factory=dict)
    class_id: bytes = bytes(16)
    state: int = 0

    def stream(self, name: str) -> bytes:
        """Bytes of a stream.

        Raises
        ------
        WorkbookError
            There is none of that name.
        """
        found = self.entries.get(self.spelled(name))
        if not isinstance(found, bytes):
            raise damaged(f"stream {name} is missing")
        return found

    def storage(self, name: str) -> Storage:
        """The folder of that name."""
        found = self.entries.get(self.spelled(name))
        if not isinstance(found, Storage):
            raise damaged(f"folder {name} is missing")
        return found

    def spelled(self, name: str) -> str:
        """The name as it is spelled here, itself when it is not here."""
        return next((known for known in self.entries if known.upper() == name.upper()), name)


# ---- reading --------------------------------------------------------------------------------------------------------


def read(data: bytes) -> Storage:
    """Folders and streams of a compound file.

    Raises
    ------
    WorkbookError
        When the file is no compound file, or is damaged.
    """
    try:
        return _Reader(data).root()
    except (struct.error, IndexError, RecursionError, UnicodeDecodeError) as error:
        raise damaged(str(error)) from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        if data[:8] != MAGIC:
            raise damaged("it is no compound file")
        (_, _, _, _, _, shift, mini_shift, _, _, first, _, self._below, mini_first, _, difat, _) = _HEADER.unpack_from(
            data
        )
        if shift not in (9, 12) or mini_shift != 6:
            raise damaged("its sectors have an unknown size")
        self._data, self._size = data, 1 << shift
        self._fat: list[int] = []
        for sector in self._fat_sectors(difat):
            self._fat += self._numbers(sector)
        self._directory = b"".join(self._chain(first))
        self._mini_fat = [n for sector in self._walk(mini_first, self._fat) for n in self._numbers(sector)]
        _, start, size = self._entry(0)[-3:]
        self._mini = b"".join(self._chain(start))[:size]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        found = self._data[start : start + self._size]
        if not found:
            raise damaged(f"sector {number} lies outside the file")
        return found

    def _numbers(self, sector: int) -> list[int]:
        data = self._sector(sector)
        return list(struct.unpack(f"<{len(data) // 4}L", data[: len(data) // 4 * 4]))

    def _fat_sectors(self, difat: int) -> Iterator[int]:
        listed = list(struct.unpack_from(f"<{_LISTED}L", self._data, _HEADER.size))
        seen: set[int] = set()
        while difat < DIFAT_SECTOR and difat not in seen:
            seen.add(difat)
            *more, difat = self._numbers(difat)
            listed += more
        yield from (sector for sector in listed if sector < DIFAT_SECTOR)

    def _walk(self, start: int, table: list[int]) -> Iterator[int]:
        seen: set[int] = set()
        while start < DIFAT_SECTOR:
            if start in seen:
                raise damaged("a chain of sectors bites its tail")
            seen.add(start)
            yield start
            start = table[start]

    def _chain(self, start: int) -> list[bytes]:
        return [self._sector(number) for number in self._walk(start, self._fat)]

    def _entry(self, number: int) -> tuple[str, int, int, int, int, bytes, int, int, int]:
        fields = _ENTRY.unpack_from(self._directory, number * _ENTRY.size)
        name, length, kind, _, left, right, child, class_id, state, start, size = fields
        if self._size == SECTOR:
            size &= 0xFFFFFFFF  # version 3 leaves the upper half unused
        return name[: max(length - 2, 0)].decode("utf-16-le"), kind, left, right, child, class_id, state, start, size

    def root(self) -> Storage:
        """The whole tree."""
        *_, child, class_id, state, _, _ = self._entry(0)
        return self._folder(child, class_id, state, set())

    def _folder(self, child: int, class_id: bytes, state: int, seen: set[int]) -> Storage:
        folder = Storage({}, class_id, state)
        waiting = [child]
        while waiting:
            number = waiting.pop()
            if number == NOBODY:
                continue
            if number in seen:
                raise damaged("its directory bites its tail")
            seen.add(number)
            name, kind, left, right, below, own_class, own_state, start, size = self._entry(number)
            waiting += [left, right]
            if kind == _STORAGE:
                folder.entries[name] = self._folder(below, own_class, own_state, seen)
            elif kind == _STREAM:
                folder.entries[name] = self._content(start, size)
        return folder

    def _content(self, start: int, size: int) -> bytes:
        if size < self._below:
            numbers = self._walk(start, self._mini_fat) if size else ()
            found = b"".join(self._mini[n * MINI_SECTOR : (n + 1) * MINI_SECTOR] for n in numbers)
        else:
            found = b"".join(self._chain(start))
        if len(found) < size:
            raise damaged("a stream is cut short")
        return found[:size]


# ---- writing --------------------------------------------------------------------------------------------------------


@dataclass
class _Entry:
    name: str
    kind: int
    content: bytes = b""
    class_id: bytes = bytes(16)
    state: int = 0
    left: int = NOBODY
    right: int = NOBODY
    child: int = NOBODY
    colour: int = _BLACK
    start: int = 0


def write(root: Storage) -> bytes:
    """A compound file; equal trees give equal bytes.

    >>> read(write(Storage({"VBA": Storage({"dir": b"x" * 5000}), "PROJECT": b"short"}))).stream("project")
    b'short'
    """
    directory = [_Entry("Root Entry", _ROOT, class_id=root.class_id, state=root.state)]
    _list(root, 0, directory)
    mini, mini_fat = _pack_small(directory)
    directory[0].content = mini
    sectors: list[bytes] = []
    fat: list[int] = []
    for entry in directory:
        if entry.kind == _ROOT or (entry.kind == _STREAM and len(entry.content) >= MINI_BELOW):
            entry.start = _place(entry.content, sectors, fat)
    mini_fat_first = _place(_numbers(mini_fat), sectors, fat)
    listing = b"".join(map(_stored, directory)) + _UNUSED * (-len(directory) % (SECTOR // _ENTRY.size))
    directory_first = _place(listing, sectors, fat)
    fat_sectors = _reserve_table(sectors, fat)
    count = -(-len(mini_fat) // _PER_SECTOR)
    header = _HEADER.pack(
        MAGIC, bytes(16), 0x3E, 3, 0xFFFE, 9, 6,
        0, len(fat_sectors), directory_first, 0, MINI_BELOW, mini_fat_first, count, END, 0,
    )  # fmt: skip
    listed = struct.pack(f"<{_LISTED}L", *(fat_sectors + [FREE] * (_LISTED - len(fat_sectors))))
    return header + listed + b"".join(sectors)


def _list(folder: Storage, number: int, directory: list[_Entry]) -> None:
    """Entries of a folder behind the others, hung into a balanced tree below entry ``number``."""
    names = sorted(folder.entries, key=lambda name: (len(name.encode("utf-16-le")), name.upper()))
    first = len(directory)
    for name in names:
        item = folder.entries[name]
        if isinstance(item, Storage):
            directory.append(_Entry(name, _STORAGE, class_id=item.class_id, state=item.state))
        else:
            directory.append(_Entry(name, _STREAM, item))
    deepest = len(names).bit_length()
    directory[number].child = _hang(directory, first, first + len(names), 1, deepest)
    for place, name in enumerate(names, start=first):
        item = folder.entries[name]
        if isinstance(item, Storage):
            _list(item, place, directory)


def _hang(directory: list[_Entry], low: int, high: int, depth: int, deepest: int) -> int:
    """The middle entry above the halves left and right of it; the deepest row is red, so all paths are as black."""
    if low == high:
        return NOBODY
    middle = (low + high) // 2
    entry = directory[middle]
    entry.left = _hang(directory, low, middle, depth + 1, deepest)
    entry.right = _hang(directory, middle + 1, high, depth + 1, deepest)
    entry.colour = _RED if depth == deepest > 1 else _BLACK
    return middle


def _pack_small(directory: list[_Entry]) -> tuple[bytes, list[int]]:
    """Streams below 4,096 bytes, side by side in small sectors."""
    mini = bytearray()
    table: list[int] = []
    for entry in directory:
        if entry.kind == _STREAM and len(entry.content) < MINI_BELOW:
            entry.start = len(table) if entry.content else END
            table += _chained(len(table), -(-len(entry.content) // MINI_SECTOR))
            mini += entry.content + bytes(-len(entry.content) % MINI_SECTOR)
    return bytes(mini), table


def _chained(first: int, count: int) -> list[int]:
    return [*range(first + 1, first + count), END] if count else []


def _place(content: bytes, sectors: list[bytes], fat: list[int]) -> int:
    """Append content in sectors; returns the first of them."""
    if not content:
        return END
    first = len(sectors)
    edges = [*range(0, len(content), SECTOR), len(content)]
    sectors += [content[start:end].ljust(SECTOR, b"\0") for start, end in pairwise(edges)]
    fat += _chained(first, len(sectors) - first)
    return first


def _numbers(table: list[int]) -> bytes:
    filled = table + [FREE] * (-len(table) % _PER_SECTOR)
    return struct.pack(f"<{len(filled)}L", *filled)


def _reserve_table(sectors: list[bytes], fat: list[int]) -> list[int]:
    """Append the table of sectors, which lists its own sectors too."""
    count = 0
    while len(fat) + count > count * _PER_SECTOR:
        count += 1
    if count > _LISTED:
        raise WorkbookError("its VBA project is larger than 7 MB", do="move macros to an add-in, then attach again")
    places = list(range(len(sectors), len(sectors) + count))
    table = _numbers(fat + [FAT_SECTOR] * count)
    sectors += [table[place * SECTOR : (place + 1) * SECTOR] for place in range(count)]
    return places


def _stored(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    size = 0 if entry.kind == _STORAGE else len(entry.content)
    return _ENTRY.pack(
        name, len(name) + 2, entry.kind, entry.colour, entry.left, entry.right, entry.child,
        entry.class_id, entry.state, entry.start, size,
    )  # fmt: skip
