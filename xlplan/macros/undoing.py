"""Undo last run: the workbook shows what it showed before it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlplan.errors import PlanError

if TYPE_CHECKING:
    from xlplan.workbook.book import Book
    from xlplan.workbook.snapshots import Snapshot


@dataclass(frozen=True)
class Undone:
    """What was undone. The next undo goes one run further back: it looks for the run of the stamp now shown."""

    snapshot: Snapshot
    cells: int

    def sentences(self, where: str) -> list[str]:
        """What was undone."""
        from xlplan.reports.sentences import day

        run = {"refresh": "refresh", "forecast": "forecast", "allocate": "allocation"}[self.snapshot.command]
        stamp = self.snapshot.names.get("Stamp")
        shows = f"shows the run of {stamp}" if stamp else "shows no results, as before its first run"
        at = f"{day(self.snapshot.at)} {self.snapshot.at:%H:%M} UTC"
        return [f"The {run} of {at} is undone: {self.cells:,} cells; {where} {shows}."]


def undo(book: Book, folder: Path) -> Undone:
    """Put back what the workbook showed before its last run; what planners typed since then stays.

    Parameters
    ----------
    book : Book
        Changed in memory; saving is the caller's.
    folder : Path
        Where the workbook lies: its runs are kept in ``.xlplan`` there.

    Raises
    ------
    PlanError
        The workbook holds no stamp of a run, or is locked; nothing was written.
    WorkbookError
        Its last run is not kept, or its cells are locked; nothing was written.
    """
    from xlplan.workbook.snapshots import Rehearsal, find

    known = book.names()
    stamp = book.read_name("Stamp") if "Stamp" in known else None
    if not isinstance(stamp, str) or not stamp:
        raise PlanError("the workbook holds no stamp of a run", where=book.label, do="there is nothing to undo")
    if "State" in known and book.read_name("State") == "locked":
        raise PlanError("the plan is locked", where=known["State"], do="type draft there to undo its last run")
    snapshot = find(folder, stamp)
    snapshot.restore(Rehearsal(book))
    return Undone(snapshot, snapshot.restore(book))
