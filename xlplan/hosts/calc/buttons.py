"""What a button in Calc does: a macro of xlplan on the open document, and the words for the planner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from xlplan import macros
from xlplan.errors import SHOWN, HostError, PlanError, TableError
from xlplan.hosts.calc.door import Ask, HeldDoor
from xlplan.tables.schema import Finding, errors
from xlplan.workbook.live_calc import CalcBook

Told = tuple[str, str, list[str]]
"""Level, headline, lines below it."""


def press(name: str, ask: Ask) -> Told:
    """Do what a button says.

    Parameters
    ----------
    name : str
        ``check`` or ``refresh``.
    ask : callable
        The pipe to LibreOffice.
    """
    try:
        return BUTTONS[name](ask)
    except TableError as error:
        found = list(error.findings)
        return "error", f"Nothing was written: errors in the plan: {len(found)}", _lines(found)
    except HostError as error:
        return "error", "LibreOffice did not take the results.", [error.sentence()]
    except PlanError as error:
        return "error", "Nothing was written.", [error.sentence()]


def _check(ask: Ask) -> Told:
    findings = macros.check(CalcBook(HeldDoor(ask))).findings
    stopping, warnings = len(errors(findings)), sum(finding.severity == "warning" for finding in findings)
    if stopping:
        return "error", f"Errors that stop a refresh: {stopping}; warnings: {warnings}", _lines(findings)
    return ("warning" if warnings else "info"), f"Ready to refresh; warnings: {warnings}", _lines(findings)


def _refresh(ask: Ask) -> Told:
    door = HeldDoor(ask)
    book = CalcBook(door)

    def progress(says: str, share: float) -> None:
        ask("progress", says, share)

    done = macros.refresh(book, now=dt.datetime.now(dt.UTC), progress=progress)
    door.release()
    changed = [change for change in done.changes if change.cells]
    cells = sum(change.cells for change in changed)
    tables = ", ".join(change.table for change in changed[:SHOWN])
    more = f" and {len(changed) - SHOWN} more tables" if len(changed) > SHOWN else ""
    headline = f"Refreshed: {cells:,} cells changed in {tables}{more}."
    lines = [*done.sentences(book.label), *_lines([f for f in done.findings if f.severity != "info"])]
    return ("info" if done.passed else "warning"), headline, lines


def _lines(findings: Sequence[Finding]) -> list[str]:
    """The first few findings, errors first, and how many there are."""
    ordered = sorted(findings, key=lambda finding: ("error", "warning", "info").index(finding.severity))
    lines = [f"{finding.severity}: {finding.sentence()}" for finding in ordered[:SHOWN]]
    return lines if len(ordered) <= SHOWN else [*lines, f"... and {len(ordered) - SHOWN} more, {len(ordered)} in all"]


BUTTONS: dict[str, Callable[[Ask], Told]] = {"check": _check, "refresh": _refresh}
