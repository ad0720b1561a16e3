"""Rolling-origin scores of many series at once; `accuracy` holds the same measures for one series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from xlplan.planning.forecast.panel import FloatArray, IntArray
from xlplan.planning.forecast.sums import ratio, total


@dataclass(frozen=True)
class Scores:
    """Scores of S series over all their rolling origins, (S,) each; NaN where nothing could be scored."""

    wape: FloatArray
    bias: FloatArray
    mase: FloatArray
    naive_wape: FloatArray

    @classmethod
    def joined(cls, parts: Sequence[Scores], order: IntArray) -> Scores:
        """Scores of several chunks as one, in the given order."""
        return cls(*(np.concatenate([getattr(part, each.name) for part in parts])[order] for each in fields(cls)))


def score_windows(
    actual: FloatArray, forecast: FloatArray, naive: FloatArray, history: FloatArray, season: int
) -> Scores:
    """Score forecasts made at rolling origins.

    Parameters
    ----------
    actual, forecast, naive : (S, K, H) float array
        What happened (NaN where unknown), what was forecast, what seasonal naive would have said.
    history : (S, L) float array
        Aligned histories; the scale of MASE is their mean absolute change over one season.
    season : int
        Periods per cycle.
    """
    flat = actual.reshape(len(actual), actual.shape[1] * actual.shape[2])
    known = ~np.isnan(flat)

    def summed(values: FloatArray) -> FloatArray:
        return total(np.where(known, values.reshape(flat.shape), 0.0)) if flat.shape[1] else np.zeros(len(flat))

    volume = summed(actual)
    error = summed(np.abs(forecast - actual))
    count = known.sum(axis=1).astype(float)
    return Scores(
        wape=ratio(error, volume, empty=np.nan),
        bias=ratio(summed(forecast - actual), volume, empty=np.nan),
        mase=ratio(ratio(error, count, empty=np.nan), seasonal_step(history, season), empty=np.nan),
        naive_wape=ratio(summed(np.abs(naive - actual)), volume, empty=np.nan),
    )


def seasonal_step(history: FloatArray, season: int) -> FloatArray:
    """Mean absolute change over one season of aligned histories, (S,); 0 where there is none."""
    if history.shape[1] <= season:
        return np.zeros(len(history))
    change = np.abs(history[:, season:] - history[:, :-season])
    known = ~np.isnan(change)
    return ratio(total(np.where(known, change, 0.0)), total(known.astype(float)), empty=0.0)
