"""The goals of a crew, row by row, and how far a queue is from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlplan.planning.staffing.columns import Floats
from xlplan.planning.staffing.queue import Queue
from xlplan.planning.staffing.search import Rows

# A goal set to exactly what a crew delivers is met by it, whatever the last digits of two ways to compute it.
SLACK = 1e-12
_SLACK_SHARE = 4 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class Goals:
    """Largest accepted shares and wait, one row per queue; infinite where a goal is not set.

    Attributes
    ----------
    late : ndarray
        Share not answered within the target, 1 - service level.
    mean_wait : ndarray
        ASA in units of aht.
    abandon : ndarray
        Abandoned share.
    """

    late: Floats
    mean_wait: Floats
    abandon: Floats

    @classmethod
    def accepted(cls, late: Floats, mean_wait: Floats, abandon: Floats) -> Goals:
        """Goals as set (NaN where not), widened by the last digits of a float."""
        late = late * (1 + SLACK) + _SLACK_SHARE
        abandon = abandon * (1 + SLACK) + _SLACK_SHARE
        return cls(_or_any(late), _or_any(mean_wait * (1 + SLACK)), _or_any(abandon))

    def take(self, rows: Rows) -> Goals:
        """Return the goals of some rows."""
        return Goals(self.late[rows], self.mean_wait[rows], self.abandon[rows])

    def margin(self, queue: Queue, late: Floats) -> Floats:
        """How far a queue is inside its goals, on scales where it grows almost evenly with agents.

        Parameters
        ----------
        queue : Queue
            One row per goal row.
        late : ndarray
            The share late by the definition of service level in use.

        Returns
        -------
        ndarray of float64
            0 or more where every goal is met; infinite where none is set.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            wait = np.log(self.mean_wait) - np.log(queue.mean_wait)
        wait[np.isinf(self.mean_wait) | (queue.mean_wait == 0)] = np.inf
        shares: Floats = np.minimum(_odds(self.late, late), _odds(self.abandon, queue.abandon))
        margin: Floats = np.minimum(shares, wait)
        return margin


def _or_any(accepted: Floats) -> Floats:
    return np.where(np.isnan(accepted), np.inf, accepted)


def _odds(accepted: Floats, found: Floats) -> Floats:
    """Logarithm of the odds accepted over those found; infinite where all is accepted."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(accepted / (1.0 - accepted)) - np.log(found / (1.0 - found))
    return np.where(accepted >= 1.0, np.inf, np.where(found >= 1.0, -np.inf, log))
