"""One queue in its interval, steady: what Erlang C and Erlang A say about it, in one record."""

from __future__ import annotations

from dataclasses import dataclass

from xlplan.planning.staffing.columns import Floats


@dataclass(frozen=True, slots=True)
class Queue:
    """Shares of the contacts that arrive, one row per queue.

    Shares near 1 are held by their small complement too (``late_*``), so that none loses its digits.

    Attributes
    ----------
    wait : ndarray
        Have to wait, because every agent is busy.
    abandon, answered : ndarray
        Give up waiting; are answered in the end.
    mean_wait : ndarray
        Mean time in queue of all arrivals, in units of aht.
    late_offered : ndarray
        Not answered within the target: answered later, or abandoned.
    late_answered : ndarray
        Of those answered, the share answered after the target.
    late_virtual : ndarray
        Would have waited beyond the target, had they had endless patience.
    """

    wait: Floats
    abandon: Floats
    answered: Floats
    mean_wait: Floats
    late_offered: Floats
    late_answered: Floats
    late_virtual: Floats
