"""The documents are true: what they show runs, what they link to exists, and what code writes is what is committed."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

import xlplan
from xlplan.functions.registry import functions
from xlplan.planning.pipeline import STEPS
from xlplan.workbook.template.build import build
from xlplan.workbook.template.catalogue import LAYOUTS

ROOT = Path(__file__).resolve().parents[1]


def tool(name: str) -> ModuleType:
    """A module of tools/, which is no package."""
    spec = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


documents, reference, sample = tool("documents"), tool("build_reference"), tool("build_sample")
COMMANDS = "|".join(re.findall(r"^## (\w+)$", reference.commands_page(), flags=re.MULTILINE))
PAGES = [*documents.documents(), *(ROOT / name for name in ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"))]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


# ---- what is shown runs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", documents.documents(), ids=name_of)
def test_a_document_runs_and_shows_what_is_printed(path: Path, tmp_path: Path) -> None:
    for shown in documents.run_document(path, tmp_path):
        assert shown.said == shown.printed


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_no_command_or_prompt_escapes_the_run(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    runs = documents.BLOCK.sub(lambda block: "\n" * block[0].count("\n") if run_by_test(block) else block[0], text)
    escaped = [line for line in runs.splitlines() if re.match(rf"\s*(>>> |(\$ )?xlplan ({COMMANDS}) \S)", line)]
    assert not escaped


def run_by_test(block: re.Match[str]) -> bool:
    kind, body = block[1], block[2]
    return kind == "python" or (kind == "sh" and body.startswith("xlplan"))


def test_an_output_that_is_not_what_is_printed_is_found_and_mended(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A page\n\n```sh\nxlplan call XP_OCCUPANCY 80 100\n```\n\n```text\n0.7\n```\n", encoding="utf-8")
    (shown,) = documents.run_document(page, tmp_path / "run")
    assert (shown.said, shown.printed) == ("0.7\n", "0.8\n")
    assert documents.rewritten(page, [shown]).endswith("```text\n0.8\n```\n")


@pytest.mark.parametrize(
    "shows",
    [
        "```sh\nxlplan call XP_NONE 1\n```\n",
        "```sh\nxlplan --version  # exit 1\n```\n",
        "```python\n>>> 1 + 1\n3\n```\n",
    ],
    ids=["a command that fails", "a wrong exit code", "a wrong answer"],
)
def test_a_document_that_is_wrong_is_refused(shows: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(shows, encoding="utf-8")
    with pytest.raises(AssertionError):
        documents.run_document(page, tmp_path / "run")


# ---- links ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, heading = target.partition("#")
        page = (path.parent / file).resolve() if file else path
        assert page.exists(), f"{name_of(path)} links to {target}"
        if heading:
            headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert heading in map(reference.anchor, headings), f"{name_of(path)} links to {target}"


# ---- what code writes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", reference.PAGES)
def test_the_reference_is_what_the_code_says(name: str) -> None:
    committed = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert committed == reference.PAGES[name](), "run tools/build_reference.py"


def test_every_finding_has_its_line_on_the_checks_page() -> None:
    page = (ROOT / "docs" / "reference" / "checks.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE))
    found = {rule for file in (ROOT / "xlplan").rglob("*.py") for rule in rules_of(file)}
    assert {"history_gap", "missing_table"} <= found
    assert found <= listed


def rules_of(file: Path) -> set[str]:
    """First arguments of Finding(...) that are written out."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    first = [call.args[0] for call in calls if call.func.id == "Finding" and call.args]
    return {argument.value for argument in first if isinstance(argument, ast.Constant)}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_templates_are_what_the_layouts_build(layout: object, tmp_path: Path) -> None:
    built = tmp_path / "built.xlsx"
    built.write_bytes(build(layout))
    assert parts(ROOT / "templates" / layout.file) == parts(built), "run tools/build_sample.py"


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_the_sample_workbook_is_what_the_commands_make(tmp_path: Path) -> None:
    sample.build_sample(tmp_path / "us_bank_calls.xlsx")
    made, committed = xlplan.read_plan(tmp_path / "us_bank_calls.xlsx"), xlplan.read_plan(sample.SAMPLE)
    assert made.names == committed.names
    assert list(made.tables) == list(committed.tables)
    for name, frame in committed.tables.items():
        # Sums differ in their last digits from one processor to the next, and with them the fingerprint of the results.
        own = [column for column in frame if column != "output_hash"]
        pd.testing.assert_frame_equal(made[name][own], frame[own], rtol=1e-9, obj=name)


