"""One table against its dictionary entry: keys, types, ranges, blanks, slips of the unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.errors import PlanError
from xlplan.tables.schema import Column, Finding, Severity, Table
from xlplan.tables.typed import empty, show, typed

AGAIN = {
    "date": "the date again, such as 2026-01-31",
    "datetime": "the date and time again, such as 2026-01-31 09:30",
    "time": "the time again, such as 09:30",
}
"""What to type where a text looks like what it should be."""


def conform(frame: pd.DataFrame | Mapping[str, Iterable[Any]], table: Table) -> tuple[pd.DataFrame, list[Finding]]:
    """The frame with exactly the dictionary's columns and types.

    Absent optional columns come as blanks, columns that the dictionary does not know are left out, values that do
    not fit their type become blanks with a finding each.

    Returns
    -------
    frame : DataFrame
        Columns in the dictionary's order, a fresh index from 0.
    findings : list of Finding
        ``missing_column`` and ``type``.

    Raises
    ------
    PlanError
        The values do not make a table: a column twice, columns of several lengths, one value in place of a column.
    """
    given = _columns(frame, table)
    rows = max((len(values) for values in given.values()), default=0)
    columns: dict[str, pd.Series[Any]] = {}
    findings: list[Finding] = []
    for column in table.columns:
        if column.name not in given:
            columns[column.name] = empty(column, rows)
            if column.required:
                findings.append(_missing(table, column))
            continue
        raw = given[column.name]
        columns[column.name], misfits = typed(raw, column)
        items = list(raw) if misfits else []
        findings += [misfit(table, column, position, items[position]) for position in misfits]
    return pd.DataFrame(columns), findings


def _columns(frame: pd.DataFrame | Mapping[str, Iterable[Any]], table: Table) -> dict[str, Any]:
    """The columns by name, all of one length."""
    names = [str(name) for name in frame]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise PlanError(f"a column {min(twice)} stands twice", where=table.name, do="rename or drop one of the two")
    given: dict[str, Any] = {}
    for name in frame:
        values: Any = frame[name]
        if isinstance(values, str) or not isinstance(values, Iterable):
            raise PlanError(
                f"found {show(values)}, expected a list of values", where=f"{table.name}.{name}", do="write [value]"
            )
        given[str(name)] = values if isinstance(values, pd.Series) else list(values)
    lengths = {len(values) for values in given.values()}
    if len(lengths) > 1:
        found = ", ".join(f"{name} {len(values)}" for name, values in given.items())
        raise PlanError(f"columns of several lengths: {found}", where=table.name, do="give each column one value a row")
    return given


def misfit(table: Table, column: Column, position: int, value: object) -> Finding:
    """The finding for a value that is not of the column's type."""
    expected, fix = column.expects, to_type(column, value)
    return Finding("type", "error", table.name, column.name, position + 1, show(value), expected, fix)


def to_type(column: Column, value: object) -> str:
    """What to type in place of a value that is not of the column's type."""
    again = "the number again, without quotes or spaces" if column.numeric else AGAIN.get(column.type)
    if again and isinstance(value, str):
        return f"{column.fix}; the cell holds text, so give it the format General and type {again}"
    if column.type == "time" and str(value).isdecimal() and int(str(value)) < 24:
        return f"type {int(str(value)):02d}:00 for that hour of the day"
    return column.fix


def check(frame: pd.DataFrame, table: Table, *, misfits: Iterable[Finding] = ()) -> list[Finding]:
    """Findings of a frame that :func:`conform` returned.

    ``misfits`` are the findings of :func:`conform`: a cell named there is not named again for being blank.

    Rules: ``blank`` (required cell empty), ``range`` (outside what is allowed), ``implausible`` (a warning),
    ``duplicate`` (key twice).
    """
    findings: list[Finding] = []
    named = {(finding.column, finding.row) for finding in misfits}
    for column in table.columns:
        values = frame[column.name]
        if column.required and (column.name, None) not in named:
            blanks = _listed("blank", "error", table, column, values, values.isna().to_numpy(dtype=bool))
            findings += [finding for finding in blanks if (column.name, finding.row) not in named]
        broken = column.allowed.bad(values, frame)
        if column.any_allowed:
            broken &= ~values.eq("ANY").to_numpy(dtype=bool, na_value=False)
        findings += _listed("range", "error", table, column, values, broken)
        odd = column.plausible.bad(values, frame) & ~broken
        findings += _listed("implausible", "warning", table, column, values, odd)
    return findings + _duplicates(frame, table)


