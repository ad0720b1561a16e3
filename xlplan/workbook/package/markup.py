"""XML taken in safely: no DTD, no entities, no network; and given back with its own prefixes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.parsers import expat

from lxml import etree

from xlplan.errors import WorkbookError

DAMAGED = "open it in Excel, let Excel repair it, and save it"
TRUST = "do not trust the file; ask its sender how it was made"
WHOLE_PART = 32 << 20
"""Largest part (bytes) that is held as a tree; sheets and shared strings are streamed."""
MOST_NODES = 1_000_000
"""Most tags and attributes of a tree, which costs about 120 bytes for each."""
MOST_ATTRIBUTES = 1_000
"""Most attributes of one tag, which are listed in a time that grows with their square."""
LONGEST_TAG = 16 << 20
"""Longest tag or comment (bytes): it is taken in as a whole, and by an older expat anew with every chunk."""
INSIDE_TAG = r"""(?:[^<>"'/]|"[^"]*"|'[^']*')*+"""
"""What stands in a tag behind its name, attribute values with a ``>`` or ``/`` in them included."""


@dataclass(frozen=True)
class Scan:
    """What one look over a part says: its first fault, and whether its text may be cut as plain tags."""

    fault: str
    plain: bool


class _Found:
    def __init__(self) -> None:
        self.doctype = False
        self.special = False


def scan(chunks: Iterable[bytes], *, part: str, where: str) -> Scan:
    """Look a part over once, in constant memory.

    A part is plain when it is UTF-8 without comments, CDATA or processing instructions, and ``</row>`` is never
    spelled ``</row >``: then every ``<`` begins a tag, and rows end where they seem to.

    Raises
    ------
    WorkbookError
        When the part declares a document type (the door of entity bombs and of reading other files).
    """
    found = _Found()
    reader = expat.ParserCreate()

    def doctype(*_: object) -> None:
        found.doctype = True
        raise ValueError

    def special(*_: object) -> None:
        found.special = True

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        found.special |= bool(encoding) and str(encoding).lower() not in ("utf-8", "us-ascii", "ascii")

    reader.StartDoctypeDeclHandler = doctype
    reader.CommentHandler = special
    reader.StartCdataSectionHandler = special
    reader.ProcessingInstructionHandler = special
    reader.XmlDeclHandler = declaration
    taken = 0
    try:
        for chunk in chunks:
            if not taken:
                found.special |= chunk[:2] in (b"\xff\xfe", b"\xfe\xff") or chunk[:1] == b"\0"
            reader.Parse(chunk, False)
            found.special |= _SPACED.search(chunk) is not None
            taken += len(chunk)
            if taken - reader.CurrentByteIndex > LONGEST_TAG:
                what = f"part {part} holds a tag or comment of more than {LONGEST_TAG >> 20} MB"
                raise WorkbookError(what, where=where, do=TRUST)
        reader.Parse(b"", True)
    except ValueError as stop:
        if not found.doctype:
            raise WorkbookError(f"part {part} cannot be read ({stop})", where=where, do=DAMAGED) from stop
        raise WorkbookError(
            f"part {part} declares a document type (DTD), which no workbook needs and which can hide an attack",
            where=where,
            do=TRUST,
        ) from None
    except (expat.ExpatError, LookupError) as error:  # not well-formed, or in an encoding that nobody knows
        return Scan(fault=str(error), plain=False)
    return Scan(fault="", plain=not found.special)


_SPACED = re.compile(rb"row\s+>")
_LONG_TAG = re.compile(rb"<[^<>]{4096}[^<>]*+")


def too_much(data: bytes) -> str:
    """Why a part is no small one, whose tree fits into memory; empty when it is."""
    if len(data) > WHOLE_PART:
        return f"is too large ({len(data):,} bytes)"
    nodes = data.count(b"<") + data.count(b"=")
    if nodes > MOST_NODES:
        return f"holds too much ({nodes:,} tags and attributes)"
    if any(tag[0].count(b"=") > MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(data)):
        return f"holds a tag with more than {MOST_ATTRIBUTES:,} attributes"
    return ""


def parse(data: bytes, *, part: str, where: str) -> etree._Element:
    """Tree of a small part.

    Raises
    ------
    WorkbookError
        When the part is not well-formed, too large for a tree, or declares a document type.
    """
    excess = too_much(data)
    if excess:
        raise WorkbookError(f"part {part} {excess}", where=where, do=DAMAGED)
    look = scan([data], part=part, where=where)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        fault = look.fault or " ".join(str(error).split())[:200]
        raise WorkbookError(f"part {part} is not well-formed XML ({fault})", where=where, do=DAMAGED) from error


def serialise(root: etree._Element) -> bytes:
    """Bytes of a tree, with its own prefixes."""
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True)


def plain_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """A well-formed part as plain UTF-8 (see :func:`scan`), in constant memory.

    >>> b"".join(plain_chunks([b"<a x='1'><!-- no --><b/><![CDATA[1<2]]></a >"]))
    b"<a x='1'><b/>1&lt;2</a>"
    """
    kept: list[str] = []

    def left_out(*_: object) -> None:
        pass

    reader = expat.ParserCreate()
    # whatever no other handler takes: the tags, as they are written
    reader.DefaultHandler = lambda tag: kept.append(f"{tag[:-1].rstrip()}>" if tag[:2] == "</" else tag)
    reader.CharacterDataHandler = lambda text: kept.append(escape(text).replace("\r", "&#13;"))
    reader.CommentHandler = reader.ProcessingInstructionHandler = reader.XmlDeclHandler = left_out
    reader.StartCdataSectionHandler = reader.EndCdataSectionHandler = left_out
    for chunk in chunks:
        reader.Parse(chunk, False)
        yield "".join(kept).encode()
        kept.clear()
    reader.Parse(b"", True)
    yield "".join(kept).encode()


def local(element: etree._Element) -> str:
    """Tag of an element without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: etree._Element) -> str:
    """Namespace of an element's tag."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def find_all(root: etree._Element, *names: str) -> list[etree._Element]:
    """Every descendant with one of the local names, whatever its namespace (transitional or strict)."""
    return list(root.iter(*[f"{{*}}{name}" for name in names]))


def child(element: etree._Element, name: str) -> etree._Element | None:
    """First child with the local name."""
    return element.find(f"{{*}}{name}")


def is_true(text: str | None) -> bool:
    """Meaning of an XML boolean attribute."""
    return text in ("1", "true", "on")


_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(lt|gt|amp|quot|apos));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def escape(text: str) -> str:
    """Text as XML character data."""
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


def unescape(text: str) -> str:
    """Character data as text."""
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda m: chr(int(m[1], 16)) if m[1] else chr(int(m[2])) if m[2] else _NAMED[m[3]], text)


def to_coded(text: str) -> str:
    """Text with the characters that XML cannot hold written as ``_xHHHH_``, as Excel does.

    >>> to_coded("a\\x0bb _x0041_")
    'a_x000B_b _x005F_x0041_'
    """
    if "_x" in text:
        text = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    return _UNSAFE.sub(lambda m: f"_x{ord(m[0]):04X}_", text)


def from_coded(text: str) -> str:
    """Text as Excel shows it, with every ``_xHHHH_`` decoded.

    >>> from_coded("Volume_x000a_offered")
    'Volume\\noffered'
    """
    return _CODED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text
