"""Messages between LibreOffice and the worker: plain data, its length in front; errors as LibreOffice holds them."""

from __future__ import annotations

import pickle
import struct
from typing import Any, BinaryIO

PROTOCOL = 3
"""Counts up when messages change: an add-in and a worker of different counts do not talk."""

NUMBERS = {
    "#NUM!": 503,
    "#VALUE!": 519,
    "#NULL!": 521,
    "#REF!": 524,
    "#NAME?": 525,
    "#DIV/0!": 532,
    "#N/A": 32767,
}
"""LibreOffice's number of each error that a spreadsheet file knows."""

_CODES = {number: code for code, number in NUMBERS.items()}
_LENGTH = struct.Struct("<Q")
_DOUBLE = struct.Struct("<d")
_QUIET = 0x7FF8 << 48


def send(stream: BinaryIO, message: Any) -> None:
    """Write one message."""
    body = pickle.dumps(message, 4)
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read one message.

    Raises
    ------
    EOFError
        The other side has gone.
    """
    head = _exactly(stream, _LENGTH.size)
    return pickle.loads(_exactly(stream, _LENGTH.unpack(head)[0]))


def _exactly(stream: BinaryIO, size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError("the pipe was closed")
    return found


def error_number(code: str) -> float:
    """The NaN that a cell with this error holds: LibreOffice keeps the error's number in it."""
    return float(_DOUBLE.unpack(_LENGTH.pack(_QUIET | NUMBERS.get(code, NUMBERS["#VALUE!"])))[0])


def error_code(value: float) -> str:
    """The error behind a NaN.

    >>> error_code(error_number("#N/A"))
    '#N/A'
    """
    number = _LENGTH.unpack(_DOUBLE.pack(value))[0] & 0xFFFFFFFF
    return code_of(number)


def code_of(number: int) -> str:
    """LibreOffice's error number as a cell shows it; some have no name that files know.

    >>> code_of(532), code_of(502)
    ('#DIV/0!', 'Err:502')
    """
    return _CODES.get(number, f"Err:{number}")
