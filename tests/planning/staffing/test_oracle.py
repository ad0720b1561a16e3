"""Erlang B, C and A against their definitions in 50 digits, from a fraction of an erlang to 1e5 and beyond.

Erlang B comes from its recursion (whole agents) or its integral (fractional), Erlang A from the series
S(c, x) = 1/c + x/(c(c+1)) + ..., all terms positive: other formulas than the ones in use.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath as mp  # type: ignore[import-untyped]
import numpy as np
import pytest

from xlplan.planning.staffing import (
    abandon_rate,
    asa_s,
    blocking,
    occupancy,
    service_level,
    wait_probability,
)
from xlplan.planning.staffing.model import Definition

DEFINITIONS: tuple[Definition, ...] = ("offered", "answered", "virtual")
RELATIVE, ABSOLUTE = 1e-9, 1e-12


@pytest.fixture(autouse=True)
def _fifty_digits() -> Iterator[None]:
    with mp.workdps(50):
        yield


def inverse_blocking(n: float, a: float) -> mp.mpf:
    """1 / B(n, a): by the recursion for whole n, by the integral for real n."""
    load = mp.mpf(a)
    if n == int(n):
        inverse = mp.mpf(1)
        for k in range(1, int(n) + 1):
            inverse = 1 + inverse * k / load
        return inverse
    real = mp.mpf(n)
    peak, width = max(mp.mpf(0), real / load - 1), (mp.sqrt(max(real, 1)) + 1) / load
    stops = sorted({mp.mpf(0), *(max(mp.mpf(0), peak + k * width) for k in (-30, -12, -6, -3, 0, 3, 6, 12, 30, 100))})
    return load * mp.quad(lambda y: mp.e ** (real * mp.log1p(y) - load * y), stops)


def series(c: mp.mpf, x: mp.mpf) -> mp.mpf:
    """S(c, x) = sum over k of x^k / (c (c+1) ... (c+k))."""
    term = total = 1 / c
    k = 1
    while True:
        term *= x / (c + k)
        total += term
        if x < c + k and term < total * mp.mpf(10) ** -45:
            return total
        k += 1


def erlang_c(n: float, a: float, aht_s: float, target_s: float) -> dict[str, mp.mpf]:
    b = 1 / inverse_blocking(n, a)
    wait = n * b / (n - mp.mpf(a) * (1 - b))
    return {
        "wait": wait,
        "asa": wait * aht_s / (mp.mpf(n) - a),
        "level": 1 - wait * mp.e ** (-(mp.mpf(n) - a) * target_s / aht_s),
    }


def erlang_a(n: float, a: float, aht_s: float, patience_s: float, target_s: float) -> dict[str, mp.mpf]:
    g = mp.mpf(patience_s) / mp.mpf(aht_s)
    c, r, tau = n * g, mp.mpf(a) * g, mp.mpf(target_s) / mp.mpf(patience_s)
    before = inverse_blocking(n - 1, a)
    one, next_one = series(c, r), series(c + 1, r)
    total = before + r * one
    gone = mp.e ** (r * (1 - mp.e**-tau) - c * tau)
    late = gone * mp.e**-tau * series(c + 1, r * mp.e**-tau)
    still = gone * series(c, r * mp.e**-tau)
    abandon = r * (one - next_one) / total
    in_time = (before + r * (next_one - late)) / total
    return {
        "wait": r * one / total,
        "abandon": abandon,
        "asa": abandon * patience_s,
        "occupancy": mp.mpf(a) * (1 - abandon) / n,
        "offered": in_time,
        "answered": in_time / (1 - abandon),
        "virtual": 1 - r * still / total,
    }


def in_interval(n: Any, load: Any, aht_s: float, patience_s: float) -> dict[str, Any]:
    """Arguments of a measure: as many contacts as erlangs, in an interval of one handling time."""
    return {"agents": n, "volume": load, "aht_s": aht_s, "interval_min": aht_s / 60, "patience_s": patience_s}


def close(ours: Any, truth: mp.mpf) -> bool:
    gap = abs(mp.mpf(float(ours)) - truth)
    return bool(gap <= max(RELATIVE * abs(truth), mp.mpf(ABSOLUTE)))


@pytest.mark.parametrize(
    ("n", "a"),
    [
        (1, 1e-9), (0.5, 0.2), (0.3, 40), (3.7, 2.1), (16, 15.999), (17.5, 400), (250, 300), (901.5, 900),
        (10_300, 10_000), (80_000, 100_000), (99_000, 100_000), (100_000, 100_000), (101_265, 100_000),
    ],
)  # fmt: skip
def test_blocking(n: float, a: float) -> None:
    truth = 1 / inverse_blocking(n, a)
    assert abs(mp.mpf(float(blocking(n, a))) / truth - 1) < 1e-12


@pytest.mark.parametrize(
    ("n", "a"),
    [(1, 0.999), (1.25, 0.25), (12, 10), (10.001, 10), (13.0372, 10), (180, 166.7), (2_050, 2_000),
     (100_010, 100_000), (100_316, 100_000), (101_265, 100_000)],
)  # fmt: skip
def test_erlang_c(n: float, a: float) -> None:
    truth = erlang_c(n, a, 300, 20)
    queue = in_interval(n, a, 300, np.inf)
    assert close(wait_probability(**queue), truth["wait"])
    assert close(asa_s(**queue), truth["asa"])
    assert close(service_level(**queue, target_s=20), truth["level"])


CASES_A = [
    # agents, load, aht, patience, target
    (8, 10, 180, 60, 20),
    (1, 1e-6, 240, 120, 20),
    (0.25, 0.1, 300, 600, 20),
    (2, 30, 300, 900, 20),
    (5, 0.8, 600, 45, 0),
    (12.5, 10, 180, 90, 30),
    (40, 35, 60, 7_200, 20),
    (500, 1_000, 300, 900, 20),
    (510, 500, 180, 240, 300),
    (990, 1_000, 600, 5, 20),
    (1_010, 1_000, 30, 3_600, 60),
    (6_000, 10_000, 300, 900, 20),
    (9_900, 10_000, 300, 120, 20),
    (90_000, 100_000, 300, 120, 40),
    (99_900, 100_000, 300, 600, 5),
    (100_300, 100_000, 300, 1_800, 20),
    (105_000, 100_000, 300, 60, 20),
]


@pytest.mark.parametrize(("n", "a", "aht_s", "patience_s", "target_s"), CASES_A)
def test_erlang_a(n: float, a: float, aht_s: float, patience_s: float, target_s: float) -> None:
    truth = erlang_a(n, a, aht_s, patience_s, target_s)
    queue = in_interval(n, a, aht_s, patience_s)
    assert close(wait_probability(**queue), truth["wait"])
    assert close(abandon_rate(**queue), truth["abandon"])
    assert close(asa_s(**queue), truth["asa"])
    assert close(occupancy(**queue), truth["occupancy"])
    for definition in DEFINITIONS:
        ours = service_level(**queue, target_s=target_s, definition=definition)
        assert close(ours, truth[definition])


@pytest.mark.parametrize(("n", "a"), [(3, 2.0), (110, 100.0), (10_050, 10_000.0)])
def test_small_measures_keep_their_digits_as_patience_grows(n: int, a: float) -> None:
    """Abandonment falls with patience but ASA = patience x abandonment must not lose digits."""
    for patience_s in (1e4, 1e5):
        truth = erlang_a(n, a, 300, patience_s, 20)
        queue = in_interval(n, a, 300, patience_s)
        assert abs(mp.mpf(float(asa_s(**queue))) / truth["asa"] - 1) < 1e-11
        assert abs(mp.mpf(float(abandon_rate(**queue))) / truth["abandon"] - 1) < 1e-11


def test_both_underflows_are_numbers() -> None:
    """B(n, A) is the ratio 0 / 0 of scaled gamma functions for A far above n, and 0 / 1 far below."""
    loads = np.array([1e-300, 1e-12, 1.0, 1e3, 1e5, 1e7])
    agents = np.array([0.0, 0.01, 1.0, 1e3, 1e5, 1e7])
    grid = blocking(agents[:, None], loads)
    assert np.isfinite(grid).all()
    assert ((grid >= 0) & (grid <= 1)).all()
    assert blocking(1, 1e7) == pytest.approx(1 / (1 + 1e-7), rel=1e-12)
    assert blocking(1e5, 1.0) == 0
    for patience_s in (np.inf, 0, 1e-6, 60, 1e9):
        queue = in_interval(agents[:, None], loads, 60, patience_s)
        for share in (wait_probability(**queue), abandon_rate(**queue), service_level(**queue, target_s=20)):
            assert ((share >= 0) & (share <= 1)).all()
        assert (asa_s(**queue) >= 0).all()
