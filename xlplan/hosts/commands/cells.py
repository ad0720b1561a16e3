"""The command call: a function as a cell would call it."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlplan.errors import PlanError
from xlplan.hosts.commands.common import ERROR, OK, Commands, Report, command

if TYPE_CHECKING:
    from xlplan.workbook.source import BookSource


_PERCENT = re.compile(r"-?[0-9]+(\.[0-9]+)?%")
_COMMA = re.compile(r"-?[0-9]+,[0-9]+%?")
_RANGE = re.compile(r"\$?[A-Za-z]{1,3}(\$?[0-9]+)?:\$?[A-Za-z]{1,3}(\$?[0-9]+)?|\$?[A-Za-z]{1,3}\$?[0-9]+")


def call(options: argparse.Namespace) -> Report:
    """Call a function of the registry as a cell would."""
    from xlplan.functions.cellvalues import CellError
    from xlplan.functions.registry import call as call_function
    from xlplan.functions.registry import plain

    values = [_cell(number, text) for number, text in enumerate(options.arguments, start=1)]
    try:
        result = plain(call_function(options.function, *values, plan=_plan(options.plan)))
    except CellError as error:
        text = f"{error.code} {error.sentence}"
        return ERROR, [text], {"error": error.sentence, "code": error.code}
    return OK, [json.dumps(result, ensure_ascii=False)], {"value": result}


def _cell(number: int, text: str) -> Any:
    """An argument as a cell would hold it: JSON, or a percentage or a truth as they are typed into a cell."""
    if _PERCENT.fullmatch(text):
        return float(text[:-1]) / 100
    if text in ("TRUE", "FALSE"):
        return text == "TRUE"
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise PlanError(f"argument {number} is {text!r}, expected JSON", do=_typed_as(text)) from error


def _typed_as(text: str) -> str:
    """How an argument is typed that is no JSON."""
    if _COMMA.fullmatch(text):
        return "type decimals after a point, such as 0.8, and no mark between thousands"
    if _RANGE.fullmatch(text):
        return "a range is known only to a workbook: type its values, such as '[[1],[2]]'"
    return """type a number such as 100, a text such as '"auto"' or an array such as '[[1],[2]]'"""


def _plan(path: str | None) -> BookSource | None:
    """The workbook that functions of a plan read, opened when one of them asks."""
    if path is None:
        return None
    from xlplan.workbook.package.file_book import FileBook
    from xlplan.workbook.source import BookSource

    return BookSource(lambda: FileBook.open(Path(path)), label=Path(path).name)


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add this command."""
    calling = command(commands, "call", call)
    calling.add_argument("function", metavar="XP_NAME", help="the function, such as XP_AGENTS")
    calling.add_argument(
        "arguments", nargs="*", metavar="ARG", help="each as JSON: a number, a text, an array of rows; or 80%%"
    )
    calling.add_argument("--plan", metavar="PLAN.xlsx", help="the refreshed workbook that functions of a plan read")
