"""The fluid first-in-first-out queue: cumulative arrivals and completions as lines through time.

Inside a slot work arrives and is done at constant rates, so both cumulatives are straight lines, completions with one
bend at most (where the backlog runs out). Everything about age and turnaround is then exact for any limit and any slot
lengths: an item that arrives at time s at place y in line is done in time when ``D(s + limit) >= y``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Fluid:
    """Arrivals and completions of N queues over S slots.

    Parameters
    ----------
    edges : ndarray of float, shape (S + 1,)
        Hours at which slots begin and end, never falling; a slot without length holds items that came all at once.
    arrivals, capacity : ndarray of float, shape (N, S)
        Items that arrive, and items that can be done, in each slot.
    arrived, done : ndarray of float, shape (N, S + 1)
        Cumulative arrivals and completions at the edges.
    open : ndarray of float, shape (N, S + 1)
        Open items at the edges, kept beside the cumulatives because their difference loses the last digits.
    """

    edges: Floats
    arrivals: Floats
    capacity: Floats
    arrived: Floats
    done: Floats
    open: Floats

    def _at(self, hours: Floats) -> tuple[Ints, Floats]:
        """Slot of each time and how far into it the time lies, 0 to 1; the last slot that begins by then."""
        slots = len(self.edges) - 1
        slot = np.clip(np.searchsorted(self.edges, hours, side="right") - 1, 0, slots - 1)
        length = self.edges[slot + 1] - self.edges[slot]
        into = np.divide(hours - self.edges[slot], length, out=np.ones_like(hours), where=length > 0)
        return slot, np.clip(into, 0.0, 1.0)

    def arrived_by(self, hours: Floats) -> Floats:
        """Items that have arrived up to and at each time, shape (N, k)."""
        slot, into = self._at(hours)
        found: Floats = _take(self.arrived, slot) + _take(self.arrivals, slot) * into
        return found

    def done_by(self, hours: Floats) -> Floats:
        """Items completed up to each time, shape (N, k); those of the last edge after it."""
        slot, into = self._at(hours)
        limit = _take(self.open, slot) + _take(self.arrivals, slot) * into
        found: Floats = _take(self.done, slot) + np.minimum(_take(self.capacity, slot) * into, limit)
        return found

    def run_out(self) -> Floats:
        """Time in each slot at which the backlog runs out; the slot's end where it does not, shape (N, S)."""
        opening = self.open[:, :-1]
        gain = self.capacity - self.arrivals
        share = np.divide(opening, gain, out=np.ones_like(gain), where=gain > opening)
        return self.edges[:-1] + share * np.diff(self.edges)

    def oldest(self) -> Floats:
        """Arrival time of the oldest open item at each edge; the edge itself where nothing is open, (N, S + 1)."""
        slots = len(self.edges) - 1
        # Both lines rise, so one sort of the two tells how many arrival edges lie at or below each completion.
        both = np.concatenate([self.arrived, self.done], axis=1)
        rank = np.empty(both.shape, dtype=np.int64)
        np.put_along_axis(rank, both.argsort(axis=1, kind="stable"), np.arange(both.shape[1])[None, :], axis=1)
        slot = np.clip(rank[:, slots + 1 :] - np.arange(slots + 1) - 1, 0, slots - 1)
        items = _take(self.arrivals, slot)
        into = np.divide(self.done - _take(self.arrived, slot), items, out=np.ones_like(items), where=items > 0)
        found = self.edges[slot] + np.clip(into, 0.0, 1.0) * (self.edges[slot + 1] - self.edges[slot])
        return np.where(self.open > 0, np.minimum(found, self.edges), self.edges)


def fluid(edges: Floats, arrivals: Floats, capacity: Floats) -> Fluid:
    """Work off arrivals first in, first out.

    Parameters
    ----------
    edges : ndarray of float, shape (S + 1,)
        Hours, never falling.
    arrivals, capacity : ndarray of float, shape (N, S)
        Items, 0 or more; a slot without length has no capacity.

    Returns
    -------
    Fluid
        Open items at each edge are ``max(0, open before + arrivals - capacity)``.

    Examples
    --------
    >>> fluid(np.arange(4.0), np.array([[100.0, 100.0, 160.0]]), np.full((1, 3), 120.0)).open
    array([[ 0.,  0.,  0., 40.]])
    """
    queues, slots = arrivals.shape
    backlog = np.zeros((slots + 1, queues))
    for slot in range(slots):
        backlog[slot + 1] = np.maximum(backlog[slot] + arrivals[:, slot] - capacity[:, slot], 0.0)
    arrived = np.concatenate([np.zeros((queues, 1)), np.cumsum(arrivals, axis=1)], axis=1)
    # Rounding of the sums must not make completions fall back.
    done = np.maximum.accumulate(np.clip(arrived - backlog.T, 0.0, arrived), axis=1)
    return Fluid(edges, arrivals, capacity, arrived, done, backlog.T)


def _take(values: Floats, slot: Ints) -> Floats:
    found: Floats = np.take_along_axis(values, np.broadcast_to(slot, (len(values), slot.shape[-1])), axis=1)
    return found
