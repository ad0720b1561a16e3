"""Refresh plan, Run forecast, Optimise allocation: the steps of the plan, written where they belong."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlplan.errors import PlanError, TableError
from xlplan.macros.checking import findings_of, reading_of
from xlplan.macros.relocating import PLACED, links, relocated
from xlplan.tables.schema import Finding, errors

if TYPE_CHECKING:
    import pandas as pd

    from xlplan.functions.errorlog import Entry
    from xlplan.planning.steps import Progress
    from xlplan.reports.changed import Changed
    from xlplan.tables.plan import Plan
    from xlplan.workbook.book import Book
    from xlplan.workbook.plans import Reading
    from xlplan.workbook.snapshots import Snapshot

    Keep = Callable[[Snapshot], None]

RUNS_KEPT = 200
FORECAST, ALLOCATE, REFRESH = "forecast", "allocate", "refresh"
LAST_STEP = {FORECAST: "forecast", ALLOCATE: "allocation"}
"""How far a command computes; one that is not named here goes all the way."""


@dataclass(frozen=True)
class Computed:
    """A plan with the results of one run, the findings of its inputs, and how many of its checks fail."""

    plan: Plan
    findings: list[Finding]
    failed: int


@dataclass(frozen=True)
class Refreshed:
    """Result of a run: the computed plan, what was written, and what to tell the planner.

    ``failed`` counts the checks of severity error that do not pass; ``before`` holds what the workbook showed.
    """

    plan: Plan
    findings: list[Finding]
    changed: Changed
    failed: int
    seconds: float
    command: str
    before: Snapshot

    @property
    def passed(self) -> bool:
        """True when every check of severity error passes."""
        return self.failed == 0

    def sentences(self, where: str) -> list[str]:
        """What came out, in a few sentences; of a part of the plan, also what still shows an earlier run."""
        from xlplan.reports.sentences import partial, sentences

        if self.command in LAST_STEP:
            return partial(self.plan, self.command, where=where)
        return sentences(self.plan, failed=self.failed, where=where)


def refresh(
    book: Book,
    *,
    now: dt.datetime,
    progress: Progress | None = None,
    keep: Keep | None = None,
    noted: list[Entry] | None = None,
) -> Refreshed:
    """Compute the plan that the book holds and write its results into the book.

    Parameters
    ----------
    book : Book
        Changed in memory; saving is the caller's.
    now : datetime
        UTC, for the stamp.
    progress : callable, optional
        See :data:`xlplan.planning.steps.Progress`.
    keep : callable, optional
        Given what the workbook showed before, just before the first cell is written, so that it can be undone.
    noted : list of Entry, optional
        Errors of formulas, for tblLog.

    Raises
    ------
    TableError
        The inputs hold errors; nothing was written.
    PlanError
        The plan is locked, or a step cannot be done; nothing was written.
    WorkbookError
        A result would have to go into a locked cell; nothing was written.
    """
    return _run(book, REFRESH, now=now, progress=progress, keep=keep, noted=noted or [])


def forecast(book: Book, *, now: dt.datetime, progress: Progress | None = None, keep: Keep | None = None) -> Refreshed:
    """Compute calendar and forecast and write them; all that follows from them stays as it was, and is said to.

    Parameters and errors are those of :func:`refresh`.
    """
    return _run(book, FORECAST, now=now, progress=progress, keep=keep, noted=[])


def allocate(book: Book, *, now: dt.datetime, progress: Progress | None = None, keep: Keep | None = None) -> Refreshed:
    """Compute the plan up to the allocation and write that; budget and queues stay as they were, and are said to.

    Parameters and errors are those of :func:`refresh`.
    """
    return _run(book, ALLOCATE, now=now, progress=progress, keep=keep, noted=[])


def compute(book: Book, *, now: dt.datetime, progress: Progress | None = None) -> Computed:
    """The refreshed plan of a book that is only read; errors are those of :func:`refresh`."""
    began = time.monotonic()
    reading, findings = _ready(book)
    return _computed(reading, findings, REFRESH, now=now, began=began, progress=progress, noted=[])


def _ready(book: Book) -> tuple[Reading, list[Finding]]:
    """What the book holds, once nothing in it stops a run."""
    reading = reading_of(book)
    findings = findings_of(reading)
    if errors(findings):
        raise TableError(errors(findings))
    return reading, findings


def _run(
    book: Book, command: str, *, now: dt.datetime, progress: Progress | None, keep: Keep | None, noted: list[Entry]
) -> Refreshed:
    from xlplan.reports.changed import changed
    from xlplan.workbook.plans import write_plan
    from xlplan.workbook.snapshots import Rehearsal

    began = time.monotonic()
    reading, findings = _ready(book)
    if reading.plan.names.get("State") == "locked":
        raise PlanError("the plan is locked", where=reading.names["State"], do="type draft there to refresh it")
    computed = _computed(reading, findings, command, now=now, began=began, progress=progress, noted=noted)
    plan = computed.plan
    rehearsal = Rehearsal(book)
    write_plan(rehearsal, plan)
    _write_views(rehearsal, plan, command)
    before = rehearsal.snapshot(command=command, at=now, stamp=str(plan.name("Stamp")))
    if keep is not None:
        keep(before)
    changes = write_plan(book, plan)
    _write_views(book, plan, command)
    if command == REFRESH:
        plan, findings = relocated(book, plan, findings, reading)
    told = changed(reading.plan, plan, changes)
    return Refreshed(plan, findings, told, computed.failed, time.monotonic() - began, command, before)


def _computed(
    reading: Reading,
    findings: list[Finding],
    command: str,
    *,
    now: dt.datetime,
    began: float,
    progress: Progress | None,
    noted: list[Entry],
) -> Computed:
    """The plan with the results of this run, which is recorded in it."""
    from xlplan.planning.pipeline import STEPS, run

    names = [step.name for step in STEPS]
    done = names.index(LAST_STEP[command]) + 1 if command in LAST_STEP else len(names)
    plan, failed = run(reading.plan, names[:done], progress=progress), 0
    plan = plan.without(*(table for step in STEPS[done:] for table in step.gives))
    if command == REFRESH:
        plan, failed = _reported(plan, findings, reading, noted, now=now)
    else:
        plan = plan.without(*REPORTED)
    seconds = time.monotonic() - began
    return Computed(_stamped(plan, reading.plan, command, now=now, failed=failed, seconds=seconds), findings, failed)


REPORTED = ("tblCheck", "tblFinding", "tblKpi", "tblKpiVolume", "tblKpiPeriod", "tblKpiDay", "tblKpiWalk",
            "tblKpiBacklog", "tblLog")  # fmt: skip
"""Tables that report on a whole plan; a part of it leaves them as they are."""


def _reported(
    plan: Plan, findings: list[Finding], reading: Reading, noted: list[Entry], *, now: dt.datetime
) -> tuple[Plan, int]:
    """The plan with its Checks and Summary tables, and the number of failed checks of severity error."""
    from xlplan.reports.assumptions import assumption_values
    from xlplan.reports.checks import checks_table, findings_table
    from xlplan.reports.errorlog import log_table
    from xlplan.reports.summary import day_figures, kpi_table, period_figures, volume_figures
    from xlplan.reports.views import walk_figures, worst_backlogs

    checks = checks_table(plan, findings, links(reading.places))
    failing = checks.loc[checks["severity"].eq("error") & checks["status"].eq("fail")]
    first = str(failing["what"].iloc[0]) if len(failing) else ""
    tables: dict[str, pd.DataFrame] = {
        "tblCheck": checks,
        "tblFinding": findings_table(findings),
        "tblKpi": kpi_table(plan, failed=len(failing), first_failure=first),
        "tblKpiVolume": volume_figures(plan),
        "tblKpiPeriod": period_figures(plan),
        "tblKpiDay": day_figures(plan),
        "tblKpiWalk": walk_figures(plan),
        "tblKpiBacklog": worst_backlogs(plan),
        "tblLog": log_table(plan["tblLog"], noted, now=now),
    }
    if "tblAssumption" in plan:
        tables["tblAssumption"] = assumption_values(plan)
    for name, frame in tables.items():
        plan = plan.with_table(name, frame)
    return plan, len(failing)


def _write_views(book: Book, plan: Plan, command: str) -> None:
    from xlplan.reports.views import grids, write_grid
    from xlplan.workbook.template.organisation import ROOM

    for grid in grids(plan):
        if grid.table in plan.tables:
            write_grid(book, grid, ROOM[grid.name])


def _stamped(plan: Plan, before: Plan, command: str, *, now: dt.datetime, failed: int, seconds: float) -> Plan:
    """The plan with its run recorded and its stamp set; a part of a plan is not fit for sign-off."""
    import pandas as pd

    from xlplan import __version__

    inputs, outputs = before.input_hash(), _output_hash(plan)
    moment = now.replace(microsecond=0, tzinfo=None)
    row = {
        "run": f"{moment:%Y%m%dT%H%M%SZ}",
        "at": moment,
        "command": command,
        "scenario": plan.name("Scenario"),
        "input_hash": inputs,
        "output_hash": outputs,
        "engine": f"xlplan {__version__}",
        "seed": plan.name("Seed"),
        "seconds": round(seconds, 2),
        "status": "checks_failed" if failed else "ok",
    }
    earlier = plan["tblRun"].loc[lambda f: f["run"].ne(row["run"])]
    runs = pd.concat([earlier, plan.with_table("tblRun", pd.DataFrame([row]))["tblRun"]], ignore_index=True)
    plan = plan.with_table("tblRun", runs.iloc[-RUNS_KEPT:])
    stamp = f"{plan.name('PlanId')} / inputs {inputs[:8]} / xlplan {__version__} / {moment:%Y-%m-%d %H:%M} UTC"
    whole = command == REFRESH
    stamp = stamp if whole else f"{stamp} / up to {LAST_STEP[command]} only"
    return plan.with_names(Stamp=stamp, MasterCheck=whole and not failed, InputHash=inputs)


def _output_hash(plan: Plan) -> str:
    """SHA-256 over the result tables: equal inputs give the same, wherever in the workbook they stand."""
    from xlplan.tables.dictionary import table

    digest = hashlib.sha256()
    for name in sorted(plan.tables):
        if table(name).by_engine:
            frame = plan.tables[name].drop(columns=PLACED.get(name, []), errors="ignore")
            digest.update(f"{name}\n{frame.to_csv(index=False)}".encode())
    return digest.hexdigest()
