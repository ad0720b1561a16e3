"""Columns of given data found in a table by their headers; one that is not there is named with the nearest."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from xlplan.errors import PlanError
from xlplan.workbook.book import TablePlace
from xlplan.workbook.intake.given import Given


class Matched(NamedTuple):
    """The table's column for each column of the data, by position there, and those that a formula fills instead."""

    columns: dict[int, str]
    by_formula: tuple[str, ...]


def matched(data: Given, place: TablePlace, skip: tuple[str, ...] = ()) -> Matched:
    """Columns of the data by the headers of the table. Case and spaces do not count, unless headers differ by no more.

    Raises
    ------
    PlanError
        Columns that the table does not have, or that may be any of several, or none that can be written.
    """
    mine = _Headers(place)
    left_out = {_folded(name) for name in skip}
    strangers = [name for name in skip if _folded(name) not in {_folded(given) for given in data.header}]
    if strangers:
        raise PlanError(
            f"{data.label} has no column {', '.join(map(repr, strangers))} to leave out",
            do=f"its columns are {', '.join(data.header)}",
        )
    wanted = {at: name for at, name in enumerate(data.header) if _folded(name) not in left_out}
    unknown = [name for name in wanted.values() if not mine.like(name)]
    if unknown:
        raise PlanError(
            f"{data.label} has columns that the table does not have: {', '.join(unknown)}",
            where=f"table {place.name}",
            do=f"{_nearest(unknown, place)}its columns are {', '.join(place.columns)}; "
            f"rename them, or leave them out with --skip (skip=)",
        )
    found = {at: mine.of(name, data) for at, name in wanted.items()}
    if not found:
        raise PlanError(f"{data.label} gives no column", where=f"table {place.name}", do="give one at least")
    twice = next((name for name in found.values() if list(found.values()).count(name) > 1), "")
    if twice:
        raise PlanError(f"{data.label} gives {place.name}.{twice} more than once", do="give each column once")
    formulas = tuple(name for name in found.values() if name in place.calculated)
    if len(formulas) == len(found):
        raise PlanError(
            f"a formula fills {', '.join(formulas)}, which {data.label} would overwrite",
            where=f"table {place.name}",
            do="take the formula out of the table first, if values are to stand there",
        )
    return Matched({at: name for at, name in found.items() if name not in formulas}, formulas)


class _Headers:
    """The headers of a table, found in any case and with any spaces."""

    def __init__(self, place: TablePlace) -> None:
        self._place = place
        self._folded: dict[str, list[str]] = {}
        for name in place.columns:
            self._folded.setdefault(_folded(name), []).append(name)

    def like(self, name: str) -> list[str]:
        """The header itself, or else all that differ from it by case and spaces only."""
        return [name] if name in self._place.columns else self._folded.get(_folded(name), [])

    def of(self, name: str, data: Given) -> str:
        """The one header that is meant."""
        found = self.like(name)
        if len(found) > 1:
            raise PlanError(
                f"{data.label} gives {name!r}, which may be any of {', '.join(map(repr, found))}",
                where=f"table {self._place.name}",
                do="spell it exactly as the header does",
            )
        return found[0]


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _nearest(unknown: Sequence[str], place: TablePlace) -> str:

    folded = {_folded(name): name for name in place.columns}
    near = {name: get_close_matches(_folded(name), folded, n=1, cutoff=0.6) for name in unknown}
    said = [f"for {name} you may mean {folded[match[0]]}" for name, match in near.items() if match]
    return f"{', '.join(said)}; " if said else ""
