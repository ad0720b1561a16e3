"""Review chains: the work that one item makes beyond its first review, here and in other queues.

Rates are shares of the items that come in, and add up: a double review is not itself reviewed a third time. Appeals
and escalations that name another queue leave as that queue's volume, at its own handling time and in the period in
which the item came; without a queue of their own they are worked where they arise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import Floats, amounts, common_shape, rates, refuse
from xlplan.planning.workstreams import Workstream
from xlplan.tables.plan import Plan

SENT = {"appeal_rate": "appeal_queue", "esc_rate": "esc_queue"}
"""Rates whose items may go to a queue of their own, and the column that names it."""


@dataclass(frozen=True)
class Chain:
    """One row of tblReviewChain, blanks resolved.

    Rates are shares of items; factors are handling times over that of the first review.
    """

    reviews: float = 1.0
    double_rate: float = 0.0
    double_aht_factor: float = 1.0
    qa_rate: float = 0.0
    qa_aht_factor: float = 1.0
    appeal_rate: float = 0.0
    appeal_aht_factor: float = 1.0
    esc_rate: float = 0.0
    esc_aht_factor: float = 1.0
    training_rate: float = 0.0
    training_aht_factor: float = 1.0
    appeal_queue: str | None = None
    esc_queue: str | None = None

    def factor(self, queue: str) -> float:
        """Workload of one item in ``queue`` over its first review alone, 1 or more.

        >>> Chain(double_rate=0.2, qa_rate=0.05, appeal_rate=0.03, appeal_aht_factor=2).factor("reports")
        1.31
        """
        appeals = self.appeal_rate if self._stays(self.appeal_queue, queue) else 0.0
        escalations = self.esc_rate if self._stays(self.esc_queue, queue) else 0.0
        return float(
            review_factor(
                reviews=self.reviews,
                double=(self.double_rate, self.double_aht_factor),
                qa=(self.qa_rate, self.qa_aht_factor),
                appeal=(appeals, self.appeal_aht_factor),
                escalation=(escalations, self.esc_aht_factor),
                training=(self.training_rate, self.training_aht_factor),
            )
        )

    def sent(self, queue: str) -> dict[str, float]:
        """Items that each other queue gets per item of ``queue``."""
        away: dict[str, float] = {}
        for rate, target in SENT.items():
            other, share = getattr(self, target), getattr(self, rate)
            if not self._stays(other, queue) and share > 0:
                away[other] = away.get(other, 0.0) + share
        return away

    @staticmethod
    def _stays(other: str | None, queue: str) -> bool:
        return other is None or other == queue


def chains(plan: Plan) -> dict[str, Chain]:
    """Every review chain of a plan by its id."""
    names = [field.name for field in fields(Chain)]
    rows = plan.filled("tblReviewChain")
    return {
        str(row["review_chain"]): Chain(**{name: row[name] for name in names if not _blank(row[name])})
        for row in rows.to_dict("records")
    }


def chain_factors(plan: Plan, streams: Sequence[Workstream]) -> Floats:
    """Workload of one item of each workstream over its first review alone, shape (S,)."""
    known = chains(plan)
    return np.array([_chain(known, stream).factor(stream.queue) for stream in streams])


def chain_inflow(plan: Plan, volumes: Floats, *, streams: Sequence[Workstream]) -> Floats:
    """Appeals and escalations that arrive at each workstream from the review chains of others.

    Parameters
    ----------
    plan : Plan
        For tblReviewChain.
    volumes : ndarray, shape (S, N)
        Items of each workstream in each period.
    streams : sequence of Workstream, length S

    Returns
    -------
    ndarray, shape (S, N)
        Items, of the same language and the same period. One step along the chains: of the volumes as given, without
        what their own inflow would add.
    """
    known = chains(plan)
    place = {(stream.queue, stream.language): row for row, stream in enumerate(streams)}
    inflow = np.zeros_like(volumes, dtype=np.float64)
    for row, stream in enumerate(streams):
        for other, share in _chain(known, stream).sent(stream.queue).items():
            target = place.get((other, stream.language))
            if target is not None:
                inflow[target] += share * volumes[row]
    return inflow


def review_factor(
    *,
    reviews: ArrayLike = 1.0,
    double: tuple[ArrayLike, ArrayLike] = (0.0, 1.0),
    qa: tuple[ArrayLike, ArrayLike] = (0.0, 1.0),
    appeal: tuple[ArrayLike, ArrayLike] = (0.0, 1.0),
    escalation: tuple[ArrayLike, ArrayLike] = (0.0, 1.0),
    training: tuple[ArrayLike, ArrayLike] = (0.0, 1.0),
) -> Floats:
    """Workload of an item with its chain over that of one review: ``reviews`` plus rate x factor of each part.

    Parameters
    ----------
    reviews : array_like
        Independent first reviews per item, 1 or more.
    double, qa, appeal, escalation, training : pair of array_like
        Share of items, 0 to 1, and handling time over that of the first review.

    Raises
    ------
    PlanError
        A rate outside 0 to 1, a negative factor, or fewer than one review.
    """
    total = amounts("reviews", reviews)
    refuse("reviews", total, total < 1, "1 or more reviews per item", "type 1, or 2 where two people decide")
    parts = {"double": double, "qa": qa, "appeal": appeal, "escalation": escalation, "training": training}
    for name, (share, handling) in parts.items():
        rate, factor = rates(f"{name} rate", share), amounts(f"{name} AHT factor", handling)
        common_shape(total=total, rate=rate, factor=factor)
        total = np.asarray(total + rate * factor)
    return total


def review_workload(items: ArrayLike, aht_s: ArrayLike, *, factor: ArrayLike = 1.0) -> Floats:
    """Hours of handling of items with their review chain: items x aht x factor / 3600.

    Parameters
    ----------
    items : array_like
        Items that come in, 0 or more.
    aht_s : array_like
        Handling time of the first review in seconds.
    factor : array_like, optional
        As ``review_factor`` gives it.

    Examples
    --------
    >>> factor = review_factor(double=(0.2, 1), qa=(0.05, 1), appeal=(0.03, 2))
    >>> float(review_workload(1000, 3600, factor=factor))
    1310.0
    """
    count, handling, more = amounts("items", items), amounts("aht_s", aht_s), amounts("factor", factor)
    common_shape(items=count, aht_s=handling, factor=more)
    return np.asarray(count * handling * more / 3600.0)


def _chain(known: dict[str, Chain], stream: Workstream) -> Chain:
    if not stream.review_chain:
        return Chain()
    if stream.review_chain not in known:
        raise PlanError(
            f"{stream.queue} has the review chain {stream.review_chain}, which has no row",
            where="tblReviewChain",
            do="add the row, or leave tblQueue.review_chain blank",
        )
    return known[stream.review_chain]


def _blank(value: Any) -> bool:
    return bool(value is None or pd.isna(value))
