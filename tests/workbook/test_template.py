"""The templates: every table as the dictionary has it, in a workbook that explains itself."""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlplan.tables import dictionary
from xlplan.tables.plan import NAME_DEFAULTS
from xlplan.tables.schema import Column, Table
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.plans import ENGINE_LOGS
from xlplan.workbook.template import styles
from xlplan.workbook.template.build import FIRST_ROW, HEADER_ROW, TABLE_ROW, UNIT_ROW, build
from xlplan.workbook.template.catalogue import LAYOUTS
from xlplan.workbook.template.layout import Layout, SheetSpec, TableSpec

ROOT = Path(__file__).resolve().parents[2]
TABLES = [
    pytest.param(layout, sheet, spec, id=f"{kind}-{spec.table}")
    for kind, layout in LAYOUTS.items()
    for sheet in layout.sheets
    for spec in sheet.tables
]
SHEETS = [
    pytest.param(layout, sheet, id=f"{kind}-{sheet.name}")
    for kind, layout in LAYOUTS.items()
    for sheet in layout.sheets
]
EACH = pytest.mark.parametrize("layout", [pytest.param(layout, id=kind) for kind, layout in LAYOUTS.items()])


@cache
def opened(file: str) -> Workbook:
    layout = next(layout for layout in LAYOUTS.values() if layout.file == file)
    return openpyxl.load_workbook(io.BytesIO(build(layout)))


def shown(spec: TableSpec) -> tuple[Table, list[Column]]:
    table = dictionary.table(spec.table)
    return table, [table[name] for name in spec.columns] or list(table.columns)


def by_engine(table: Table, column: Column) -> bool:
    return table.by_engine or column.by_engine or table.name in ENGINE_LOGS


def headers(sheet: Worksheet, spec: TableSpec) -> list[Cell]:
    left, top, right, _ = range_boundaries(sheet.tables[spec.table].ref)
    return [sheet.cell(top, column) for column in range(left, right + 1)]


# ---- the files ------------------------------------------------------------------------------------------------------


@EACH
def test_the_committed_file_is_what_the_layout_builds(layout: Layout) -> None:
    with (
        zipfile.ZipFile(ROOT / "templates" / layout.file) as committed,
        zipfile.ZipFile(io.BytesIO(build(layout))) as built,
    ):
        assert committed.namelist() == built.namelist()
        assert [name for name in built.namelist() if built.read(name) != committed.read(name)] == []


@EACH
def test_the_same_layout_gives_the_same_bytes(layout: Layout) -> None:
    assert build(layout) == build(layout)


@EACH
def test_no_table_stands_twice_and_every_sheet_is_built(layout: Layout) -> None:
    named = [spec.table for sheet in layout.sheets for spec in sheet.tables]
    assert len(named) == len(set(named))
    assert opened(layout.file).sheetnames == ["About", *(sheet.name for sheet in layout.sheets)]
    assert set(FileBook.open(ROOT / "templates" / layout.file).places()) == set(named)


# ---- tables ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("layout", "sheet", "spec"), TABLES)
def test_headers_are_the_columns_of_the_dictionary(layout: Layout, sheet: SheetSpec, spec: TableSpec) -> None:
    table, columns = shown(spec)
    cells = headers(opened(layout.file)[sheet.name], spec)
    assert [cell.value for cell in cells] == [column.name for column in columns]
    assert {cell.row for cell in cells} == {HEADER_ROW}
    if not table.by_engine:
        left_out = [column.name for column in table.columns if column not in columns]
        assert [name for name in left_out if table[name].required and not table[name].by_engine] == []
        assert [name for name in table.key if name in left_out] == []


@pytest.mark.parametrize(("layout", "sheet", "spec"), TABLES)
def test_every_header_has_a_note_that_says_what_belongs_there(
    layout: Layout, sheet: SheetSpec, spec: TableSpec
) -> None:
    for cell, column in zip(headers(opened(layout.file)[sheet.name], spec), shown(spec)[1], strict=True):
        assert cell.comment is not None
        assert column.meaning in cell.comment.text
        assert f"Expected: {column.expects}" in cell.comment.text
        assert not column.blank or f"Blank: {column.blank}" in cell.comment.text


@pytest.mark.parametrize(("layout", "sheet", "spec"), TABLES)
def test_units_stand_above_the_headers(layout: Layout, sheet: SheetSpec, spec: TableSpec) -> None:
    page = opened(layout.file)[sheet.name]
    for cell, column in zip(headers(page, spec), shown(spec)[1], strict=True):
        unit = page.cell(UNIT_ROW, cell.column).value
        assert not column.unit or unit == column.unit
    assert str(page.cell(TABLE_ROW, headers(page, spec)[0].column).value).startswith(spec.table)


