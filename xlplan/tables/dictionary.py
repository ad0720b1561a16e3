"""The data dictionary: every table of the plan, every column, every named cell.

It is read from ``dictionary.csv`` and ``tables.csv`` beside this module, once, when first asked for. Templates, checks,
cell types and the reference page of the docs all come from it, and from nowhere else.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources
from typing import cast

from xlplan.errors import PlanError
from xlplan.tables.allowed import parse
from xlplan.tables.schema import NAMES, Column, Kind, Table, Type


@lru_cache(maxsize=1)
def tables() -> dict[str, Table]:
    """Every table by name, in the order of the workbook's sheets.

    >>> tables()["tblWorkstream"].key
    ('queue', 'language')
    """
    columns = _columns()
    return {
        row["table"]: Table(
            name=row["table"],
            sheet=row["sheet"],
            kind=cast(Kind, row["kind"]),
            rows=int(row["rows"]),
            meaning=row["meaning"],
            columns=tuple(columns[row["table"]]),
        )
        for row in _rows("tables.csv")
    }


@lru_cache(maxsize=1)
def names() -> dict[str, Column]:
    """Every named cell by name.

    >>> names()["PlanCurrency"].unit
    'ISO 4217'
    """
    return {column.name: column for column in _columns()[NAMES]}


def table(name: str) -> Table:
    """One table of the dictionary.

    Raises
    ------
    PlanError
        No such table; the sentence names the nearest.
    """
    found = tables().get(name)
    if found is None:
        from difflib import get_close_matches

        near = get_close_matches(name, tables(), n=3)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        raise PlanError(f"{name} is no table of the plan{hint}", do="see the tables in docs/reference/tables.md")
    return found


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@lru_cache(maxsize=1)
def _columns() -> dict[str, list[Column]]:
    rows = _rows("dictionary.csv")
    siblings: dict[str, set[str]] = {}
    for row in rows:
        siblings.setdefault(row["table"], set()).add(row["column"])
    columns: dict[str, list[Column]] = {}
    for row in rows:
        columns.setdefault(row["table"], []).append(
            Column(
                name=row["column"],
                type=cast(Type, row["type"]),
                unit=row["unit"],
                meaning=row["meaning"],
                key=row["key"] == "Y",
                role=cast(Kind, row["role"]),
                allowed=parse(row["allowed"], columns=frozenset(siblings[row["table"]])),
                any_allowed=row["any"] == "Y",
                refers_to=row["refers_to"],
                required=row["required"] == "Y",
                blank=row["blank"],
                plausible=parse(row["plausible"]),
                note=row["note"],
            )
        )
    return columns
