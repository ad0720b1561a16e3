"""The command line: every button as a command, with the same result. The only module that prints."""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from xlplan import __version__
from xlplan.errors import SHOWN, Cancelled, PlanError, TableError, WorkbookError
from xlplan.tables.schema import Finding, errors

OK, CHECKS_FAILED, ERROR = 0, 1, 2

Report = tuple[int, list[str], dict[str, Any]]
"""Exit code, lines for people, the same for machines."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0 ok, 1 checks failed, 2 error."""
    options = _parser().parse_args(arguments)
    try:
        code, lines, data = options.command(options)
    except KeyboardInterrupt:
        code, lines, data = _failed(Cancelled(options.name))
    except TableError as error:
        findings = list(error.findings)
        code, lines = CHECKS_FAILED, _finding_lines(findings)
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


def _finding_lines(findings: list[Finding]) -> list[str]:
    """Errors first, five of each severity, with the total."""
    lines = []
    for severity in ("error", "warning", "info"):
        some = [finding for finding in findings if finding.severity == severity]
        lines += [f"{severity}: {finding.sentence()}" for finding in some[:SHOWN]]
        if len(some) > SHOWN:
            lines.append(f"{severity}: ... and {len(some) - SHOWN} more, {len(some)} in all")
    return lines


# ---- commands -------------------------------------------------------------------------------------------------------


def new(options: argparse.Namespace) -> Report:
    """A planning workbook from a file of volumes."""
    from xlplan import macros
    from xlplan.planning.starter import read_volumes, starter
    from xlplan.workbook.csv_table import read_csv
    from xlplan.workbook.package.file_book import FileBook
    from xlplan.workbook.template.files import starter_template

    source, target = Path(options.volumes), _workbook(options.plan, ".xlsx")
    if target.exists() and not options.force:
        raise WorkbookError(f"{target} exists already", do="choose another name, or add --force to replace it")
    volumes = read_volumes(read_csv(source), name=source.name, queues=options.queue)
    plan = starter(
        volumes,
        plan_id=options.id or target.stem,
        hold_back_weeks=options.hold_back,
        horizon=options.horizon,
        currency=options.currency,
        time_zone=options.time_zone,
    )
    book = FileBook.open(starter_template(plan))
    macros.fill(book, plan)
    book.save(target)
    assumed = len(plan["tblAssumption"])
    queues = ", ".join(plan["tblQueue"]["queue"][:SHOWN])
    lines = [
        f"{target} is made from {len(volumes):,} rows of {source.name}: {queues}.",
        f"{assumed} assumptions stand for what volumes cannot tell; confirm them on the sheet Assumptions.",
        f"Next: xlplan refresh {target}",
    ]
    return OK, lines, {"plan": str(target), "rows": len(volumes), "assumptions": assumed}


def refresh(options: argparse.Namespace) -> Report:
    """Compute the plan and write its results into the workbook."""
    from xlplan import macros
    from xlplan.workbook.package.file_book import FileBook

    source = Path(options.plan)
    target = _workbook(options.out, ".xlsx", ".xlsm") if options.out else source
    book = FileBook.open(source)
    with _progress(options) as progress:
        done = macros.refresh(book, now=dt.datetime.now(dt.UTC), progress=progress)
        progress("saving", 1.0)
        book.save(target)
    lines = [*_finding_lines([f for f in done.findings if f.severity != "info"]), *done.sentences(str(target))]
    data = {
        "plan": str(target),
        "sentences": done.sentences(str(target)),
        "checks_failed": done.failed,
        "seconds": round(done.seconds, 2),
        "changes": [asdict(change) for change in done.changes],
        "findings": [asdict(finding) for finding in done.findings],
    }
    return (OK if done.passed else CHECKS_FAILED), lines, data


def check(options: argparse.Namespace) -> Report:
    """Check the inputs of a plan; nothing is written."""
    from xlplan import macros
    from xlplan.workbook.package.file_book import FileBook

    done = macros.check(FileBook.open(Path(options.plan)))
    stopped = len(errors(done.findings))
    verdict = "ready to refresh" if not stopped else f"errors that stop a refresh: {stopped}"
    warnings = sum(finding.severity == "warning" for finding in done.findings)
    lines = [*_finding_lines(done.findings), f"{options.plan}: {verdict}; warnings: {warnings}"]
    data = {"plan": options.plan, "findings": [asdict(finding) for finding in done.findings]}
    return (OK if done.passed else CHECKS_FAILED), lines, data


