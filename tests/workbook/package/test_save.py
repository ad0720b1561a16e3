"""Saving: all of it or nothing, and the same bytes for the same content."""

from __future__ import annotations

import errno
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workbook.package.build import OFFICE, formula, read_parts, simple, write_parts
from xlplan.errors import WorkbookError
from xlplan.workbook.package import gate, save
from xlplan.workbook.package.archive import Archive
from xlplan.workbook.package.file_book import FileBook

COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    book = simple()
    book.sheet("Calc").put(1, 1, formula("SUM(tblPlan[volume])", 225))
    return book.save(tmp_path / "plan.xlsx")


def changed(path: Path) -> FileBook:
    book = FileBook.open(path)
    book.write("tblPlan", {"volume": [1, 2, 3, 4]})
    return book


def test_a_book_without_changes_is_copied_byte_for_byte(path: Path) -> None:
    FileBook.open(path).save(path.with_name("copy.xlsx"))
    assert path.with_name("copy.xlsx").read_bytes() == path.read_bytes()


def test_the_same_content_gives_the_same_bytes(path: Path) -> None:
    changed(path).save(path.with_name("a.xlsx"))
    changed(path).save(path.with_name("b.xlsx"))
    once = path.with_name("a.xlsx").read_bytes()
    assert once == path.with_name("b.xlsx").read_bytes()
    again = changed(path.with_name("a.xlsx"))
    again.save(path.with_name("a.xlsx"))
    again.save(path.with_name("c.xlsx"))
    assert path.with_name("a.xlsx").read_bytes() == path.with_name("c.xlsx").read_bytes() == once


def test_there_and_back_gives_the_first_content_back(path: Path) -> None:
    before = FileBook.open(path).read("tblPlan")
    book = changed(path)
    book.write("tblPlan", before.columns)
    book.save(path)
    assert FileBook.open(path).read("tblPlan") == before


def test_untouched_entries_are_copied_packed_with_their_attributes(tmp_path: Path) -> None:
    parts = simple().parts()
    path = tmp_path / "plan.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = b"kept"
        for index, (name, content) in enumerate(parts.items()):
            info = zipfile.ZipInfo(name, (2001 + index, 2, 3, 4, 5, 6))
            info.external_attr, info.comment, info.create_system = 0o640 << 16, f"n{index}".encode(), 3
            info.extra = b"\x99\x99\x02\x00hi"
            stored = index % 2
            archive.writestr(info, content, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED, 1 + index % 9)
    raw = path.read_bytes()
    book = FileBook.open(path)
    book.write("tblPlan", {"volume": [1, 2, 3]})
    book.save(path)
    with zipfile.ZipFile(path) as after:
        assert after.testzip() is None
        assert after.comment == b"kept"
        assert after.namelist() == list(parts)
        for index, info in enumerate(after.infolist()):
            assert info.date_time == (2001 + index, 2, 3, 4, 5, 6)
            assert info.external_attr == 0o640 << 16
            assert info.comment == f"n{index}".encode()
            assert info.extra == b"\x99\x99\x02\x00hi"
            if info.filename != "xl/worksheets/sheet1.xml":
                start = info.header_offset + 30 + len(info.filename.encode()) + len(info.extra)
                packed = path.read_bytes()[start : start + info.compress_size]
                assert packed in raw


