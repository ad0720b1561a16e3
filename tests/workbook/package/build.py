"""Small workbooks written out part by part, so that a test controls every byte of them."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from xlplan.workbook.book import column_letters

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_ML = "application/vnd.openxmlformats-officedocument.spreadsheetml."
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass
class Raw:
    """A cell's text after its address, such as ``t="e"><v>#N/A</v></c>``."""

    text: str


def formula(text: str, value: object = None, kind: str = "") -> Raw:
    """A formula cell with its cached value."""
    mark = f' t="{kind}"' if kind else ""
    shown = "" if value is None else f"<v>{escape(str(value))}</v>"
    return Raw(f"{mark}><f>{escape(text)}</f>{shown}</c>")


@dataclass
class SheetSpec:
    name: str
    rows: dict[int, dict[int, object]] = field(default_factory=dict)
    styles: dict[tuple[int, int], int] = field(default_factory=dict)
    row_attributes: dict[int, str] = field(default_factory=dict)
    head: str = ""
    tail: str = ""
    tables: list[str] = field(default_factory=list)
    relationships: list[tuple[str, str]] = field(default_factory=list)

    def put(self, row: int, column: int, *values: object) -> SheetSpec:
        """Values from a cell to the right."""
        for offset, value in enumerate(values):
            self.rows.setdefault(row, {})[column + offset] = value
        return self