@pytest.mark.parametrize(("layout", "sheet", "spec"), TABLES)
def test_typed_cells_and_written_cells_look_as_the_legend_says(
    layout: Layout, sheet: SheetSpec, spec: TableSpec
) -> None:
    page = opened(layout.file)[sheet.name]
    table, columns = shown(spec)
    for header, column in zip(headers(page, spec), columns, strict=True):
        body = page.cell(FIRST_ROW, header.column)
        written = by_engine(table, column)
        assert header.fill.start_color.rgb == (styles.HEADER_ENGINE if written else styles.HEADER_INPUT)
        assert (body.fill.fill_type == "solid") is not written
        if spec.table != "tblKpi":
            assert body.font.color.rgb == (styles.INK if written else styles.BLUE)


@pytest.mark.parametrize(("layout", "sheet", "spec"), TABLES)
def test_number_formats_follow_type_and_unit(layout: Layout, sheet: SheetSpec, spec: TableSpec) -> None:
    page = opened(layout.file)[sheet.name]
    for header, column in zip(headers(page, spec), shown(spec)[1], strict=True):
        if (spec.table, column.name) == ("tblKpi", "value"):
            continue  # each headline has its own
        found = page.cell(FIRST_ROW, header.column).number_format
        months = column.unit == "month"
        expected = {
            "date": "yyyy-mm" if months else "yyyy-mm-dd",
            "datetime": "yyyy-mm-dd hh:mm",
            "time": "[hh]:mm",
            "rate": "0.0%",
            "boolean": "General",
            "enum": "General",
            "integer": "0",
        }
        if column.type in expected:
            assert found == expected[column.type]
        elif column.type == "text":
            assert found in {"@", "General", "yyyy-mm"}
        elif column.unit.startswith("share"):
            assert found == "0.0%"
        else:
            assert found in {"General", "#,##0", "#,##0.0", "#,##0.00", "0.000"}
        assert "#.#" not in found.replace(",", "").replace("##0", ""), "a point would stand behind whole numbers"


@pytest.mark.parametrize(("layout", "sheet", "spec"), TABLES)
def test_cells_that_are_typed_are_validated(layout: Layout, sheet: SheetSpec, spec: TableSpec) -> None:
    page = opened(layout.file)[sheet.name]
    table, columns = shown(spec)
    for header, column in zip(headers(page, spec), columns, strict=True):
        cell = page.cell(FIRST_ROW, header.column).coordinate
        rules = [rule for rule in page.data_validations.dataValidation if cell in rule.sqref]
        if by_engine(table, column):
            assert rules == []
            continue
        assert len(rules) <= 2
        for rule in rules:
            assert rule.showErrorMessage
            assert rule.error
            assert rule.allowBlank is not column.required
        kinds = {rule.type for rule in rules}
        if column.allowed.choices:
            assert "list" in kinds
            assert rules[0].formula1 == f'"{",".join(column.allowed.choices)}"'
        if column.type == "boolean":
            assert kinds == {"list"}
        if column.numeric or column.type == "rate":
            assert column.type == "rate" or kinds & {"whole", "decimal"}
        if column.type in {"date", "datetime"}:
            assert "date" in kinds


@pytest.mark.parametrize(("layout", "sheet", "spec"), TABLES)
def test_headers_fit_their_columns(layout: Layout, sheet: SheetSpec, spec: TableSpec) -> None:
    page = opened(layout.file)[sheet.name]
    for header in headers(page, spec):
        width = page.column_dimensions[get_column_letter(header.column)].width
        assert width >= len(header.value) + 2, header.value
        longest = max(map(len, str(page.cell(UNIT_ROW, header.column).value or "").split()), default=0)
        assert width >= longest


@EACH
def test_ids_are_offered_where_they_are_referred_to(layout: Layout) -> None:
    book = opened(layout.file)
    places = FileBook.open(ROOT / "templates" / layout.file).places()
    offered = 0
    for sheet in layout.sheets:
        for spec in sheet.tables:
            table, columns = shown(spec)
            for header, column in zip(headers(book[sheet.name], spec), columns, strict=True):
                home, _, field = column.refers_to.partition(".")
                if by_engine(table, column) or home not in places or home == table.name:
                    continue
                cell = book[sheet.name].cell(FIRST_ROW, header.column).coordinate
                lists = [
                    rule
                    for rule in book[sheet.name].data_validations.dataValidation
                    if cell in rule.sqref and rule.type == "list" and "!" in rule.formula1
                ]
                first = re.sub(r"([A-Z]+)", r"$\1$", places[home].address(0, field))
                assert [rule.formula1.partition(":")[0] for rule in lists] == [f"'{places[home].sheet}'!{first}"]
                assert lists[0].errorStyle == "warning", "ANY, or an id to come, may be typed"
                offered += 1
    assert offered >= 5


