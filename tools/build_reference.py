"""Write docs/reference from the code: tables, functions, commands, checks.

Run ``python tools/build_reference.py`` after a change of the dictionary, a cell function, a command or a check.
"""

from __future__ import annotations

import argparse
import ast
import datetime as dt
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import xlplan
from xlplan import macros
from xlplan.functions import CellError, call, functions
from xlplan.functions.plan.example import example_plan
from xlplan.functions.registry import Argument, Function, plain
from xlplan.hosts import shell
from xlplan.planning.pipeline import STEPS
from xlplan.planning.tie_outs import CHECKS, tie_outs
from xlplan.reports.checks import OWN_RULES
from xlplan.tables import dictionary
from xlplan.tables.rules import rules
from xlplan.tables.schema import Column, Table
from xlplan.tables.settings import SETTINGS
from xlplan.workbook.memory import MemoryBook
from xlplan.workbook.plans import ENGINE_LOGS
from xlplan.workbook.template.starter import STARTERS

ROOT = Path(__file__).resolve().parents[1]
HEAD = "<!-- Written by tools/build_reference.py; change the code, not this page. -->\n"
COMPUTING = ("planning/", "reports/", "tables/rules/", "tables/plan.py", "macros/")

UNLISTED = (
    ("missing_table", "A step has nothing to work on: the table is absent, or has no rows"),
    ("missing_column", "A column that is never blank is absent from its table"),
    ("ragged", "A row of a CSV file has more or fewer cells than its header"),
    ("volumes", "A row of the file given to `xlplan new` has no date, no number, a negative one, or is there twice"),
)
"""Findings that stop before there are results to check, so that the sheet Checks has no row for them."""


def row(*cells: object) -> str:
    """One row of a Markdown table."""
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


