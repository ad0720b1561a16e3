"""VBA projects as files, held against readers that others wrote: olefile, oletools, and xlwings' own workbook."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO
from pathlib import Path

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hosts.excel.oletools_reader import LOCKED, XLWINGS, unpacked
from xlplan.errors import WorkbookError
from xlplan.hosts.excel.vba import compound
from xlplan.hosts.excel.vba.compound import Storage
from xlplan.hosts.excel.vba.packing import pack, unpack
from xlplan.hosts.excel.vba.project import ONLY_TEXT, Kind, Module, Project, class_module, document, module
from xlplan.hosts.excel.vba.protection import conceal, reveal

CORPUS = Path(__file__).resolve().parents[2] / "workbook" / "corpus"
TEXTS = st.one_of(
    st.binary(max_size=9000),
    st.text("ab \r\n", max_size=9000).map(str.encode),
    st.builds(lambda piece, times: piece * times, st.binary(min_size=1, max_size=50), st.integers(0, 400)),
)


def vba_of(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/vbaProject.bin")


@pytest.fixture(scope="module")
def shipped() -> bytes:
    """The project of the standalone workbook that xlwings ships, which Excel wrote."""
    return vba_of(XLWINGS / "quickstart_standalone.xlsm")


# ---- packed text ----------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_text_comes_back_whole_runs_padded(text: bytes) -> None:
    back = unpack(pack(text))
    assert back[: len(text)] == text
    assert back[len(text) :].strip(b"\0") == b""


@settings(max_examples=60, deadline=None)
@given(st.text("ab\r\n 'XP_", min_size=1, max_size=9000).map(str.encode))
def test_another_reader_reads_what_is_packed(text: bytes) -> None:
    assert unpacked(pack(text)) == text == unpack(pack(text))


def test_the_examples_of_the_specification() -> None:
    none = bytes.fromhex("0119B000616263646566676800696A6B6C6D6E6F70007172737475762E")
    normal = bytes.fromhex(
        "012FB00023616161626364658266007061676869 6A013808616B6C00306D6E6F700671027004107273747576107778797A003C"
    )
    most = bytes.fromhex("0103B002614500")
    assert unpack(none) == b"abcdefghijklmnopqrstuv."
    assert unpack(normal) == b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"
    assert unpack(most) == b"a" * 73
    assert pack(b"abcdefghijklmnopqrstuv.") == none
    assert pack(b"a" * 73) == most


@pytest.mark.parametrize("broken", ["", "02", "0103B0026100", "0101B00145"])
def test_broken_packed_text_is_refused(broken: str) -> None:
    with pytest.raises(WorkbookError, match="VBA project is damaged"):
        unpack(bytes.fromhex(broken))


# ---- compound files -------------------------------------------------------------------------------------------------

STREAMS = st.one_of(st.binary(max_size=200), st.integers(0, 12_000).map(lambda size: bytes(range(251)) * (size // 251)))
NAMES = st.text("abcXYZ_01", min_size=1, max_size=20)


def unlike(pairs: list[tuple[str, object]]) -> dict[str, object]:
    return {name.upper(): item for name, item in pairs}


FLAT = st.lists(st.tuples(NAMES, STREAMS), max_size=25).map(unlike)
TREES = st.builds(
    lambda streams, folders: {**streams, **{f"F{name}": Storage(content) for name, content in folders.items()}},
    FLAT,
    st.lists(st.tuples(NAMES, FLAT), max_size=4).map(unlike),
)


@settings(max_examples=80, deadline=None)
@given(TREES)
def test_folders_and_streams_come_back_here_and_in_another_reader(tree: dict[str, bytes | Storage]) -> None:
    data = compound.write(Storage(tree))
    assert compound.read(data) == Storage(tree)
    other = olefile.OleFileIO(BytesIO(data), raise_defects=olefile.DEFECT_INCORRECT)
    assert other.parsing_issues == []
    listed = {"/".join(path): other.openstream(path).read() for path in other.listdir()}
    flat = {name: item for name, item in tree.items() if isinstance(item, bytes)}
    for folder, item in tree.items():
        if isinstance(item, Storage):
            flat |= {f"{folder}/{name}": stream for name, stream in item.entries.items() if isinstance(stream, bytes)}
    assert listed == flat
    assert data == compound.write(Storage(tree))


def test_the_tree_of_names_is_balanced_and_red_never_stands_below_red() -> None:
    for count in range(1, 40):
        data = compound.write(Storage({f"N{number:02}": b"x" for number in range(count)}))
        (first,) = struct.unpack_from("<L", data, 48)
        entries = [data[512 * (first + 1) + 128 * number :][:128] for number in range(count + 1)]

        def blacks(number: int, above: int, entries: list[bytes] = entries) -> int:
            if number == compound.NOBODY:
                return 1
            colour = entries[number][67]
            assert colour or above
            left, right = struct.unpack_from("<2L", entries[number], 68)
            depth = blacks(left, colour)
            assert depth == blacks(right, colour)
            return depth + colour

        blacks(struct.unpack_from("<L", entries[0], 76)[0], 1)


def test_a_file_cut_short_or_garbled_is_refused_and_never_hangs(shipped: bytes) -> None:
    for length in [*range(0, 1600, 7), *range(1600, len(shipped), 997)]:
        try:
            Project.read(shipped[:length])
        except WorkbookError as error:
            assert "VBA project" in error.what  # noqa: PT017
        else:
            assert length > len(shipped) * 0.9
    for place in range(0, len(shipped), 211):
        garbled = shipped[:place] + bytes([shipped[place] ^ 0xFF]) + shipped[place + 1 :]
        try:
            Project.read(garbled)
        except WorkbookError as error:
            assert "VBA project" in error.what  # noqa: PT017


# ---- protection -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("project_id", "line", "data"),
    [
        ("{917DED54-440B-4FD1-A5C1-74ACF261E600}", "0705D8E3D8EDDBF1DBF1DBF1DBF1", bytes(4)),
        ("{917DED54-440B-4FD1-A5C1-74ACF261E600}", "0E0CD1ECDFF4E7F5E7F5E7", bytes(1)),
        ("{917DED54-440B-4FD1-A5C1-74ACF261E600}", "1517CAF1D6F9D7F9D706", b"\xff"),
        ("{5CF9CDAB-B77B-4FE4-BD7E-D29900070E1B}", "8D8FA61394EA98EA98EA98EA98", bytes(4)),
    ],
)
def test_published_lines_are_revealed(project_id: str, line: str, data: bytes) -> None:
    assert reveal(line, project_id=project_id) == data


@given(st.binary(max_size=40), st.integers(0, 255), st.uuids())
def test_what_is_concealed_is_revealed(data: bytes, seed: int, uuid: object) -> None:
    project_id = f"{{{uuid}}}".upper()
    assert reveal(conceal(data, project_id=project_id, seed=seed), project_id=project_id) == data


# ---- projects -------------------------------------------------------------------------------------------------------


def test_a_project_that_excel_wrote_is_read(shipped: bytes) -> None:
    project = Project.read(shipped)
    kinds = {name: each.kind for name, each in project.modules.items()}
    assert kinds == {
        "ThisWorkbook": Kind.DOCUMENT,
        "Sheet1": Kind.DOCUMENT,
        "Module1": Kind.MODULE,
        "Sheet2": Kind.DOCUMENT,
        "xlwings": Kind.MODULE,
        "Dictionary": Kind.CLASS,
    }
    source = (XLWINGS / "xlwings.bas").read_bytes().replace(b"\r\n", b"\n").splitlines()
    assert project.modules["xlwings"].text.splitlines()[2:5] == source[2:5]
    assert project.modules["Dictionary"].description.startswith(b"Drop-in replacement")


@pytest.mark.parametrize("name", ["62629_target.xlsm", "ExcelWithAttachments.xlsm", "xlwings"])
def test_a_project_is_written_as_text_only_and_is_otherwise_the_same(name: str, shipped: bytes) -> None:
    before = shipped if name == "xlwings" else vba_of(CORPUS / name)
    project = Project.read(before)
    data = project.write()
    assert Project.read(data).modules == project.modules
    assert Project.read(data).write() == data
    old, new = (olefile.OleFileIO(BytesIO(each)) for each in (before, data))
    assert new.openstream("VBA/_VBA_PROJECT").read() == ONLY_TEXT
    for path in old.listdir():
        if path[0] != "VBA" and path != ["PROJECTwm"]:
            lines = [line for line in old.openstream(path).read().split(b"\r\n") if line]
            assert [line for line in new.openstream(path).read().split(b"\r\n") if line] == lines
    for each in project.modules.values():
        assert unpacked(new.openstream(f"VBA/{each.name}").read()) == each.text


def test_a_new_project_is_read_by_another_reader() -> None:
    project = Project.new()
    for each in (
        document("ThisWorkbook", "00020819-0000-0000-C000-000000000046"),
        module("Mine", "Sub A()\nEnd Sub\n"),
    ):
        project.put(each)
    other = olefile.OleFileIO(BytesIO(project.write()))
    lines = other.openstream("PROJECT").read().decode().split("\r\n")
    assert lines[1:3] == ["Document=ThisWorkbook/&H00000000", "Module=Mine"]
    assert lines[-3:] == ["ThisWorkbook=0, 0, 0, 0, C", "Mine=0, 0, 0, 0, C", ""]
    assert other.openstream("PROJECTwm").read() == (
        b"ThisWorkbook\0" + "ThisWorkbook".encode("utf-16-le") + b"\0\0Mine\0M\0i\0n\0e\0\0\0\0\0"
    )
    assert unpacked(other.openstream("VBA/Mine").read()) == (b'Attribute VB_Name = "Mine"\r\nSub A()\r\nEnd Sub\r\n')


def test_a_module_replaces_the_one_of_its_name_in_any_case() -> None:
    project = Project.new()
    project.put(Module("Mine", Kind.MODULE, b"old"))
    project.put(Module("MINE", Kind.MODULE, b"new"))
    assert [(each.name, each.text) for each in project.modules.values()] == [("Mine", b"new")]


def test_a_locked_project_is_refused() -> None:
    with pytest.raises(WorkbookError, match=r"locked by a password; unlock it in Excel"):
        Project.read(vba_of(LOCKED))


def test_a_class_file_loses_its_header_and_keeps_what_it_says() -> None:
    text = (
        'VERSION 1.0 CLASS\r\nBEGIN\r\n  MultiUse = -1  \'True\r\nEND\r\nAttribute VB_Name = "D"\r\n'
        "Attribute VB_GlobalNameSpace = False\r\nAttribute VB_Creatable = False\r\n"
        "Attribute VB_PredeclaredId = False\r\n"
        'Attribute VB_Exposed = True\r\nAttribute VB_Description = "d"\r\nOption Explicit\r\n'
    )
    lines = class_module("D", text).text.decode().split("\r\n")
    assert lines[0] == 'Attribute VB_Name = "D"'
    assert lines[1] == 'Attribute VB_Base = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"'
    assert "Attribute VB_Exposed = True" in lines
    assert lines[-3:] == ['Attribute VB_Description = "d"', "Option Explicit", ""]
    assert len([line for line in lines if "VB_Name" in line]) == 1
