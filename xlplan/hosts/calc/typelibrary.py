"""The interface of the add-in as a UNOIDL type library (.rdb), written without LibreOffice's development kit.

The format is LibreOffice's unoidl/source/unoidlprovider.cxx: a header, then entries that point at each other by
offset; names that are looked up end in a zero byte, names inside an entry carry their length.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

HEADER = b"UNOIDL\xff\0"
MODULE, INTERFACE = 0, 5
INPUT = b"\0"


@dataclass(frozen=True)
class Method:
    """One method: its name, the type that it returns, names and types of its parameters."""

    name: str
    returns: str
    parameters: Sequence[tuple[str, str]]


def type_library(interface: str, methods: Sequence[Method]) -> bytes:
    """A library that holds one interface.

    Parameters
    ----------
    interface : str
        Full name such as ``org.xlplan.XFunctions``.
    methods : sequence of Method
        Types as UNO writes them: ``any``, ``[][]any``, ``com.sun.star.beans.XPropertySet``.
    """
    *modules, name = interface.split(".")
    out = bytearray(HEADER + bytes(8))
    entry = len(out)
    out += _interface(methods)
    for module in reversed(modules):
        name_at = _name(out, name)
        inside = len(out)
        out += bytes([MODULE]) + _u32(1) + _u32(name_at) + _u32(entry)
        name, entry = module, inside
    name_at = _name(out, name)
    root = len(out)
    out += _u32(name_at) + _u32(entry)
    out[8:16] = _u32(root) + _u32(1)
    return bytes(out)


def _interface(methods: Sequence[Method]) -> bytes:
    """Published bases, no optional ones, no attributes, then every method without exceptions."""
    out = bytes([INTERFACE]) + _u32(1) + _text("com.sun.star.uno.XInterface") + _u32(0) + _u32(0)
    out += _u32(len(methods))
    for method in methods:
        out += _text(method.name) + _text(method.returns) + _u32(len(method.parameters))
        for name, kind in method.parameters:
            out += INPUT + _text(name) + _text(kind)
        out += _u32(0)
    return out


def _u32(number: int) -> bytes:
    return struct.pack("<I", number)


def _text(text: str) -> bytes:
    return _u32(len(text)) + text.encode("ascii")


def _name(out: bytearray, text: str) -> int:
    """Append a looked-up name; returns where it stands."""
    place = len(out)
    out += text.encode("ascii") + b"\0"
    return place
