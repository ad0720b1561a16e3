"""CSV files as planners have them: read where they say what they are, refused with a sentence where they do not."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from xlplan.errors import PlanError, TableError
from xlplan.workbook.intake.csv_table import CsvFile, Line, read_csv


def written(folder: Path, data: bytes) -> Path:
    path = folder / "rates.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_a_file_shows_of_itself(tmp_path: Path, separator: str, encoding: str) -> None:
    text = f'site{separator}"hourly{separator} rate"\nKøbenhavn{separator}"1{separator}5"\n'
    file = CsvFile.open(written(tmp_path, text.encode(encoding)))
    assert (file.separator, file.header) == (separator, ("site", f"hourly{separator} rate"))
    assert list(file.lines()) == [Line(2, ["København", f"1{separator}5"])]


def test_utf_16_from_a_big_machine(tmp_path: Path) -> None:
    path = written(tmp_path, codecs.BOM_UTF16_BE + "a,b\n1,é\n".encode("utf-16-be"))
    assert read_csv(path).to_dict("list") == {"a": ["1"], "b": ["é"]}


def test_a_byte_order_mark_is_no_letter_even_when_the_encoding_is_named(tmp_path: Path) -> None:
    assert CsvFile.open(written(tmp_path, "a,b\n".encode("utf-8-sig")), encoding="UTF-8").header == ("a", "b")


def test_the_separator_is_that_of_the_header_in_every_row(tmp_path: Path) -> None:
    file = CsvFile.open(written(tmp_path, b"a;b\n1,5;2\n"))
    assert [line.cells for line in file.lines()] == [["1,5", "2"]]
    file = CsvFile.open(written(tmp_path, b"a;b\n1,5\n"))
    with pytest.raises(TableError, match=r"rates.csv, row 2: found 1 cells, expected 2, as in the header"):
        list(file.lines())


def test_the_first_line_of_excel_that_names_the_separator(tmp_path: Path) -> None:
    file = CsvFile.open(written(tmp_path, b"sep=;\r\na;b,c\r\n1;2\r\n"))
    assert (file.header, list(file.lines())) == (("a", "b,c"), [Line(3, ["1", "2"])])


def test_a_doubtful_separator_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, b"a;b,c\n1;2\n")
    with pytest.raises(PlanError, match="could be separated by comma and semicolon; say which with --separator"):
        CsvFile.open(path)
    assert CsvFile.open(path, separator="semicolon").header == ("a", "b,c")
    assert CsvFile.open(path, separator=",").header == ("a;b", "c")
    with pytest.raises(PlanError, match="give one of comma, semicolon, tab, bar"):
        CsvFile.open(path, separator="#")


def test_one_column_needs_no_separator(tmp_path: Path) -> None:
    assert read_csv(written(tmp_path, b"id\nNA\nnull\n")).to_dict("list") == {"id": ["NA", "null"]}


def test_quotes_line_ends_and_blank_lines(tmp_path: Path) -> None:
    file = CsvFile.open(written(tmp_path, b'\r\na,b\r\n"x ""y""","two\r\nlines"\r\n\r\n3,4\r\n,\r\n\r\n'))
    assert list(file.lines()) == [Line(3, ['x "y"', "two\r\nlines"]), Line(5, ["", ""]), Line(6, ["3", "4"])]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "rates.csv: the file is empty"),
        (b"\n ,\n", "rates.csv: the file is empty"),
        (b"a,,b\n", "column 2 has no name"),
        (b"a,B,b \n", "two columns are named 'B'"),
        (b'a,b\n1,"2\n3,4\n', r"rates.csv line 2: the file is no CSV \(unexpected end of data\)"),
        ("a,b\n1,Málaga\n".encode("cp1252"), "no text in UTF-8; .* --encoding cp1252 if '1,Málaga' reads well"),
        (b"a,b\n1,\x81\xff\n", r"no text in UTF-8; save it as CSV UTF-8 \(comma delimited\)$"),
        ("a,b\n".encode("utf-16-le"), "no text in UTF-8"),
        (b"PK\x03\x04\x00\x00", "no text in UTF-8"),
        (codecs.BOM_UTF16_LE + b"a\x00,\x00b", "no text in utf-16"),
    ],
)
def test_what_is_no_table_of_texts(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(PlanError, match=says):
        list(CsvFile.open(written(tmp_path, data)).lines())


def test_an_encoding_is_taken_when_it_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "a;b\n1;Málaga\n".encode("cp1252"))
    assert read_csv(path, encoding="cp1252").to_dict("list") == {"a": ["1"], "b": ["Málaga"]}
    with pytest.raises(PlanError, match="no encoding is named 'klingon'; give a name such as"):
        CsvFile.open(path, encoding="klingon")


def test_all_ragged_rows_are_named(tmp_path: Path) -> None:
    file = CsvFile.open(written(tmp_path, b"a,b\n1\n1,2\n1,2,3\n"))
    with pytest.raises(TableError) as error:
        list(file.lines())
    assert [(finding.row, finding.found) for finding in error.value.findings] == [(2, "1 cells"), (4, "3 cells")]


def test_how_far_it_is_read_is_told(tmp_path: Path) -> None:
    told: list[float] = []
    file = CsvFile.open(written(tmp_path, b"a,b\n" + b"1,2\n" * 40_000))
    assert sum(1 for _ in file.lines(told.append)) == 40_000
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] <= 1
