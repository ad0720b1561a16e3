"""The zip file under a workbook: read within limits, untouched entries kept byte for byte."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from io import BytesIO
from operator import eq
from pathlib import Path
from typing import BinaryIO

from xlplan.errors import WorkbookError
from xlplan.workbook.package.formats import refuse_foreign, refuse_other_package
from xlplan.workbook.package.markup import DAMAGED, TRUST, Scan, scan

FILE_LIMIT = 256 << 20
PARTS_LIMIT = 10_000
PART_LIMIT = 512 << 20
TOTAL_LIMIT = 1 << 30
RATIO_LIMIT = 250
RATIO_FROM = 1 << 20
LONGEST_NAME = 260
CHUNK = 1 << 20
LEVEL = 5  # rows pack as small as at 6, in two thirds of the time
XML_ENDINGS = (".xml", ".rels", ".vml")

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s4B4H3L4HH2L")
_END = struct.Struct("<4s4H2LH")


@dataclass(frozen=True)
class Entry:
    """One entry of the archive, still packed."""

    info: zipfile.ZipInfo
    raw_name: bytes
    local_extra: bytes
    method: int
    crc: int
    size: int
    packed: memoryview


class Archive:
    """The parts of a package, by name in any case; nothing is ever extracted to a path.

    The whole (packed) file is held in memory, so that no handle stays open and what was read is what is
    written back.
    """

    def __init__(self, data: bytes, where: str) -> None:
        self.where = where
        self.source = data
        self.changed: set[str] = set()
        refuse_foreign(data, where)
        self._entries = self._open(data)
        self._scans: dict[str, Scan] = {}
        refuse_other_package(frozenset(self._entries), where)
        for key in self._entries:
            self._verify(key)
        self._first = dict(self._entries), dict(self._scans)

    @classmethod
    def read_file(cls, path: Path) -> Archive:
        """Archive of a file on disk."""
        try:
            if path.stat().st_size > FILE_LIMIT:
                raise WorkbookError(
                    f"the file is larger than {FILE_LIMIT >> 20} MB", where=path.name, do="split the workbook"
                )
            data = path.read_bytes()
        except OSError as error:
            raise WorkbookError(
                f"the file cannot be read ({error.strerror})", where=str(path), do="check its path and rights"
            ) from error
        return cls(data, path.name)

    def as_read(self) -> Archive:
        """The archive before any change."""
        before = copy(self)
        before._entries, before._scans, before.changed = dict(self._first[0]), dict(self._first[1]), set()
        return before

    def checkpoint(self) -> Callable[[], None]:
        """The archive as it stands now, as an act that brings it back to that."""
        entries, scans, changed = dict(self._entries), dict(self._scans), set(self.changed)

        def restore() -> None:
            self._entries, self._scans, self.changed = entries, scans, changed

        return restore

    # -- reading -----------------------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """Part names in the archive's order, in its own case, folders left out; some writers spell them with ``\\``."""
        names = (entry.info.filename.replace("\\", "/").lstrip("/") for entry in self._entries.values())
        return [name for name in names if not name.endswith("/")]

    def has(self, part: str) -> bool:
        return part.lower() in self._entries

    def size(self, part: str) -> int:
        return self._entry(part).size

    def chunks(self, part: str) -> Iterator[bytes]:
        """Unpacked bytes of a part, a megabyte at a time."""
        return unpack(self._entry(part))

    def read(self, part: str) -> bytes:
        """Unpacked bytes of a part."""
        return b"".join(self.chunks(part))

    def look(self, part: str) -> Scan:
        """Whether the part is well-formed and plain."""
        key = part.lower()
        if key not in self._scans:
            self._scans[key] = scan(self.chunks(part), part=part, where=self.where)
        return self._scans[key]

    def _entry(self, part: str) -> Entry:
        try:
            return self._entries[part.lower()]
        except KeyError:
            raise WorkbookError(f"part {part[:LONGEST_NAME]} is missing", where=self.where, do=DAMAGED) from None

    # -- writing -----------------------------------------------------------------------------------------

    def pack(self, part: str, chunks: Iterable[bytes]) -> Entry:
        """Packed new content for a part, whose place, date and attributes in the archive stay."""
        old = self._entry(part)
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
        packed = bytearray()
        crc = size = 0
        for chunk in chunks:
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
            packed += packer.compress(chunk)
        packed += packer.flush()
        if size > PART_LIMIT:
            raise self._fail(f"part {part} would grow past {PART_LIMIT >> 20} MB", "write fewer rows")
        return replace(old, method=zipfile.ZIP_DEFLATED, crc=crc, size=size, packed=memoryview(bytes(packed)))

    def put(self, part: str, new: Entry | bytes) -> None:
        """Replace the content of a part, unless it is the same."""
        if isinstance(new, bytes):
            new = self.pack(part, [new])
        old = self._entry(part)
        if (old.crc, old.size) == (new.crc, new.size) and all(map(eq, unpack(old), unpack(new))):
            return
        key = part.lower()
        self._entries[key] = new
        self._scans.pop(key, None)
        self.changed.add(key)

    def add(self, part: str, data: bytes) -> None:
        """Put a new part behind those that are there.

        Raises
        ------
        WorkbookError
            When a part of that name is there already.
        """
        if self.has(part):
            raise self._fail(f"part {part} is there already", "report this with the workbook")
        info = zipfile.ZipInfo(part)
        info.create_system = 0  # the same bytes on every system
        self._entries[part.lower()] = Entry(info, part.encode("ascii"), b"", zipfile.ZIP_STORED, 0, 0, memoryview(b""))
        self._entries[part.lower()] = self.pack(part, [data])
        self.changed.add(part.lower())

    def remove(self, part: str) -> None:
        """Take a part out."""
        if self._entries.pop(part.lower(), None) is not None:
            self.changed.add(part.lower())

    def write(self, target: BinaryIO) -> None:
        """Write the archive: untouched entries with their packed bytes, dates and attributes as they came."""
        for piece in self.pieces():
            target.write(piece)

    def pieces(self) -> Iterator[bytes | memoryview]:
        """What :meth:`write` writes, in order."""
        if not self.changed:
            yield self.source
            return
        directory: list[bytes] = []
        position = 0
        for entry in self._entries.values():
            local, central = _headers(entry, position)
            yield local
            yield entry.packed
            directory.append(central)
            position += len(local) + len(entry.packed)
        listing = b"".join(directory)
        yield listing
        count = len(directory)
        comment = self._comment
        yield _END.pack(b"PK\x05\x06", 0, 0, count, count, len(listing), position, len(comment)) + comment

    # -- opening -----------------------------------------------------------------------------------------

    def _fail(self, what: str, do: str = DAMAGED) -> WorkbookError:
        return WorkbookError(what, where=self.where, do=do)

    def _open(self, data: bytes) -> dict[str, Entry]:
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                infos = archive.infolist()
                self._comment = archive.comment
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, EOFError, struct.error) as e:
            raise self._fail(f"the file is damaged or was cut short ({e})", "take an earlier copy") from e
        if len(infos) > PARTS_LIMIT:
            raise self._fail(f"the file holds {len(infos):,} parts, more than {PARTS_LIMIT:,}", TRUST)
        if sum(info.file_size for info in infos) > TOTAL_LIMIT:
            raise self._fail(f"the file would unpack to more than {TOTAL_LIMIT >> 20} MB (a zip bomb?)", TRUST)
        entries: dict[str, Entry] = {}
        view = memoryview(data)
        for info in infos:
            self._check(info)
            key = info.filename.replace("\\", "/").lstrip("/").lower()
            if key in entries:
                raise self._fail(f"part {info.filename} is there twice (also as {entries[key].info.filename})")
            entries[key] = self._entry_of(info, view)
        return entries

    def _check(self, info: zipfile.ZipInfo) -> None:
        name = info.filename
        path = name.replace("\\", "/")
        length = len(info.orig_filename)
        if length > LONGEST_NAME:
            raise self._fail(f"part {name[:40]}... has a name of {length:,} characters", TRUST)
        if ".." in path.split("/") or path[1:2] == ":" or path != info.orig_filename.replace("\\", "/"):
            raise self._fail(f"part name {info.orig_filename!r} points outside the package", TRUST)
        if info.flag_bits & 0x1:
            raise self._fail(f"part {name} is encrypted", "remove the password and save the workbook again")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self._fail(f"part {name} is packed by method {info.compress_type}, which no Excel writes")
        if info.file_size > PART_LIMIT:
            raise self._fail(f"part {name} would unpack to {info.file_size:,} bytes", TRUST)
        crowded = info.file_size > RATIO_FROM and info.file_size > RATIO_LIMIT * max(1, info.compress_size)
        if crowded and name.lower().endswith(XML_ENDINGS):
            ratio = info.file_size // max(1, info.compress_size)
            raise self._fail(f"part {name} unpacks to {ratio} times its size (a zip bomb?)", TRUST)

    def _entry_of(self, info: zipfile.ZipInfo, view: memoryview) -> Entry:
        start = info.header_offset
        head = bytes(view[start : start + _LOCAL.size])
        if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
            raise self._fail(f"part {info.filename} is damaged or cut short")
        fields = _LOCAL.unpack(head)
        name_end = start + _LOCAL.size + fields[9]
        data_start = name_end + fields[10]
        raw_name = bytes(view[start + _LOCAL.size : name_end])
        encoding = "utf-8" if info.flag_bits & 0x800 else "cp437"
        if raw_name.decode(encoding, "replace") != info.orig_filename:
            raise self._fail(f"part {info.filename} is named {raw_name!r} in its own header")
        packed = view[data_start : data_start + info.compress_size]
        if len(packed) != info.compress_size:
            raise self._fail(f"part {info.filename} is cut short")
        extra = _without_zip64(bytes(view[name_end:data_start]))
        return Entry(info, raw_name, extra, info.compress_type, info.CRC, info.file_size, packed)

    def _verify(self, key: str) -> None:
        entry = self._entries[key]
        checked = self._checked(entry)
        if key.endswith(XML_ENDINGS):
            self._scans[key] = scan(checked, part=entry.info.filename, where=self.where)
        for _ in checked:
            pass

    def _checked(self, entry: Entry) -> Iterator[bytes]:
        """The entry's bytes, with its size and checksum held against what the archive claims."""
        crc = size = 0
        name = entry.info.filename
        try:
            for chunk in unpack(entry):
                size += len(chunk)
                if size > entry.size:
                    raise self._fail(f"part {name} unpacks to more than it claims", TRUST)
                crc = zlib.crc32(chunk, crc)
                yield chunk
        except zlib.error as error:
            raise self._fail(f"part {name} is damaged ({error})", "take an earlier copy") from error
        if size != entry.size or crc != entry.crc:
            raise self._fail(f"part {name} is damaged (its checksum differs)", "take an earlier copy")


