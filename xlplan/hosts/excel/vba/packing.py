"""The packing of VBA text: runs of at most 4,096 bytes, each with its repetitions replaced by back-references.

MS-OVBA 2.4.1. The packer looks for the longest of the nearest matches, which is what Excel does too.
"""

from __future__ import annotations

import struct
from collections import defaultdict

from xlplan.hosts.excel.vba.damage import damaged

RUN = 4096
_SIGNATURE = b"\x01"
_PACKED, _PLAIN = 0xB000, 0x3000
_CANDIDATES = 32


def pack(data: bytes) -> bytes:
    """Packed form of text.

    >>> unpack(pack(b"ab" * 5000)) == b"ab" * 5000
    True
    """
    return _SIGNATURE + b"".join(_packed_run(data[start : start + RUN]) for start in range(0, len(data), RUN))


def unpack(data: bytes) -> bytes:
    """Text of a packed form.

    Raises
    ------
    WorkbookError
        When the form is broken.
    """
    if data[:1] != _SIGNATURE:
        raise damaged("it does not begin as packed text does")
    found = bytearray()
    place = 1
    while place + 2 <= len(data):
        (header,) = struct.unpack_from("<H", data, place)
        end = place + (header & 0x0FFF) + 3
        body = data[place + 2 : end]
        if header & 0x8000:
            found += _unpacked_run(body)
        else:
            found += body[:RUN]
        place = end
    return bytes(found)


def _bits(position: int) -> int:
    """Bits of a back-reference that say how far back it reaches; the other bits are its length."""
    return max((position - 1).bit_length(), 4)


def _packed_run(run: bytes) -> bytes:
    packed = bytearray()
    seen: defaultdict[bytes, list[int]] = defaultdict(list)
    place = 0
    while place < len(run):
        flags = 0
        tokens = bytearray()
        for bit in range(8):
            if place >= len(run):
                break
            back, length = _match(run, place, seen)
            if length:
                flags |= 1 << bit
                bits = _bits(place)
                tokens += struct.pack("<H", (back - 1) << (16 - bits) | length - 3)
            else:
                tokens.append(run[place])
                length = 1
            for start in range(place, place + length):
                seen[run[start : start + 3]].append(start)
            place += length
        packed.append(flags)
        packed += tokens
    if len(packed) > RUN:
        return struct.pack("<H", _PLAIN | RUN - 1) + run.ljust(RUN, b"\0")
    return struct.pack("<H", _PACKED | len(packed) - 1) + bytes(packed)


def _match(run: bytes, place: int, seen: defaultdict[bytes, list[int]]) -> tuple[int, int]:
    """How far back the longest repetition begins, and its length; (0, 0) when there is none."""
    longest = min((0xFFFF >> _bits(place)) + 3, len(run) - place)
    best = back = 0
    if longest >= 3:
        for start in seen[run[place : place + 3]][: -_CANDIDATES - 1 : -1]:
            length = 3
            while length < longest and run[start + length] == run[place + length]:
                length += 1
            if length > best:
                best, back = length, place - start
    return back, best


def _unpacked_run(body: bytes) -> bytes:
    found = bytearray()
    place = 0
    while place < len(body):
        flags = body[place]
        place += 1
        for bit in range(8):
            if place >= len(body):
                break
            if not flags >> bit & 1:
                found.append(body[place])
                place += 1
                continue
            if place + 2 > len(body):
                raise damaged("a repetition is cut short")
            (token,) = struct.unpack_from("<H", body, place)
            place += 2
            bits = _bits(len(found))
            back, length = (token >> (16 - bits)) + 1, (token & 0xFFFF >> bits) + 3
            if back > len(found) or len(found) + length > RUN:
                raise damaged("a repetition reaches outside its run")
            for _ in range(length):
                found.append(found[-back])
    return bytes(found)
