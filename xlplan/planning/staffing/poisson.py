"""Poisson probabilities of real counts, and quadrature nodes, that hold to 1e7 erlangs."""

from __future__ import annotations

from functools import cache

import numpy as np

from xlplan.planning.staffing.columns import Floats

_HALF_LOG_TWO_PI = 0.5 * float(np.log(2 * np.pi))
# Below this count Stirling's series is not good to 1e-16 and the logarithm of gamma is taken instead.
_STIRLING_FROM = 16.0
# Below this distance from 1 the logarithm is taken as a series.
_NEAR = 0.1


def _log_less(ratio: Floats, u: Floats) -> Floats:
    """log(ratio) - u, where u = ratio - 1, without cancellation near 1: by 2 artanh(u / (2 + u))."""
    t = u / (2.0 + u)
    square = t * t
    tail = np.full_like(square, 1.0 / 15.0)
    for odd in (13.0, 11.0, 9.0, 7.0, 5.0, 3.0):
        tail *= square
        tail += 1.0 / odd
    near = t * (2.0 * square * tail - u)
    # Near 0 the ratio holds more digits than u, which may even be rounded to -1; elsewhere u does.
    far = np.where(u < -0.5, np.log(ratio), np.log1p(np.maximum(u, -0.5)))
    return np.where(np.abs(u) < _NEAR, near, far - u)


def _stirling_error(count: Floats) -> Floats:
    """log(count!) less Stirling's formula; count at least 16."""
    inverse = 1.0 / count
    square = inverse * inverse
    return inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))))


def probability(count: Floats, mean: Floats, excess: Floats) -> Floats:
    """Poisson probability of a real count, mean^count e^-mean / gamma(count + 1).

    The saddle-point form (C. Loader, Fast and accurate computation of binomial probabilities, 2000):
    ``count ln mean - mean - ln count!`` as written loses ten digits at 1e5.

    Parameters
    ----------
    count, mean : ndarray
        Above 0, in one shape.
    excess : ndarray
        mean - count, computed where it is exact.
    """
    large = count >= _STIRLING_FROM
    if large.all():
        return np.asarray(np.exp(_log_large(count, mean, excess)))
    if not large.any():
        return np.asarray(np.exp(_log_small(count, mean)))
    log = np.empty_like(count)
    log[large] = _log_large(count[large], mean[large], excess[large])
    log[~large] = _log_small(count[~large], mean[~large])
    return np.asarray(np.exp(log))


def _log_large(count: Floats, mean: Floats, excess: Floats) -> Floats:
    log = count * _log_less(mean / count, excess / count) - _stirling_error(count)
    return np.asarray(log - 0.5 * np.log(count) - _HALF_LOG_TWO_PI)


def _log_small(count: Floats, mean: Floats) -> Floats:
    from scipy.special import gammaln

    return np.asarray(count * np.log(mean) - mean - gammaln(count + 1.0))


@cache
def _legendre(nodes: int) -> tuple[Floats, Floats]:
    x, weight = np.polynomial.legendre.leggauss(nodes)
    return 0.5 * (1.0 + x), 0.5 * weight


def nodes(steep: Floats, curved: Floats) -> tuple[Floats, Floats]:
    """Nodes (rows x 32) and weights for integrals over [0, inf) of exp(-steep s - curved s^2 / 2 ...).

    The range ends where the integrand is below e^-40; the curved term may be up to three times flatter
    than its square, as s - log(1 + s) is within the range.

    Parameters
    ----------
    steep, curved : ndarray
        One row per integral; steep at least 4 sqrt(curved) and at least 16.
    """
    points, weights = _legendre(32)
    end = 80.0 / (steep + np.hypot(steep, np.sqrt(80.0 / 3.0 * curved)))
    return end[:, None] * points, end[:, None] * weights
