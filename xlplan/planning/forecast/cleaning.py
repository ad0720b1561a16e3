"""Outliers: a period far from its neighbours counts no more than a large ordinary one.

A Hampel filter (median of five periods, scale from the median absolute deviation) that pulls outliers
to the edge of the ordinary instead of dropping them: a real level shift passes it within two periods.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

FAR = 5.0
"""Deviations, in robust standard deviations, from which a period is an outlier."""
KEPT = 3.0
"""Deviations that an outlier keeps."""
SMALLEST_SCALE = 0.01
"""The scale is at least this share of the typical level, so that a constant history has one."""
NORMAL_MAD = 1.4826
"""Standard deviation of a normal variable over its median absolute deviation."""


def tame_outliers(values: FloatArray) -> FloatArray:
    """Pull isolated outliers of deseasonalised histories toward their neighbours.

    Parameters
    ----------
    values : (R, L) float array
        NaN where not observed. Rows with fewer than five observations come back as they are.

    Examples
    --------
    >>> bool(tame_outliers(np.array([[10.0, 11, 10, 90, 10, 11, 10, 11]]))[0, 3] < 15)
    True
    """
    neighbours = _median_of_five(_close_ranks(values))
    gap = values - neighbours
    scale = np.maximum(NORMAL_MAD * _row_median(np.abs(gap)), SMALLEST_SCALE * np.abs(_row_median(values)))[:, None]
    enough = np.count_nonzero(~np.isnan(values), axis=1)[:, None] >= 5
    with np.errstate(invalid="ignore"):
        outlier = enough & (scale > 0) & (np.abs(gap) > FAR * scale)
    return np.where(outlier, neighbours + np.sign(gap) * KEPT * scale, values)


def _close_ranks(values: FloatArray) -> FloatArray:
    """Each gap takes the last value before it; periods before the first observation stay NaN."""
    index = np.where(np.isnan(values), 0, np.arange(values.shape[1]))
    return np.take_along_axis(values, np.maximum.accumulate(index, axis=1), axis=1)


def _median_of_five(values: FloatArray) -> FloatArray:
    """Median of each period and two neighbours on either side, the ends being mirrored."""
    length = values.shape[1]
    first = np.isnan(values).sum(axis=1)[:, None]
    columns = np.arange(length)[None, :]
    near = []
    for step in (-2, -1, 0, 1, 2):
        index = np.abs(columns + step - first) + first
        index = np.where(index >= length, 2 * (length - 1) - index, index)
        near.append(np.take_along_axis(values, np.clip(index, 0, length - 1), axis=1))
    a, b, c, d, e = near
    # The median of five is the median of c, the larger of the two pair minima and the smaller of the maxima.
    low = np.maximum(np.minimum(a, b), np.minimum(d, e))
    high = np.minimum(np.maximum(a, b), np.maximum(d, e))
    return np.maximum(np.minimum(low, high), np.minimum(c, np.maximum(low, high)))


def _row_median(values: FloatArray) -> FloatArray:
    """Median of what is observed in each row; 0 for an empty row."""
    ordered = np.sort(values, axis=1)
    count = np.count_nonzero(~np.isnan(values), axis=1)
    low = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0)[:, None], axis=1)[:, 0]
    high = np.take_along_axis(ordered, (count // 2).clip(max=values.shape[1] - 1)[:, None], axis=1)[:, 0]
    return np.where(count > 0, (low + high) / 2, 0.0)
