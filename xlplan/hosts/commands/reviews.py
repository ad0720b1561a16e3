"""Commands that show: demo and review."""

from __future__ import annotations

import argparse
from pathlib import Path

from xlplan.errors import WorkbookError
from xlplan.hosts.commands.common import Commands, Report, command, exit_code, now, progress, progress_flags, workbook


def demo(options: argparse.Namespace) -> Report:
    """Build the reference organisation, refresh its plan and write its budget review."""
    from xlplan import macros

    folder = Path(options.folder)
    with progress(options) as report:
        done = macros.demo(folder, now=now(), seed=options.seed, progress=report)
    ran, told = done.refreshed, done.sentences()
    data = {
        "plan": str(done.plan.path),
        "review": str(done.review.path),
        "sentences": told,
        "checks_failed": ran.failed,
        "seconds": round(ran.seconds, 2),
    }
    return exit_code(passed=ran.passed), told, data


def review(options: argparse.Namespace) -> Report:
    """Refresh a plan in memory and write its budget review; the plan's file is not changed."""
    from xlplan import macros
    from xlplan.hosts.acts import finding_lines
    from xlplan.workbook.package.file_book import FileBook

    source, target = Path(options.plan), workbook(options.out, ".xlsx")
    if target.exists() and target.resolve() == source.resolve():
        raise WorkbookError("the review would replace the plan", where=str(target), do="give another name with -o")
    with progress(options) as report:
        done = macros.review(FileBook.open(source), target, now=now(), progress=report)
    notable = [finding for finding in done.computed.findings if finding.severity != "info"]
    lines = [*finding_lines(notable), *done.sentences()]
    return exit_code(passed=done.passed), lines, {"review": str(done.path), "checks_failed": done.computed.failed}


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add these commands."""
    showing = command(commands, "demo", demo)
    showing.add_argument("folder", metavar="DIR", help="the folder to write them to")
    showing.add_argument("--seed", type=int, metavar="N", help="another organisation of the same size")
    progress_flags(showing)

    reviewing = command(commands, "review", review)
    reviewing.add_argument("plan", metavar="PLAN.xlsx", help="the workbook to read")
    reviewing.add_argument("-o", "--out", required=True, metavar="REVIEW.xlsx", help="the budget review to write")
    progress_flags(reviewing)