def test_the_sample_workbook_is_made_the_same_twice(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "us_bank_calls.xlsx", tmp_path / "b" / "us_bank_calls.xlsx"
    for path in (first, second):
        path.parent.mkdir()
        sample.build_sample(path)
    assert first.read_bytes() == second.read_bytes()


# ---- the release ----------------------------------------------------------------------------------------------------


def test_one_version_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    latest = re.search(r"^## (\S+)", changes, flags=re.MULTILINE)
    assert latest is not None
    assert latest[1] == project["version"] == xlplan.__version__
    assert f"release {xlplan.__version__}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md"])
def test_the_functions_are_counted(page: str) -> None:
    counted = re.findall(r"(\d+) (?:\[functions\]|functions,)", (ROOT / page).read_text(encoding="utf-8"))
    assert counted == [str(len(functions()))]


@pytest.mark.parametrize(
    ("says", "table"),
    [
        ("hiring", "tblClassPlan"),
        ("vendors' contracts", "tblInvoicePlan"),
        ("backlogs", "tblBacklog"),
        ("shifts", "tblShiftPlan"),
        ("scenarios", "tblCompare"),
    ],
)
def test_readme_names_what_no_step_computes_yet(says: str, table: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    not_yet = readme.partition("It does not yet")[2].partition("\n## ")[0]
    computed = {name for step in STEPS for name in step.gives}
    assert (says in not_yet) == (table not in computed)


def test_the_drawing_of_the_flow_has_every_step_in_order() -> None:
    drawing = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("## How data flows")[2]
    drawn = re.search(r"planning: (\w+(?:[\s|]+->\s+\w+)*)", drawing)
    assert drawn is not None
    assert re.findall(r"\w+", drawn[1]) == [step.name for step in STEPS]


def test_the_check_of_a_change_is_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert [line for line in script.read_text().splitlines() if "make" in line] == ["exec make test"]


@pytest.mark.parametrize(
    ("file", "source", "key"),
    [
        (
            "sources.list.d/debian.sources",
            "Types: deb deb-src\nURIs: http://mirror.example/security\nSuites: bookworm-security\nComponents: main\n\n"
            "# the mirror\nTypes: deb\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\n"
            "Components: main contrib\nSigned-By: /keys/debian.gpg\n",
            "Signed-By: /keys/debian.gpg\n",
        ),
        (
            "sources.list",
            "# deb http://old.example/debian bookworm main\ndeb-src http://mirror.example/debian bookworm main\n"
            "deb [arch=amd64 signed-by=/keys/debian.gpg] http://mirror.example/debian bookworm main contrib\n",
            "Signed-By: /keys/debian.gpg\n",
        ),
        ("sources.list", "deb http://mirror.example/debian bookworm main\n", ""),
    ],
    ids=["deb822", "one line with its key", "one line"],
)
def test_backports_come_from_the_mirror_in_use(file: str, source: str, key: str, tmp_path: Path) -> None:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(source)
    shown = show_source(tmp_path)
    assert shown.stdout == (
        f"Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm-backports\nComponents: main\n{key}"
    )


def test_no_source_is_invented(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text("deb http://mirror.example/debian sid main\n")
    assert (show_source(tmp_path).returncode, show_source(tmp_path).stdout) == (1, "")


def show_source(folder: Path) -> subprocess.CompletedProcess[str]:
    script = ROOT / "tools" / "install_libreoffice.sh"
    return subprocess.run(["bash", script, "--show-source", folder], capture_output=True, text=True, check=False)
