"""What a button in Calc does: an act of xlplan on the open document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xlplan.hosts import acts
from xlplan.hosts.acts import Press, Told
from xlplan.hosts.calc.door import Ask, HeldDoor
from xlplan.workbook.live_calc import CalcBook

if TYPE_CHECKING:
    from xlplan.functions.errorlog import Entry

BUTTONS = frozenset(acts.BY_ENTRY)


def press(name: str, ask: Ask, noted: Sequence[Entry] = ()) -> Told:
    """Do what a button says.

    Parameters
    ----------
    name : str
        The entry of an act.
    ask : callable
        The pipe to LibreOffice.
    noted : sequence of Entry, optional
        Errors of the document's formulas, for tblLog.
    """
    door = HeldDoor(ask)

    def progress(says: str, share: float) -> None:
        ask("progress", says, share)

    return acts.press(name, Press(CalcBook(door), progress, door.release, noted))
