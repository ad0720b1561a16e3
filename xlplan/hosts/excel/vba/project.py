"""A VBA project as its modules: read from a workbook, changed, and written as text only.

Text only (MS-OVBA's form for writers) means that no compiled code is kept: Excel compiles the text when it opens the
workbook, whatever version it is. Everything that is not a module (forms, references, settings) stays as it was.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from xlplan.errors import WorkbookError
from xlplan.hosts.excel.vba import compound
from xlplan.hosts.excel.vba.compound import Storage
from xlplan.hosts.excel.vba.damage import damaged
from xlplan.hosts.excel.vba.packing import pack, unpack
from xlplan.hosts.excel.vba.protection import conceal, reveal

ONLY_TEXT = bytes.fromhex("cc61ffff000100")
"""The stream _VBA_PROJECT of a project that holds no compiled code."""
PROJECT_ID = "{7C0E3C52-6A4B-4E0C-9A55-0F3C1D7B5A21}"
NAME = "VBAProject"

_CODE_PAGE, _MODULES, _COOKIE, _END, _VERSION = 0x03, 0x0F, 0x13, 0x10, 0x09
_NAME, _NAME_UNICODE, _STREAM, _STREAM_UNICODE = 0x19, 0x47, 0x1A, 0x32
_DOC, _DOC_UNICODE, _OFFSET, _HELP, _OWN_COOKIE = 0x1C, 0x48, 0x31, 0x1E, 0x2C
_PROCEDURAL, _OTHER, _READ_ONLY, _PRIVATE, _MODULE_END = 0x21, 0x22, 0x25, 0x28, 0x2B
_ANY_COOKIE = b"\xff\xff"

_REFERENCES = (
    ("stdole", r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation"),
    (
        "Office",
        r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files\Microsoft Shared"
        r"\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library",
    ),
)


class Kind(Enum):
    """What a module is; the value begins its line in the stream PROJECT."""

    MODULE = "Module"
    CLASS = "Class"
    DOCUMENT = "Document"
    FORM = "BaseClass"


@dataclass(frozen=True)
class Module:
    """A module: its text with the Attribute lines, as Excel would export it less the header of a class."""

    name: str
    kind: Kind
    text: bytes
    description: bytes = b""
    flags: tuple[int, ...] = ()


class Project:
    """A VBA project."""

    def __init__(self, root: Storage, head: bytes, modules: list[Module], lines: list[str], code_page: str) -> None:
        self._root = root
        self._head = head
        self._lines = lines
        self.code_page = code_page
        self.modules = {module.name: module for module in modules}

    # -- opening -----------------------------------------------------------------------------------------

    @classmethod
    def new(cls) -> Project:
        """A project without modules."""
        lines = [
            f'ID="{PROJECT_ID}"',
            f'Name="{NAME}"',
            'HelpContextID="0"',
            'VersionCompatible32="393222000"',
            f'CMG="{conceal(bytes(4), project_id=PROJECT_ID)}"',
            f'DPB="{conceal(bytes(1), project_id=PROJECT_ID)}"',
            f'GC="{conceal(bytes([0xFF]), project_id=PROJECT_ID)}"',
            "",
            "[Host Extender Info]",
            "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
            "",
            "[Workspace]",
        ]
        return cls(Storage({"VBA": Storage()}), _new_head(), [], lines, "cp1252")

    @classmethod
    def read(cls, data: bytes) -> Project:
        """The project of a ``vbaProject.bin``.

        Raises
        ------
        WorkbookError
            When it is damaged, or locked by a password.
        """
        root = compound.read(data)
        folder = root.storage("VBA")
        listing = unpack(folder.stream("dir"))
        head, records = _split(listing)
        code_page = _code_page(head)
        lines = root.stream("PROJECT").decode(code_page).split("\r\n")
        _check_unlocked(lines)
        kinds = dict(_listed(lines))
        modules = [_module(folder, record, kinds, code_page) for record in _grouped(records)]
        return cls(root, head, modules, lines, code_page)

    # -- changing ----------------------------------------------------------------------------------------

    def find(self, name: str) -> Module | None:
        """The module of that name, in any case."""
        return next((module for known, module in self.modules.items() if known.casefold() == name.casefold()), None)

    def put(self, module: Module) -> None:
        """Add a module, or replace the one of its name."""
        known = self.find(module.name)
        if known is not None:
            module = replace(module, name=known.name)
        self.modules[module.name] = module

    # -- writing -----------------------------------------------------------------------------------------

    def write(self) -> bytes:
        """The bytes of ``vbaProject.bin``."""
        old = self._root.storage("VBA")
        folder = Storage({}, old.class_id, old.state)
        for module in self.modules.values():
            folder.entries[module.name] = pack(module.text)
        folder.entries["_VBA_PROJECT"] = ONLY_TEXT
        folder.entries["dir"] = pack(self._listing())
        entries = dict(self._root.entries)
        entries[self._root.spelled("VBA")] = folder
        entries[self._root.spelled("PROJECT")] = "\r\n".join(self._project_lines()).encode(self.code_page)
        entries[self._root.spelled("PROJECTwm")] = self._names()
        return compound.write(Storage(entries, self._root.class_id, self._root.state))

    def _listing(self) -> bytes:
        count = struct.pack("<H", len(self.modules))
        parts = [self._head, _record(_MODULES, count), _record(_COOKIE, _ANY_COOKIE)]
        for module in self.modules.values():
            name, wide = module.name.encode(self.code_page), module.name.encode("utf-16-le")
            parts += [_record(_NAME, name), _record(_NAME_UNICODE, wide)]
            parts += [_record(_STREAM, name), _record(_STREAM_UNICODE, wide)]
            described = module.description.decode(self.code_page).encode("utf-16-le")
            parts += [_record(_DOC, module.description), _record(_DOC_UNICODE, described)]
            parts += [_record(_OFFSET, bytes(4)), _record(_HELP, bytes(4)), _record(_OWN_COOKIE, _ANY_COOKIE)]
            parts.append(_record(_PROCEDURAL if module.kind is Kind.MODULE else _OTHER, b""))
            parts += [_record(flag, b"") for flag in module.flags]
            parts.append(_record(_MODULE_END, b""))
        parts.append(_record(_END, b""))
        return b"".join(parts)

    def _project_lines(self) -> list[str]:
        """The stream PROJECT with a line, and a window, for every module."""
        known = {name for name, _ in _listed(self._lines)}
        added = [module for module in self.modules.values() if module.name.casefold() not in known]
        lines = list(self._lines)
        while lines and not lines[-1]:
            lines.pop()
        place = next(number for number, line in enumerate(lines) if line.startswith("Name="))
        lines[place:place] = [_project_line(module) for module in added]
        if "[Workspace]" in lines:
            lines += [f"{module.name}=0, 0, 0, 0, C" for module in added]
        return [*lines, ""]

    def _names(self) -> bytes:
        pairs = (name.encode(self.code_page) + b"\0" + name.encode("utf-16-le") + b"\0\0" for name in self.modules)
        return b"".join(pairs) + b"\0\0"


def document(name: str, class_id: str) -> Module:
    """The module behind a workbook or a sheet, without code."""
    return Module(name, Kind.DOCUMENT, _attributes(name, f"0{{{class_id}}}", exposed=True, document=True))


def module(name: str, text: str) -> Module:
    """A module from its text, which lacks the line that names it or has it."""
    body = re.sub(r'\AAttribute VB_Name = "[^"]*"\r?\n', "", text)
    return Module(name, Kind.MODULE, _lines_of(f'Attribute VB_Name = "{name}"\n{body}'))


def class_module(name: str, text: str) -> Module:
    """A class from a .cls file, whose header belongs to the file only."""
    body = re.sub(r"\AVERSION 1\.0 CLASS\r?\nBEGIN\r?\n.*?^END\r?\n", "", text, flags=re.DOTALL | re.MULTILINE)
    exposed = re.search(r"^Attribute VB_Exposed = True", body, flags=re.MULTILINE) is not None
    known = r"VB_(?:Name|GlobalNameSpace|Creatable|PredeclaredId|Exposed)"
    body = re.sub(rf"^Attribute {known} = .*\n", "", body, flags=re.MULTILINE)
    head = _attributes(name, "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}", exposed=exposed, document=False)
    return Module(name, Kind.CLASS, head + _lines_of(body))


def _attributes(name: str, base: str, *, exposed: bool, document: bool) -> bytes:
    values = {
        "VB_Name": f'"{name}"',
        "VB_Base": f'"{base}"',
        "VB_GlobalNameSpace": "False",
        "VB_Creatable": "False",
        "VB_PredeclaredId": str(document),
        "VB_Exposed": str(exposed),
        "VB_TemplateDerived": "False",
        "VB_Customizable": str(document),
    }
    return _lines_of("".join(f"Attribute {key} = {value}\n" for key, value in values.items()))


def _lines_of(text: str) -> bytes:
    """Text with the line ends and the letters of a VBA project."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode("cp1252", "replace")


