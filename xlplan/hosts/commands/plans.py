"""Commands on a plan: new, check, forecast, refresh, allocate, undo."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from xlplan.errors import SHOWN, TableError, WorkbookError
from xlplan.hosts.commands.common import (
    CHECKS_FAILED,
    OK,
    Commands,
    Report,
    as_typed,
    below_flag,
    command,
    csv_flags,
    exit_code,
    now,
    progress,
    progress_flags,
    spelling_flags,
    workbook,
)
from xlplan.tables.schema import NAMES, Finding, errors

if TYPE_CHECKING:
    from xlplan.macros.running import Refreshed


def new(options: argparse.Namespace) -> Report:
    """A planning workbook from a file of volumes."""
    from xlplan import macros
    from xlplan.hosts.acts import finding_lines
    from xlplan.hosts.commands.volumes import read_volumes_file
    from xlplan.planning.starter import starter
    from xlplan.workbook.package.file_book import FileBook
    from xlplan.workbook.template.files import starter_template

    source = Path(options.volumes)
    template = Path(options.template) if options.template else None
    target = workbook(options.plan, ".xlsx", ".xlsm") if template else workbook(options.plan, ".xlsx")
    if template and template.resolve() == target.resolve():
        raise WorkbookError("the plan would replace its template", where=str(target), do="give the plan another name")
    if target.exists() and not options.force:
        raise WorkbookError(f"{target} exists already", do="choose another name, or add --force to replace it")
    volumes = read_volumes_file(
        source,
        queues=options.queue,
        encoding=options.encoding,
        separator=options.separator,
        decimal=options.decimal,
        dates=options.dates,
    )
    try:
        plan = starter(
            volumes,
            plan_id=options.id or target.stem,
            hold_back_weeks=options.hold_back,
            horizon=options.horizon,
            currency=options.currency,
            time_zone=options.time_zone,
        )
    except TableError as error:
        raise TableError([_of_option(finding) for finding in error.findings]) from error
    book = FileBook.open(template or starter_template(plan))
    macros.fill(book, plan)
    fitted = macros.fit(book, plan) if template else macros.Fit([], [])
    saved = book.save(target)
    target = saved.path
    assumed = len(plan["tblAssumption"])
    queues = ", ".join(plan["tblQueue"]["queue"][:SHOWN])
    register = book.places().get("tblAssumption")
    where = f"confirm them on the sheet {register.sheet}" if register else "the template has no tblAssumption for them"
    lines = [
        *saved.sentences(),
        f"{target} is made from {len(volumes):,} rows of {source.name}: {queues}.",
        f"{assumed} assumptions stand for what volumes cannot tell; {where}.",
    ]
    if template and fitted.left_out:
        lines.append(f"{template.name} has no place for {', '.join(fitted.left_out)}.")
    findings = [asdict(finding) for finding in fitted.stopping]
    data = {"plan": str(target), "rows": len(volumes), "assumptions": assumed}
    data |= {"left_out": fitted.left_out, "findings": findings}
    if fitted.stopping:
        return CHECKS_FAILED, [*finding_lines(fitted.stopping), *lines], data
    return OK, [*lines, f"Next: xlplan refresh {as_typed(target)}"], data


OPTIONS = {"Grain": "--horizon", "PlanCurrency": "--currency", "PlanTimeZone": "--time-zone", "PlanId": "--id"}
"""Where a named cell of a new plan comes from."""


def _of_option(finding: Finding) -> Finding:
    """A finding about a named cell that does not stand anywhere yet: its place is the option that was typed."""
    option = OPTIONS.get(finding.column) if finding.table == NAMES else None
    return replace(finding, table=option, column="") if option else finding


def forecast(options: argparse.Namespace) -> Report:
    """Forecast every workstream and write the forecast; the rest of the plan stays as it is."""
    from xlplan import macros

    return _run(options, macros.forecast)


def refresh(options: argparse.Namespace) -> Report:
    """Compute the plan and write its results into the workbook."""
    from xlplan import macros

    return _run(options, macros.refresh)


def allocate(options: argparse.Namespace) -> Report:
    """Place the work at sites and vendors at the lowest cost; budget and queues stay as they are."""
    from xlplan import macros

    return _run(options, macros.allocate)


def _run(options: argparse.Namespace, macro: Callable[..., Refreshed]) -> Report:
    from xlplan.hosts.acts import finding_lines
    from xlplan.macros import open_book

    source = Path(options.plan)
    target = workbook(options.out, ".xlsx", ".xlsm") if options.out else source
    book = open_book(source, below=options.below)
    with progress(options) as report:
        done = macro(book, now=now(), progress=report)
        report("saving", 1.0)
        saved = book.save(target)
        done.before.keep(saved.path.resolve().parent)
    target = saved.path
    said = [*saved.sentences(), *done.changed.sentences(), *done.sentences(str(target))]
    lines = [*finding_lines([f for f in done.findings if f.severity != "info"]), *said]
    data = {
        "plan": str(target),
        "sentences": [*saved.sentences(), *done.sentences(str(target))],
        "checks_failed": done.failed,
        "seconds": round(done.seconds, 2),
        "cells": done.changed.cells,
        "changes": [asdict(change) for change in done.changed.tables],
        "totals": [asdict(total) for total in done.changed.totals],
        "findings": [asdict(finding) for finding in done.findings],
    }
    return exit_code(passed=done.passed), lines, data


def check(options: argparse.Namespace) -> Report:
    """Check the inputs of a plan; nothing is written."""
    from xlplan import macros
    from xlplan.hosts.acts import finding_lines
    from xlplan.workbook.package.file_book import FileBook

    done = macros.check(FileBook.open(Path(options.plan)))
    stopped = len(errors(done.findings))
    verdict = "ready to refresh" if not stopped else f"errors that stop a refresh: {stopped}"
    warnings = sum(finding.severity == "warning" for finding in done.findings)
    lines = [*finding_lines(done.findings), f"{options.plan}: {verdict}; warnings: {warnings}"]
    data = {"plan": options.plan, "findings": [asdict(finding) for finding in done.findings]}
    return exit_code(passed=done.passed), lines, data


def undo(options: argparse.Namespace) -> Report:
    """Show again what the workbook showed before its last run; what was typed since then stays."""
    from xlplan import macros

    source = Path(options.plan)
    target = workbook(options.out, ".xlsx", ".xlsm") if options.out else source
    book = macros.open_book(source)
    done = macros.undo(book, source.resolve().parent)
    saved = book.save(target)
    target = saved.path
    said = [*saved.sentences(), *done.sentences(str(target))]
    return OK, said, {"plan": str(target), "sentences": said, "cells": done.cells}


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add these commands."""
    making = command(commands, "new", new)
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
    making.add_argument("--template", metavar="MINE.xlsx", help="fill this workbook of your own; it stays as it is")
    csv_flags(making)
    spelling_flags(making)
    making.add_argument("--force", action="store_true", help="replace the file if it exists")

    checking = command(commands, "check", check)
    checking.add_argument("plan", metavar="PLAN.xlsx", help="the workbook to check")

    for name, run in (("forecast", forecast), ("refresh", refresh), ("allocate", allocate)):
        running = command(commands, name, run)
        running.add_argument("plan", metavar="PLAN.xlsx", help="the workbook to read and write")
        running.add_argument("-o", "--out", metavar="FILE", help="write here and leave PLAN.xlsx as it is")
        below_flag(running)
        progress_flags(running)

    undoing = command(commands, "undo", undo)
    undoing.add_argument("plan", metavar="PLAN.xlsx", help="the workbook whose last run is undone")
    undoing.add_argument("-o", "--out", metavar="FILE", help="write here and leave PLAN.xlsx as it is")


def _weeks(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a whole number of weeks, 0 or more")
    return int(text)
