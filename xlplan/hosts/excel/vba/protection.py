"""The three lines of a VBA project that say whether it is locked, concealed as Office conceals them (MS-OVBA 2.4.3)."""

from __future__ import annotations

from xlplan.errors import WorkbookError

_VERSION = 2


def conceal(data: bytes, *, project_id: str, seed: int = 0) -> str:
    """Hexadecimal text of ``data`` as the project of that id keeps it.

    >>> reveal(conceal(b"\\x00", project_id="{0}", seed=0x0E), project_id="{0}")
    b'\\x00'
    """
    key = _key(project_id)
    filler = (seed & 6) // 2
    plain = bytes(filler) + len(data).to_bytes(4, "little") + data
    version, own = seed ^ _VERSION, seed ^ key
    packed = [seed, version, own]
    last, before, clear = own, version, key
    for byte in plain:
        last, before, clear = byte ^ (before + clear) & 0xFF, last, byte
        packed.append(last)
    return bytes(packed).hex().upper()


def reveal(text: str, *, project_id: str) -> bytes:
    """The data behind a concealed line.

    Raises
    ------
    WorkbookError
        When the line is broken.
    """
    try:
        packed = bytes.fromhex(text)
        seed, version, own, *rest = packed
    except ValueError:
        raise _broken() from None
    if seed ^ version != _VERSION:
        raise _broken()
    last, before, clear = own, version, seed ^ own
    plain = bytearray()
    for byte in rest:
        clear = byte ^ (before + clear) & 0xFF
        last, before = byte, last
        plain.append(clear)
    body = plain[(seed & 6) // 2 :]
    length = int.from_bytes(body[:4], "little")
    if len(body) < 4 + length:
        raise _broken()
    return bytes(body[4 : 4 + length])


def _key(project_id: str) -> int:
    return sum(project_id.encode("ascii")) & 0xFF


def _broken() -> WorkbookError:
    return WorkbookError(
        "the protection of its VBA project cannot be read", do="open it in Excel and save it, then try again"
    )
