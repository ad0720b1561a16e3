"""Sums that do not depend on padding.

NumPy adds long rows pairwise, so a leading zero more or less changes the last bits of a sum, and with
them, now and then, a choice between two members. A running sum starts with the padding and ends exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def total(values: NDArray[np.float64], *, axis: int = -1) -> NDArray[np.float64]:
    """Sum along an axis from first to last, so that zeros in front change nothing; 0 if it is empty.

    Examples
    --------
    >>> total(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [3.0, 7.0]
    """
    if not values.shape[axis]:
        return np.asarray(values.sum(axis=axis))
    running: NDArray[np.float64] = np.add.accumulate(values, axis=axis)
    last: NDArray[np.float64] = np.take(running, -1, axis=axis)
    return last


NOTHING = 1e-100
"""What is not above this is nothing to divide by; no volume, share or error is that small."""


def ratio(top: NDArray[np.float64], bottom: NDArray[np.float64], *, empty: float) -> NDArray[np.float64]:
    """Divide where the bottom is above `NOTHING`; `empty` elsewhere.

    Examples
    --------
    >>> ratio(np.array([1.0, 1.0]), np.array([2.0, 0.0]), empty=-1.0).tolist()
    [0.5, -1.0]
    """
    shape = np.broadcast_shapes(top.shape, bottom.shape)
    result = np.full(shape, empty)
    np.divide(top, bottom, out=result, where=bottom > NOTHING)
    return result
