"""What the buttons of a workbook run in Python: the workbook that is open, a macro of xlplan, a message.

xlwings' ``RunPython`` imports this module and calls one of its functions. Nothing is saved: that stays with the
planner.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from xlplan.errors import PlanError, TableError
from xlplan.tables.schema import errors
from xlplan.workbook.live_xlwings import LiveBook

Work = Callable[[LiveBook], tuple[bool, str]]
"""Does an act on the open workbook; returns whether all is well, and what to tell the planner."""


def check() -> None:
    """Check the inputs of the open plan."""
    _press(_check)


def refresh() -> None:
    """Compute the open plan and write its results."""
    _press(_refresh)


def _check(book: LiveBook) -> tuple[bool, str]:
    from xlplan import macros

    findings = macros.check(book).findings
    stopping = errors(findings)
    if stopping:
        return False, f"Errors that stop a refresh: {len(stopping)}\n\n{TableError(stopping).sentence()}"
    warnings = [finding for finding in findings if finding.severity == "warning"]
    if warnings:
        return True, f"Ready to refresh. Warnings: {len(warnings)}\n\n{TableError(warnings).sentence()}"
    return True, "Ready to refresh."


def _refresh(book: LiveBook) -> tuple[bool, str]:
    from xlplan import macros

    done = macros.refresh(book, now=dt.datetime.now(dt.UTC), progress=book.progress)
    return done.passed, "\n\n".join([*done.sentences(book.label), "Save the workbook to keep this."])


def _press(work: Work) -> None:
    """Do the work on the workbook whose button was pressed, and show what came of it."""
    import xlwings

    book = xlwings.Book.caller()
    live = LiveBook(book)
    try:
        with live.quiet():
            well, message = work(live)
    except PlanError as error:
        well, message = False, error.sentence()
        if live.touched:
            message += "\n\nParts of the workbook are written already: close it without saving to go back."
    book.app.alert(message, title="xlplan", mode="info" if well else "critical")
