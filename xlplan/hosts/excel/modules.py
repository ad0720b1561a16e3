"""The VBA modules of a workbook: two of xlplan, written from the registry and the buttons, and two of xlwings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from xlplan import __version__
from xlplan.errors import HostError
from xlplan.functions.registry import Argument, Function, functions
from xlplan.hosts.acts import ACTS
from xlplan.hosts.excel.errors import MARK
from xlplan.hosts.excel.two_hosts import for_both_hosts
from xlplan.hosts.excel.vba.project import Module, Project, class_module, module

CALC_SCHEME = "xlplan:"
"""In LibreOffice the same buttons go to the add-in, which answers to ``xlplan:`` and the name of the entry."""
MACROS, FUNCTIONS, XLWINGS, DICTIONARY = "Xlplan", "XlplanFunctions", "xlwings", "Dictionary"
XLWINGS_FILE, DICTIONARY_FILE = "xlwings.bas", "addin/Dictionary.cls"
SIGNS = {
    MACROS: b"Written by xlplan",
    FUNCTIONS: b"Written by xlplan",
    XLWINGS: b"XLWINGS_VERSION",
    DICTIONARY: b"VBA-Dictionary",
}
"""What tells one of these modules from a planner's own of the same name."""

_TEXT = Path(__file__).parent / "text"
_RESERVED_WORDS = """
and any array as boolean byref byte byval call case cells const currency date debug decimal declare dim do double each
else empty end enum erase error event exit false for friend function get global gosub goto if imp implements in input
integer is let lib like line lock long loop lset me mod name new next not nothing null object on open option optional or
paramarray preserve print private property public put raiseevent redim rem resume return rset seek select set single
static step stop string sub then time to true type typeof until variant wend while with withevents write xor xpcall
"""


def all_modules() -> list[Module]:
    """The modules, in the order in which the project lists them.

    Raises
    ------
    HostError
        When xlwings is not installed, or is too old.
    """
    others = [
        module(FUNCTIONS, functions_text()),
        module(XLWINGS, for_both_hosts(_xlwings_file(XLWINGS_FILE))),
        class_module(DICTIONARY, for_both_hosts(_xlwings_file(DICTIONARY_FILE))),
    ]
    return [module(MACROS, macros_text(_digest(others))), *others]


def is_current(project: Project, modules: Sequence[Module]) -> bool:
    """True when the project holds these very modules.

    Excel's editor spells names and blanks in its own way when it saves, but leaves remarks alone: so the digest of all
    the text stands in a remark of the first module.
    """
    first = project.find(modules[0].name)
    head = modules[0].text.split(b"\r\n", 2)[1]
    return first is not None and head in first.text and all(project.find(each.name) for each in modules)


def _digest(others: Sequence[Module]) -> str:
    texts = [macros_text("").encode(), *(each.text for each in others)]
    return sha256(b"\0".join(texts)).hexdigest()[:12]


def macros_text(digest: str) -> str:
    """The module of the buttons."""
    text = _text(MACROS).replace("@digest@", digest)
    return text + "".join(_subs(act.macro, act.entry) for act in ACTS)


def _subs(macro: str, entry: str) -> str:
    heads = (f"Public Sub {macro}()", f"Public Sub {macro}FromRibbon(control As Object)")
    return "".join(f'\n{head}\n    XpPress "{entry}"\nEnd Sub\n' for head in heads)


def functions_text(shown: Iterable[Function] | None = None) -> str:
    """The module of the functions: one wrapper for each of the registry, or of those that are given."""
    return _text(FUNCTIONS) + "".join(map(_wrapper, functions().values() if shown is None else shown))


def _wrapper(function: Function) -> str:
    names = [_identifier(argument) for argument in function.arguments]
    declared = [
        f"{'Optional ' if argument.optional else ''}{name} As Variant"
        for argument, name in zip(function.arguments, names, strict=True)
    ]
    return f"""
Public Function {function.name}({", ".join(declared)}) As Variant
Attribute {function.name}.VB_Description = "{_described(function)}"
Attribute {function.name}.VB_ProcData.VB_Invoke_Func = " \\n14"
    {function.name} = XpCall("{function.name}", Array({", ".join(names)}))
End Function
"""


def _described(function: Function) -> str:
    """Help of a function in the letters that a project holds; Excel shows at most 255 of them."""
    text = f"{function.summary} Returns {function.returns}."
    return text.encode("ascii", "replace").decode()[:255].replace('"', '""')


def _identifier(argument: Argument) -> str:
    """An argument's name as VBA takes it."""
    return f"{argument.name}_" if argument.name in _RESERVED_WORDS.split() else argument.name


def _text(name: str) -> str:
    text = (_TEXT / f"{name}.bas").read_text(encoding="ascii")
    for word, value in {"version": __version__, "calc_scheme": CALC_SCHEME, "error_mark": MARK}.items():
        text = text.replace(f"@{word}@", value)
    return text


def xlwings_version() -> str:
    """Version of the installed xlwings.

    Raises
    ------
    HostError
        When there is none.
    """
    try:
        return distribution("xlwings").version
    except PackageNotFoundError:
        raise HostError("xlwings is not installed", do='type: pip install "xlplan[excel]"') from None


def _xlwings_file(name: str) -> str:
    """A VBA file of the installed xlwings, read without importing it."""
    version = xlwings_version()
    path = Path(str(distribution("xlwings").locate_file("xlwings"))) / name
    renew = 'type: pip install --upgrade "xlplan[excel]"'
    try:
        text = path.read_text(encoding="cp1252")
    except OSError as error:
        raise HostError(f"xlwings {version} lacks its file {name}", do=renew) from error
    if name == XLWINGS_FILE and not re.search(r"^Function XLPy\(\)", text, flags=re.MULTILINE):
        raise HostError(f"xlwings {version} is too old for xlplan", do=renew)
    return text
