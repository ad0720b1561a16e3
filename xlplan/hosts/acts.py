"""The buttons of an open workbook: one list for the sheet, the ribbon, the VBA module and the menu of Calc."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypedDict

from xlplan import macros
from xlplan.errors import SHOWN, HostError, PlanError, TableError
from xlplan.tables.schema import Finding, errors
from xlplan.workbook.book import Book

if TYPE_CHECKING:
    from xlplan.functions.errorlog import Entry
    from xlplan.macros.running import Keep, Refreshed
    from xlplan.workbook.snapshots import Snapshot

Told = tuple[str, str, list[str]]
"""Level (``info``, ``warning`` or ``error``), a headline of a few words, sentences beside or below it."""


class Running(TypedDict):
    """What every run is given."""

    now: dt.datetime
    progress: Callable[[str, float], None]
    keep: Keep


class OpenBook(Book, Protocol):
    """A workbook that is open in a spreadsheet."""

    @property
    def folder(self) -> Path | None:
        """Where it lies; None before it is first saved, and in the cloud."""


def _silent(says: str, share: float) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Press:
    """A button pressed on an open workbook.

    Parameters
    ----------
    book : OpenBook
        The workbook.
    progress : callable, optional
        Told what is being done; raises ``Cancelled`` to stop.
    commit : callable, optional
        Makes the changes, where the book holds them back until all are known.
    noted : sequence of Entry, optional
        Errors of the workbook's formulas, for tblLog.
    """

    book: OpenBook
    progress: Callable[[str, float], None] = _silent
    commit: Callable[[], None] = lambda: None
    noted: Sequence[Entry] = ()
    now: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    @property
    def folder(self) -> Path:
        """Where runs are kept and reviews written: beside the workbook where one may, else in the planner's home."""
        beside = self.book.folder
        return beside if beside is not None and os.access(beside, os.W_OK) else Path.home()


@dataclass(frozen=True)
class Act:
    """A button.

    Parameters
    ----------
    label, tip : str
        What it says, and what it does in one sentence.
    macro : str
        The Sub that it runs; the ribbon's Sub has the ending ``FromRibbon``.
    entry : str
        Its name in Python and in LibreOffice's add-in.
    image : str
        Name of a picture of Office.
    run : callable
        Does it.
    """

    label: str
    tip: str
    macro: str
    entry: str
    image: str
    run: Callable[[Press], Told]


def press(entry: str, pressed: Press) -> Told:
    """Do what a button says; what went wrong is told, not raised."""
    try:
        return BY_ENTRY[entry].run(pressed)
    except TableError as error:
        found = list(error.findings)
        return "error", "Nothing was written", [f"Errors in the plan: {len(found)}", *finding_lines(found)]
    except HostError as error:
        return "error", "The results were not taken", [error.sentence()]
    except PlanError as error:
        return "error", "Nothing was written", [error.sentence()]


def finding_lines(findings: Sequence[Finding]) -> list[str]:
    """Errors first, five of each severity, with the total."""
    lines = []
    for severity in ("error", "warning", "info"):
        some = [finding for finding in findings if finding.severity == severity]
        lines += [f"{severity}: {finding.sentence()}" for finding in some[:SHOWN]]
        if len(some) > SHOWN:
            lines.append(f"{severity}: ... and {len(some) - SHOWN} more, {len(some)} in all")
    return lines


# ---- the acts -------------------------------------------------------------------------------------------------------


def _check(pressed: Press) -> Told:
    findings = macros.check(pressed.book).findings
    stopping, warnings = len(errors(findings)), sum(finding.severity == "warning" for finding in findings)
    counted = f"Errors that stop a refresh: {stopping}; warnings: {warnings}"
    if stopping:
        return "error", "Not ready", [counted, *finding_lines(findings)]
    return ("warning" if warnings else "info"), "Ready to refresh", [counted, *finding_lines(findings)]


def _refresh(pressed: Press) -> Told:
    return _after_run(pressed, macros.refresh(pressed.book, noted=list(pressed.noted), **_while(pressed)), "Refreshed")


def _forecast(pressed: Press) -> Told:
    return _after_run(pressed, macros.forecast(pressed.book, **_while(pressed)), "Forecast")


def _allocate(pressed: Press) -> Told:
    return _after_run(pressed, macros.allocate(pressed.book, **_while(pressed)), "Allocated")


def _while(pressed: Press) -> Running:
    """What every run is given: the time, somebody to tell, and where to keep what it replaces."""

    def keep(before: Snapshot) -> None:
        before.keep(pressed.folder)

    return {"now": pressed.now, "progress": pressed.progress, "keep": keep}


def _after_run(pressed: Press, ran: Refreshed, done: str) -> Told:
    pressed.commit()
    lines = [*ran.changed.sentences(), *ran.sentences(pressed.book.label), *_warnings(ran.findings)]
    return ("info" if ran.passed else "warning"), done, lines


def _review(pressed: Press) -> Told:
    plan = str(pressed.book.read_name("PlanId") or Path(pressed.book.label).stem)
    path = pressed.folder / f"BudgetReview_{plan}.xlsx"
    reviewed = macros.review(pressed.book, path, now=pressed.now, progress=pressed.progress)
    lines = [*reviewed.sentences(), *_warnings(reviewed.computed.findings)]
    return ("info" if reviewed.passed else "warning"), "Review built", lines


def _warnings(findings: Sequence[Finding]) -> list[str]:
    """The first of the inputs' warnings; the sheet Findings has room for all of them."""
    found = [finding for finding in findings if finding.severity == "warning"]
    if not found:
        return []
    return [f"Warnings: {len(found)}, on the sheet Findings; the first: {found[0].sentence()}"]


def _undo(pressed: Press) -> Told:
    undone = macros.undo(pressed.book, pressed.folder)
    pressed.commit()
    return "info", "Undone", undone.sentences(pressed.book.label)


ACTS = (
    Act(
        "Check", "Check the inputs of the plan; nothing is written.", "XpCheckPlan", "check", "AcceptInvitation", _check
    ),
    Act(
        "Run forecast",
        "Forecast every workstream and write the forecast; the rest of the plan stays as it is.",
        "XpRunForecast",
        "forecast",
        "ForecastSheet",
        _forecast,
    ),
    Act(
        "Refresh plan",
        "Compute the plan and write its results into the workbook.",
        "XpRefreshPlan",
        "refresh",
        "RefreshAll",
        _refresh,
    ),
    Act(
        "Optimise allocation",
        "Place the work at sites and vendors at the lowest cost; budget and queues stay as they are.",
        "XpOptimiseAllocation",
        "allocate",
        "Solver",
        _allocate,
    ),
    Act(
        "Build review",
        "Write the budget review for finance into a workbook of its own.",
        "XpBuildReview",
        "review",
        "FileSaveAsExcelXlsx",
        _review,
    ),
    Act(
        "Undo last run",
        "Show again what the workbook showed before the last run.",
        "XpUndoLastRun",
        "undo",
        "Undo",
        _undo,
    ),
)
BY_ENTRY = {act.entry: act for act in ACTS}