def _listed(
    rule: str,
    severity: Severity,
    table: Table,
    column: Column,
    values: pd.Series[Any],
    broken: NDArray[np.bool_],
) -> list[Finding]:
    found = []
    for position in np.flatnonzero(broken):
        value = values.iloc[position]
        expected, fix = column.expects, column.fix
        if rule == "blank":
            value = None
        elif rule == "implausible":
            expected = f"mostly {column.plausible.words(column.type)} {column.unit}".rstrip()
            fix = slip(column, value) or "confirm it, or type the right number"
        elif column.allowed.choices and isinstance(value, str):
            fix = nearest(value, column.allowed.choices) or fix
        else:
            fix = slip(column, value) or fix
        found.append(Finding(rule, severity, table.name, column.name, int(position) + 1, show(value), expected, fix))
    return found


def slip(column: Column, value: object) -> str:
    """What was probably meant, where a unit was mixed up; empty if nothing fits."""
    if not isinstance(value, int | float | np.number):
        return ""
    number = float(value)
    limit = column.plausible if column.plausible.text else column.allowed

    def fits(candidate: float) -> bool:
        row = pd.Series([candidate])
        return not limit.bad(row, pd.DataFrame()).any() and not column.allowed.bad(row, pd.DataFrame()).any()

    if column.type == "rate" and 1 < number <= 100 and fits(number / 100):
        return f"{number:g} looks like a percent; type {number / 100:g}"
    if column.unit == "seconds" and number > 0 and not fits(number):
        if fits(number * 60):
            return f"{number:g} looks like minutes; type {number * 60:g}"
        if number < 1 and fits(round(number * 86_400)):  # a cell that shows 0:05:00 holds a part of a day
            return f"{number:g} looks like a time of day, which is a part of a day; type {round(number * 86_400)}"
    return ""


def nearest(value: str, ids: Iterable[str]) -> str:
    """The nearest id to a mistyped one, as a mend; empty if none is near."""
    from difflib import get_close_matches

    choices = list(ids)
    folded = {choice.casefold().strip(): choice for choice in reversed(choices)}
    match = folded.get(value.casefold().strip())
    near = [match] if match else get_close_matches(value, choices, n=1)
    return f"type {near[0]}" if near else ""


def _missing(table: Table, column: Column) -> Finding:
    return Finding(
        "missing_column",
        "error",
        table.name,
        column.name,
        None,
        "no such column",
        f"a column headed {column.name}: {column.meaning}",
        f"add a column {column.name} to {table.name} and fill it: {column.fix}",
    )


def _duplicates(frame: pd.DataFrame, table: Table) -> list[Finding]:
    if frame.empty or not table.key:
        return []
    key = list(table.key)
    twice = frame.duplicated(key).to_numpy()
    if not twice.any():
        return []
    first = frame[key].astype(object).where(frame[key].notna(), None).agg(tuple, axis=1)
    row_of: dict[Any, int] = {}
    for position, values in enumerate(first):
        row_of.setdefault(values, position + 1)
    return [
        Finding(
            "duplicate",
            "error",
            table.name,
            key[0],
            int(position) + 1,
            ", ".join(show(value) for value in first[position]) + f", as in row {row_of[first[position]]}",
            f"each {' x '.join(key)} once",
            "delete one of the two rows or give it another key",
        )
        for position in np.flatnonzero(twice)
    ]
