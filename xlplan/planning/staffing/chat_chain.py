"""Chats side by side: a birth-death chain whose service rate depends on how many chats are open.

An agent with q chats finishes q / aht_q of them a second. With k chats spread evenly over n agents, as many have one
chat more than the others as the remainder asks; n need not be whole, so that staff can be counted in places (agents x
concurrency). Once every place is taken nothing distinguishes the queue from Erlang A or C with as many servers as
places, so only the states below are worked out here: b, the share of time in the last of them among all of them,
stands where B(places - 1, load) stands there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlplan.planning.staffing import erlang_a, erlang_c
from xlplan.planning.staffing.columns import Floats
from xlplan.planning.staffing.queue import Queue


@dataclass(frozen=True, slots=True)
class ChatColumns:
    """Rows of one concurrency K, in units of the handling time with all K chats open.

    Attributes
    ----------
    load : ndarray, shape (R,)
        Chats that would be open at once at that handling time.
    patience, within : ndarray, shape (R,)
        Mean patience and answer target.
    rate : ndarray, shape (K + 1,)
        Chats that an agent with 0, 1 ... K of them finishes in a unit of time; the last is K.
    """

    load: Floats
    patience: Floats
    within: Floats
    rate: Floats


def chat_queue(places: Floats, columns: ChatColumns) -> tuple[Queue, Floats]:
    """The queue of each row with so many whole places, and the mean number of chats open.

    Parameters
    ----------
    places : ndarray, shape (R,)
        Agents x concurrency, whole, 0 or more.
    columns : ChatColumns
        With load above 0.
    """
    blocked, below = _not_all_busy(places, columns.load, columns.rate)
    endless = np.isinf(columns.patience)
    parts = {name: np.empty(places.shape) for name in Queue.__slots__}
    for rows in (np.flatnonzero(endless), np.flatnonzero(~endless)):
        if not rows.size:
            continue
        n, load, target, b = places[rows], columns.load[rows], columns.within[rows], blocked[rows]
        if endless[rows[0]]:
            found = erlang_c.queue(n, load, target, blocked=b)
        else:
            found = erlang_a.queue(n, load, columns.patience[rows], target, blocked=b)
        for name, column in parts.items():
            column[rows] = getattr(found, name)
    queue = Queue(**parts)
    return queue, (1.0 - queue.wait) * below + queue.wait * places


def _not_all_busy(places: Floats, load: Floats, rate: Floats) -> tuple[Floats, Floats]:
    """Of the states with a place left: share of the last one, and mean chats open."""
    order = np.argsort(places, kind="stable")
    n, a = places[order], load[order]
    last, mean = np.ones(n.shape), np.zeros(n.shape)
    agents = n / (len(rate) - 1)
    start = 0
    for chats in range(1, int(n[-1]) if n.size else 0):
        start = int(np.searchsorted(n, chats, side="right"))
        crew, b = agents[start:], last[start:]
        each = chats / crew
        level = np.minimum(each.astype(np.intp), len(rate) - 2)
        finished = crew * (rate[level] + (each - level) * (rate[level + 1] - rate[level])) / a[start:]
        with np.errstate(under="ignore"):
            b = b / (b + finished)
        last[start:] = b
        mean[start:] += (chats - mean[start:]) * b
    blocked, below = np.empty(n.shape), np.empty(n.shape)
    blocked[order], below[order] = last, mean
    return blocked, below
