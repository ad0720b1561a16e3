"""Attach and upgrade: what is added, what stays byte for byte, and what is refused."""

from __future__ import annotations

import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from tests.hosts.excel import oletools_reader
from xlplan.errors import HostError, WorkbookError
from xlplan.hosts.acts import ACTS
from xlplan.hosts.excel import attach as attaching
from xlplan.hosts.excel.attach import attach, upgrade
from xlplan.hosts.excel.doctor import examine
from xlplan.hosts.excel.modules import all_modules
from xlplan.hosts.excel.ribbon import KIND, SPACE
from xlplan.hosts.excel.vba.project import Kind, Module, Project, module
from xlplan.workbook.package.archive import Archive
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.gate import faults
from xlplan.workbook.package.grow import RELATIONSHIPS, add_part, point
from xlplan.workbook.package.parts import Package

CORPUS = Path(__file__).resolve().parents[2] / "workbook" / "corpus"
REFUSED = {
    "hello-world-signed.xlsx": "signature",
    "SharedWorkbook.xlsx": "shared",
    "ActiveXControls-O12-XL-Controls.xlsx": "Strict Open XML",
}
REAL = sorted(path.name for path in CORPUS.glob("*.xls?") if path.name not in REFUSED)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE_TYPE = "application/vnd.openxmlformats-officedocument"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sound(path: Path, source: Path) -> None:
    """No fault that the source has not: content types complete, no arrow into nothing, every changed part XML."""
    changed = frozenset(name.lower() for name in parts(path))
    known = frozenset(name.lower() for name in parts(source))
    assert faults(Package(Archive.read_file(path)), changed) <= faults(Package(Archive.read_file(source)), known)


def without_code_name(text: bytes) -> bytes:
    """A sheet less what attach may add to it, in one spelling; blanks between tags say nothing."""
    root = etree.fromstring(text, etree.XMLParser(remove_blank_text=True))
    for properties in root.findall(f"{MAIN}sheetPr"):
        properties.attrib.pop("codeName", None)
        if not len(properties) and not properties.attrib:
            root.remove(properties)
    for drawing in root.findall(f"{MAIN}legacyDrawing"):
        root.remove(drawing)
    return etree.tostring(root, method="c14n")


def arrows(text: bytes) -> set[tuple[tuple[str, str], ...]]:
    """Relationships of a part."""
    return {tuple(sorted((str(k), str(v)) for k, v in entry.attrib.items())) for entry in etree.fromstring(text)}


