"""What a planner types to name a row of the plan: ids, periods, months, any day of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from xlplan.errors import SHOWN
from xlplan.functions.cellvalues import NA, VALUE, CellError, date, error_of, is_blank, label, shown
from xlplan.tables.schema import ANY

if TYPE_CHECKING:
    import pandas as pd

    from xlplan.functions.plan.state import PlanState
    from xlplan.tables.schema import Column


def is_any(cell: Any) -> bool:
    """True for a key that does not matter: a blank, or ANY."""
    return is_blank(cell) or (isinstance(cell, str) and cell.strip().upper() in {"", ANY})


def key_of(state: PlanState, column: Column, cell: Any) -> Any:
    """A key as the column holds it.

    Parameters
    ----------
    state : PlanState
        Knows the periods.
    column : Column
        A key column of the dictionary.
    cell : object
        What stands in the planner's cell: an id as text or number; for a period also any day of it; for a month any
        day of the month.

    Raises
    ------
    CellError
        The cell cannot name a row.
    """
    import pandas as pd

    raise_error_in(cell)
    if column.name == "period":
        return period_of(state, cell)
    if column.type == "date":
        found = _raised(date(column.name, cell))
        moment = pd.Timestamp(found).normalize()
        return moment.replace(day=1) if column.name == "month" else moment
    if column.type in {"integer", "number"}:
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            raise CellError(VALUE, f"{column.name} is {shown(cell)}; type a number")
        return float(cell) if column.type == "number" else int(cell)
    return id_of(column.name, cell)


def id_of(name: str, cell: Any) -> str:
    """An id; one such as 1001 stands as a number in its cell."""
    raise_error_in(cell)
    return str(_raised(label(name, cell))).strip()


def period_of(state: PlanState, cell: Any) -> str:
    """The id of a period: itself, or that of the period in which a date falls.

    Excel turns ``2026-03`` into a date as soon as it is typed, so a date has to do as well as the id.
    """
    if isinstance(cell, str) and cell.strip() in set(state.table("tblPeriod")["period"]):
        return cell.strip()
    return str(_period_row(state, cell)["period"])


def day_of(state: PlanState, cell: Any) -> pd.Timestamp:
    """A date, or the first day of a period; a date need not lie inside the plan."""
    import pandas as pd

    if isinstance(cell, str):
        starts = state.remembered("starts", lambda: _starts(state))
        if cell.strip() in starts:
            return starts[cell.strip()]
        _need_date(state, cell)
    raise_error_in(cell)
    return pd.Timestamp(_raised(date("period", cell))).normalize()


def _starts(state: PlanState) -> dict[str, Any]:
    frame = state.table("tblPeriod")
    return dict(zip(frame["period"], frame["start"], strict=True))


def _period_row(state: PlanState, cell: Any) -> pd.Series[Any]:
    frame = state.table("tblPeriod")
    _need_date(state, cell)
    day = _raised(date("period", cell))
    inside = frame.loc[(frame["start"] <= day) & (frame["end"] + dt.timedelta(days=1) > day)]
    if inside.empty:
        first, last = frame["start"].min(), frame["end"].max()
        raise CellError(
            NA, f"{day:%Y-%m-%d} lies outside the plan, which runs from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
        )
    return inside.iloc[0]


def _need_date(state: PlanState, cell: Any) -> None:
    """A text that is neither a period nor a date is answered with the periods that there are."""
    if isinstance(cell, str) and isinstance(date("period", cell), CellError):
        raise unknown("period", cell, state.table("tblPeriod")["period"])


def unknown(what: str, cell: Any, known: Iterable[Any], *, where: str = "the plan") -> CellError:
    """The error of an id that does not exist, with what does."""
    names = list(dict.fromkeys(str(name) for name in known))
    near = get_close_matches(str(cell), names, n=1)
    if near:
        return CellError(NA, f"{where} has no {what} {cell}; did you mean {near[0]}?")
    more = f" and {len(names) - SHOWN} more, {len(names)} in all" if len(names) > SHOWN else ""
    return CellError(NA, f"{where} has no {what} {cell}; it has {', '.join(names[:SHOWN]) or 'none'}{more}")


def raise_error_in(cell: Any) -> None:
    """An error in an argument is the answer's error."""
    found = error_of(cell)
    if found is not None:
        raise found


def _raised(value: Any) -> Any:
    if isinstance(value, CellError):
        raise value
    return value