def test_streamed_entries_are_copied(tmp_path: Path) -> None:
    class Pipe:  # a target that cannot be sought, so that sizes follow the data
        def __init__(self, file: object) -> None:
            self.write, self.flush = file.write, file.flush  # type: ignore[attr-defined]

    path = tmp_path / "plan.xlsx"
    with path.open("wb") as file, zipfile.ZipFile(Pipe(file), "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, content in simple().parts().items():
            archive.writestr(name, content)
    book = FileBook.open(path)
    book.write("tblPlan", {"volume": [1, 2, 3]})
    book.save(path)
    assert FileBook.open(path).read("tblPlan").columns["volume"] == [1, 2, 3]


def _full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _denied(*_: object, **__: object) -> None:
    raise PermissionError(errno.EACCES, "Permission denied")


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("owner", "name", "failure"),
    [
        (os, "fsync", _full),
        (os, "replace", _denied),
        (os, "fsync", _killed),
        (os, "replace", _killed),
        (save.tempfile, "mkstemp", _denied),
        (Archive, "write", _full),
        (save, "_mode", _denied),
        (Path, "chmod", _denied),
    ],
)
def test_whatever_fails_the_original_stands(
    path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, failure: Callable[..., None]
) -> None:
    before = path.read_bytes()
    book = changed(path)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, failure)
        with pytest.raises(KeyboardInterrupt if failure is _killed else WorkbookError):
            book.save(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["plan.xlsx"]
    book.save(path)
    assert FileBook.open(path).read("tblPlan").columns["volume"] == [1, 2, 3, 4]


@pytest.mark.parametrize("after", [0, 1, 100, 1000])
def test_a_write_cut_short_leaves_the_original(path: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    whole = Archive.write

    def cut(self: Archive, target: object) -> None:
        class Short:
            left = after

            def write(self, data: bytes) -> None:
                target.write(bytes(data)[: self.left])  # type: ignore[attr-defined]
                self.left -= len(data)
                if self.left < 0:
                    _full()

        whole(self, Short())  # type: ignore[arg-type]

    before = path.read_bytes()
    monkeypatch.setattr(Archive, "write", cut)
    with pytest.raises(WorkbookError, match="free some space"):
        changed(path).save(path)
    assert path.read_bytes() == before
    assert len(list(path.parent.iterdir())) == 1


def test_what_is_not_sound_is_not_put_in_place(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()
    whole = Archive.write

    def without_styles(self: Archive, target: object) -> None:
        self.remove("xl/styles.xml")
        whole(self, target)  # type: ignore[arg-type]

    monkeypatch.setattr(Archive, "write", without_styles)
    with pytest.raises(WorkbookError, match=r"xl/styles.xml"):
        changed(path).save(path)
    assert path.read_bytes() == before
    assert len(list(path.parent.iterdir())) == 1


def test_faults_that_were_there_before_do_not_count(tmp_path: Path) -> None:
    book = simple()
    book.sheets[0].relationships.append(("printerSettings", "../printerSettings/gone.bin"))
    book.types["xl/gone.xml"] = "application/xml"
    path = book.save(tmp_path / "plan.xlsx")
    changed(path).save(path)
    assert FileBook.open(path).read("tblPlan").place.rows == 4


def _in_styles(element: str) -> Callable[[dict[str, str | bytes]], None]:
    """A change that puts an element into the styles part."""

    def change(parts: dict[str, str | bytes]) -> None:
        parts["xl/styles.xml"] = str(parts["xl/styles.xml"]).replace("<fonts", f"{element}<fonts")

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda p: p.pop("xl/tables/table1.xml"), "points to xl/tables/table1.xml"),
        (lambda p: p.update({"xl/new.bin": b"1"}), "xl/new.bin has no content type"),
        (lambda p: p.update({"xl/styles.xml": "<a"}), "not well-formed"),
        (_in_styles(f'<a r:id="rId9" xmlns:r="{OFFICE}"/>'), "rId9"),
        (_in_styles(f'<a m:Ignorable="x9" xmlns:m="{COMPATIBILITY}"/>'), "x9"),
    ],
)
def test_the_gate_finds_what_excel_would_repair(tmp_path: Path, change, says: str) -> None:  # type: ignore[no-untyped-def]
    parts = simple().parts()
    source = write_parts(tmp_path / "before.xlsx", parts).read_bytes()
    change(parts)
    written = write_parts(tmp_path / "after.xlsx", parts)
    with pytest.raises(WorkbookError, match=says):
        gate.check_written(written, source, frozenset(["xl/styles.xml"]), "plan.xlsx")


def test_permissions_stay(path: Path) -> None:
    path.chmod(0o640)
    before = stat.S_IMODE(path.stat().st_mode)  # Windows keeps less of it
    changed(path).save(path)
    assert stat.S_IMODE(path.stat().st_mode) == before


def test_the_ending_must_fit(path: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match=r"\.xlsx"):
        changed(path).save(path.with_suffix(".xlsm"))
    book = simple()
    parts = book.parts()
    main, macro = "officedocument.spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main"
    parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace(f"openxmlformats-{main}", macro)
    macros = write_parts(tmp_path / "plan.xlsm", parts)
    with pytest.raises(WorkbookError, match=r"\.xlsm"):
        changed(macros).save(tmp_path / "other.xlsx")
    changed(macros).save(macros)
    assert read_parts(macros)["[Content_Types].xml"] == str(parts["[Content_Types].xml"]).encode()


def test_a_link_is_followed(path: Path) -> None:
    link = path.with_name("link.xlsx")
    try:
        link.symlink_to(path)
    except OSError:
        return  # no right to make links here
    book = FileBook.open(link)
    book.write("tblPlan", {"volume": [5]})
    book.save(link)
    assert link.is_symlink()
    assert FileBook.open(path).read("tblPlan").columns["volume"] == [5]
