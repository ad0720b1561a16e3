"""Live work of a plan: agents for every interval in which it is open, and the service that they give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.planning.staffing.chat import chat_agents, chat_service
from xlplan.planning.staffing.columns import Flags, Floats
from xlplan.planning.staffing.grid import Weeks
from xlplan.planning.staffing.measures import occupancy, service_level
from xlplan.planning.staffing.required import Binding, Requirement, required_agents
from xlplan.planning.staffing.rounding import round_up
from xlplan.planning.workstreams import Workstream
from xlplan.tables.plan import Plan

BINDINGS = {Binding.MODEL: "model", Binding.MAX_OCCUPANCY: "max_occupancy", Binding.MIN_CREW: "min_crew"}
GOALS = ("target", "target_s", "patience_s", "asa_s", "max_abandon", "max_occupancy", "min_crew")
SIDE_BY_SIDE = {"chat", "messaging"}
"""Channels whose agents may hold several contacts at once."""


def interval_goals(stream: Workstream) -> dict[str, Any]:
    """The staffing goals of a live workstream, as ``required_agents`` takes them."""
    return {name: getattr(stream, name) for name in GOALS}


def is_chat(stream: Workstream) -> bool:
    """True where agents hold several contacts at once."""
    return stream.channel in SIDE_BY_SIDE and stream.concurrency > 1


def live_model(stream: Workstream) -> str:
    """Name of the model that staffs a live workstream."""
    if is_chat(stream):
        return "chat"
    return "erlang_a" if np.isfinite(stream.patience_s) else "erlang_c"


def staffed_intervals(plan: Plan, streams: Sequence[Weeks]) -> pd.DataFrame:
    """Agents of each open interval of each live workstream and period.

    Parameters
    ----------
    plan : Plan
        For tblPeriod and tblConcurrency.
    streams : sequence of Weeks
        Live workstreams, at least one.

    Returns
    -------
    DataFrame
        The columns of tblIntervalReq, and beside them ``agents_low_80`` and ``agents_high_80`` at the bounds of the
        volume, ``busy`` (agents at work on contacts, of the fractional ones) and ``binding``.
    """
    names = plan["tblPeriod"]["period"].to_numpy()
    frames = [_open_intervals(weeks, names) for weeks in streams]
    rows = pd.concat(frames, ignore_index=True)
    starts = np.cumsum([0, *(len(frame) for frame in frames)])
    whole = {bound: rows.pop(bound).to_numpy(dtype=float) for bound in ("low_80", "high_80")}
    found = {name: np.full(len(rows), np.nan) for name in ("service_level", "occupancy", "busy")}
    found |= {name: np.zeros(len(rows)) for name in ("agents", "agents_low_80", "agents_high_80")}
    binding = np.zeros(len(rows), dtype=np.int8)
    volume = rows["volume"].to_numpy(dtype=float)
    for batch in _batches(plan, streams, rows, starts):
        place = batch.rows
        came = volume[place]
        need = batch.agents(came)
        found["agents"][place], binding[place] = need.agents, need.binding
        for bound, ratio in whole.items():
            found[f"agents_{bound}"][place] = batch.agents(came * ratio[place]).agents
        crew = round_up(need.agents)
        some = (came > 0) & (crew > 0)
        level, taken = batch.only(some).gives(crew[some], came[some])
        found["service_level"][place[some]], found["occupancy"][place[some]] = level, taken
        found["busy"][place] = batch.busy(need.agents, came, np.nan_to_num(found["occupancy"][place]))
    result = rows.assign(**found)
    result["load"] = volume * result["aht_s"] / (60 * result["interval_min"])
    result["agents_whole"] = round_up(found["agents"]).astype(int)
    words = np.array([BINDINGS[code] for code in Binding])
    return result.assign(binding=words[binding])


@dataclass(frozen=True)
class LiveRows:
    """Intervals that one model staffs.

    Attributes
    ----------
    rows : ndarray of int, shape (R,)
        Their places in a larger table.
    aht_s, interval_min : ndarray, shape (R,)
    goals : dict
        As ``required_agents`` takes them, each of shape (R,).
    concurrency : int
        Contacts that one agent holds at most.
    by_chats : ndarray, shape (concurrency,), optional
        Handling time by contacts open over ``aht_s``.
    """

    rows: NDArray[np.intp]
    aht_s: Floats
    interval_min: Floats
    goals: dict[str, Any]
    concurrency: int
    by_chats: Floats | None

    @classmethod
    def of(cls, plan: Plan, stream: Workstream, *, aht_s: Floats, interval_min: Floats) -> LiveRows:
        """Intervals of one live workstream, as the requirement staffs them."""
        contacts = stream.concurrency if is_chat(stream) else 1
        times = _by_chats(plan, stream.queue, contacts)
        size = len(aht_s)
        return cls(
            rows=np.arange(size),
            aht_s=np.full(size, times[0]) if times else aht_s,
            interval_min=interval_min,
            goals={name: np.full(size, float(value)) for name, value in interval_goals(stream).items()},
            concurrency=contacts,
            by_chats=np.array(times) / times[0] if times else None,
        )

    def only(self, some: Flags) -> LiveRows:
        """Some of the intervals."""
        goals = {name: values[some] for name, values in self.goals.items()}
        return LiveRows(
            self.rows[some], self.aht_s[some], self.interval_min[some], goals, self.concurrency, self.by_chats
        )

    def agents(self, volume: Floats, *, whole: bool = False) -> Requirement:
        """Agents of each interval, fractional ones unless whole ones are asked for."""
        if self.concurrency == 1:
            return required_agents(volume, whole=whole, **self._load(), **self.goals)
        return chat_agents(
            volume, whole=whole, concurrency=self.concurrency, by_chats=self.by_chats, **self._load(), **self.goals
        )

    def gives(self, crew: Floats, volume: Floats) -> tuple[Floats, Floats]:
        """Service level (NaN without an answer time) and occupancy of whole agents."""
        within, patience = self.goals["target_s"], self.goals["patience_s"]
        timed = ~np.isnan(within)
        level = np.full(crew.shape, np.nan)
        if self.concurrency == 1:
            taken = occupancy(crew, volume, patience_s=patience, **self._load())
            own = self.only(timed)
            level[timed] = service_level(
                crew[timed], volume[timed], target_s=within[timed], patience_s=patience[timed], **own._load()
            )
            return level, taken
        found = chat_service(
            crew,
            volume,
            concurrency=self.concurrency,
            by_chats=self.by_chats,
            target_s=np.where(timed, within, 0.0),
            patience_s=patience,
            **self._load(),
        )
        return np.where(timed, found.service_level, np.nan), found.occupancy

    def busy(self, agents: Floats, volume: Floats, taken: Floats) -> Floats:
        """Agents on contacts, of fractional ones; ``taken`` is the occupancy of the whole ones.

        A little fewer agents answer a little less: of chats that is left out, and never more than the agents.
        """
        if self.concurrency == 1:
            return agents * occupancy(agents, volume, patience_s=self.goals["patience_s"], **self._load())
        return np.minimum(round_up(agents) * taken, agents)

    def _load(self) -> dict[str, Any]:
        return {"aht_s": self.aht_s, "interval_min": self.interval_min}


def _batches(plan: Plan, streams: Sequence[Weeks], rows: pd.DataFrame, starts: NDArray[np.int64]) -> list[LiveRows]:
    """Rows by model: all calls together, chats by concurrency and stated handling times."""
    together: dict[tuple[int, tuple[float, ...]], list[int]] = {}
    for number, weeks in enumerate(streams):
        stream = weeks.stream
        contacts = stream.concurrency if is_chat(stream) else 1
        together.setdefault((contacts, _by_chats(plan, stream.queue, contacts)), []).append(number)
    aht, minutes = rows["aht_s"].to_numpy(dtype=float), rows["interval_min"].to_numpy(dtype=float)
    found = []
    for (contacts, times), members in together.items():
        place = np.concatenate([np.arange(starts[number], starts[number + 1]) for number in members])
        sizes = [int(starts[number + 1] - starts[number]) for number in members]
        goals = {
            name: np.repeat([float(getattr(streams[number].stream, name)) for number in members], sizes)
            for name in GOALS
        }
        handling = np.full(len(place), times[0]) if times else aht[place]
        ratios = np.array(times) / times[0] if times else None
        found.append(LiveRows(place, handling, minutes[place], goals, contacts, ratios))
    return found


def _by_chats(plan: Plan, queue: str, contacts: int) -> tuple[float, ...]:
    """Stated seconds with 1, 2 ... contacts open, even between stated levels; none where nothing is stated."""
    if contacts == 1:
        return ()
    stated = plan["tblConcurrency"].loc[lambda f: f["queue"].eq(queue)].sort_values("contacts")
    if stated.empty:
        return ()
    levels = np.arange(1, contacts + 1)
    known = stated["contacts"].to_numpy(dtype=float), stated["aht_s"].to_numpy(dtype=float)
    return tuple(float(seconds) for seconds in np.interp(levels, *known))


def _open_intervals(weeks: Weeks, periods: NDArray[Any]) -> pd.DataFrame:
    """One row per period, weekday and interval in which a live workstream is open.

    ``occurrences`` counts how often the interval is open in the period, in whole intervals: a clock change, a closed
    day or a quarter-open interval shows here. ``volume`` is what comes in one such interval, so that volume times
    occurrences sums to the period's forecast to the last item.
    """
    occurrences = weeks.clock * weeks.opened
    # A half-open interval gets its items in half the time: the rate of a whole one is twice as high.
    rate = np.divide(weeks.items, weeks.opened, out=np.zeros_like(occurrences), where=weeks.opened > 0)
    period, weekday, slot = np.nonzero(occurrences > 0)
    size = weeks.volume
    bounds = {
        name: np.divide(getattr(weeks, name), size, out=np.ones_like(size), where=size > 0)[period]
        for name in ("low_80", "high_80")
    }
    return pd.DataFrame(
        {
            "queue": weeks.stream.queue,
            "language": weeks.stream.language,
            "period": periods[period],
            "weekday": weekday + 1,
            "interval_start": slot * weeks.interval_min,
            "interval_min": weeks.interval_min,
            "occurrences": occurrences[period, weekday, slot],
            "volume": rate[period, weekday, slot],
            "aht_s": weeks.aht_s[period],
            **bounds,
        }
    )