# ---- the records of the stream dir ----------------------------------------------------------------------------------


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HL", kind, len(data)) + data


def _records(data: bytes, place: int = 0) -> Iterator[tuple[int, int, bytes]]:
    """Kind, place and content of every record."""
    while place + 6 <= len(data):
        kind, length = struct.unpack_from("<HL", data, place)
        if kind == _VERSION:
            length = 6  # the one record that states another length than it has
        if place + 6 + length > len(data):
            raise damaged("its list of modules is cut short")
        yield kind, place, data[place + 6 : place + 6 + length]
        place += 6 + length
        if kind == _END:
            return


def _split(listing: bytes) -> tuple[bytes, list[tuple[int, bytes]]]:
    """What stands before the modules, as it is; and the records of the modules."""
    for kind, place, _ in _records(listing):
        if kind == _MODULES:
            return listing[:place], [(kind, data) for kind, _, data in _records(listing, place)]
    raise damaged("it lists no modules")


def _code_page(head: bytes) -> str:
    number = next((struct.unpack("<H", data)[0] for kind, _, data in _records(head) if kind == _CODE_PAGE), 1252)
    name = "mac_roman" if number == 10000 else f"cp{number}"
    try:
        "".encode(name)
    except LookupError:
        raise damaged(f"its code page {number} is unknown") from None
    return name


