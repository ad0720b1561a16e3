"""What a calculation engine is to xlplan, and what functions of its own are: the doors to both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Protocol

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue

Place = tuple[int, int]
"""Row and column of a cell, 1-based."""

Asked = Mapping[str, Sequence[Place]]
"""Cells by sheet."""

Given = Mapping[str, Mapping[Place, CellValue]]
"""By sheet and cell, what stands there instead of what the package says: values, and formulas."""

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

    def values(self, package: bytes, asked: Asked, given: Given | None = None) -> Values:
        """Values of the cells asked for, those that can be had.

        Parameters
        ----------
        package : bytes
            The workbook file.
        asked : mapping
            Cells whose values are wanted.
        given : mapping, optional
            What single cells hold instead.

        Raises
        ------
        EngineFault
            When there are no values at all.
        """


@dataclass(frozen=True)
class Answer:
    """What a function gave: rows of values, and the sentence behind the first error among them."""

    rows: Sequence[Sequence[CellValue]]
    why: str = ""


class Functions(Protocol):
    """Functions beyond those of a spreadsheet that formulas call, and that are here to answer."""

    @property
    def names(self) -> frozenset[str]:
        """Their names, in capitals."""

    def answers(self, name: str, calls: Sequence[Sequence[object]]) -> list[Answer | None]:
        """What a function gives for the arguments of each of some calls.

        An argument is a value, None for a blank, or rows of those; errors are values. The answer is None where it
        cannot be known yet, because cells that the function reads beside its arguments wait for their value.
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
