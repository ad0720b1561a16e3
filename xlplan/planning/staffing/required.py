"""Agents a queue needs to meet its goals: fewest whole ones, or the real number behind them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xlplan.planning.staffing.columns import Floats, blocks
from xlplan.planning.staffing.crew import CrewColumns, crew_columns
from xlplan.planning.staffing.goals import SLACK
from xlplan.planning.staffing.model import Definition, carried_share, check_definition, queue
from xlplan.planning.staffing.rounding import NOISE, round_up
from xlplan.planning.staffing.search import Margin, Rows, fewest_real, fewest_whole
from xlplan.planning.staffing.walk import LARGEST_WALK, least_stable, walk


class Binding(IntEnum):
    """What decided the number of agents."""

    MODEL = 0
    """Service level, ASA or abandonment; with Erlang C also more agents than erlangs."""
    MAX_OCCUPANCY = 1
    """The occupancy cap."""
    MIN_CREW = 2
    """The minimum crew."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """Agents required and why.

    Attributes
    ----------
    agents : ndarray of float64
        Agents at once; whole numbers unless the real ones were asked for.
    binding : ndarray of int8
        A ``Binding`` code per element: what decided; the first in the order of the codes where two agree.
    """

    agents: Floats
    binding: NDArray[np.int8]


def required_agents(
    volume: ArrayLike,
    *,
    aht_s: ArrayLike,
    interval_min: ArrayLike,
    target: ArrayLike = np.nan,
    target_s: ArrayLike = np.nan,
    patience_s: ArrayLike = np.inf,
    asa_s: ArrayLike = np.nan,
    max_abandon: ArrayLike = np.nan,
    max_occupancy: ArrayLike = np.nan,
    min_crew: ArrayLike = 0.0,
    whole: bool = True,
    definition: Definition = "offered",
) -> Requirement:
    """Fewest agents that meet every goal that is set.

    Parameters
    ----------
    volume : array_like
        Contacts offered in the interval, 0 or more. Where there are none, or they take no time, only
        ``min_crew`` is needed.
    aht_s, interval_min : array_like
        Handling time in seconds, interval in minutes.
    target, target_s : array_like, optional
        Service level, 0 to 1, and the seconds it is measured at; blank (NaN) where not set.
    patience_s : array_like, optional
        Mean patience in seconds; blank (NaN) or infinite: Erlang C, otherwise Erlang A.
    asa_s : array_like, optional
        Largest mean time in queue of all arrivals, in seconds; blank where not set.
    max_abandon : array_like, optional
        Largest abandoned share, 0 to 1; blank where not set.
    max_occupancy : array_like, optional
        Largest share of staffed time on contacts, 0.0001 to 1; blank where not set. With patience the time
        on contacts is that of answered ones.
    min_crew : array_like, optional
        Fewest agents whatever the volume.
    whole : bool, optional
        Whole agents (default), or the real number at which the goals are just met, by the continuous
        extension of the model; ``ceil(x - 1e-9 x)`` of it is the whole answer.
    definition : {"offered", "answered", "virtual"}
        What ``target`` is a share of, as in ``service_level``.

    Returns
    -------
    Requirement
        Agents and what decided them, in the broadcast shape. So many whole agents meet the goals and one
        fewer do not; with Erlang C there are always more agents than erlangs.

    Raises
    ------
    PlanError
        For arguments out of range, rows without any goal, and goals no crew can meet (a service level of
        100 %, an ASA or abandonment of 0), naming the argument and its first rows.

    Examples
    --------
    >>> crew = dict(aht_s=180, interval_min=30, target=0.8, target_s=20)
    >>> need = required_agents([0, 50, 100], **crew)
    >>> need.agents.tolist()
    [0.0, 8.0, 14.0]
    >>> need = required_agents(100, patience_s=[60, 300, None], max_occupancy=0.75, **crew)
    >>> need.agents.tolist(), [Binding(code).name for code in need.binding]
    ([13.0, 14.0, 14.0], ['MAX_OCCUPANCY', 'MAX_OCCUPANCY', 'MODEL'])
    >>> float(required_agents(100, whole=False, **crew).agents.round(6))
    13.037206
    """
    check_definition(definition)
    columns, shape = crew_columns(
        volume=volume,
        aht_s=aht_s,
        interval_min=interval_min,
        target=target,
        target_s=target_s,
        patience_s=patience_s,
        asa_s=asa_s,
        max_abandon=max_abandon,
        max_occupancy=max_occupancy,
        min_crew=min_crew,
        definition=definition,
    )
    agents, binding = np.empty(columns.load.shape), np.empty(columns.load.shape, dtype=np.int8)
    for rows in blocks(agents.size):
        agents[rows], binding[rows] = _block(columns.take(rows), whole, definition)
    return Requirement(agents.reshape(shape), binding.reshape(shape))


def _block(columns: CrewColumns, whole: bool, definition: Definition) -> tuple[Floats, NDArray[np.int8]]:
    """Agents and what decided them, for rows few enough to stay in the cache."""
    by_model, by_cap = np.zeros(columns.load.shape), np.zeros(columns.load.shape)
    busy = np.flatnonzero(columns.load > 0)
    crew = columns.take(busy)
    by_model[busy] = _for_goals(crew, whole, definition)
    by_cap[busy] = _for_occupancy(crew, by_model[busy], whole)
    least = round_up(columns.min_crew) if whole else columns.min_crew
    agents = np.maximum(np.maximum(by_model, by_cap), least)
    decided = np.where(agents > by_cap, Binding.MIN_CREW, Binding.MAX_OCCUPANCY)
    return agents, np.where(agents > by_model, decided, Binding.MODEL).astype(np.int8)


def _for_goals(crew: CrewColumns, whole: bool, definition: Definition) -> Floats:
    """Agents that meet service level, ASA and abandonment; with Erlang C more than the load."""
    goals, late = crew.goals(), f"late_{definition}"

    def margin(agents: Floats, rows: Rows) -> Floats:
        found = queue(agents, crew.load[rows], crew.patience[rows], crew.within[rows])
        return goals.take(rows).margin(found, getattr(found, late))

    endless = np.isinf(crew.patience)
    agents = np.where(endless, least_stable(crew.load) - 1.0, 0.0)
    walking = np.flatnonzero(endless & (crew.load <= LARGEST_WALK))
    agents[walking] = walk(crew.load[walking], crew.within[walking], goals.take(walking))
    rows = np.flatnonzero(~endless)
    # With patience the goals may be so loose that nobody need answer at all.
    needed = ~endless
    needed[rows] = margin(agents[rows], rows) < 0
    rows = np.flatnonzero(needed | (endless & (crew.load > LARGEST_WALK)))
    spread = 0.5 + 0.5 * np.sqrt(crew.load[rows])
    agents[rows] = fewest_whole(_of(margin, rows), agents[rows], crew.load[rows], spread)
    if whole:
        return agents
    return _real(margin, agents, np.where(endless, crew.load, 0.0))


def _for_occupancy(crew: CrewColumns, enough: Floats, whole: bool) -> Floats:
    """Agents that keep the occupancy cap, where those for the other goals do not; 0 elsewhere."""

    def margin(agents: Floats, rows: Rows) -> Floats:
        load = crew.load[rows]
        answered = queue(agents, load, crew.patience[rows], np.zeros(load.shape)).answered
        return np.log(crew.occupancy[rows] * (1 + SLACK)) - np.log(carried_share(agents, load, answered))

    agents = np.zeros(crew.load.shape)
    over = ~np.isnan(crew.occupancy)
    # Nobody abandons: the load itself is carried.
    simple = over & np.isinf(crew.patience)
    agents[simple] = crew.load[simple] / crew.occupancy[simple]
    if whole:
        agents = round_up(agents)
    rows = np.flatnonzero(over & ~simple)
    rows = rows[margin(enough[rows], rows) < 0]
    if not rows.size:
        return agents
    found = fewest_whole(
        _of(margin, rows),
        np.floor(enough[rows]),
        round_up(crew.load[rows] / crew.occupancy[rows]),
        1.0 + crew.load[rows],
    )
    agents[rows] = found if whole else _real(_of(margin, rows), found, enough[rows])
    return agents


def _of(margin: Margin, some: Rows) -> Margin:
    """Return the margin of some rows, counted anew from 0."""
    return lambda agents, rows: margin(agents, some[rows])


def _real(margin: Margin, whole: Floats, least: Floats) -> Floats:
    """Real agents behind the whole ones, above ``least``; rounded up they are the whole ones again."""
    real = whole.copy()
    rows = np.flatnonzero(whole > 0)
    fewer = whole[rows] - 1.0
    found = fewest_real(_of(margin, rows), np.maximum(fewer, least[rows]), whole[rows])
    real[rows] = np.maximum(found, fewer * (1 + 2 * NOISE))
    return real
