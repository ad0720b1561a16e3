"""The layers hold: who may import whom, what stays out of the maths, and that ARCHITECTURE.md draws what is there."""

from __future__ import annotations

import ast
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import xlplan

PACKAGE = Path(xlplan.__file__).parent
PROJECT = PACKAGE.parent
MODULES = sorted(PACKAGE.rglob("*.py"))

MAY_USE = {
    "errors": set(),
    "tables": {"errors"},
    "planning": {"errors", "tables"},
    "functions": {"errors", "tables", "planning"},
    "workbook": {"errors", "tables"},
    "reports": {"errors", "tables", "planning", "workbook"},
    "macros": {"errors", "tables", "planning", "functions", "workbook", "reports"},
    "hosts": {"errors", "tables", "planning", "workbook", "reports", "functions", "macros"},
}
"""Layers that each layer may import besides itself; imports for type checking alone are free."""

READERS_AND_HOSTS = {"openpyxl", "xlsxwriter", "lxml", "xml", "zipfile", "xlwings", "uno", "unohelper", "pyarrow"}
HEAVY = {"numpy", "pandas", "scipy", "openpyxl", "lxml", "pulp", "highspy", "xlwings", "tqdm"}
FILE_CALLS = {"open", "read_bytes", "loadtxt", "genfromtxt", "fromfile"} | {
    f"read_{kind}"
    for kind in ("csv", "excel", "feather", "fwf", "hdf", "html", "json", "parquet", "pickle", "sql", "xml")
}
LONGEST = 400


def name_of(path: Path) -> str:
    parts = list(path.relative_to(PROJECT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def for_types_only(tree: ast.Module) -> set[int]:
    """Nodes below ``if TYPE_CHECKING``."""
    return {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for child in node.body
        for inner in ast.walk(child)
    }


def imports(path: Path) -> Iterator[str]:
    """Every module that runs when this one does, wherever in it the import stands."""
    tree = tree_of(path)
    skipped = for_types_only(tree)
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write the full name of the module"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_one_way(path: Path) -> None:
    own = layer_of(name_of(path))
    used = {layer_of(module) for module in imports(path) if module.split(".")[0] == "xlplan"} - {own, "", "__version__"}
    assert used <= MAY_USE.get(own, set()), f"{own} may not use {used - MAY_USE.get(own, set())}"


def test_every_layer_is_named_above() -> None:
    assert {layer_of(name_of(path)) for path in MODULES} - {""} == set(MAY_USE)


@pytest.mark.parametrize("path", [p for p in MODULES if layer_of(name_of(p)) in {"tables", "planning"}], ids=name_of)
def test_no_workbook_no_host_and_no_file_reader_in_the_maths(path: Path) -> None:
    """The dictionary's own two CSV files, which lie in the package, are the one thing that is read."""
    dictionary = name_of(path) == "xlplan.tables.dictionary"
    forbidden = READERS_AND_HOSTS | (set() if dictionary else {"csv", "io", "sqlite3"})
    for module in imports(path):
        root = module.split(".")[0]
        assert root not in forbidden, f"imports {module}"
        assert root != "pathlib" or layer_of(name_of(path)) != "tables", f"imports {module}"
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in FILE_CALLS, f"line {node.lineno} reads a file with {called}"
            assert called != "read_text" or dictionary, f"line {node.lineno} reads a file"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_habits(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = tree_of(path)
    assert len(text.splitlines()) <= LONGEST, "more than one idea"
    assert ast.get_docstring(tree), "a module says what it is"
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else ""
            assert caught not in {"", "BaseException"}, f"line {node.lineno} catches everything"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            assert name_of(path) == "xlplan.hosts.shell", f"line {node.lineno} prints"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr != "basicConfig", f"line {node.lineno} sets up the root logger"
            assert node.func.attr != "getLogger" or node.args, f"line {node.lineno} takes the root logger"


def drawn() -> set[str]:
    """Paths in the tree of ARCHITECTURE.md: the fenced block that begins with ``xlplan/``."""
    lines = (PROJECT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()
    first = lines.index("xlplan/") + 1
    found: set[str] = set()
    folder = ""
    for line in lines[first : lines.index("```", first)]:
        indent, name = len(line) - len(line.lstrip()), line.split()[0]
        assert indent in {2, 4}, line
        assert len(line.split()) > 1, f"{name} has no words beside it"
        path = name if indent == 2 else f"{folder}{name}"
        assert path not in found, f"{path} is drawn twice"
        found.add(path)
        folder = name if indent == 2 else folder
    return found


def on_disk() -> set[str]:
    """The same two levels of the package: modules, data files and folders that hold modules."""
    found = set()
    for path in PACKAGE.rglob("*"):
        parts = path.relative_to(PACKAGE).parts
        if path.suffix in {".py", ".csv"} and path.name != "__init__.py" and len(parts) <= 2:
            found.add("/".join(parts))
        elif path.name == "__init__.py" and 1 < len(parts) <= 3:
            found.add("/".join(parts[:-1]) + "/")
    return found


def test_the_tree_in_architecture_md_is_the_package_s_tree() -> None:
    assert drawn() == on_disk()


@pytest.mark.parametrize("module", ["xlplan", "xlplan.functions"])
def test_importing_is_light(module: str) -> None:
    """Excel waits for it: nothing heavy is loaded before it is used, and nothing is logged or printed."""
    code = f"import sys, {module}; print(*sorted(name.split('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert set(done.stdout.split()) & HEAVY == set()
    assert done.stderr == ""


def test_no_handler_on_the_root_logger() -> None:
    code = "import logging, xlplan.hosts.shell, xlplan.macros; print(len(logging.getLogger().handlers))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert done.stdout.strip() == "0"
    assert logging.getLogger("xlplan").handlers == []