def grid(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    return row(*header) + row(*["---"] * len(header)) + "".join(row(*cells) for cells in rows)


def anchor(heading: str) -> str:
    """The address that a heading gets on the page."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


# ---- tables ---------------------------------------------------------------------------------------------------------


def tables_page() -> str:
    """Every table and column of the dictionary."""
    release = xlplan.__version__
    shown = {spec.table for layout in STARTERS.values() for sheet in layout.sheets for spec in sheet.tables}
    index = [
        (f"[{name}](#{anchor(name)})", table.kind, _part(name), "yes" if name in shown else "", table.meaning)
        for name, table in dictionary.tables().items()
    ]
    settings = [
        (f"`{name}`", f"{setting.default:g}", setting.unit, _limits(setting.low, setting.high), setting.meaning)
        for name, setting in SETTINGS.items()
    ]
    sections = [_table_section(table) for table in dictionary.tables().values()]
    return (
        f"# Tables\n\n{HEAD}\n"
        "The data dictionary: what a plan is made of. A workbook need not hold every table, nor every column of one; "
        "a column that may be blank may also be absent, and an absent table has no rows. Tables and columns that are "
        "not listed here are your own and stay as they are.\n\n"
        "Who writes: *control* and *input* tables are the planner's, *working* and *output* tables are written again "
        f"by every refresh. The third column says what release {release} does with the table; those without an entry "
        "are part of the dictionary, are checked where a workbook holds them, and are not computed from or written "
        "yet. The fourth column says whether the workbooks of `xlplan new` hold it.\n\n"
        + grid(("table", "kind", f"in {release}", "new plan", "meaning"), index)
        + "\n## Named cells\n\nSingle values on the sheet Control, found by their name.\n\n"
        + _columns(dictionary.names().values())
        + "\n## Settings\n\nRows that tblSetting may hold; without a row the default counts.\n\n"
        + grid(("setting", "default", "unit", "allowed", "meaning"), settings)
        + "".join(sections)
    )


def _part(name: str) -> str:
    """What this release does with a table: which step computes it, or that it is read."""
    for step in STEPS:
        if name in step.gives:
            return f"computed: {step.name}"
    if name in _refreshed().tables and name not in xlplan.Plan.sample().tables:
        return "written by every run" if name in ENGINE_LOGS else "computed: reports"
    return "read" if name in _mentioned() and not dictionary.table(name).by_engine else ""


@cache
def _refreshed() -> xlplan.Plan:
    """The sample plan after a refresh of a book that holds its inputs alone."""
    plan = xlplan.Plan.sample()
    inputs = {name: {column: [] for column in frame} for name, frame in plan.tables.items()}
    book = MemoryBook(inputs, dict.fromkeys(dictionary.names()))
    macros.fill(book, plan)
    return macros.refresh(book, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)).plan


@cache
def _mentioned() -> frozenset[str]:
    """Tables that are named in the computing layers, in files that a refresh can come to."""
    found: set[str] = set()
    for file in _imported(ROOT / "xlplan" / "macros" / "__init__.py"):
        if file.relative_to(ROOT / "xlplan").as_posix().startswith(COMPUTING):
            found |= set(re.findall(r'"(tbl\w+)"', file.read_text(encoding="utf-8")))
    return frozenset(found)


def _imported(start: Path) -> set[Path]:
    """A file of the package and all files that it imports, however far on."""
    seen: set[Path] = set()
    waiting = [start]
    while waiting:
        file = waiting.pop()
        if file in seen or not file.exists():
            continue
        seen.add(file)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "xlplan":
                home = ROOT.joinpath(*str(node.module).split("."))
                waiting += [home.with_suffix(".py"), home / "__init__.py"]
                waiting += [home / f"{name.name}.py" for name in node.names]
    return seen


def _table_section(table: Table) -> str:
    key = f"Key: {', '.join(table.key)}." if table.key else "No key."
    return f"\n## {table.name}\n\n{table.meaning}. Sheet {table.sheet}, {table.kind}. {key}\n\n" + _columns(
        table.columns
    )


def _columns(columns: Iterable[Column]) -> str:
    header = ("name", "key", "type", "unit", "allowed", "blank means", "meaning")
    rows = [
        (
            f"`{column.name}`",
            "key" if column.key else "",
            column.type,
            column.unit,
            _allowed(column),
            "never blank" if column.required else column.blank or "not known",
            column.meaning + (f" ({column.note})" if column.note else ""),
        )
        for column in columns
    ]
    return grid(header, rows)


def _allowed(column: Column) -> str:
    words = [f"an id of {column.refers_to}" if column.refers_to else "", column.allowed.words(column.type)]
    words.append("or ANY" if column.any_allowed else "")
    if column.plausible.text:
        words.append(f"(mostly {column.plausible.words(column.type)})")
    return " ".join(word for word in words if word)


def _limits(low: float, high: float) -> str:
    return f"{low:g} to {high:g}" if high < float("inf") else f"at least {low:g}"


# ---- functions ------------------------------------------------------------------------------------------------------


def functions_page() -> str:
    """Every cell function."""
    groups: dict[str, list[Function]] = {}
    for function in functions().values():
        groups.setdefault(function.group, []).append(function)
    parts = [f"\n## {group}\n" + "".join(map(_function, members)) for group, members in groups.items()]
    return (
        f"# Functions\n\n{HEAD}\n"
        "Functions of the registry, as `xlplan call` and `xlplan.functions.call` run them and as a cell of a "
        "spreadsheet would. Arguments in brackets may be left out. Numbers may be ranges: ranges of one length give "
        "one answer per cell, and a bad cell spoils its own answer only. Rates are shares: 80 % or 0.8, never 80.\n\n"
        "Every function gives #VALUE! for a cell of the wrong kind (text where a number belongs, a blank where a "
        "value is needed, ranges that do not fit) and #NUM! for a number that cannot be; further errors are listed "
        "with each. The sentence that comes with an error says what to type.\n" + "".join(parts)
    )


def _function(function: Function) -> str:
    arguments = grid(
        ("argument", "unit", "if left out", "meaning"),
        [(f"`{a.name}`", a.unit, _default(a), a.meaning) for a in function.arguments],
    )
    errors = "".join(f"- {code}: {when}\n" for code, when in function.errors)
    return (
        f"\n### {function.name}\n\n`{function.signature}`\n\n{function.summary}\n\n{arguments}\n"
        f"Returns {function.returns}.\n\n"
        + ("Reads the plan of the workbook in which its cell stands.\n\n" if function.reads == "plan" else "")
        + (f"Errors:\n\n{errors}\n" if errors else "")
        + _example(function)
    )


def _default(argument: Argument) -> str:
    if not argument.optional:
        return "needed"
    return argument.default_words or str(argument.default).upper().replace("MULTIPLY", "multiply")


def _example(function: Function) -> str:
    try:
        value = plain(call(function.name, *function.example, plan=example_plan()))
    except CellError as error:
        value = f"{error.code} ({error.sentence})"
    return f"Example: `{function.formula}` gives `{_shown(value)}`.\n"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "{" + ";".join(",".join(_shown(cell) for cell in cells) for cells in value) + "}"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


# ---- commands -------------------------------------------------------------------------------------------------------


def commands_page() -> str:
    """Every command of the command line."""
    parser = shell.parser()
    choices = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction)).choices
    return (
        f"# Commands\n\n{HEAD}\n"
        f"{parser.epilog} An error in the inputs counts as a failed check: nothing is written then. Results go to "
        "standard output when all is well, messages to standard error otherwise; `--json` prints one object with all "
        "of it, the exit code included. `xlplan --version` says which release runs, `xlplan COMMAND --help` shows "
        "what stands here.\n" + "".join(_command(name, command) for name, command in choices.items())
    )


def _command(name: str, parser: argparse.ArgumentParser) -> str:
    actions = [action for action in parser._actions if not isinstance(action, argparse._HelpAction)]
    places = [action for action in actions if not action.option_strings]
    needed = [action for action in actions if action.option_strings and action.required]
    synopsis = " ".join(
        [f"xlplan {name}", *map(_place, places), *(f"{a.option_strings[-1]} {a.metavar}" for a in needed), "[options]"]
    )
    ordered = [*places, *needed, *(action for action in actions if action not in [*places, *needed])]
    rows = [(f"`{_option(action)}`", action.help) for action in ordered]
    return f"\n## {name}\n\n`{synopsis}`\n\n{parser.description}\n\n" + grid(("argument", "meaning"), rows)


def _place(action: argparse.Action) -> str:
    return f"[{action.metavar} ...]" if action.nargs == "*" else str(action.metavar)


def _option(action: argparse.Action) -> str:
    if not action.option_strings:
        return str(action.metavar)
    takes = action.nargs != 0
    return ", ".join(action.option_strings) + (f" {action.metavar or action.dest.upper()}" if takes else "")


# ---- checks ---------------------------------------------------------------------------------------------------------


def checks_page() -> str:
    """Every check of inputs and results."""
    own = [(f"`{name}`", severity, what) for name, what, severity in OWN_RULES]
    across = [(f"`{rule.id}`", rule.severity, rule.what) for rule in rules()]
    ties = [(f"`{tie.check}`", tie.severity, tie.table, tie.what) for tie in tie_outs(_refreshed())]
    if len(ties) != len(CHECKS):
        raise SystemExit("a tie-out has no result on the sample plan")
    return (
        f"# Checks\n\n{HEAD}\n"
        "What must hold for a plan to be right. A failed check of severity *error* gives exit code 1; on inputs it "
        "also stops the refresh before anything is written. A *warning* or *info* tells and stops nothing. The sheet "
        "Checks lists every one with its result, the sheet Findings every cell behind a failure.\n\n"
        "## Each table by itself\n\n"
        "Kinds, ranges and keys are those of the [tables page](tables.md).\n\n"
        + grid(("check", "severity", "what must hold"), own)
        + "\n## Tables against each other\n\n"
        + grid(("check", "severity", "what must hold"), across)
        + "\n## Results that must agree\n\n"
        "Sums agree to a billionth of their size (a millionth for sums near zero).\n\n"
        + grid(("check", "severity", "table", "what must hold"), ties)
        + "\n## Findings without a check\n\n"
        "These stop a command before there are results to put on the sheet.\n\n"
        + grid(("finding", "what it says"), [(f"`{name}`", what) for name, what in UNLISTED])
    )


PAGES: dict[str, Callable[[], str]] = {
    "tables.md": tables_page,
    "functions.md": functions_page,
    "commands.md": commands_page,
    "checks.md": checks_page,
}


def main() -> int:
    """Write the pages."""
    for name, page in PAGES.items():
        path = ROOT / "docs" / "reference" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(), encoding="utf-8", newline="\n")
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
