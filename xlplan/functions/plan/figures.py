"""Cell functions that read results of the last run: any figure by its keys, hours of an FTE, checks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from xlplan.functions.cellvalues import NA, VALUE, CellError, Grid
from xlplan.functions.eachcell import by_row, each, needed
from xlplan.functions.plan.items import ALSO_CALLED, ITEMS, NON_ZERO_ONLY, Item, keys_of, may_sum
from xlplan.functions.plan.keys import id_of, is_any, key_of, unknown
from xlplan.functions.plan.state import PlanState
from xlplan.functions.registry import Argument, cell_function

STAMP = Argument("stamp", "the plan's named cell Stamp, which every refresh changes", kind="text")
"""Nothing is read from it: it makes the host calculate the cell again."""

ABSENT = (NA, "there is no plan, no such table or row in it, or no value in the row")


@cell_function(
    "XP_RESULT",
    group="Read-outs",
    arguments=[
        Argument("item", "what to read, such as volume, required, fte, closing backlog or cost", kind="text"),
        Argument(
            "keys",
            "one row of keys for every answer, in the order of the item's table, such as queue, language, period",
            "ids, dates",
            kind="cells",
            nullable=True,
        ),
        STAMP,
    ],
    returns="the value of every row of keys; ANY, a blank and keys left out at the end stand for the sum over them",
    example=("required", [["support", "EN", "2026-W15"], ["support", "EN", "ANY"]], "plan 1"),
    formula='=XP_RESULT("required",B2:D3,Stamp)',
    errors=[
        ABSENT,
        (VALUE, "an item that does not exist, more keys than its table has, or a sum of what does not add up"),
    ],
    reads="plan",
)
def result(state: PlanState, item: str, keys: Grid | None, stamp: str) -> Any:
    """A figure of the last run by its keys; for a period, any day of it does as well."""
    name, wanted = _item(item)
    columns = keys_of(wanted)
    rows = [[None]] if keys is None else keys
    if len(rows[0]) > len(columns):
        raise CellError(VALUE, f"{name} has the keys {', '.join(columns)}; keys has {len(rows[0])} columns")
    state.columns(wanted.table, *columns, wanted.column)
    return by_row(lambda given: _value(state, name, wanted, columns, given), rows)


@cell_function(
    "XP_FTE_HOURS",
    group="Staffing",
    arguments=[
        Argument("site", "the site's id", "id", kind="cells"),
        Argument("period", "the period's id, or any day of it", "id or date", kind="cells"),
        STAMP,
    ],
    returns="productive hours per FTE in the period: contract hours less days off, after shrinkage",
    example=("HQ", "2026-W15", "plan 1"),
    formula='=XP_FTE_HOURS("HQ","2026-W15",Stamp)',
    errors=[ABSENT],
    reads="plan",
)
def fte_hours(state: PlanState, site: Grid, period: Grid, stamp: str) -> Any:
    """Hours that one FTE of a site works in a period, from the plan's calendar."""
    item = ITEMS["hours per fte"]
    state.columns(item.table, "site", "period", item.column)

    def hours(own: Any, when: Any) -> Any:
        name = id_of("site", needed("site", own, "the site's id"))
        needed("period", when, "the period's id, or any day of it")
        return _value(state, "hours per fte", item, ["site", "period"], [name, when])

    return each(hours, {"site": site, "period": period})


@cell_function(
    "XP_CHECK",
    group="Read-outs",
    arguments=[
        Argument("check", "id of a check, as the sheet Checks shows it", "id", kind="cells"),
        STAMP,
    ],
    returns="TRUE when the check passed in the last run, FALSE when it failed",
    example=("periods", "plan 1"),
    formula='=XP_CHECK("periods",Stamp)',
    errors=[ABSENT, (NA, "a check that was not run")],
    reads="plan",
)
def check(state: PlanState, check: Grid, stamp: str) -> Any:
    """Whether a check of the last run passed."""
    frame = state.columns("tblCheck", "check", "status")
    results = state.remembered("checks", lambda: dict(zip(frame["check"], frame["status"], strict=True)))

    def passed(cell: Any) -> bool:
        name = id_of("check", needed("check", cell, "id of a check, as the sheet Checks shows it"))
        if name not in results:
            raise unknown("check", name, results)
        if results[name] not in {"pass", "fail"}:
            raise CellError(NA, f"the check {name} was not run; press Refresh plan")
        return bool(results[name] == "pass")

    return each(passed, {"check": check})


