"""What a button does: Book in, Book out. Excel, Calc, the command line and Python callers all press these."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from xlplan.errors import PlanError, TableError
from xlplan.tables.schema import Finding, errors

if TYPE_CHECKING:
    import pandas as pd

    from xlplan.planning.steps import Progress
    from xlplan.tables.plan import Plan
    from xlplan.workbook.book import Book
    from xlplan.workbook.plans import Change, Reading

RUNS_KEPT = 200


@dataclass(frozen=True)
class Checked:
    """Result of Check: all findings, those of severity error stop a refresh."""

    findings: list[Finding]

    @property
    def passed(self) -> bool:
        """True when nothing stops a refresh."""
        return not errors(self.findings)


@dataclass(frozen=True)
class Refreshed:
    """Result of Refresh: the computed plan, what was written, and what to tell the planner."""

    plan: Plan
    findings: list[Finding]
    changes: list[Change]
    failed: int
    seconds: float

    @property
    def passed(self) -> bool:
        """True when every check of severity error passes."""
        return self.failed == 0

    def sentences(self, where: str) -> list[str]:
        """What came out, in five sentences."""
        from xlplan.reports.sentences import sentences

        return sentences(self.plan, failed=self.failed, where=where)


def check(book: Book) -> Checked:
    """Read the plan and check it; nothing is written."""
    return Checked(_findings(_reading(book)))


def refresh(book: Book, *, now: dt.datetime, progress: Progress | None = None) -> Refreshed:
    """Compute the plan that the book holds and write its results into the book.

    Parameters
    ----------
    book : Book
        Changed in memory; saving is the caller's.
    now : datetime
        UTC, for the stamp.
    progress : callable, optional
        See :data:`xlplan.planning.steps.Progress`.

    Raises
    ------
    TableError
        The inputs hold errors; nothing was written.
    PlanError
        The plan is locked, or a step cannot be done; nothing was written.
    """
    from xlplan.planning.pipeline import run
    from xlplan.workbook.plans import write_plan as write

    began = time.monotonic()
    reading = _reading(book)
    findings = _findings(reading)
    if errors(findings):
        raise TableError(errors(findings))
    if reading.plan.names.get("State") == "locked":
        raise PlanError("the plan is locked", where=reading.names["State"], do="type draft there to refresh it")
    plan = run(reading.plan, progress=progress)
    plan, failed = _reported(plan, findings, reading)
    plan = _stamped(plan, now=now, failed=failed, seconds=time.monotonic() - began)
    changes = write(book, plan)
    _write_views(book, plan)
    return Refreshed(plan, findings, changes, failed, time.monotonic() - began)


def build_review(done: Refreshed, path: Path) -> None:
    """Write the budget review of a refreshed plan: values and sums, no macros, no links.

    Parameters
    ----------
    done : Refreshed
        What :func:`refresh` returned.
    path : Path
        The review workbook; replaced as a whole or not at all.
    """
    from xlplan.reports.review.content import review
    from xlplan.reports.review.draw import draw

    draw(review(done.plan, failed=done.failed), path, footer=str(done.plan.name("Stamp")))


def demo(folder: Path, *, now: dt.datetime, seed: int | None = None, progress: Progress | None = None) -> Refreshed:
    """Build the reference organisation, refresh its plan, and write its budget review.

    Parameters
    ----------
    folder : Path
        Where ``Plan_demo.xlsx`` and ``BudgetReview_demo.xlsx`` go.
    now : datetime
        UTC, for the stamp.
    seed : int, optional
        Another seed gives another organisation of the same size.
    progress : callable, optional
    """
    from xlplan.planning.reference.build import SEED, reference_plan
    from xlplan.workbook.package.file_book import FileBook
    from xlplan.workbook.template.files import template_path

    folder.mkdir(parents=True, exist_ok=True)
    if progress is not None:
        progress("building the organisation", 0.0)
    book = FileBook.open(template_path("plan_organisation.xlsx"))
    fill(book, reference_plan(seed=SEED if seed is None else seed))
    done = refresh(book, now=now, progress=progress)
    book.save(folder / "Plan_demo.xlsx")
    build_review(done, folder / "BudgetReview_demo.xlsx")
    return done


def fill(book: Book, plan: Plan) -> list[Change]:
    """Write all that a plan holds, inputs too, into a book made from a template."""
    from xlplan.workbook.plans import write_plan as write

    return write(book, plan, inputs=True)


def read_plan(path: str | Path) -> Plan:
    """The plan that a workbook file holds.

    Raises
    ------
    TableError
        Cells that cannot be what their column asks for, each with its address.
    WorkbookError
        No workbook that can be read.
    """
    from xlplan.workbook.package.file_book import FileBook

    reading = _reading(FileBook.open(Path(path)))
    if errors(reading.findings):
        raise TableError(errors(reading.findings))
    return reading.plan


def write_plan(plan: Plan, path: str | Path, *, out: str | Path | None = None) -> Path:
    """Write a plan, inputs and results, into a workbook.

    Parameters
    ----------
    plan : Plan
    path : str or Path
        The workbook whose tables are filled; where there is none, a new one is made from xlplan's template.
    out : str or Path, optional
        Where to save; ``path`` itself otherwise.

    Returns
    -------
    Path
        The file written.
    """
    from xlplan.workbook.package.file_book import FileBook
    from xlplan.workbook.template.files import starter_template

    source = Path(path)
    book = FileBook.open(source if source.exists() else starter_template(plan))
    fill(book, plan)
    target = Path(out) if out is not None else source
    book.save(target)
    return target


def _reading(book: Book) -> Reading:
    from xlplan.workbook.plans import read_plan as read

    return read(book)


def _findings(reading: Reading) -> list[Finding]:
    """What the cells, the tables and the steps have to say; a cell that did not fit is named once."""
    from xlplan.planning.pipeline import STEPS
    from xlplan.planning.steps import missing

    named = {(f.table, f.column, f.row) for f in reading.findings}
    absent = [_to_fill(finding, reading) for finding in missing(reading.plan, STEPS)]
    found = [f for f in absent + reading.plan.check() if (f.table, f.column, f.row) not in named]
    return reading.findings + reading.locate(found)


def _to_fill(finding: Finding, reading: Reading) -> Finding:
    """A missing table with the workbook's own sheet, which need not be the one that the dictionary names."""
    place = reading.places.get(finding.table)
    if place is None:
        return replace(finding, fix=f"start from xlplan new, whose workbooks have {finding.table}")
    return replace(finding, fix=f"add rows to {finding.table} on the sheet {place.sheet}, or start from xlplan new")


