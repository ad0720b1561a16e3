"""Seasonal factors: ratio or difference to a centred moving average, shrunk by their own noise.

Factors are multiplicative where a history is positive; additive where it holds more than a few zeros,
because dividing by a level near zero blows up. A place in the cycle that is always zero (a closed
Sunday) is neither: it is kept out of the history and forecast as zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlplan.planning.forecast.sums import ratio, total

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

ZERO_SHARE = 0.02
"""Above this share of zeros (closed places aside) the season is additive."""
SMALLEST_FACTOR = 0.02
"""A multiplicative factor is never below this share of the level."""
CLOSED_BY_CHANCE = 0.01
"""A place is closed if zeros all along would come by chance less often than this."""
ONE_CYCLE_TRUST = 0.5
"""Share of a factor that is kept when a single cycle speaks for it, so that its noise is unknown."""


@dataclass(frozen=True)
class Seasonality:
    """Seasonal factors of R rows with a cycle of m periods, counted back from the end of history.

    Parameters
    ----------
    factors : (R, m) float array
        Factor by place in the cycle; 1 (multiplicative) or 0 (additive) is no season.
    multiplicative : (R,) bool array
        Whether factors multiply or add.
    closed : (R, m) bool array
        Places in the cycle without any volume.
    """

    factors: FloatArray
    multiplicative: BoolArray
    closed: BoolArray

    def remove(self, values: FloatArray) -> FloatArray:
        """Take the season out of (R, L) histories; closed places become NaN."""
        slots = places(values.shape[1], self.factors.shape[1])
        factors = self.factors[:, slots]
        adjusted = np.where(self.multiplicative[:, None], values / self._divisor(factors), values - factors)
        return np.where(self.closed[:, slots], np.nan, adjusted)

    def restore(self, forecast: FloatArray, slots: IntArray) -> FloatArray:
        """Put the season back on (R, H) forecasts at the given places of the cycle."""
        factors = self.factors[:, slots]
        seasonal = np.where(self.multiplicative[:, None], forecast * factors, forecast + factors)
        return np.where(self.closed[:, slots], 0.0, seasonal)

    def _divisor(self, factors: FloatArray) -> FloatArray:
        return np.where(self.multiplicative[:, None], factors, 1.0)


def places(length: int, season: int) -> IntArray:
    """Place in the cycle of each of `length` columns, the last column being the last place.

    Examples
    --------
    >>> places(5, 3).tolist()
    [1, 2, 0, 1, 2]
    """
    return (np.arange(length, dtype=np.intp) - length) % season


def estimate_seasonality(values: FloatArray, season: int) -> Seasonality:
    """Seasonal factors of every row of a panel from that row alone.

    A history shorter than two cycles has no season. Factors are plain means over cycles, shrunk toward
    "no season" by James-Stein with the noise of those means (Miller and Williams 2003, Shrinkage
    estimators of time series seasonal factors, International Journal of Forecasting 19).

    Parameters
    ----------
    values : (R, L) float array
        Aligned histories, NaN where not observed.
    season : int
        Periods per cycle.
    """
    rows, length = values.shape
    if season == 1 or length < 2 * season:
        return Seasonality(np.ones((rows, season)), np.ones(rows, bool), np.zeros((rows, season), bool))
    front = -length % season
    padded = np.concatenate([np.full((rows, front), np.nan), values], axis=1)
    cycles = padded.reshape(rows, -1, season)
    closed = _closed_places(cycles)
    cycles = np.where(closed[:, None, :], np.nan, cycles)
    multiplicative = _mostly_positive(cycles)
    trend = _centred_average(_fill_gaps(cycles), season).reshape(cycles.shape)
    factors = np.ones((rows, season))
    for kind in (True, False):
        chosen = multiplicative if kind else ~multiplicative
        if chosen.any():
            factors[chosen] = _factors(cycles[chosen], trend[chosen], multiplicative=kind)
    # By row, not by panel: a short history is not lengthened by the company of a longer one.
    short = length - (~np.isnan(values)).argmax(axis=1) < 2 * season
    factors[short], multiplicative[short], closed[short] = 1.0, True, False
    return Seasonality(factors, multiplicative, closed)


def _closed_places(cycles: FloatArray) -> BoolArray:
    """Places whose observations are all zero, twice at least and too often to be chance, (R, m)."""
    seen = total((~np.isnan(cycles)).astype(float), axis=1)
    zeros = total((cycles == 0).astype(float), axis=1)
    always_zero = (zeros == seen) & (seen >= 2)
    open_seen = total(np.where(always_zero, 0.0, seen))
    open_zeros = total(np.where(always_zero, 0.0, zeros))
    share = ratio(open_zeros, open_seen, empty=1.0)
    result: BoolArray = always_zero & (share[:, None] ** seen < CLOSED_BY_CHANCE)
    return result


def _mostly_positive(cycles: FloatArray) -> BoolArray:
    flat = cycles.reshape(len(cycles), -1)
    seen = total((~np.isnan(flat)).astype(float))
    zeros = total((flat == 0).astype(float))
    result: BoolArray = zeros <= ZERO_SHARE * seen
    return result & (zeros < seen)


def _fill_gaps(cycles: FloatArray) -> FloatArray:
    """Gaps take the same place of the cycle before, else after, else the period before; lead stays NaN."""
    flat = cycles.reshape(len(cycles), -1)
    inside = np.logical_or.accumulate(~np.isnan(flat), axis=1)
    if not (inside & np.isnan(flat)).any():
        return flat
    filled = _carry(cycles, axis=1)
    filled = _carry(filled[:, ::-1, :], axis=1)[:, ::-1, :]
    return np.where(inside, _carry(filled.reshape(flat.shape), axis=1), np.nan)


def _carry(values: FloatArray, *, axis: int) -> FloatArray:
    """Each NaN takes the last number before it along the axis."""
    shape = [1] * values.ndim
    shape[axis] = values.shape[axis]
    index = np.arange(values.shape[axis]).reshape(shape)
    last = np.maximum.accumulate(np.where(np.isnan(values), 0, index), axis=axis)
    return np.take_along_axis(values, last, axis=axis)


def _centred_average(filled: FloatArray, season: int) -> FloatArray:
    """Mean over one full cycle around each period (2 x m if m is even); NaN within half a cycle of an end."""
    rows, length = filled.shape
    running = np.zeros((rows, length + 1))
    np.add.accumulate(np.where(np.isnan(filled), 0.0, filled), axis=1, out=running[:, 1:])
    means = (running[:, season:] - running[:, :-season]) / season
    half = season // 2
    result = np.full((rows, length), np.nan)
    if season % 2:
        result[:, half : length - half] = means
    else:
        result[:, half : length - half] = (means[:, :-1] + means[:, 1:]) / 2
    first = np.isnan(filled).sum(axis=1)
    before = np.arange(length)[None, :] < (first + half)[:, None]
    return np.where(before, np.nan, result)


def _factors(cycles: FloatArray, trend: FloatArray, *, multiplicative: bool) -> FloatArray:
    """Shrunk factors by place of the cycle, (R, m)."""
    neutral = 1.0 if multiplicative else 0.0
    if multiplicative:
        parts = np.full(cycles.shape, np.nan)
        np.divide(cycles, trend, out=parts, where=trend > 0)
    else:
        parts = cycles - trend
    known = ~np.isnan(parts)
    count = total(known.astype(float), axis=1)
    mean = ratio(total(np.where(known, parts, 0.0), axis=1), count, empty=neutral)
    has = count > 0
    centre = ratio(total(np.where(has, mean, 0.0)), np.maximum(total(has.astype(float)), 1.0), empty=neutral)
    spread = total(np.where(known, (parts - mean[:, None, :]) ** 2, 0.0), axis=1)
    shift = np.where(has, mean - centre[:, None], 0.0)
    if multiplicative:
        shift = ratio(shift, centre[:, None], empty=0.0)
        spread = ratio(spread, centre[:, None] ** 2, empty=0.0)
    kept = neutral + _trust(shift, spread, count) * shift
    return np.maximum(kept, SMALLEST_FACTOR) if multiplicative else kept


def _trust(shift: FloatArray, spread: FloatArray, count: FloatArray) -> FloatArray:
    """James-Stein share of the factors to keep, (R, 1): one minus their noise over their variation."""
    places_known = total((count > 0).astype(float))
    freedom = total(np.maximum(count - 1, 0.0))
    noise = ratio(total(spread), freedom, empty=0.0)[:, None] * ratio(np.ones_like(count), count, empty=0.0)
    signal = total(shift**2)
    share = 1.0 - ratio(
        np.maximum(places_known - 3, 1.0) / np.maximum(places_known, 1.0) * total(noise), signal, empty=0.0
    )
    trusted = np.where(freedom >= places_known / 2, np.maximum(share, 0.0), ONE_CYCLE_TRUST)
    return np.where(places_known >= 2, trusted, 0.0)[:, None]