def _item(text: str) -> tuple[str, Item]:
    """The item's own name, and the item: as typed, or with blanks, underscores and case as in a heading."""
    for spelling in (text.strip().casefold(), " ".join(text.replace("_", " ").split()).casefold()):
        name = ALSO_CALLED.get(spelling, spelling)
        if name in ITEMS:
            return name, ITEMS[name]
        for known in ITEMS:
            if known.replace("_", " ") == spelling:
                return known, ITEMS[known]
    raise CellError(VALUE, unknown("item", text, ITEMS, where="XP_RESULT").sentence)


def _value(state: PlanState, name: str, item: Item, columns: Sequence[str], given: Sequence[Any]) -> Any:
    """The value of the row with these keys, or the sum of the rows that have them."""
    from xlplan.tables.dictionary import table

    spec = table(item.table)
    keys = {
        column: key_of(state, spec[column], cell)
        for column, cell in zip(columns, given, strict=False)
        if not is_any(cell)
    }
    places = _places(state, item.table, tuple(keys)).get(tuple(keys.values()), [])
    frame = state.table(item.table)
    values = frame[item.column]
    if not places:
        return _nothing(state, item, keys, columns)
    if len(places) > 1 and item.adds == "never":
        places = _general(frame, places, [column for column in columns if column not in keys])
    if len(places) > 1:
        told_apart = frame.iloc[places][list(columns)].nunique()
        kept_apart = [c for c in columns if c not in keys and told_apart[c] > 1 and not may_sum(item, c)]
        if kept_apart or item.adds == "never":
            raise CellError(
                VALUE,
                f"{name} does not add up, and {len(places)} rows of {item.table} have these keys; "
                f"give {' and '.join(kept_apart)} too",
            )
        return _shown(float(values.iloc[places].sum(skipna=False)), item)
    return _shown(values.iloc[places[0]], item)


def _places(state: PlanState, table: str, columns: tuple[str, ...]) -> dict[tuple[Any, ...], list[int]]:
    """Rows of a table by some of its keys."""

    def grouped() -> dict[tuple[Any, ...], list[int]]:
        frame = state.table(table)
        found: dict[tuple[Any, ...], list[int]] = {}
        if not columns:
            return {(): list(range(len(frame)))} if len(frame) else {}
        for place, key in enumerate(zip(*(frame[column] for column in columns), strict=True)):
            found.setdefault(key, []).append(place)
        return found

    return state.remembered(("places", table, columns), grouped)


def _general(frame: Any, places: list[int], free: Sequence[str]) -> list[int]:
    """Of rows that do not add up, the one for ANY where the table has one."""
    rows = frame.iloc[places]
    total = [place for place, row in zip(places, rows[list(free)].itertuples(index=False), strict=True)
             if any(is_any(value) for value in row)]  # fmt: skip
    return total if len(total) == 1 else places


def _nothing(state: PlanState, item: Item, keys: dict[str, Any], order: Sequence[str]) -> float:
    """0 for ids that exist in a table that shows nothing but what there is; else the error that says what is amiss."""
    from xlplan.tables.dictionary import table

    frame, spec = state.table(item.table), table(item.table)
    if frame.empty:
        raise CellError(NA, f"{item.table} is empty; press Refresh plan, or see the sheet Checks for what is missing")
    for column, key in keys.items():
        known = set(frame[column])
        home, _, ids = spec[column].refers_to.partition(".")
        if item.table in NON_ZERO_ONLY and home and state.holds(home):
            known |= set(state.table(home)[ids])
        if key not in known:
            words = f"{key:%Y-%m-%d}" if isinstance(key, dt.datetime) else key
            other = next((name for name in order if key in set(frame[name])), "")
            if other:
                raise CellError(NA, f"{words} is a {other} and no {column}; give the keys in order: {', '.join(order)}")
            raise unknown(column, words, [_words(value) for value in frame[column].drop_duplicates()], where=item.table)
    if item.table in NON_ZERO_ONLY and item.adds != "never":
        return 0.0
    raise CellError(NA, f"{item.table} has no row of {', '.join(_words(key) for key in keys.values())}")


def _words(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, dt.datetime) else str(value)


def _shown(value: Any, item: Item) -> Any:
    """A value as a cell takes it: dates as serial numbers; a blank is an error that says what it means."""
    import pandas as pd

    from xlplan.tables.dictionary import table

    if pd.isna(value):
        column = table(item.table)[item.column]
        raise CellError(NA, f"{item.table}.{item.column} is blank there: {column.blank or 'not known'}")
    if isinstance(value, pd.Timestamp):
        return float((value - pd.Timestamp(1899, 12, 30)).days)
    return value if isinstance(value, str) else float(value)
