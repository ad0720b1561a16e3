"""What commands share: a report, exit codes, a progress bar, paths of workbooks."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xlplan.errors import WorkbookError

OK, CHECKS_FAILED, ERROR = 0, 1, 2

Report = tuple[int, list[str], dict[str, Any]]
"""Exit code, lines for people, the same for machines."""

Commands = argparse._SubParsersAction
"""Where commands are added."""


def command(
    commands: Commands[argparse.ArgumentParser], name: str, run: Callable[[argparse.Namespace], Report]
) -> argparse.ArgumentParser:
    """Add a command; the docstring of what it runs is its help."""
    says = (run.__doc__ or "").strip()
    parser = commands.add_parser(name, help=says, description=says)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(command=run)
    return parser


def as_typed(path: Path) -> str:
    """A path as it is typed in a terminal: between quotes where it holds a space."""
    return f'"{path}"' if " " in str(path) else str(path)


def exit_code(*, passed: bool) -> int:
    """Exit code of what was done."""
    return OK if passed else CHECKS_FAILED


def workbook(path: str, *endings: str) -> Path:
    """The path of a workbook to write; under another ending no spreadsheet would open it."""
    if Path(path).suffix.lower() not in endings:
        raise WorkbookError(f"{path} does not end in {' or '.join(endings)}", do=f"give it the ending {endings[0]}")
    return Path(path)


def now() -> dt.datetime:
    """The time of a run."""
    return dt.datetime.now(dt.UTC)


def below_flag(parser: argparse.ArgumentParser) -> None:
    """Option of a command under which tables may grow."""
    parser.add_argument(
        "--below",
        choices=["shift", "insert", "refuse"],
        default="shift",
        help="what is in the way below a table: shift its cells down (default), insert sheet rows, or refuse",
    )


def progress_flags(parser: argparse.ArgumentParser) -> None:
    """Options of a command that takes a while."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--progress", action="store_true", default=None, help="show a progress bar even when piped")
    group.add_argument("--quiet", action="store_true", help="show no progress bar")


def csv_flags(parser: argparse.ArgumentParser) -> None:
    """Options of a command that reads a CSV file."""
    parser.add_argument("--encoding", default="", metavar="NAME", help="of a file that is not UTF-8, such as cp1252")
    parser.add_argument(
        "--separator",
        default="",
        metavar="MARK",
        help="comma, semicolon, tab or bar, where the header does not show it",
    )


def spelling_flags(parser: argparse.ArgumentParser) -> None:
    """Options of a command that reads numbers and dates from text."""
    parser.add_argument(
        "--decimal", choices=[".", ","], default="", help="numbers are written 1,234.5 or 1.234,5 (default: 1234.5)"
    )
    parser.add_argument(
        "--dates", default="", metavar="PATTERN", help="how dates are written beside 2026-01-31, such as dd/mm/yyyy"
    )


@contextmanager
def progress(options: argparse.Namespace) -> Iterator[Callable[[str, float], None]]:
    """A bar on a terminal, nothing in a pipe."""
    from tqdm import tqdm

    hidden = options.quiet or options.json or not (options.progress or sys.stderr.isatty())
    shape = "{desc:<42} {percentage:3.0f}%|{bar:30}| {elapsed}"
    with tqdm(total=1.0, bar_format=shape, disable=hidden, file=sys.stderr, leave=False) as bar:

        def report(says: str, share: float) -> None:
            bar.set_description_str(says, refresh=False)
            bar.update(max(share - bar.n, 0.0))
            bar.refresh()

        yield report
