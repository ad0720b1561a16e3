"""The allocation programme: our hand-over to HiGHS beside PuLP's own, on a large linear programme.

Run with ``pytest benchmarks/test_allocation.py -s``; the ratio is of total time to the solver's own in the same run.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from xlplan.planning.lp import Programme, solve
from xlplan.planning.lp.programme import Ints

SITES, QUEUES, PERIODS = 24, 580, 24


def programme_of(sites: int, queues: int, periods: int, *, seed: int = 7) -> Programme:
    """Lanes, unmet hours and headcount, with demand, quality, hours and steps of headcount."""
    rng = np.random.default_rng(seed)
    eligible = rng.random((sites, queues)) < 0.29
    for queue in np.flatnonzero(eligible.sum(axis=0) < 2):
        eligible[rng.permutation(sites)[:2], queue] = True
    site, queue = np.nonzero(eligible)
    rate = np.round(rng.uniform(9, 32, sites), 2)
    required = np.round(rng.lognormal(6.2, 0.7, (queues, periods)), 1)
    heads = np.ceil(1.45 * required.sum(axis=0).mean() / 150 / sites) * np.ones(sites)
    programme = Programme("benchmark")
    hours = programme.columns((len(site), periods))
    unmet = programme.columns((queues, periods))
    people = programme.columns((sites, periods), high=heads[:, None])
    programme.price("cost", hours, np.round(rate[site] * rng.uniform(0.9, 1.25, len(site)), 2)[:, None])
    programme.price("cost", unmet, 120.0)
    programme.price("cost", people, rng.uniform(150, 320, sites)[:, None])
    demand, staff = grid(queues, periods), grid(sites, periods)
    productivity = np.round(rng.uniform(0.75, 1.15, len(site)), 3)[:, None]
    programme.rows("demand", demand.shape, ">=", required, (demand[queue], hours, productivity), (demand, unmet, 1.0))
    quality = np.round(rng.normal(0.03, 0.04, len(site)), 3)[:, None]
    programme.rows("quality", demand.shape, ">=", 0.0, (demand[queue], hours, quality))
    programme.rows("hours", staff.shape, "<=", 0.0, (staff[site], hours, 1.0), (staff, people, -150.0))
    step = grid(sites, periods - 1)
    most = np.ceil(0.08 * heads)[:, None] + 1
    programme.rows("up", step.shape, "<=", most, (step, people[:, 1:], 1.0), (step, people[:, :-1], -1.0))
    programme.rows("down", step.shape, "<=", most, (step, people[:, :-1], 1.0), (step, people[:, 1:], -1.0))
    return programme


def grid(rows: int, width: int) -> Ints:
    return np.arange(rows * width).reshape(rows, width)


@pytest.mark.parametrize("periods", [PERIODS])
def test_hand_over(periods: int) -> None:
    begun = time.perf_counter()
    programme = programme_of(SITES, QUEUES, periods)
    built = time.perf_counter()
    best = solve(programme, programme.objective("cost"))
    done = time.perf_counter()
    assert best.status == "optimal"
    print(
        f"\n{best.columns:,} columns, {best.nonzeros:,} non-zeros: built {built - begun:.2f} s, "
        f"total {done - begun:.2f} s, HiGHS {best.seconds:.2f} s, ratio {(done - begun) / best.seconds:.2f}"
    )
