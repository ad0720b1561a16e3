"""The arguments of required agents: checked, in one shape, in units of aht."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import (
    Flags,
    Floats,
    amounts,
    common_shape,
    flat,
    numbers,
    rates,
    refuse,
    where,
    wide,
)
from xlplan.planning.staffing.goals import Goals
from xlplan.planning.staffing.load import load_erlangs
from xlplan.planning.staffing.model import Definition, in_handling_times, patience_column
from xlplan.planning.staffing.search import Rows

# A lower cap asks for more agents than can be counted one by one at the largest load.
_LEAST_OCCUPANCY = 1e-4


@dataclass(frozen=True, slots=True)
class CrewColumns:
    """One row per queue; patience, answer target and mean wait in units of aht, goals NaN where not set.

    Attributes
    ----------
    load, patience, within : ndarray
        Erlangs, mean patience (infinite: Erlang C) and answer target.
    target, mean_wait, abandon, occupancy : ndarray
        Goals: service level, ASA, abandoned share, occupancy cap.
    min_crew : ndarray
        Fewest agents.
    """

    load: Floats
    patience: Floats
    within: Floats
    target: Floats
    mean_wait: Floats
    abandon: Floats
    occupancy: Floats
    min_crew: Floats

    def take(self, rows: slice | Rows) -> CrewColumns:
        """Return some rows."""
        return CrewColumns(*(getattr(self, field.name)[rows] for field in fields(self)))

    def goals(self) -> Goals:
        """Return the goals of the model, the occupancy cap left out."""
        return Goals.accepted(1.0 - self.target, self.mean_wait, self.abandon)


def crew_columns(
    *,
    volume: ArrayLike,
    aht_s: ArrayLike,
    interval_min: ArrayLike,
    target: ArrayLike,
    target_s: ArrayLike,
    patience_s: ArrayLike,
    asa_s: ArrayLike,
    max_abandon: ArrayLike,
    max_occupancy: ArrayLike,
    min_crew: ArrayLike,
    definition: Definition,
) -> tuple[CrewColumns, tuple[int, ...]]:
    """Check the arguments of ``required_agents``; return them flat, with the shape they broadcast to.

    Raises
    ------
    PlanError
        For an argument out of range, rows with load but no goal, and goals no crew can meet.
    """
    load = load_erlangs(volume, aht_s, interval_min=interval_min)
    patience = patience_column(patience_s)
    share, within = rates("target", target, blank=True), amounts("target_s", target_s, limit=False, blank=True)
    asa, abandon = amounts("asa_s", asa_s, blank=True), rates("max_abandon", max_abandon, blank=True)
    cap, crew = rates("max_occupancy", max_occupancy, blank=True), amounts("min_crew", min_crew)
    refuse(
        "max_occupancy",
        cap,
        cap < _LEAST_OCCUPANCY,
        f"a share of at least {_LEAST_OCCUPANCY:g}",
        "type 0.85 for 85 %, or leave it blank",
    )
    shape = common_shape(
        volume=load,
        target=share,
        target_s=within,
        patience_s=patience,
        asa_s=asa,
        max_abandon=abandon,
        max_occupancy=cap,
        min_crew=crew,
    )

    busy = wide(load > 0, shape)
    no_goal = np.isnan(share) & np.isnan(asa) & np.isnan(abandon) & np.isnan(cap)
    _refuse_rows("target_s", ~np.isnan(share) & np.isnan(within), shape, "a target without its seconds", "type 20")
    _refuse_rows(
        "target", busy & no_goal, shape, "contacts but no goal", "set target, asa_s, max_abandon or max_occupancy"
    )
    _refuse_unattainable(busy, share, within, patience, asa, abandon, definition)

    handling = flat(numbers("aht_s", aht_s), shape)
    columns = CrewColumns(
        load=flat(load, shape),
        patience=in_handling_times(flat(patience, shape), handling),
        within=in_handling_times(flat(within, shape), handling),
        target=flat(share, shape),
        mean_wait=flat(asa, shape) / np.where(handling == 0, 1.0, handling),
        abandon=flat(abandon, shape),
        occupancy=flat(cap, shape),
        min_crew=flat(crew, shape),
    )
    return columns, shape


def _refuse_rows(name: str, bad: Flags, shape: tuple[int, ...], what: str, do: str) -> None:
    if bad.any():
        raise PlanError(f"found {what}", where=where(name, np.broadcast_to(bad, shape)), do=do)


def _refuse_unattainable(
    busy: Flags,
    target: Floats,
    within: Floats,
    patience: Floats,
    asa: Floats,
    abandon: Floats,
    definition: Definition,
) -> None:
    """Refuse goals that every finite crew misses; busy has the shape of all."""
    # Everyone is answered within endless time, unless some abandon; with no patience at all, those answered
    # were answered at once.
    certain = np.isinf(within) & (np.isinf(patience) | (definition != "offered"))
    certain = certain | ((patience == 0) & (definition == "answered"))
    for name, bad, goal, do in (
        ("target", (target == 1) & ~certain, "a service level of 100 %", "type 0.99 or less"),
        ("asa_s", (asa == 0) & (patience > 0), "an ASA of 0 s", "type 1 or more"),
        ("max_abandon", (abandon == 0) & np.isfinite(patience), "an abandonment of 0 %", "type 0.01 or more"),
    ):
        what = f"{goal}, unattainable: no finite number of agents meets it"
        _refuse_rows(name, busy & bad, busy.shape, what, do)
