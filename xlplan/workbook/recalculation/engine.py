"""What a calculation engine is to xlplan: a package goes in, values of formula cells come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Protocol

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue

Place = tuple[int, int]
"""Row and column of a cell, 1-based."""

Asked = Mapping[str, Sequence[Place]]
"""Cells by sheet."""

Values = dict[str, dict[Place, CellValue]]
"""Values by sheet and cell; a cell that is not there has no value that the engine can vouch for."""

MEASURED = "0.2."
"""Releases of cellrune whose values were compared with Excel's; others may calculate otherwise."""


class EngineFault(WorkbookError):
    """The engine broke off, took too long, or cannot read the workbook."""


class Engine(Protocol):
    """Calculates a workbook as it stands.

    It must not know the time, draw random numbers, follow links or ask a service: what depends on those has no
    value that stays true.
    """

    def values(self, package: bytes, asked: Asked) -> Values:
        """Values of the cells asked for, those that can be had.

        Raises
        ------
        EngineFault
            When there are no values at all.
        """


def find_engine() -> Engine | None:
    """The engine that is installed, None when there is none.

    cellrune it is: of 94 formulas it got 92 right (IronCalc 85, LibreOffice 64), on the stored values of real
    workbooks it says *unavailable* where it is not sure, and it never reads the clock.
    """
    try:
        version = metadata.version("cellrune")
    except metadata.PackageNotFoundError:
        return None
    if not version.startswith(MEASURED):
        return None
    from xlplan.workbook.recalculation.subprocess_engine import SubprocessEngine

    return SubprocessEngine()