class Workbook:
    """A package in the making."""

    def __init__(self, *, strict: bool = False, date1904: bool = False, prefix: str = "") -> None:
        self.main, self.office = (STRICT_MAIN, STRICT_OFFICE) if strict else (MAIN, OFFICE)
        self.prefix = prefix
        self.date1904 = date1904
        self.sheets: list[SheetSpec] = []
        self.names: dict[str, str] = {}
        self.extra: dict[str, str | bytes] = {}
        self.types: dict[str, str] = {}
        self.strings: list[str] = []
        self.workbook_tail = ""
        self.workbook_relationships: list[tuple[str, str]] = []
        self.root_relationships: list[tuple[str, str]] = []
        self.table_count = 0

    def sheet(self, name: str = "Data") -> SheetSpec:
        spec = SheetSpec(name)
        self.sheets.append(spec)
        return spec

    def table(
        self,
        spec: SheetSpec,
        name: str,
        columns: list[str],
        rows: list[list[object]],
        *,
        at: tuple[int, int] = (1, 1),
        totals: list[object] | None = None,
        calculated: dict[str, str] | None = None,
        attributes: str = "",
        inside: str = "",
    ) -> None:
        """A named table with its header, body and totals."""
        top, left = at
        spec.put(top, left, *columns)
        for index, values in enumerate(rows):
            spec.put(top + 1 + index, left, *values)
        bottom = top + max(len(rows), 1)
        if totals:
            bottom += 1
            spec.put(bottom, left, *totals)
        first, last = column_letters(left), column_letters(left + len(columns) - 1)
        self.table_count += 1
        number = self.table_count
        body_end = bottom - bool(totals)
        listed = "".join(
            f'<tableColumn id="{i}" name={quoteattr(column)}>'
            + (
                f"<calculatedColumnFormula>{escape(calculated[column])}</calculatedColumnFormula>"
                if calculated and column in calculated
                else ""
            )
            + "</tableColumn>"
            for i, column in enumerate(columns, 1)
        )
        count = ' totalsRowCount="1"' if totals else ""
        filtered = inside or f'<autoFilter ref="{first}{top}:{last}{body_end}"/>'
        self.extra[f"xl/tables/table{number}.xml"] = (
            f'{XML}<table xmlns="{self.main}" id="{number}" name="{name}" displayName="{name}" '
            f'ref="{first}{top}:{last}{bottom}"{count}{attributes}>{filtered}'
            f'<tableColumns count="{len(columns)}">{listed}</tableColumns></table>'
        )
        self.types[f"xl/tables/table{number}.xml"] = f"{SHEET_ML}table+xml"
        spec.tables.append(f"../tables/table{number}.xml")

    def part(self, name: str, content: str | bytes, content_type: str) -> None:
        self.extra[name] = content
        self.types[name] = content_type

    # -- parts -------------------------------------------------------------------------------------------

    def _cell(self, row: int, column: int, value: object, style: int | None) -> str:
        p = self.prefix
        start = f'<{p}c r="{column_letters(column)}{row}"' + (f' s="{style}"' if style is not None else "")
        if value is None:
            return f"{start}/>"
        if isinstance(value, Raw):
            return start + value.text.replace("<", f"<{p}").replace(f"<{p}/", f"</{p}")
        if isinstance(value, bool):
            return f'{start} t="b"><{p}v>{int(value)}</{p}v></{p}c>'
        if isinstance(value, str):
            if value not in self.strings:
                self.strings.append(value)
            return f'{start} t="s"><{p}v>{self.strings.index(value)}</{p}v></{p}c>'
        return f"{start}><{p}v>{value!r}</{p}v></{p}c>"

    def _sheet_xml(self, spec: SheetSpec) -> str:
        p = self.prefix
        space = f'xmlns:{p[:-1]}="{self.main}"' if p else f'xmlns="{self.main}"'
        rows = []
        for number in sorted({*spec.rows, *spec.row_attributes}):
            cells = spec.rows.get(number, {})
            text = "".join(
                self._cell(number, column, cells[column], spec.styles.get((number, column))) for column in sorted(cells)
            )
            rows.append(f'<{p}row r="{number}"{spec.row_attributes.get(number, "")}>{text}</{p}row>')
        tables = "".join(f'<{p}tablePart r:id="rId{i}"/>' for i, _ in enumerate(spec.tables, 1))
        listed = f'<{p}tableParts count="{len(spec.tables)}">{tables}</{p}tableParts>' if tables else ""
        return (
            f'{XML}<{p}worksheet {space} xmlns:r="{self.office}">{spec.head}'
            f"<{p}sheetData>{''.join(rows)}</{p}sheetData>{spec.tail}{listed}</{p}worksheet>"
        )

    def _relationships(self, targets: list[tuple[str, str]]) -> str:
        listed = "".join(
            f'<Relationship Id="rId{i}" Type="{kind if "/" in kind else f"{self.office}/{kind}"}" Target="{target}"/>'
            for i, (kind, target) in enumerate(targets, 1)
        )
        return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'

    def parts(self) -> dict[str, str | bytes]:
        """Every part of the package."""
        main, count = self.main, len(self.sheets)
        found: dict[str, str | bytes] = {}
        sheets = {f"xl/worksheets/sheet{i}.xml": self._sheet_xml(s) for i, s in enumerate(self.sheets, 1)}
        listed = "".join(
            f'<sheet name={quoteattr(s.name)} sheetId="{i}" r:id="rId{i}"/>' for i, s in enumerate(self.sheets, 1)
        )
        names = "".join(f"<definedName name={quoteattr(n)}>{escape(t)}</definedName>" for n, t in self.names.items())
        properties = '<workbookPr date1904="1"/>' if self.date1904 else "<workbookPr/>"
        found["xl/workbook.xml"] = (
            f'{XML}<workbook xmlns="{main}" xmlns:r="{self.office}">{properties}<sheets>{listed}</sheets>'
            + (f"<definedNames>{names}</definedNames>" if names else "")
            + f"{self.workbook_tail}</workbook>"
        )
        found.update(sheets)
        strings = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in self.strings)
        found["xl/sharedStrings.xml"] = f'{XML}<sst xmlns="{main}">{strings}</sst>'
        found["xl/styles.xml"] = (
            f'{XML}<styleSheet xmlns="{main}"><fonts count="1"><font/></fonts>'
            '<fills count="1"><fill><patternFill/></fill></fills>'
            f'<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
            f'<cellXfs count="10">{"<xf/>" * 10}</cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
        )
        found["xl/_rels/workbook.xml.rels"] = self._relationships(
            [("worksheet", f"worksheets/sheet{i}.xml") for i in range(1, count + 1)]
            + [("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml"), *self.workbook_relationships]
        )
        found["_rels/.rels"] = self._relationships([("officeDocument", "xl/workbook.xml"), *self.root_relationships])
        for i, spec in enumerate(self.sheets, 1):
            targets = [("table", target) for target in spec.tables] + spec.relationships
            if targets:
                found[f"xl/worksheets/_rels/sheet{i}.xml.rels"] = self._relationships(targets)
        found.update(self.extra)
        types = {
            "xl/workbook.xml": f"{SHEET_ML}sheet.main+xml",
            "xl/sharedStrings.xml": f"{SHEET_ML}sharedStrings+xml",
            "xl/styles.xml": f"{SHEET_ML}styles+xml",
            **dict.fromkeys(sheets, f"{SHEET_ML}worksheet+xml"),
            **self.types,
        }
        overrides = "".join(f'<Override PartName="/{n}" ContentType="{t}"/>' for n, t in types.items())
        content_types = (
            f'{XML}<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
        )
        return {"[Content_Types].xml": content_types, **found}

    def save(self, path: Path) -> Path:
        """Write the package."""
        return write_parts(path, self.parts())


def write_parts(path: Path, parts: dict[str, str | bytes]) -> Path:
    """Write parts as a zip package with a fixed date."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10)), content, zipfile.ZIP_DEFLATED)
    return path


def read_parts(path: Path) -> dict[str, bytes]:
    """Every part of a package, unpacked."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def simple(rows: list[list[object]] | None = None) -> Workbook:
    """A workbook with the table ``tblPlan`` (queue, volume, aht_s) on sheet Data."""
    book = Workbook()
    spec = book.sheet("Data")
    body = rows if rows is not None else [["Billing", 100, 300.5], ["Sales", 50, 240], ["Chat", 75, None]]
    book.table(spec, "tblPlan", ["queue", "volume", "aht_s"], body)
    return book
