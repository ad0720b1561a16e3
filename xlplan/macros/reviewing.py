"""Build review: a workbook of values for finance; and the reference organisation with its review."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlplan.errors import WorkbookError
from xlplan.macros.files import fill
from xlplan.macros.running import Computed, Refreshed, compute, refresh

if TYPE_CHECKING:
    from xlplan.planning.steps import Progress
    from xlplan.tables.plan import Plan
    from xlplan.workbook.book import Book, Saved


def build_review(plan: Plan, path: Path, *, failed: int) -> Saved:
    """Write the budget review of a refreshed plan: values and sums, no macros, no links.

    Parameters
    ----------
    plan : Plan
        With all its results.
    path : Path
        The review workbook; replaced as a whole or not at all.
    failed : int
        Checks of severity error that fail.

    Returns
    -------
    Saved
        Where it was written: beside a review that is open elsewhere, and why.
    """
    from xlplan.reports.review.content import review
    from xlplan.reports.review.draw import draw

    return draw(review(plan, failed=failed), path, footer=str(plan.name("Stamp")))


@dataclass(frozen=True)
class Reviewed:
    """Result of Build review: the plan that was computed for it, and the workbook that shows it."""

    computed: Computed
    saved: Saved

    @property
    def path(self) -> Path:
        """The review workbook."""
        return self.saved.path

    @property
    def passed(self) -> bool:
        """True when every check of severity error passes."""
        return self.computed.failed == 0

    def sentences(self) -> list[str]:
        """What came out, and where."""
        from xlplan.reports.sentences import sentences

        told = sentences(
            self.computed.plan, failed=self.computed.failed, where=str(self.path), what="the budget review"
        )
        return [*self.saved.sentences(), *told]


def review(book: Book, path: Path, *, now: dt.datetime, progress: Progress | None = None) -> Reviewed:
    """Compute the plan of a book and write its budget review; the book is only read, a locked one too.

    Parameters
    ----------
    book : Book
        The planning workbook.
    path : Path
        The review to write.
    now : datetime
        UTC, for the stamp.
    progress : callable, optional
        See :data:`xlplan.planning.steps.Progress`.

    Raises
    ------
    TableError
        The inputs hold errors.
    PlanError
        A step cannot be done, or the file cannot be written.
    WorkbookError
        What stands at ``path`` is signed, or is no review: it is not replaced.
    """
    from xlplan.reports.review.kept import check_replaceable

    check_replaceable(path)
    computed = compute(book, now=now, progress=progress)
    if progress is not None:
        progress("writing the review", 1.0)
    return Reviewed(computed, build_review(computed.plan, path, failed=computed.failed))


@dataclass(frozen=True)
class Demonstrated:
    """The reference organisation: its refresh, and the two workbooks that show it."""

    refreshed: Refreshed
    plan: Saved
    review: Saved

    def sentences(self) -> list[str]:
        """What came out, and where."""
        return [*self.plan.sentences(), *self.review.sentences(), *self.refreshed.sentences(str(self.plan.path))]


def demo(folder: Path, *, now: dt.datetime, seed: int | None = None, progress: Progress | None = None) -> Demonstrated:
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

    Raises
    ------
    WorkbookError
        The folder or its files cannot be written.
    """
    from xlplan.planning.reference.build import SEED, reference_plan
    from xlplan.reports.review.kept import check_replaceable
    from xlplan.workbook.package.file_book import FileBook
    from xlplan.workbook.template.files import template_path

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkbookError(
            f"the folder cannot be made ({error.strerror or error})", where=str(folder), do="give another folder"
        ) from error
    review_path = folder / "BudgetReview_demo.xlsx"
    check_replaceable(review_path)
    if progress is not None:
        progress("building the organisation", 0.0)
    book = FileBook.open(template_path("plan_organisation.xlsx"))
    fill(book, reference_plan(seed=SEED if seed is None else seed))
    done = refresh(book, now=now, progress=progress)
    saved = book.save(folder / "Plan_demo.xlsx")
    return Demonstrated(done, saved, build_review(done.plan, review_path, failed=done.failed))
