"""What a file really is, whatever its ending says."""

from __future__ import annotations

from xlplan.errors import WorkbookError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SAVE_AS = "open it in Excel and save it as an Excel workbook (.xlsx or .xlsm)"


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def refuse_foreign(data: bytes, where: str) -> None:
    """Refuse a file that is no zip package, and name what it is.

    Parameters
    ----------
    data : bytes
        The whole file.
    where : str
        The file's name, for the sentence.

    Raises
    ------
    WorkbookError
        Unless the file begins as a zip package does.
    """
    if data[:4] == b"PK\x03\x04":
        return
    what, do = _name(data)
    raise WorkbookError(what, where=where, do=do)


def _name(data: bytes) -> tuple[str, str]:
    if not data:
        return "the file is empty", "take an earlier copy, or check that its download finished"
    if data.startswith(OLE):
        return _name_ole(data)
    if data[:2] == b"\x09\x08" or data[:2] in (b"\x09\x00", b"\x09\x02", b"\x09\x04"):
        return "this is an old binary Excel workbook (.xls)", SAVE_AS
    if data[:4] == b"%PDF":
        return "this is a PDF, not a workbook", "ask its sender for the workbook behind it"
    if data[:2] == b"\x1f\x8b":
        return "this is a gzip archive, not a workbook", "unpack it first"
    if data[:4] in (b"PK\x05\x06", b"PK\x07\x08"):
        return "this is an empty or split zip archive, not a workbook", SAVE_AS
    start = data[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        return "this is a web page (HTML), not a workbook", SAVE_AS
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return "this is an XML Spreadsheet 2003, not a workbook package", SAVE_AS
    if start.startswith(b"<?xml"):
        return "this is an XML file, not a workbook package", SAVE_AS
    if b"\0" not in data[:4096] or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "this is plain text (such as CSV), not a workbook", "import it into a workbook first"
    return "this is not an Excel workbook", SAVE_AS


def _name_ole(data: bytes) -> tuple[str, str]:
    if utf16("EncryptedPackage") in data:
        return "the workbook is password-protected (encrypted)", "remove its password in Excel and save it"
    if utf16("Workbook") in data or utf16("Book") in data:
        return "this is an Excel 97-2003 workbook (.xls)", SAVE_AS
    return "this is an old Office or other OLE file, not a workbook package", SAVE_AS


def refuse_other_package(parts: frozenset[str], where: str) -> None:
    """Refuse a zip package that holds no .xlsx or .xlsm workbook; part names come in lower case."""
    if "xl/workbook.bin" in parts:
        raise WorkbookError("this is a binary workbook (.xlsb)", where=where, do=SAVE_AS)
    if "content.xml" in parts:
        raise WorkbookError("this is an OpenDocument file (.ods)", where=where, do=SAVE_AS)
    for part, kind in (("word/document.xml", "Word document"), ("ppt/presentation.xml", "presentation")):
        if part in parts:
            raise WorkbookError(f"this is a {kind}, not a workbook", where=where, do="name the workbook")
    if "[content_types].xml" not in parts:
        raise WorkbookError("this is a zip archive without a workbook in it", where=where, do=SAVE_AS)
