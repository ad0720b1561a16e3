"""The command call: a function as a cell would call it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from xlplan.errors import PlanError
from xlplan.hosts.commands.common import ERROR, OK, Commands, Report, command

if TYPE_CHECKING:
    from xlplan.workbook.source import BookSource


def call(options: argparse.Namespace) -> Report:
    """Call a function of the registry as a cell would."""
    from xlplan.functions.cellvalues import CellError
    from xlplan.functions.registry import call as call_function
    from xlplan.functions.registry import plain

    values = []
    for number, text in enumerate(options.arguments, start=1):
        try:
            values.append(json.loads(text))
        except json.JSONDecodeError as error:
            raise PlanError(
                f"argument {number} is {text!r}, expected JSON",
                do="""type a number such as 100, a text such as '"auto"' or an array such as '[[1],[2]]'""",
            ) from error
    try:
        result = plain(call_function(options.function, *values, plan=_plan(options.plan)))
    except CellError as error:
        text = f"{error.code} {error.sentence}"
        return ERROR, [text], {"error": error.sentence, "code": error.code}
    return OK, [json.dumps(result, ensure_ascii=False)], {"value": result}


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
    calling.add_argument("arguments", nargs="*", metavar="ARG", help="each as JSON: a number, a text, an array of rows")
    calling.add_argument("--plan", metavar="PLAN.xlsx", help="the refreshed workbook that functions of a plan read")
