"""The command line: every button as a command, with the same result. The only module that prints."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from xlplan import __version__
from xlplan.errors import Cancelled, PlanError, TableError
from xlplan.hosts.commands import cells, plans, reviews, spreadsheets, workbooks
from xlplan.hosts.commands.common import CHECKS_FAILED, ERROR, OK, Report

__all__ = ["CHECKS_FAILED", "ERROR", "OK", "main", "parser"]

GROUPS = (plans, reviews, workbooks, spreadsheets, cells)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0 ok, 1 checks failed, 2 error."""
    options = parser().parse_args(arguments)
    try:
        code, lines, data = options.command(options)
    except KeyboardInterrupt:
        code, lines, data = _failed(Cancelled(options.name))
    except TableError as error:
        from xlplan.hosts.acts import finding_lines

        findings = list(error.findings)
        code, lines = CHECKS_FAILED, finding_lines(findings)
        data = {"error": error.sentence(), "findings": [asdict(finding) for finding in findings]}
    except PlanError as error:
        code, lines, data = _failed(error)
    try:
        _say(options, code, lines, {"exit": code, **data})
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as head, has seen enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - what is left to flush at exit goes nowhere
    return code


def _failed(error: PlanError) -> Report:
    return ERROR, [error.sentence()], {"error": error.sentence()}


def _say(options: argparse.Namespace, code: int, lines: list[str], data: dict[str, Any]) -> None:
    if options.json:
        print(json.dumps(data, default=str, indent=2))
        return
    stream = sys.stdout if code == OK else sys.stderr
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")  # a queue's name may be more than an old console can show
    for line in lines:
        print(line, file=stream)


def parser() -> argparse.ArgumentParser:
    """All commands with their arguments."""
    top = argparse.ArgumentParser(
        prog="xlplan",
        description="Queue -> FTE -> contract -> budget -> sign-off, inside the planner's own workbook, explained.",
        epilog="Exit codes: 0 ok, 1 checks failed, 2 error.",
    )
    top.add_argument("--version", action="version", version=f"xlplan {__version__}")
    commands = top.add_subparsers(dest="name", required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