def demo(options: argparse.Namespace) -> Report:
    """Build the reference organisation, refresh its plan and write its budget review."""
    from xlplan import macros

    folder = Path(options.folder)
    with _progress(options) as progress:
        done = macros.demo(folder, now=dt.datetime.now(dt.UTC), seed=options.seed, progress=progress)
    told = done.sentences(str(folder / "Plan_demo.xlsx"))
    data = {
        "plan": str(folder / "Plan_demo.xlsx"),
        "review": str(folder / "BudgetReview_demo.xlsx"),
        "sentences": told,
        "checks_failed": done.failed,
        "seconds": round(done.seconds, 2),
    }
    return (OK if done.passed else CHECKS_FAILED), told, data


def review(options: argparse.Namespace) -> Report:
    """Refresh a plan in memory and write its budget review; the plan's file is not changed."""
    from xlplan import macros
    from xlplan.workbook.package.file_book import FileBook

    source, target = Path(options.plan), Path(options.out)
    if target.exists() and target.resolve() == source.resolve():
        raise WorkbookError("the review would replace the plan", where=str(target), do="give another name with -o")
    with _progress(options) as progress:
        done = macros.refresh(FileBook.open(source), now=dt.datetime.now(dt.UTC), progress=progress)
        progress("writing the review", 1.0)
        macros.build_review(done, target)
    lines = [*_finding_lines([f for f in done.findings if f.severity != "info"]), *done.sentences(str(target))]
    return (OK if done.passed else CHECKS_FAILED), lines, {"review": str(target), "checks_failed": done.failed}


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
        result = plain(call_function(options.function, *values))
    except CellError as error:
        text = f"{error.code} {error.sentence}"
        return ERROR, [text], {"error": error.sentence, "code": error.code}
    return OK, [json.dumps(result, ensure_ascii=False)], {"value": result}


def calc(options: argparse.Namespace) -> Report:
    """The add-in for LibreOffice Calc: install it, take it out, look whether all is well, or only build its file."""
    from xlplan.hosts.calc import install, package

    if options.action == "build":
        target = _workbook(options.out or "xlplan.oxt", ".oxt")
        package.build(target, seconds=options.seconds)
        return OK, [f"{target} is built; LibreOffice installs it on a double click."], {"out": str(target)}
    if options.action == "install":
        where = install.install(options.office, seconds=options.seconds)
        return OK, [f"The add-in is installed in {where}.", "Start LibreOffice again."], {"office": where}
    if options.action == "uninstall":
        install.uninstall(options.office)
        return OK, ["The add-in is gone from LibreOffice."], {}
    found = install.status(options.office)
    lines = [found.office, f"add-in: {found.installed or 'none'}", f"worker: {found.worker or 'none'}", *found.problems]
    return (CHECKS_FAILED if found.problems else OK), lines, asdict(found)


def attach(options: argparse.Namespace) -> Report:
    """Give a workbook buttons and functions for Excel."""
    from xlplan.hosts.excel.attach import attach as attach_workbook

    source = Path(options.plan)
    target = _workbook(options.out, ".xlsm") if options.out else source.with_suffix(".xlsm")
    if target.exists() and target != source and not options.force:
        raise WorkbookError(f"{target} exists already", do="choose another name, or add --force to replace it")
    done = attach_workbook(source, target)
    return OK, list(done.lines), {"plan": str(target), "modules": list(done.modules), "changed": done.changed}


def upgrade(options: argparse.Namespace) -> Report:
    """Renew the buttons and functions of an attached workbook after an update."""
    from xlplan.hosts.excel.attach import upgrade as upgrade_workbook

    done = upgrade_workbook(Path(options.plan))
    return OK, list(done.lines), {"plan": options.plan, "modules": list(done.modules), "changed": done.changed}


def doctor(options: argparse.Namespace) -> Report:
    """Find what keeps Excel from calling Python, and say the mend."""
    from xlplan.hosts.excel.doctor import examine

    remarks = examine(Path(options.plan) if options.plan else None)
    problems = sum(remark.state == "problem" for remark in remarks)
    lines = [remark.line() for remark in remarks]
    return (CHECKS_FAILED if problems else OK), lines, {"remarks": [asdict(remark) for remark in remarks]}


def _workbook(path: str, *endings: str) -> Path:
    """The path of a workbook to write; under another ending no spreadsheet would open it."""
    if Path(path).suffix.lower() not in endings:
        raise WorkbookError(f"{path} does not end in {' or '.join(endings)}", do=f"give it the ending {endings[0]}")
    return Path(path)


