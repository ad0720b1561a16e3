"""Functions of xlplan in the formulas of a workbook file, answered while no spreadsheet has it open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any, NoReturn

from xlplan.workbook.book import CellValue, ErrorValue
from xlplan.workbook.recalculation.engine import Answer
from xlplan.workbook.source import BookSource

if TYPE_CHECKING:
    from xlplan.workbook.package.file_book import FileBook

FAULTS = (ArithmeticError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)
"""What a fault of xlplan itself may raise: it fails one formula, as in an open workbook, and no save."""

_numbers = count(1)


class CellFunctions:
    """The registry of functions, for the formulas of one workbook.

    Parameters
    ----------
    book : callable
        Gives the workbook, of which functions may read the plan.
    """

    def __init__(self, book: Callable[[], FileBook]) -> None:
        self._plan = _SettledPlan(book)

    @cached_property
    def names(self) -> frozenset[str]:
        """All but those that speak of the moment, such as XP_WHY."""
        from xlplan.functions import functions

        return frozenset(name for name, function in functions().items() if function.reads != "log")

    def answers(self, name: str, calls: Sequence[Sequence[Any]]) -> list[Answer | None]:
        """What a function gives for each of some calls; None where the plan that it reads waits for values."""
        found: list[Answer | None] = [None] * len(calls)
        for places in self._alike(name, calls):
            answers = self._together(name, [calls[place] for place in places])
            for place, answer in zip(places, answers, strict=True):
                found[place] = answer
        return found

    def _alike(self, name: str, calls: Sequence[Sequence[Any]]) -> Iterable[list[int]]:
        """Places of calls that differ only in numbers of one cell each, together."""
        numeric = self._numeric(name)
        together: dict[Any, list[int]] = {}
        for place, arguments in enumerate(calls):
            varying = [cell for cell, is_number in zip(arguments, numeric, strict=False) if is_number]
            fixed = [cell for cell, is_number in zip(arguments, numeric, strict=False) if not is_number]
            is_plain = {type(cell) for cell in varying} <= {int, float} and not any(isinstance(c, list) for c in fixed)
            fits = len(arguments) <= len(numeric)
            key = (len(arguments), repr(fixed)) if varying and is_plain and fits else place
            together.setdefault(key, []).append(place)
        return together.values()

    def _together(self, name: str, calls: Sequence[Sequence[Any]]) -> list[Answer | None]:
        """Answers of calls that are alike: one call over columns, and those that fail in it by themselves."""
        if len(calls) > 1:
            numeric = self._numeric(name)
            columns = [
                [[cell] for cell in column] if is_number else column[0]
                for column, is_number in zip(zip(*calls, strict=True), numeric, strict=False)
            ]
            joined = self._answer(name, columns)
            if joined is not None and len(joined.rows) == len(calls):
                return [
                    self._answer(name, arguments) if isinstance(row[0], ErrorValue) else Answer([row])
                    for row, arguments in zip(joined.rows, calls, strict=True)
                ]
        return [self._answer(name, arguments) for arguments in calls]

    def _numeric(self, name: str) -> list[bool]:
        """Which arguments of a function are numbers, one for each cell of the answer."""
        from xlplan.functions import functions

        return [argument.kind == "number" for argument in functions()[name].arguments]

    def _answer(self, name: str, arguments: Sequence[Any]) -> Answer | None:
        from xlplan.functions import CellError, call

        try:
            result = call(name, *arguments, plan=self._plan)
        except CellError as error:
            return Answer([[ErrorValue(error.code)]], error.sentence)
        except _WaitsError:
            return None
        except FAULTS as error:
            why = f"a fault of xlplan, {type(error).__name__}: {error}; please report it"
            return Answer([[ErrorValue("#VALUE!")]], why)
        rows = result if isinstance(result, list) else [[result]]
        failed = next((cell.sentence for row in rows for cell in row if isinstance(cell, CellError)), "")
        return Answer([[_shown(cell) for cell in row] for row in rows], failed)


class _WaitsError(Exception):
    """A table that was asked for holds formulas without a value."""


class _SettledPlan(BookSource):
    """The plan of a workbook, as far as it does not wait for its spreadsheet."""

    def __init__(self, book: Callable[[], FileBook]) -> None:
        super().__init__(book, label="the workbook", key=f"file {next(_numbers)}")

    def refuse(self, cell: str, where: str) -> NoReturn:
        """Wait: what has no value yet may have one in another round."""
        raise _WaitsError


def _shown(cell: Any) -> CellValue:
    from xlplan.functions import CellError

    return ErrorValue(cell.code) if isinstance(cell, CellError) else cell
