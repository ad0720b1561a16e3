"""A workbook without the places that differ between two runs of the same plan."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from lxml import etree

from xlplan.workbook.book import column_letters
from xlplan.workbook.package.file_book import FileBook

VOLATILE_NAMES = ("Stamp",)
VOLATILE_TABLES = ("tblRun", "tblLog")
VOLATILE_PROPERTIES = ("dcterms:created", "dcterms:modified")
"""The declared volatile places: the stamp, the run log, the message log, the dates of the document's properties."""

CELL = r'<c r="{address}"[^>]*?(?:/>|>.*?</c>)'


def steady(path: Path) -> dict[str, bytes]:
    """Every part of the workbook by name, its volatile places blanked."""
    book = FileBook.open(path)
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    sheets = _sheet_parts(parts)
    for name in VOLATILE_NAMES:
        sheet, _, address = book.names()[name].rpartition("!")
        part = sheets[sheet.strip("'")]
        parts[part] = re.sub(CELL.format(address=address.replace("$", "")).encode(), b"", parts[part], flags=re.DOTALL)
    for name in VOLATILE_TABLES:
        place = book.places()[name]
        letters = [column_letters(place.first_column + offset) for offset in range(len(place.columns))]
        part = sheets[place.sheet]
        below = rf"(?:{'|'.join(letters)})(?!{place.header_row}\")\d+"
        text = re.sub(CELL.format(address=below).encode(), b"", parts[part], flags=re.DOTALL)
        text = re.sub(rb"<row [^>]*?(?:/>|>\s*</row>)", b"", text)
        parts[part] = _canonical(re.sub(rb' (?:ref|sqref|spans)="[^"]*"', b"", text))
        for table, text in parts.items():
            if table.startswith("xl/tables/") and f'name="{name}"'.encode() in text:
                parts[table] = _canonical(re.sub(rb' ref="[^"]*"', b"", text))
    for name in VOLATILE_PROPERTIES:
        pattern = rf"(<{name}[^>]*>)[^<]*".encode()
        parts["docProps/core.xml"] = re.sub(pattern, rb"\1", parts["docProps/core.xml"])
    return parts


def _canonical(text: bytes) -> bytes:
    """One spelling of a part: a table that took in a row is written anew, its attributes in another order."""
    return etree.canonicalize(text.decode()).encode()


def _sheet_parts(parts: dict[str, bytes]) -> dict[str, str]:
    """Part of each sheet by the name on its tab."""
    targets = {}
    for relation in re.findall(r"<Relationship [^>]*>", parts["xl/_rels/workbook.xml.rels"].decode()):
        found = dict(re.findall(r'(\w+)="([^"]*)"', relation))
        targets[found["Id"]] = found["Target"].lstrip("/").removeprefix("xl/")
    sheets = re.findall(r"<sheet [^>]*>", parts["xl/workbook.xml"].decode())
    named = [dict(re.findall(r'([\w:]+)="([^"]*)"', sheet)) for sheet in sheets]
    return {sheet["name"]: f"xl/{targets[sheet['r:id']]}" for sheet in named}