# ---- sheets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("layout", "sheet"), SHEETS)
def test_sheets_say_their_purpose_and_print_well(layout: Layout, sheet: SheetSpec) -> None:
    page = opened(layout.file)[sheet.name]
    assert page["A1"].value == sheet.name.replace("_", " ")
    assert page["A2"].value == sheet.purpose
    assert page.page_setup.orientation == ("landscape" if sheet.landscape else "portrait")
    assert page.page_setup.paperSize == int(page.PAPERSIZE_A4)
    assert page.oddFooter.right.text == "page &P of &N"
    blocks = len(sheet.tables) + sheet.names
    if sheet.charts or blocks <= 1:
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
    else:
        assert len(page.col_breaks.brk) == blocks - 1, "tables side by side have a page each"
        assert page.page_setup.scale <= 100
    if sheet.charts:
        assert page.freeze_panes is None
    else:
        assert page.freeze_panes == f"A{FIRST_ROW}"
        assert page.print_title_rows == f"${TABLE_ROW}:${HEADER_ROW}"


@pytest.mark.parametrize(("layout", "sheet"), SHEETS)
def test_nothing_stands_below_a_table_or_under_a_chart(layout: Layout, sheet: SheetSpec) -> None:
    """A table grows down; what stood there would have to give way, and a chart would hide it."""
    page = opened(layout.file)[sheet.name]
    areas = [range_boundaries(table.ref) for table in page.tables.values()]
    columns = [set(range(left, right + 1)) for left, _, right, _ in areas]
    assert sum(map(len, columns)) == len(set().union(*columns)) if columns else True
    for chart in page._charts:
        corner = chart.anchor._from
        for left, _, right, bottom in areas:
            beside = corner.col + 1 > right + 1 or corner.col + 1 < left
            assert beside or corner.row + 1 > bottom + 1, f"a chart covers {left}..{right} down to row {bottom}"


@EACH
def test_charts_draw_the_columns_of_the_layout(layout: Layout) -> None:
    book = opened(layout.file)
    places = FileBook.open(ROOT / "templates" / layout.file).places()
    for sheet in layout.sheets:
        charts = book[sheet.name]._charts
        assert len(charts) == len(sheet.charts)
        for chart, spec in zip(charts, sheet.charts, strict=True):
            place = places[spec.table]
            drawn = [
                series.val.numRef.f.rpartition("!")[2].replace("$", "").partition(":")[0] for series in chart.series
            ]
            assert drawn == [place.address(0, column) for column, _, _ in spec.series]
            assert [series.tx.v for series in chart.series] == [legend for _, legend, _ in spec.series]
            axes = chart.x_axis.title, chart.y_axis.title
            assert [axis.tx.rich.p[0].r[0].t for axis in axes] == [spec.x_title, spec.y_title]


@EACH
def test_about_has_a_legend_and_a_link_to_every_sheet(layout: Layout) -> None:
    about = opened(layout.file)["About"]
    looks = {cell.value: cell.fill.start_color.rgb for (cell,) in about["A1:A20"] if cell.fill.fill_type == "solid"}
    assert set(looks.values()) == {
        styles.INPUT_FILL,
        styles.ENGINE_FILL,
        styles.HEADER_INPUT,
        styles.HEADER_ENGINE,
    }
    links = {cell.value: cell.hyperlink.location for row in about for cell in row if cell.hyperlink}
    assert links == {sheet.name: f"'{sheet.name}'!A1" for sheet in layout.sheets}


@EACH
def test_named_cells_have_their_defaults_and_meanings(layout: Layout) -> None:
    book = FileBook.open(ROOT / "templates" / layout.file)
    names = book.names()
    assert set(names) >= set(dictionary.names())
    control = opened(layout.file)["Control"]
    for name, column in dictionary.names().items():
        sheet, _, address = names[name].rpartition("!")
        assert sheet.strip("'") == "Control"
        assert book.read_name(name) == NAME_DEFAULTS.get(name)
        row = control[address.replace("$", "")].row
        assert control.cell(row, 1).value == name
        assert str(control.cell(row, 4).value).startswith(column.meaning)