def _grouped(records: list[tuple[int, bytes]]) -> Iterator[dict[int, bytes]]:
    group: dict[int, bytes] = {}
    for kind, data in records:
        if kind == _MODULE_END:
            yield group
            group = {}
        elif kind not in (_MODULES, _COOKIE, _END):
            group[kind] = data


def _module(folder: Storage, record: dict[int, bytes], kinds: dict[str, Kind], code_page: str) -> Module:
    try:
        name = record[_NAME].decode(code_page)
        stream = folder.stream(record[_STREAM].decode(code_page))
        (offset,) = struct.unpack("<L", record[_OFFSET])
    except (KeyError, struct.error) as error:
        raise damaged("a module is listed by halves") from error
    if offset >= len(stream):
        raise damaged(f"the text of module {name} is gone")
    kind = kinds.get(name.casefold()) or (Kind.MODULE if _PROCEDURAL in record else Kind.CLASS)
    flags = tuple(flag for flag in (_READ_ONLY, _PRIVATE) if flag in record)
    return Module(name, kind, unpack(stream[offset:]), record.get(_DOC, b""), flags)


def _new_head() -> bytes:
    """System, language, code page, name and references of a new project."""
    name = NAME.encode()
    parts = [
        _record(0x01, struct.pack("<L", 3)),  # 64-bit Windows
        _record(0x02, struct.pack("<L", 0x0409)),
        _record(0x14, struct.pack("<L", 0x0409)),
        _record(_CODE_PAGE, struct.pack("<H", 1252)),
        _record(0x04, name),
        _record(0x05, b"") + _record(0x40, b""),  # description
        _record(0x06, b"") + _record(0x3D, b""),  # help file
        _record(0x07, bytes(4)),
        _record(0x08, bytes(4)),
        struct.pack("<HLLH", _VERSION, 4, 1, 0),
        _record(0x0C, b"") + _record(0x3C, b""),  # constants
    ]
    for reference, library in _REFERENCES:
        parts.append(_record(0x16, reference.encode()) + _record(0x3E, reference.encode("utf-16-le")))
        where = library.encode()
        parts.append(_record(0x0D, struct.pack("<L", len(where)) + where + bytes(6)))
    return b"".join(parts)


# ---- the stream PROJECT ---------------------------------------------------------------------------------------------


def _listed(lines: list[str]) -> Iterator[tuple[str, Kind]]:
    """Modules that the stream names, in lower case, with their kind."""
    kinds = {kind.value: kind for kind in Kind}
    for line in lines:
        if line.startswith("["):
            return
        key, _, name = line.partition("=")
        if key in kinds:
            yield name.partition("/")[0].casefold(), kinds[key]


def _project_line(module: Module) -> str:
    return f"{module.kind.value}={module.name}" + ("/&H00000000" if module.kind is Kind.DOCUMENT else "")


def _check_unlocked(lines: list[str]) -> None:
    values = dict(line.partition("=")[::2] for line in lines if "=" in line)
    password = reveal(values.get("DPB", "").strip('"'), project_id=values.get("ID", "").strip('"'))
    if password != bytes(1):
        raise WorkbookError(
            "its VBA project is locked by a password",
            do="unlock it in Excel (Developer, Visual Basic, Tools, VBAProject Properties, Protection) and save it",
        )
