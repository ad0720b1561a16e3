"""Chat and messaging: agents who hold several contacts at once.

Contacts are spread evenly over the agents. Routing to the agent with the fewest open, without moving contacts between
agents, differs by up to 0.4 points of service level when lightly loaded (``chat_routing`` has its exact answer).
Where handling time does not depend on how many contacts are open, a crew is a queue of agents x concurrency servers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xlplan.errors import PlanError
from xlplan.planning.staffing.chat_chain import ChatColumns, chat_queue
from xlplan.planning.staffing.columns import Floats, amounts, common_shape, flat, numbers, refuse
from xlplan.planning.staffing.crew import CrewColumns, crew_columns
from xlplan.planning.staffing.goals import Goals
from xlplan.planning.staffing.load import load_erlangs
from xlplan.planning.staffing.model import in_handling_times, patience_column
from xlplan.planning.staffing.required import Binding, Requirement, required_agents
from xlplan.planning.staffing.rounding import NOISE, round_up
from xlplan.planning.staffing.search import Rows, fewest_whole
from xlplan.planning.staffing.walk import least_stable


@dataclass(frozen=True, slots=True)
class ChatService:
    """What a crew gives, one element per row.

    Attributes
    ----------
    wait, abandon, service_level : ndarray
        Shares of contacts offered: find every place taken, give up, are taken within the target.
    asa_s : ndarray
        Mean time in queue of all arrivals, seconds.
    chats : ndarray
        Mean contacts open at once.
    occupancy : ndarray
        Share of the places (agents x concurrency) that are taken, 1 where there are none.
    """

    wait: Floats
    abandon: Floats
    service_level: Floats
    asa_s: Floats
    chats: Floats
    occupancy: Floats


def chat_service(
    agents: ArrayLike,
    volume: ArrayLike,
    *,
    aht_s: ArrayLike,
    interval_min: ArrayLike,
    concurrency: int,
    by_chats: ArrayLike | None = None,
    target_s: ArrayLike = 0.0,
    patience_s: ArrayLike = np.inf,
) -> ChatService:
    """Service of agents who each hold up to ``concurrency`` contacts.

    Parameters
    ----------
    agents : array_like
        Agents at once; agents x concurrency must be whole.
    volume, aht_s, interval_min : array_like
        Contacts offered, handling time in seconds, interval in minutes.
    concurrency : int
        Contacts that one agent holds at most, 1 or more.
    by_chats : array_like, shape (concurrency,), optional
        Handling time with 1, 2 ... contacts open over ``aht_s``; 1 throughout where not given.
    target_s, patience_s : array_like, optional
        Answer target, and mean patience (infinite or blank: nobody gives up), in seconds.

    Raises
    ------
    PlanError
        Arguments out of range.

    Examples
    --------
    >>> found = chat_service(6, 120, aht_s=300, interval_min=30, concurrency=3, by_chats=[1, 1.4, 2], patience_s=120)
    >>> float(found.wait.round(6)), float(found.asa_s.round(4)), float(found.chats.round(6))
    (0.964152, 66.0282, 17.935979)
    """
    rate = _rate(concurrency, by_chats)
    crew, patience = amounts("agents", agents), patience_column(patience_s)
    target = amounts("target_s", target_s, limit=False)
    full = _full(aht_s, by_chats)
    load = load_erlangs(volume, full, interval_min=interval_min)
    shape = common_shape(agents=crew, volume=load, patience_s=patience, target_s=target)
    places = flat(crew, shape) * concurrency
    refuse("agents", places, np.abs(places - np.rint(places)) > 1e-6, "agents x concurrency to be a whole number")
    places, full, load = np.rint(places), flat(full, shape), flat(load, shape)
    out = {name: np.zeros(load.shape) for name in ChatService.__slots__}
    out["service_level"] += 1.0
    busy = np.flatnonzero(load > 0)
    handling = full[busy]
    columns = ChatColumns(
        load=load[busy],
        patience=in_handling_times(flat(patience, shape)[busy], handling),
        within=in_handling_times(flat(target, shape)[busy], handling),
        rate=rate,
    )
    queue, chats = chat_queue(places[busy], columns)
    out["wait"][busy], out["abandon"][busy] = queue.wait, queue.abandon
    out["service_level"][busy], out["asa_s"][busy] = 1.0 - queue.late_offered, queue.mean_wait * handling
    out["chats"][busy], out["occupancy"][busy] = chats, _taken(chats, places[busy])
    return ChatService(**{name: column.reshape(shape) for name, column in out.items()})


def chat_agents(
    volume: ArrayLike,
    *,
    aht_s: ArrayLike,
    interval_min: ArrayLike,
    concurrency: int,
    by_chats: ArrayLike | None = None,
    target: ArrayLike = np.nan,
    target_s: ArrayLike = np.nan,
    patience_s: ArrayLike = np.inf,
    asa_s: ArrayLike = np.nan,
    max_abandon: ArrayLike = np.nan,
    max_occupancy: ArrayLike = np.nan,
    min_crew: ArrayLike = 0.0,
    whole: bool = True,
) -> Requirement:
    """Fewest agents with up to ``concurrency`` contacts each who meet every goal that is set.

    Parameters
    ----------
    volume, aht_s, interval_min, target, target_s, patience_s, asa_s, max_abandon, min_crew
        As ``required_agents`` takes them.
    concurrency, by_chats
        As ``chat_service`` takes them.
    max_occupancy : array_like, optional
        Largest share of the places (agents x concurrency) taken.
    whole : bool, optional
        Whole agents (default), or the real number at which the goals are just met: places may then be filled in
        part, by interpolation between two whole ones.

    Returns
    -------
    Requirement
        Rounded up, the real numbers are the whole ones.

    Raises
    ------
    PlanError
        As ``required_agents``.

    Examples
    --------
    >>> goal = dict(interval_min=30, target=0.8, target_s=60, patience_s=300)
    >>> chat_agents([0, 60, 120], aht_s=300, concurrency=3, **goal).agents.tolist()
    [0.0, 4.0, 7.0]
    >>> chat_agents([0, 60, 120], aht_s=300, concurrency=3, by_chats=[1, 1.4, 2], **goal).agents.tolist()
    [0.0, 7.0, 13.0]
    """
    rate = _rate(concurrency, by_chats)
    full = _full(aht_s, by_chats)
    goals: dict[str, Any] = {
        "target": target,
        "target_s": target_s,
        "patience_s": patience_s,
        "asa_s": asa_s,
        "max_abandon": max_abandon,
        "max_occupancy": max_occupancy,
        "min_crew": amounts("min_crew", min_crew) * concurrency,
    }
    if np.array_equal(rate, np.arange(len(rate))):
        need = required_agents(volume, aht_s=full, interval_min=interval_min, whole=False, **goals)
        places, binding = need.agents, need.binding
    else:
        columns, shape = crew_columns(
            volume=volume, aht_s=full, interval_min=interval_min, definition="offered", **goals
        )
        found, why = _places(columns, rate)
        places, binding = found.reshape(shape), why.reshape(shape)
    agents = places / concurrency
    return Requirement(round_up(agents) if whole else agents, binding)


def _places(columns: CrewColumns, rate: Floats) -> tuple[Floats, NDArray[np.int8]]:
    """Places that meet the goals, the last of them filled in part, and what decided."""
    by_model, by_cap = np.zeros(columns.load.shape), np.zeros(columns.load.shape)
    busy = np.flatnonzero(columns.load > 0)
    crew = columns.take(busy)
    chats = ChatColumns(crew.load, crew.patience, crew.within, rate)
    goals = crew.goals()
    endless = np.isinf(crew.patience)
    too_few = np.where(endless, least_stable(crew.load) - 1.0, -1.0)
    by_model[busy] = _fewest(chats, goals, np.full(busy.shape, np.inf), too_few)
    by_cap[busy] = _for_occupancy(chats, crew.occupancy, np.ceil(by_model[busy]) - 1.0)
    places = np.maximum(np.maximum(by_model, by_cap), columns.min_crew)
    decided = np.where(places > by_cap, Binding.MIN_CREW, Binding.MAX_OCCUPANCY)
    return places, np.where(places > by_model, decided, Binding.MODEL).astype(np.int8)


def _for_occupancy(chats: ChatColumns, cap: Floats, fewer: Floats) -> Floats:
    """Places that keep the cap, where one fewer than the goals ask for do not; 0 elsewhere."""
    places = np.zeros(cap.shape)
    capped = np.flatnonzero(~np.isnan(cap))
    some = fewer[capped].clip(0.0)
    over = _taken(chat_queue(some, _take(chats, capped))[1], some) > cap[capped] * (1 + NOISE)
    rows = capped[over]
    if rows.size:
        anything = Goals(*(np.full(rows.size, np.inf) for _ in range(3)))
        places[rows] = _fewest(_take(chats, rows), anything, cap[rows], fewer[rows])
    return places


def _fewest(chats: ChatColumns, goals: Goals, cap: Floats, too_few: Floats) -> Floats:
    """Places at which the goals and the cap (infinite: none) are just met."""

    def margin(agents: Floats, rows: Rows) -> Floats:
        queue, open_now = chat_queue(agents, _take(chats, rows))
        with np.errstate(divide="ignore"):
            room = np.log(cap[rows] * (1 + NOISE)) - np.log(_taken(open_now, agents))
        return np.minimum(goals.take(rows).margin(queue, queue.late_offered), room)

    whole = fewest_whole(margin, too_few, chats.load, 0.5 + 0.5 * np.sqrt(chats.load))
    needed = np.flatnonzero(whole > 0)
    fewer = whole[needed] - 1.0
    part = _last_place(_take(chats, needed), goals.take(needed), cap[needed], whole[needed])
    whole[needed] = np.maximum(fewer + part, fewer * (1 + 2 * NOISE))
    return whole


def _last_place(chats: ChatColumns, goals: Goals, cap: Floats, whole: Floats) -> Floats:
    """Part of the last place that is needed, each measure taken as even between one place fewer and all of them."""
    with_it, more = chat_queue(whole, chats)
    without, less = chat_queue(whole - 1.0, chats)
    pairs = (
        (goals.late, without.late_offered, with_it.late_offered),
        (goals.abandon, without.abandon, with_it.abandon),
        (goals.mean_wait, without.mean_wait, with_it.mean_wait),
        (cap, _taken(less, whole - 1.0), _taken(more, whole)),
    )
    part = np.zeros(whole.shape)
    for accepted, before, after in pairs:
        with np.errstate(invalid="ignore", divide="ignore"):
            share = (before - accepted) / (before - after)
        missed = before > accepted
        part = np.maximum(part, np.where(missed, np.where(np.isfinite(share), np.clip(share, 0.0, 1.0), 1.0), 0.0))
    return part


def _take(chats: ChatColumns, rows: Rows) -> ChatColumns:
    return ChatColumns(chats.load[rows], chats.patience[rows], chats.within[rows], chats.rate)


def _taken(chats: Floats, places: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(places > 0, np.minimum(chats / places, 1.0), 1.0)


def _rate(concurrency: int, by_chats: ArrayLike | None) -> Floats:
    """Contacts that an agent with 0, 1 ... K open finishes in one handling time of K."""
    if concurrency != int(concurrency) or concurrency < 1:
        raise PlanError(
            f"found {concurrency:g}, expected a whole number of 1 or more", where="concurrency", do="type 2"
        )
    count = np.arange(int(concurrency) + 1, dtype=np.float64)
    if by_chats is None:
        return count
    times = numbers("by_chats", by_chats)
    if times.shape != (int(concurrency),) or not (times > 0).all():
        raise PlanError(
            f"found {times.size} handling times, expected {int(concurrency)} above 0: one per number of contacts open",
            where="by_chats",
            do="give one handling time for 1, 2 ... contacts",
        )
    slowest = np.concatenate([[1.0], times])
    return count * times[-1] / slowest


def _full(aht_s: ArrayLike, by_chats: ArrayLike | None) -> Floats:
    """Handling time with all contacts open."""
    each = amounts("aht_s", aht_s)
    return each if by_chats is None else np.asarray(each * numbers("by_chats", by_chats)[-1])
