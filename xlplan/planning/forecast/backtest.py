"""Rolling origins: the same forecast, made again from shorter histories whose future is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlplan.planning.forecast.panel import FloatArray, IntArray

LEAST_WINDOWS = 3
"""Windows below which errors choose nothing."""
LEAST_HISTORY = 3
"""Periods that a history must have left at its earliest origin."""


@dataclass(frozen=True)
class Origins:
    """Where the histories of S series are cut.

    Parameters
    ----------
    cuts : (S, K) int array
        Periods taken off the end of history at each origin, latest origin first; 0 where unused.
    leads : (S,) int array
        Periods ahead that an origin is scored on: the horizon, or a third of a short history.
    """

    cuts: IntArray
    leads: IntArray


def place_origins(spans: IntArray, *, season: int, horizon: int, origins: int) -> Origins:
    """Choose the origins of each series from its length.

    The latest origin leaves exactly one horizon to score; the others lie evenly before it, at most one
    horizon apart, so far back that two cycles of history remain; where that leaves fewer than three
    origins, one cycle and one period; where that fails, three periods.

    Parameters
    ----------
    spans : (S,) int array
        Periods from the first observation to the end of history.
    season, horizon, origins : int
        As in `ForecastSpec`.

    Examples
    --------
    >>> place_origins(np.array([156, 2]), season=52, horizon=26, origins=6).cuts.tolist()
    [[26, 31, 36, 41, 46, 51], [0, 0, 0, 0, 0, 0]]
    """
    cuts = np.zeros((len(spans), origins), dtype=np.intp)
    leads = np.minimum(horizon, np.maximum(spans // 3, 1)).astype(np.intp)
    for row, (span, lead) in enumerate(zip(spans.tolist(), leads.tolist(), strict=True)):
        spare = max(_spare(span - lead, season, min(LEAST_WINDOWS, origins)), -1)
        windows = min(origins, spare + 1)
        step = max(1, min(lead, spare // max(origins - 1, 1)))
        cuts[row, :windows] = lead + step * np.arange(windows)
    return Origins(cuts, leads)


def _spare(trained: int, season: int, windows: int) -> int:
    """Periods by which the latest origin may move back and keep a history worth forecasting from."""
    for least in (2 * season, season + 1):
        if trained - max(least, LEAST_HISTORY) + 1 >= windows:
            return trained - max(least, LEAST_HISTORY)
    return trained - LEAST_HISTORY


def cut_histories(series: Sequence[FloatArray], cuts: IntArray) -> list[FloatArray]:
    """Each series whole, then as known at each of its origins; an unused origin repeats it whole."""
    return [
        history[: len(history) - cut] for history, row in zip(series, cuts.tolist(), strict=True) for cut in [0, *row]
    ]


def known_future(series: Sequence[FloatArray], origins: Origins, horizon: int) -> FloatArray:
    """What happened after each origin, (S, K, H); NaN where not observed or not scored."""
    actual = np.full((*origins.cuts.shape, horizon), np.nan)
    for row, history in enumerate(series):
        lead = int(origins.leads[row])
        for window, cut in enumerate(origins.cuts[row].tolist()):
            if cut:
                start = len(history) - cut
                actual[row, window, :lead] = history[start : start + lead]
    return actual
