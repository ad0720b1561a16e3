"""The VBA text that goes into a workbook: as golden files have it, for every function, and from xlwings unharmed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hosts.excel.oletools_reader import XLWINGS
from xlplan import __version__
from xlplan.errors import HostError
from xlplan.functions.registry import Argument, Function, functions
from xlplan.hosts.acts import ACTS
from xlplan.hosts.excel import modules
from xlplan.hosts.excel.two_hosts import for_both_hosts

Golden = Callable[[str, str], None]


def function(name: str, arguments: list[Argument], summary: str) -> Function:
    return Function(name, "Test", summary, tuple(arguments), "a number", (), "", (), lambda: None)


SHOWN = [
    function("XP_NOTHING", [], "No argument at all."),
    function("XP_PLAIN", [Argument("volume", "v"), Argument("aht_s", "a", default=1.0)], 'It says "so".'),
    function("XP_RESERVED", [Argument("end", "e"), Argument("date", "d", default=None)], "é — " + 300 * "long "),
]


def unversioned(text: str) -> str:
    return text.replace(__version__, "0.0.0")


def test_the_functions_are_wrapped_as_the_golden_file_has_it(golden: Golden) -> None:
    golden("XlplanFunctions.bas", unversioned(modules.functions_text(SHOWN)))


def test_the_buttons_are_as_the_golden_file_has_them(golden: Golden) -> None:
    golden("Xlplan.bas", unversioned(modules.macros_text("0123456789ab")))


@pytest.mark.parametrize("name", list(functions()))
def test_every_function_has_a_wrapper_with_its_arguments(name: str) -> None:
    text = modules.functions_text()
    [head] = re.findall(rf"^Public Function {name}\((.*)\) As Variant$", text, flags=re.MULTILINE)
    declared = [part for part in head.split(", ") if part]
    arguments = functions()[name].arguments
    assert [part.startswith("Optional ") for part in declared] == [argument.optional for argument in arguments]
    names = [part.removeprefix("Optional ").removesuffix(" As Variant") for part in declared]
    assert [given.rstrip("_") for given in names] == [argument.name for argument in arguments]
    assert f'    {name} = XpCall("{name}", Array({", ".join(names)}))\nEnd Function\n' in text


def test_nothing_but_functions_and_buttons_is_public() -> None:
    public = re.findall(
        r"^(?!Private|End|Exit)(?:Public )?(?:Function|Sub) (\w+)", modules.functions_text(), re.MULTILINE
    )
    assert public == list(functions())
    subs = re.findall(r"^Public Sub (\w+)", modules.macros_text(""), flags=re.MULTILINE)
    assert subs == [name for act in ACTS for name in (act.macro, f"{act.macro}FromRibbon")]


def test_every_line_is_one_that_vba_takes() -> None:
    for module in modules.all_modules():
        text = module.text.decode("cp1252")
        assert max(map(len, text.split("\r\n"))) < 1024
        assert "\n" not in text.replace("\r\n", "")
        assert text.startswith(f'Attribute VB_Name = "{module.name}"\r\n')


# ---- xlwings' modules -----------------------------------------------------------------------------------------------


def code(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("'")]


def test_only_what_excel_never_runs_is_taken_from_xlwings() -> None:
    before = (XLWINGS / "xlwings.bas").read_text(encoding="cp1252")
    after = for_both_hosts(before)
    procedures = re.compile(r"^(?:Public |Private )?(?:Function|Sub) (\w+)", re.MULTILINE)
    assert set(procedures.findall(before)) - set(procedures.findall(after)) == {"SaveConfigToFile"}
    assert set(code(after)) <= set(code(before))
    assert " App = " not in "".join(re.findall(r"^\s*#(?:If|ElseIf).*$", after, flags=re.MULTILINE))
    assert after.count("#If ") == after.count("#End If")
    assert "THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS" in after
    assert for_both_hosts(after) == after


def test_the_dictionary_keeps_all_but_three_numbers() -> None:
    before = (XLWINGS / "addin" / "Dictionary.cls").read_text(encoding="cp1252").splitlines()
    after = for_both_hosts("\n".join(before)).splitlines()
    changed = [(old.strip(), new.strip()) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [
        ("BinaryCompare = VBA.vbBinaryCompare", "BinaryCompare = 0"),
        ("TextCompare = VBA.vbTextCompare", "TextCompare = 1"),
        ("DatabaseCompare = VBA.vbDatabaseCompare", "DatabaseCompare = 2"),
    ]


EXCEL, WORD = '#If App = "Microsoft Excel" Then', '#If App = "Microsoft Word" Then'


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        (f'{EXCEL}\na\n#ElseIf App = "Microsoft Word" Then\nb\n#Else\nc\n#End If', "a"),
        (f'{WORD}\na\n#ElseIf App = "Microsoft Excel" Then\nb\n#End If', "b"),
        (f"#If Mac Then\n{EXCEL}\na\n#End If\n#Else\nb\n#End If", "#If Mac Then\na\n#Else\nb\n#End If"),
        (f"{WORD}\n#If Mac Then\na\n#Else\nb\n#End If\n#End If\nd", "d"),
        (f"{EXCEL}\n#If Mac Then\na\n#Else\nb\n#End If\n#Else\nc\n#End If", "#If Mac Then\na\n#Else\nb\n#End If"),
    ],
)
def test_conditions_on_the_application_are_decided_for_excel(text: str, decided: str) -> None:
    assert for_both_hosts(text) == decided


def test_xlwings_that_is_missing_or_too_old_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Elsewhere:
        version = "0.20.1"

        def locate_file(self, name: str) -> Path:
            return tmp_path / name

    monkeypatch.setattr(modules, "distribution", lambda _: Elsewhere())
    with pytest.raises(HostError, match=r"xlwings 0\.20\.1 lacks its file xlwings\.bas; type: pip install"):
        modules.all_modules()
    (tmp_path / "xlwings").mkdir()
    (tmp_path / "xlwings" / "xlwings.bas").write_text("Function Py()\nEnd Function\n")
    with pytest.raises(HostError, match=r"xlwings 0\.20\.1 is too old"):
        modules.all_modules()

    def nowhere(name: str) -> None:
        raise modules.PackageNotFoundError(name)

    monkeypatch.setattr(modules, "distribution", nowhere)
    with pytest.raises(HostError, match=r'xlwings is not installed; type: pip install "xlplan\[excel\]"'):
        modules.all_modules()


def test_what_a_button_runs_has_no_double_quote() -> None:
    """xlwings puts it between double quotes on a command line."""
    (line,) = re.findall(r"^ +RunPython (.*)$", modules.macros_text(""), flags=re.MULTILINE)
    python = line.replace('" & button & "', "check").removeprefix('"').removesuffix('"')
    assert python == "import xlplan.hosts.excel.buttons as b; b.press('check')"
