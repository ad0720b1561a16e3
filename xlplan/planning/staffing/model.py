"""Erlang C or Erlang A, row by row: what decides is whether patience is finite."""

from __future__ import annotations

from dataclasses import fields
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike

from xlplan.errors import PlanError
from xlplan.planning.staffing import erlang_a, erlang_c
from xlplan.planning.staffing.columns import Floats, amounts
from xlplan.planning.staffing.queue import Queue
from xlplan.planning.staffing.search import Rows

Definition: TypeAlias = Literal["offered", "answered", "virtual"]


def check_definition(definition: str) -> None:
    """Refuse a service level that is not offered, answered or virtual."""
    if definition not in get_args(Definition):
        raise PlanError(
            f"found {definition!r}, expected a definition of service level",
            where="definition",
            do="type offered, answered or virtual",
        )


def patience_column(patience_s: ArrayLike) -> Floats:
    """Patience in seconds, 0 or more; a blank is endless patience."""
    values = amounts("patience_s", patience_s, limit=False, blank=True)
    return np.where(np.isnan(values), np.inf, values)


def in_handling_times(seconds: Floats, aht_s: Floats) -> Floats:
    """Seconds in units of aht; from 1e100 of them on they are endless, below 1e-100 they are none."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        units = seconds / aht_s
    return np.where(units > 1e100, np.inf, np.where(units < 1e-100, 0.0, units))


def queue(agents: Floats, load: Floats, patience: Floats, target: Floats) -> Queue:
    """Return the queue of each row, Erlang A where patience is finite and Erlang C elsewhere.

    Nobody waits where the load is 0, and patience and target may then be any number.

    Parameters
    ----------
    agents, load, patience, target : ndarray
        Checked columns, 1-d, of one length; patience and target in units of aht.
    """
    busy, endless = load > 0, np.isinf(patience)
    if np.all(busy & ~endless):
        return erlang_a.queue(agents, load, patience, target)
    columns = {field.name: np.zeros(load.shape) for field in fields(Queue)}
    columns["answered"] += 1.0
    rows = np.flatnonzero(busy & endless)
    _place(columns, rows, erlang_c.queue(agents[rows], load[rows], target[rows]))
    rows = np.flatnonzero(busy & ~endless)
    _place(columns, rows, erlang_a.queue(agents[rows], load[rows], patience[rows], target[rows]))
    return Queue(**columns)


def _place(columns: dict[str, Floats], rows: Rows, part: Queue) -> None:
    for name, column in columns.items():
        column[rows] = getattr(part, name)


def carried_share(agents: Floats, load: Floats, answered: Floats) -> Floats:
    """Occupancy of agents who answer this share of a load."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = load * answered / agents
    return np.where(load == 0, 0.0, np.where(agents == 0, 1.0, np.minimum(share, 1.0)))