def _reported(plan: Plan, findings: list[Finding], reading: Reading) -> tuple[Plan, int]:
    """The plan with its Checks and Summary tables, and the number of failed checks of severity error."""
    from xlplan.reports.assumptions import assumption_values
    from xlplan.reports.checks import checks_table, findings_table
    from xlplan.reports.summary import day_figures, kpi_table, period_figures, volume_figures
    from xlplan.reports.views import walk_figures, worst_backlogs

    links = {name: f"{place.sheet}!{place.address(-1, place.columns[0])}" for name, place in reading.places.items()}
    checks = checks_table(plan, findings, links)
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
    }
    if "tblAssumption" in plan:
        tables["tblAssumption"] = assumption_values(plan)
    for name, frame in tables.items():
        plan = plan.with_table(name, frame)
    return plan, len(failing)


def _write_views(book: Book, plan: Plan) -> None:
    from xlplan.reports.views import grids, write_grid
    from xlplan.workbook.template.organisation import ROOM

    for grid in grids(plan):
        write_grid(book, grid, ROOM[grid.name])


def _stamped(plan: Plan, *, now: dt.datetime, failed: int, seconds: float) -> Plan:
    """The plan with its run recorded and its stamp set."""
    import pandas as pd

    from xlplan import __version__

    inputs, outputs = plan.input_hash(), _output_hash(plan)
    moment = now.replace(microsecond=0, tzinfo=None)
    row = {
        "run": f"{moment:%Y%m%dT%H%M%SZ}",
        "at": moment,
        "command": "refresh",
        "scenario": plan.name("Scenario"),
        "input_hash": inputs,
        "output_hash": outputs,
        "engine": f"xlplan {__version__}",
        "seed": plan.name("Seed"),
        "seconds": round(seconds, 2),
        "status": "checks_failed" if failed else "ok",
    }
    before = plan["tblRun"].loc[lambda f: f["run"].ne(row["run"])]
    runs = pd.concat([before, plan.with_table("tblRun", pd.DataFrame([row]))["tblRun"]], ignore_index=True)
    plan = plan.with_table("tblRun", runs.iloc[-RUNS_KEPT:])
    stamp = f"{plan.name('PlanId')} / inputs {inputs[:8]} / xlplan {__version__} / {moment:%Y-%m-%d %H:%M} UTC"
    return plan.with_names(Stamp=stamp, MasterCheck=not failed, InputHash=inputs)


def _output_hash(plan: Plan) -> str:
    """SHA-256 over the result tables: equal inputs give the same."""
    from xlplan.tables.dictionary import table

    digest = hashlib.sha256()
    for name in sorted(plan.tables):
        if table(name).by_engine:
            digest.update(f"{name}\n{plan.tables[name].to_csv(index=False)}".encode())
    return digest.hexdigest()
