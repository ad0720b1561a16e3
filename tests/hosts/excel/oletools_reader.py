"""oletools, which reads VBA as malware analysts do; importing it warns about a library of its own."""

from __future__ import annotations

import warnings
from importlib.metadata import distribution
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from oletools.olevba import VBA_Parser, decompress_stream

XLWINGS = Path(str(distribution("xlwings").locate_file("xlwings")))
LOCKED = XLWINGS / "addin" / "xlwings.xlam"
"""A workbook whose VBA project Excel locked with a password."""


def unpacked(data: bytes) -> bytes:
    """Text of a packed stream."""
    return bytes(decompress_stream(bytearray(data)))


def modules(path: Path) -> dict[str, bytes]:
    """Every module of a workbook with its text."""
    parser = VBA_Parser(str(path))
    try:
        found = {stream.rpartition("/")[2]: code for _, stream, _, code in parser.extract_all_macros()}
    finally:
        parser.close()
    return {name: code if isinstance(code, bytes) else code.encode("cp1252", "replace") for name, code in found.items()}