# ---- the parser -----------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xlplan",
        description="Queue -> FTE -> contract -> budget -> sign-off, inside the planner's own workbook, explained.",
        epilog="Exit codes: 0 ok, 1 checks failed, 2 error.",
    )
    parser.add_argument("--version", action="version", version=f"xlplan {__version__}")
    commands = parser.add_subparsers(dest="name", required=True, metavar="COMMAND")

    making = _command(commands, "new", new)
    making.add_argument("plan", metavar="PLAN.xlsx", help="the workbook to make")
    making.add_argument("--volumes", required=True, metavar="FILE.csv", help="long table with unique_id, ds, y")
    making.add_argument("--queue", action="append", default=[], help="keep this series only; may be repeated")
    making.add_argument(
        "--hold-back", type=_weeks, default=0, metavar="WEEKS", help="keep the last weeks to compare with"
    )
    making.add_argument("--horizon", metavar="PATTERN", help="periods to plan, such as 13w, 18m or 13w+15m")
    making.add_argument("--id", metavar="PLAN_ID", help="identifier of the plan; the file's name otherwise")
    making.add_argument("--currency", default="USD", metavar="CODE", help="plan currency (default USD)")
    making.add_argument("--time-zone", default="UTC", metavar="ZONE", help="time zone of the stamps (default UTC)")
    making.add_argument("--force", action="store_true", help="replace the file if it exists")

    refreshing = _command(commands, "refresh", refresh)
    refreshing.add_argument("plan", metavar="PLAN.xlsx", help="the workbook to read and write")
    refreshing.add_argument("-o", "--out", metavar="FILE", help="write here and leave PLAN.xlsx as it is")
    _progress_flags(refreshing)

    showing = _command(commands, "demo", demo)
    showing.add_argument("folder", metavar="DIR", help="the folder to write them to")
    showing.add_argument("--seed", type=int, metavar="N", help="another organisation of the same size")
    _progress_flags(showing)

    reviewing = _command(commands, "review", review)
    reviewing.add_argument("plan", metavar="PLAN.xlsx", help="the workbook to read")
    reviewing.add_argument("-o", "--out", required=True, metavar="REVIEW.xlsx", help="the budget review to write")
    _progress_flags(reviewing)

    checking = _command(commands, "check", check)
    checking.add_argument("plan", metavar="PLAN.xlsx", help="the workbook to check")

    attaching = _command(commands, "attach", attach)
    attaching.add_argument("plan", metavar="PLAN.xlsx", help="the workbook; it stays as it is")
    attaching.add_argument("-o", "--out", metavar="PLAN.xlsm", help="the workbook to write; PLAN.xlsm otherwise")
    attaching.add_argument("--force", action="store_true", help="replace the file if it exists")

    upgrading = _command(commands, "upgrade", upgrade)
    upgrading.add_argument("plan", metavar="PLAN.xlsm", help="a workbook made by xlplan attach")

    examining = _command(commands, "doctor", doctor)
    examining.add_argument("plan", nargs="?", metavar="PLAN.xlsm", help="look at this workbook too")

    calling = _command(commands, "call", call)
    calling.add_argument("function", metavar="XP_NAME", help="the function, such as XP_AGENTS")
    calling.add_argument("arguments", nargs="*", metavar="ARG", help="each as JSON: a number, a text, an array of rows")

    adding = _command(commands, "calc", calc)
    adding.add_argument(
        "action",
        choices=["install", "uninstall", "status", "build"],
        metavar="ACTION",
        help="install, uninstall, status or build",
    )
    adding.add_argument("-o", "--out", metavar="FILE.oxt", help="file that build writes (default xlplan.oxt)")
    adding.add_argument("--office", metavar="DIR", help="LibreOffice's program folder, where it is not found by itself")
    adding.add_argument(
        "--seconds", type=_seconds, default=60.0, metavar="S", help="time limit of one formula (default 60)"
    )
    return parser


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"found {text!r}, expected seconds above 0")
    return seconds


def _weeks(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a whole number of weeks, 0 or more")
    return int(text)


def _progress_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--progress", action="store_true", default=None, help="show a progress bar even when piped")
    group.add_argument("--quiet", action="store_true", help="show no progress bar")


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], Report],
) -> argparse.ArgumentParser:
    says = (run.__doc__ or "").strip()
    parser = commands.add_parser(name, help=says, description=says)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(command=run)
    return parser


@contextmanager
def _progress(options: argparse.Namespace) -> Iterator[Callable[[str, float], None]]:
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


if __name__ == "__main__":
    sys.exit(main())
