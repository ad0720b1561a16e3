"""When a service goal breaks, and how likely: the forecast's own error against the room that the plan leaves.

One draw decides: the volumes of a workstream miss their forecasts all in the same direction, by ``z`` standard
deviations (``cv``) each, z standard normal. More volume never helps, so the goal breaks exactly for draws above some
z*, and the chance is 1 - Phi(z*): no simulation, no seed. z* below 0 means that the forecast itself breaks the goal, so
"more likely than not" and "the projected compliance is below target" are one and the same.

A live queue breaks its goal in a period whose served hours are less than the hours required; between the volume bounds
of 80 % the requirement is taken as straight on either side of the forecast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from xlplan.planning.queues.fluid import Floats
from xlplan.planning.queues.project import project
from xlplan.planning.queues.walk import SAME_SHARE, first_breach
from xlplan.planning.queues.work import Work

Z_80 = 1.2815515655446004
"""Standard deviations from the middle to an 80 % bound."""
Z_LIMIT = 6.0
"""Draws beyond it are left out: one in a thousand million."""
HALVINGS = 25


@dataclass(frozen=True)
class Breach:
    """Chance of a breach within the horizon, shape (N,), and the first period that breaks as projected; -1 if none."""

    probability: Floats
    first: NDArray[np.int64]


def breaches(work: Work) -> Breach:
    """Breach of every workstream: compliance of those that wait, hours of the live ones."""
    live = work.streams["live"].to_numpy(dtype=bool)
    probability = np.zeros(len(live))
    first = np.full(len(live), -1, dtype=np.int64)
    probability[live], first[live] = _live(work, np.flatnonzero(live))
    probability[~live], first[~live] = _waiting(work, np.flatnonzero(~live))
    return Breach(probability, first)


def short(served: Floats, required: Floats) -> NDArray[np.bool_]:
    """True where the served hours are less than the required ones, beyond rounding."""
    return served < required * (1 - SAME_SHARE) - SAME_SHARE


def _live(work: Work, rows: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    served, need = work.served[rows], work.required[rows]
    lacks = short(served, need)
    room = np.where(lacks | (np.abs(served - need) > SAME_SHARE * need), served - need, 0.0)
    width = np.where(lacks, need - work.required_low[rows], work.required_high[rows] - need)
    certain = np.where(lacks, -np.inf, np.inf)
    z = np.divide(Z_80 * room, width, out=certain, where=width > SAME_SHARE * need)
    critical = z.min(axis=1, initial=np.inf)
    return ndtr(-critical), np.where(lacks.any(axis=1), lacks.argmax(axis=1), -1)


def _waiting(work: Work, rows: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    target = work.streams["target"].to_numpy(dtype=float)[rows]

    def first_at(z: Floats) -> NDArray[np.int64]:
        volume = work.volume[rows] * np.maximum(1 + work.cv[rows] * z[:, None], 0.0)
        return first_breach(project(work, rows=rows, volume=volume).compliance[:, :-1], target)

    low, high = np.full(len(rows), -Z_LIMIT), np.full(len(rows), Z_LIMIT)
    always, never = first_at(low) >= 0, first_at(high) < 0
    forecast = first_at(np.zeros(len(rows)))
    # The projection decides the side of 0 for good: P > 1/2 and a breach as projected are the same statement.
    low, high = np.where(forecast >= 0, low, 0.0), np.where(forecast >= 0, 0.0, high)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        broken = first_at(middle) >= 0
        low, high = np.where(broken, low, middle), np.where(broken, middle, high)
    chance = ndtr(-high)
    return np.where(always, 1.0, np.where(never, 0.0, chance)), forecast