def unpack(entry: Entry) -> Iterator[bytes]:
    """Unpacked bytes of an entry in chunks of at most a megabyte."""
    if entry.method == zipfile.ZIP_STORED:
        for start in range(0, len(entry.packed), CHUNK):
            yield bytes(entry.packed[start : start + CHUNK])
        return
    unpacker = zlib.decompressobj(-15)
    for start in range(0, len(entry.packed), CHUNK):
        waiting: bytes | memoryview = entry.packed[start : start + CHUNK]
        while waiting:
            chunk = unpacker.decompress(waiting, CHUNK)
            if chunk:
                yield chunk
            elif not unpacker.unconsumed_tail:
                break
            waiting = unpacker.unconsumed_tail
    rest = unpacker.flush()
    if rest:
        yield rest
    if not unpacker.eof:
        raise zlib.error("the packed data end early")


def _without_zip64(extra: bytes) -> bytes:
    """Extra fields less the 64-bit sizes, which the plain headers of :meth:`Archive.write` make wrong."""
    kept = b""
    while len(extra) >= 4:
        tag, length = struct.unpack_from("<HH", extra)
        if tag != 1:
            kept += extra[: 4 + length]
        extra = extra[4 + length :]
    return kept


def _headers(entry: Entry, position: int) -> tuple[bytes, bytes]:
    """Local and central header of an entry that will begin at ``position``."""
    info = entry.info
    year, month, day, hour, minute, second = info.date_time
    date = (year - 1980) << 9 | month << 5 | day
    time = hour << 11 | minute << 5 | second // 2
    flags = info.flag_bits & ~0x8  # sizes stand in the header, so no data descriptor follows
    needed = max(20 if entry.method else 10, info.extract_version)
    packed = len(entry.packed)
    central_extra = _without_zip64(info.extra)
    local = _LOCAL.pack(
        b"PK\x03\x04", needed, flags, entry.method, time, date, entry.crc, packed, entry.size,
        len(entry.raw_name), len(entry.local_extra),
    )  # fmt: skip
    central = _CENTRAL.pack(
        b"PK\x01\x02", info.create_version, info.create_system, needed, 0, flags, entry.method, time, date,
        entry.crc, packed, entry.size, len(entry.raw_name), len(central_extra), len(info.comment), 0,
        info.internal_attr, info.external_attr, position,
    )  # fmt: skip
    return (
        local + entry.raw_name + entry.local_extra,
        central + entry.raw_name + central_extra + info.comment,
    )
