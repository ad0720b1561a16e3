"""The add-in as a file: what is in it, that LibreOffice's older Python can read it, that it needs nothing else."""

from __future__ import annotations

import ast
import json
import sys
import zipfile
from pathlib import Path

import pytest
from lxml import etree

import xlplan
from xlplan.functions import functions
from xlplan.hosts.calc.addin.why import Asked, asked_in
from xlplan.hosts.calc.addin.wire import NUMBERS, error_code, error_number
from xlplan.hosts.calc.package import build, files
from xlplan.hosts.calc.typelibrary import Method, type_library

FILES = files()
OURS = {name: content.decode() for name, content in FILES.items() if name.endswith(".py")}
OFFICE = {"uno", "unohelper", "com", "org", "xlplan_addin"}


def test_the_file_is_the_same_twice(tmp_path: Path) -> None:
    for name in ("one.oxt", "two.oxt"):
        build(tmp_path / name)
    assert (tmp_path / "one.oxt").read_bytes() == (tmp_path / "two.oxt").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.oxt") as package:
        assert {name: package.read(name) for name in package.namelist()} == FILES


def test_the_manifest_lists_what_libreoffice_has_to_take_in() -> None:
    manifest = etree.fromstring(FILES["META-INF/manifest.xml"])
    listed = {entry.get("{http://openoffice.org/2001/manifest}full-path") for entry in manifest}
    assert listed == {name for name in FILES if "/" not in name and name != "description.xml"}


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith((".xcu", ".xml"))])
def test_every_xml_file_is_well_formed(name: str) -> None:
    etree.fromstring(FILES[name])


def test_it_says_which_release_it_is() -> None:
    assert f'version value="{xlplan.__version__}"'.encode() in FILES["description.xml"]


def test_the_settings_name_this_python_and_every_function() -> None:
    settings = json.loads(FILES["pythonpath/xlplan_addin/settings.json"])
    assert settings["command"][0] == sys.executable
    assert list(settings["methods"].values()) == list(functions())
    assert json.loads(files(seconds=7)["pythonpath/xlplan_addin/settings.json"])["seconds"] == 7


@pytest.mark.parametrize("name", OURS)
def test_libreoffices_python_can_read_it_and_it_needs_nothing_else(name: str) -> None:
    tree = ast.parse(OURS[name], feature_version=(3, 9))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [str(node.module)]
            for module in modules:
                assert module.partition(".")[0] in OFFICE | sys.stdlib_module_names


@pytest.mark.parametrize("name", OURS)
def test_no_thread_runs_inside_libreoffice(name: str) -> None:
    """Its garbage collector could meet a UNO object there, and both would wait for each other's lock."""
    called = {node.attr for node in ast.walk(ast.parse(OURS[name])) if isinstance(node, ast.Attribute)}
    assert not called & {"Thread", "Timer", "ThreadPoolExecutor", "start_new_thread"}


def test_a_type_library_is_what_libreoffice_reads() -> None:
    made = type_library("org.x.XOne", [Method("A", "[][]any", [("b", "any")])])
    assert made[:8] == b"UNOIDL\xff\0"
    root = int.from_bytes(made[8:12], "little")
    name = int.from_bytes(made[root : root + 4], "little")
    assert made[name : made.index(b"\0", name)] == b"org"
    for text in (b"x", b"XOne"):
        assert text + b"\0" in made
    for text in (b"A", b"[][]any", b"b", b"any"):
        assert len(text).to_bytes(4, "little") + text in made


@pytest.mark.parametrize("code", NUMBERS)
def test_an_error_keeps_its_number(code: str) -> None:
    value = error_number(code)
    assert value != value
    assert error_code(value) == code


CELLS = {"A1": 5.0, "$Data.A1:B1": ((1.0, "x"),)}


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("=XP.AGENTS(A1;180)", [Asked("XP_AGENTS", (5.0, 180.0))]),
        ('=IF(A1>0;xp_agents(A1);XP.GROSS_UP($Data.A1:B1;;"a;)""b"))',
         [Asked("XP_AGENTS", (5.0,)), Asked("XP_GROSS_UP", (((1.0, "x"),), None, 'a;)"b'))]),
        ("=XP_AGENTS(80%;-1.5E3;TRUE();false)", [Asked("XP_AGENTS", (0.8, -1500.0, 1.0, 0.0))]),
        ("=XP_AGENTS(A1+1;2)", [Asked("XP_AGENTS", None)]),
        ("=XP_AGENTS({1;2};3)", [Asked("XP_AGENTS", None)]),
        ("=XP_AGENTS(SUM(1;2);XP_ASA(A1))", [Asked("XP_AGENTS", None), Asked("XP_ASA", (5.0,))]),
        ("=XP_AGENTS()", [Asked("XP_AGENTS", ())]),
        ("=XP_AGENTS(A1", [Asked("XP_AGENTS", (5.0,))]),
        ("=MYXP_AGENTS(A1)+SUM(A1)", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_a_formula_asks(formula: str, wanted: list[Asked]) -> None:
    assert list(asked_in(formula, CELLS.__getitem__)) == wanted
