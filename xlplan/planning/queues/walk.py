"""The backlog walk: open items, their age and their turnaround, all workstreams at once.

Work is done first in, first out. The opening backlog stands before hour 0 as arrivals of its age, so that one
replay gives ages and turnaround of old and new items alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlplan.errors import PlanError
from xlplan.planning.queues.fluid import Floats, Fluid, fluid
from xlplan.planning.queues.turnaround import turnaround

SAME_SHARE = 1e-9
"""Two shares this close are the same share."""


@dataclass(frozen=True)
class Backlog:
    """A walked backlog of N queues over T slots.

    Parameters
    ----------
    opening, volume, handled, closing : ndarray of float, shape (N, T)
        ``closing = opening + volume - handled``.
    oldest_age_h : ndarray of float, shape (N, T)
        Age of the oldest open item at the end of the slot, 0 where none is open.
    compliance : ndarray of float, shape (N, T)
        Share of the slot's arrivals done within the limit; NaN without arrivals, without a limit, and where the
        slots end before the last of them is due.
    at_risk : ndarray of float, shape (N, T)
        Items open at the end of the slot that are late or will be before they are done; NaN as for compliance.
    """

    opening: Floats
    volume: Floats
    handled: Floats
    closing: Floats
    oldest_age_h: Floats
    compliance: Floats
    at_risk: Floats
    _queue: Fluid
    _before: int

    def ages(self, from_h: Floats) -> Floats:
        """Open items by age at the end of each slot.

        Parameters
        ----------
        from_h : ndarray of float, shape (N, K) or (K,)
            Ages at which buckets begin, rising from 0; each ends where the next begins, the last has no end.

        Returns
        -------
        ndarray of float, shape (N, T, K)
            Sums to ``closing``. An item of just the age at which a bucket begins is in that bucket.
        """
        ends = self._queue.edges[self._before + 1 :]
        begins = np.broadcast_to(from_h, (len(self.closing), np.shape(from_h)[-1]))
        limits = ends[None, :, None] - begins[:, None, :]
        flat = limits.reshape(len(begins), limits.shape[1] * limits.shape[2])
        arrived = self._queue.arrived_by(flat).reshape(limits.shape)
        arrived = np.where(limits < self._queue.edges[0], 0.0, arrived)
        # Items of each age or older that are still open; of age 0 or older they all are.
        still = np.clip(arrived - self._queue.done[:, self._before + 1 :, None], 0.0, self.closing[:, :, None])
        still[:, :, 0] = self.closing
        older = np.concatenate([still[:, :, 1:], np.zeros((*still.shape[:2], 1))], axis=2)
        return still - older

    def cohort_done(self, after_h: float) -> Floats:
        """Share of each slot's arrivals that is done ``after_h`` hours after the slot's end, shape (N, T).

        NaN without arrivals and where the slots end earlier.
        """
        edges = self._queue.edges
        at = edges[self._before + 1 :] + after_h
        done = self._queue.done_by(np.broadcast_to(at, self.volume.shape))
        over = done - self._queue.arrived[:, self._before : -1]
        share = np.clip(_share(over, self.volume), 0.0, 1.0)
        return np.where(at <= edges[-1] + SAME_SHARE, share, np.nan)


def backlog_walk(
    volume: Floats,
    capacity: Floats,
    *,
    hours: Floats | float = 1.0,
    opening: Floats | None = None,
    opening_age_h: Floats | None = None,
    limit_h: Floats | float = np.nan,
) -> Backlog:
    """Walk the backlog of every queue.

    Parameters
    ----------
    volume, capacity : ndarray of float, shape (N, T)
        Items that arrive and items that can be done in each slot, spread evenly over it.
    hours : ndarray of float, shape (T,), or float
        Length of the slots.
    opening : ndarray of float, shape (N, K), optional
        Items open at hour 0 by age bucket.
    opening_age_h : ndarray of float, shape (K,), optional
        Age at hour 0 at which each bucket begins, never falling. Items of a bucket are spread evenly up to the age
        at which the next begins; those of the last one are of just its age.
    limit_h : ndarray of float, shape (N,), or float
        Turnaround in hours; NaN where there is none.

    Raises
    ------
    PlanError
        Shapes that differ, negative or missing numbers, or opening items without ages.

    Examples
    --------
    >>> found = backlog_walk(np.array([[100.0, 160.0, 100.0, 80.0]]), np.full((1, 4), 120.0), limit_h=0.25)
    >>> found.closing.tolist(), found.oldest_age_h.round(4).tolist()
    ([[0.0, 40.0, 20.0, 0.0]], [[0.0, 0.25, 0.2, 0.0]])
    >>> found.compliance.round(4).tolist()
    [[1.0, 0.75, 0.5, nan]]
    """
    volume, capacity = _items(volume, "volume"), _items(capacity, "capacity")
    queues, slots = volume.shape
    if capacity.shape != volume.shape:
        raise PlanError(f"found {capacity.shape} capacities for {volume.shape} volumes", where="capacity")
    length = np.broadcast_to(np.asarray(hours, dtype=np.float64), (slots,))
    if not (length > 0).all():
        raise PlanError("found a slot without length", where="hours", do="give hours above 0")
    old, begins = _before(opening, opening_age_h, queues)
    before = len(begins) - 1
    edges = np.concatenate([begins[:-1], [0.0], np.cumsum(length)])
    queue = fluid(
        edges, np.concatenate([old, volume], axis=1), np.concatenate([np.zeros((queues, before)), capacity], axis=1)
    )
    limit = np.broadcast_to(np.asarray(limit_h, dtype=np.float64), (queues,))
    judged = turnaround(queue, limit_h=np.where(np.isnan(limit), 0.0, limit))
    has_limit = ~np.isnan(limit)[:, None]
    level = queue.open[:, before:]
    return Backlog(
        opening=level[:, :-1],
        volume=volume,
        handled=np.minimum(capacity, level[:, :-1] + volume),
        closing=level[:, 1:],
        oldest_age_h=(edges - queue.oldest())[:, before + 1 :],
        compliance=np.where(has_limit, _share(judged.in_time[:, before:], volume), np.nan),
        at_risk=np.where(has_limit, judged.late_open[:, before + 1 :], np.nan),
        _queue=queue,
        _before=before,
    )


def first_breach(compliance: Floats, target: Floats) -> NDArray[np.int64]:
    """First slot in which compliance is below target; -1 where there is none.

    Parameters
    ----------
    compliance : ndarray of float, shape (N, T)
        NaN is no breach.
    target : ndarray of float, shape (N,)

    Examples
    --------
    >>> first_breach(np.array([[1.0, 0.9, 0.7]]), np.array([0.8]))
    array([2])
    """
    broken = compliance < target[:, None] - SAME_SHARE
    return np.where(broken.any(axis=1), broken.argmax(axis=1), -1)


def _before(opening: Floats | None, age_h: Floats | None, queues: int) -> tuple[Floats, Floats]:
    """Opening items as arrivals before hour 0: oldest first, with the edges of their slots up to hour 0."""
    if opening is None:
        return np.zeros((queues, 0)), np.zeros(1)
    items = _items(opening, "opening")
    ages = np.zeros(0) if age_h is None else np.asarray(age_h, dtype=np.float64)
    if ages.shape != items.shape[1:] or len(items) != queues:
        raise PlanError(
            f"found opening items of shape {items.shape} and ages of shape {ages.shape}, expected a row per queue "
            "and an age per column",
            where="opening_age_h",
        )
    if not ((ages >= 0).all() and (np.diff(ages) >= 0).all()):
        raise PlanError("found ages that fall or lie below 0", where="opening_age_h", do="give them in rising order")
    if not len(ages):
        return items, np.zeros(1)
    # The oldest bucket arrived at one moment; between the youngest bucket's age and hour 0 nothing came.
    edges = np.concatenate([[-ages[-1]], -ages[::-1], [0.0]])
    arrivals = np.concatenate([items[:, ::-1], np.zeros((queues, 1))], axis=1)
    return arrivals, edges


def _items(values: Floats, where: str) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 2:
        raise PlanError(f"found shape {found.shape}, expected a row per queue", where=where)
    if not (np.isfinite(found) & (found >= 0)).all():
        raise PlanError("found a blank, negative or infinite number of items", where=where, do="give 0 or more")
    return found


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