@pytest.fixture(scope="module")
def attached(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An attached plan: not to be changed."""
    return attach(made, tmp_path_factory.mktemp("attached") / "plan.xlsm").path


@pytest.fixture
def own(attached: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(attached, tmp_path / "own.xlsm"))


def edit(path: Path, name: str, data: bytes) -> None:
    """Another content for one part, or a new part."""
    everything = {**parts(path), name: data}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in everything.items():
            archive.writestr(part, content)


def put_module(path: Path, *modules: Module) -> None:
    """What a planner does in the editor."""
    project = Project.read(parts(path)["xl/vbaProject.bin"])
    for each in modules:
        project.put(each)
    edit(path, "xl/vbaProject.bin", project.write())


# ---- what is added --------------------------------------------------------------------------------------------------


def test_the_workbook_is_one_with_macros_and_opens_as_a_plan(attached: Path, made: Path) -> None:
    package = Package(Archive.read_file(attached))
    assert package.content_type(package.workbook) == attaching.WITH_MACROS
    assert package.related(package.workbook, "vbaProject") == ["xl/vbaProject.bin"]
    assert package.content_type("xl/vbaProject.bin") == attaching.VBA_TYPE
    before, after = FileBook.open(made), FileBook.open(attached)
    assert after.places() == before.places()
    assert after.names() == before.names()
    assert all(after.read(name) == before.read(name) for name in before.places())
    sound(attached, made)


def test_another_reader_reads_every_module(attached: Path) -> None:
    known = oletools_reader.modules(attached)
    for each in all_modules():
        assert known[each.name] == each.text
    documents = {name for name in known if re.fullmatch(r"ThisWorkbook|Sheet\d+", name)}
    assert len(documents) == len(Package(Archive.read_file(attached)).sheets) + 1


def test_every_sheet_has_a_code_name_and_a_module_behind_it(attached: Path) -> None:
    package = Package(Archive.read_file(attached))
    project = Project.read(parts(attached)["xl/vbaProject.bin"])
    names = [re.findall(rb'<sheetPr [^>]*codeName="([^"]+)"', parts(attached)[sheet.part]) for sheet in package.sheets]
    assert [len(found) for found in names] == [1] * len(names)
    codes = [found[0].decode() for found in names]
    assert len(set(codes)) == len(codes)
    documents = [name for name, each in project.modules.items() if each.kind is Kind.DOCUMENT]
    assert documents == ["ThisWorkbook", *codes]
    assert b'codeName="ThisWorkbook"' in parts(attached)["xl/workbook.xml"]


def test_the_settings_sheet_names_no_interpreter(attached: Path) -> None:
    assert FileBook.open(attached).read_cells("xlwings.conf", "A1:B3") == [
        ["ADD_WORKBOOK_TO_PYTHONPATH", "False"],
        ["USE UDF SERVER", "True"],
        [None, None],
    ]


def test_the_buttons_stand_on_control_beside_its_notes(attached: Path, made: Path) -> None:
    package = Package(Archive.read_file(attached))
    control = next(sheet for sheet in package.sheets if sheet.name == "Control")
    [drawing] = package.related(control.part, "vmlDrawing")
    before, after = parts(made)[drawing], parts(attached)[drawing]
    assert after.startswith(before[: before.rindex(b"</xml>")])
    shapes = etree.fromstring(after).findall("{urn:schemas-microsoft-com:vml}shape")
    ids = [shape.get("{urn:schemas-microsoft-com:office:office}spid") or shape.get("id") for shape in shapes]
    assert len(set(ids)) == len(ids)
    buttons = [shape for shape in shapes if b'ObjectType="Button"' in etree.tostring(shape)]
    macros = [shape.findtext(".//{urn:schemas-microsoft-com:office:excel}FmlaMacro") for shape in buttons]
    assert macros == [f"[0]!{act.macro}" for act in ACTS]
    subs = all_modules()[0].text.decode()
    assert all(f"Public Sub {act.macro}()" in subs for act in ACTS)
    anchors = [shape.findtext(".//{urn:schemas-microsoft-com:office:excel}Anchor") for shape in buttons]
    rows = [(int(anchor.split(", ")[2]), int(anchor.split(", ")[6])) for anchor in anchors if anchor]
    assert rows == [(2, 3)] * len(ACTS)
    assert FileBook.open(attached).read_cells("Control", "A3:I3") == [[None] * 9]


def test_the_ribbon_presses_subs_that_exist(attached: Path) -> None:
    package = Package(Archive.read_file(attached))
    [part] = package.related("", "extensibility")
    root = etree.fromstring(parts(attached)[part])
    buttons = root.findall(f".//{{{SPACE}}}button")
    subs = all_modules()[0].text.decode()
    assert [button.get("label") for button in buttons] == [act.label for act in ACTS]
    assert all(f"Public Sub {button.get('onAction')}(control As Object)" in subs for button in buttons)


def test_the_same_workbook_gives_the_same_bytes(attached: Path, made: Path, tmp_path: Path) -> None:
    assert attach(made, tmp_path / "again.xlsm").path.read_bytes() == attached.read_bytes()


# ---- what stays -----------------------------------------------------------------------------------------------------

MAY_CHANGE = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|.*\.vml"
    r"|xl/(work|chart)sheets/(_rels/)?[^/]+|xl/vbaProject\.bin"
)
NEW = re.compile(
    r"_rels/\.rels|customUI/.*|xl/vbaProject\.bin|xl/worksheets/(_rels/)?sheet\d+\.xml(\.rels)?|xl/drawings/vmlDrawing\d+\.vml"
)


@pytest.mark.parametrize("name", REAL)
def test_all_else_of_a_real_workbook_stays_byte_for_byte(name: str, tmp_path: Path) -> None:
    source = CORPUS / name
    target = attach(source, tmp_path / "real.xlsm").path
    before, after = parts(source), parts(target)
    assert [part for part in before if part not in after] == []
    assert [part for part in before if before[part] != after[part] and not MAY_CHANGE.fullmatch(part)] == []
    assert [part for part in after if part not in before and not NEW.fullmatch(part)] == []
    for sheet in Package(Archive.read_file(source)).sheets:
        if sheet.kind in ("worksheet", "chartsheet"):
            part = next(known for known in before if known.lower() == sheet.part.lower())
            assert without_code_name(before[part]) == without_code_name(after[part])
    for part, content in before.items():
        if part.endswith(".vml"):
            assert after[part].startswith(content[: content.rindex(b"</xml>")])
        if part.endswith(".rels"):
            assert arrows(content) <= arrows(after[part])
    sound(target, source)
    assert oletools_reader.modules(target)["XlplanFunctions"] == all_modules()[1].text
    assert not upgrade(target).changed


@pytest.mark.parametrize("name", [name for name in REAL if name.endswith(".xlsm")])
def test_macros_that_are_there_are_kept(name: str, tmp_path: Path) -> None:
    before = Project.read(parts(CORPUS / name)["xl/vbaProject.bin"]).modules
    target = attach(CORPUS / name, tmp_path / "real.xlsm").path
    after = Project.read(parts(target)["xl/vbaProject.bin"]).modules
    assert {key: after[key] for key in before} == before


def test_the_source_is_left_as_it_is(made: Path, tmp_path: Path) -> None:
    source = Path(shutil.copy(made, tmp_path / "plan.xlsx"))
    attach(source, tmp_path / "plan.xlsm")
    assert source.read_bytes() == made.read_bytes()


# ---- upgrade --------------------------------------------------------------------------------------------------------


def test_an_upgrade_of_what_is_current_touches_nothing(own: Path) -> None:
    before = own.read_bytes()
    done = upgrade(own)
    assert not done.changed
    assert done.lines == ("own.xlsm is up to date.",)
    assert own.read_bytes() == before


def test_a_workbook_that_excel_saved_is_still_current(own: Path) -> None:
    project = Project.read(parts(own)["xl/vbaProject.bin"])
    for each in project.modules.values():
        lines = each.text.decode("cp1252").split("\r\n")
        spelled = [line if line.lstrip().startswith("'") else line.replace("As", "AS  ").upper() for line in lines]
        project.put(replace(each, text="\r\n".join(spelled).encode("cp1252")))
    edit(own, "xl/vbaProject.bin", project.write())
    assert not upgrade(own).changed
    assert "has the modules of this xlplan" in " ".join(remark.what for remark in examine(own))


def test_an_upgrade_renews_old_modules_and_keeps_everything_else(own: Path, attached: Path) -> None:
    mine = module("Mine", 'Sub Own()\n    MsgBox "mine"\nEnd Sub\n')
    old = module("Xlplan", "' Written by xlplan 0.0.1\nSub XpCheckPlan()\nEnd Sub\n")
    put_module(own, mine, old)
    book = FileBook.open(own)
    book.write_cells("xlwings.conf", {"A2": "SHOW CONSOLE", "B2": "True"})
    book.write_cells("About", {"H9": "a planner's note"})
    book.save(own)
    before = parts(own)
    assert upgrade(own).changed
    after = parts(own)
    assert [name for name in before if before[name] != after.get(name)] == ["xl/vbaProject.bin"]
    known = oletools_reader.modules(own)
    assert known["Mine"] == mine.text
    assert {each.name: known[each.name] for each in all_modules()} == {each.name: each.text for each in all_modules()}


def test_an_upgrade_brings_back_what_was_lost(own: Path) -> None:
    package = Package(Archive.read_file(own))
    drawings = [name for name in package.archive.names if name.endswith(".vml")]
    [drawing] = [name for name in drawings if b"XpCheckPlan" in package.archive.read(name)]
    text = re.sub(rb"<v:shape [^>]*id=\"XpCheckPlan\".*?</v:shape>", b"", parts(own)[drawing], flags=re.DOTALL)
    edit(own, drawing, text)
    [part] = package.related("", "extensibility")
    edit(own, part, parts(own)[part].replace(b"Refresh plan", b"Old label"))
    assert upgrade(own).lines[1] == "The buttons stand on the sheet Control."
    assert parts(own)[drawing].count(b"[0]!XpCheckPlan<") == parts(own)[drawing].count(b"[0]!XpRefreshPlan<") == 1
    assert b"Old label" not in parts(own)[part]
    sound(own, own)


def test_a_new_sheet_gets_its_module(own: Path) -> None:
    package = Package(Archive.read_file(own))
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
    add_part(package, "xl/worksheets/sheet99.xml", sheet, f"{OFFICE_TYPE}.spreadsheetml.worksheet+xml")
    arrow = point(package, package.workbook, f"{OFFICE}/worksheet", "xl/worksheets/sheet99.xml")
    for name in ("xl/worksheets/sheet99.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
        edit(own, name, package.archive.read(name))
    entry = f'<sheet name="New" sheetId="99" r:id="{arrow}" xmlns:r="{OFFICE}"/></sheets>'
    edit(own, "xl/workbook.xml", parts(own)["xl/workbook.xml"].replace(b"</sheets>", entry.encode()))
    assert upgrade(own).changed
    [code] = re.findall(rb'codeName="([^"]+)"', parts(own)["xl/worksheets/sheet99.xml"])
    assert code.decode() in oletools_reader.modules(own)


# ---- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REFUSED)
def test_a_workbook_that_would_lose_something_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match=REFUSED[name]):
        attach(CORPUS / name, tmp_path / "real.xlsm")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["Xlplan", "XLPLANFUNCTIONS", "xlwings", "Dictionary"])
def test_a_planners_own_module_of_a_needed_name_is_never_replaced(name: str, tmp_path: Path) -> None:
    source = Path(shutil.copy(CORPUS / "ExcelWithAttachments.xlsm", tmp_path / "own.xlsm"))
    put_module(source, module(name, "Sub Mine()\nEnd Sub\n"))
    before = source.read_bytes()
    with pytest.raises(HostError, match=rf"own\.xlsm: it has a module {name} of its own.*rename"):
        attach(source, source)
    assert source.read_bytes() == before


def test_a_locked_or_damaged_project_is_refused_with_the_files_name(own: Path) -> None:
    with zipfile.ZipFile(oletools_reader.LOCKED) as archive:
        edit(own, "xl/vbaProject.bin", archive.read("xl/vbaProject.bin"))
    with pytest.raises(WorkbookError, match=r"own\.xlsm: its VBA project is locked"):
        upgrade(own)
    edit(own, "xl/vbaProject.bin", b"nothing")
    with pytest.raises(WorkbookError, match=r"own\.xlsm: its VBA project is damaged"):
        upgrade(own)


def test_a_signed_project_is_refused(own: Path) -> None:
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProjectSignature"
    edit(own, "xl/vbaProjectSignature.bin", b"signature")
    arrow = f'<Relationship Id="rId1" Type="{kind}" Target="vbaProjectSignature.bin"/>'
    edit(
        own, "xl/_rels/vbaProject.bin.rels", f'<Relationships xmlns="{RELATIONSHIPS}">{arrow}</Relationships>'.encode()
    )
    with pytest.raises(WorkbookError, match="signed, and any change would break"):
        upgrade(own)


def test_a_ribbon_of_the_planners_own_is_kept(made: Path, tmp_path: Path) -> None:
    source = Path(shutil.copy(made, tmp_path / "plan.xlsx"))
    package = Package(Archive.read_file(source))
    ribbon = f'<customUI xmlns="{SPACE}"><ribbon/></customUI>'.encode()
    package.archive.add("customUI/customUI14.xml", ribbon)
    point(package, "", KIND, "customUI/customUI14.xml")
    for name in ("customUI/customUI14.xml", "_rels/.rels"):
        edit(source, name, package.archive.read(name))
    done = attach(source, tmp_path / "plan.xlsm")
    assert parts(done.path)["customUI/customUI14.xml"] == ribbon
    assert done.lines[-1].startswith("The workbook has a ribbon of its own, which was kept")


def test_an_upgrade_wants_an_attached_workbook(made: Path) -> None:
    with pytest.raises(HostError, match=r"no functions of xlplan yet; type: xlplan attach"):
        upgrade(made)


def test_a_workbook_that_is_open_is_left_alone(own: Path) -> None:
    put_module(own, module("Xlplan", "' Written by xlplan 0.0.1\n"))
    own.with_name("~$own.xlsm").write_bytes(b"")
    before = own.read_bytes()
    done = upgrade(own)
    assert own.read_bytes() == before
    assert done.path == own.with_name("own.xlplan-1.xlsm")
    assert done.lines[0].endswith("(~$own.xlsm stands beside it), so the result is in own.xlplan-1.xlsm.")
    assert upgrade(done.path).changed is False
