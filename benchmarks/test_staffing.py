"""Required agents, rows a second, beside a plain-Python recursion: the loop a planner writes in VBA.

Run with ``pytest benchmarks/test_staffing.py -s``; each test prints the ratio against its peer in the same run.
The column is a day-to-day mix: mean load 35 erlangs, at most 450, targets of 70 to 95 % in 10 to 60 s.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from xlplan.planning.staffing import required_agents

ROWS_C, ROWS_A, PEER_ROWS = 200_000, 50_000, 500


def column(rows: int) -> dict[str, Any]:
    rng = np.random.default_rng(7)
    return {
        "volume": np.clip(np.round(np.exp(rng.normal(4.5, 0.8, rows))), 1, 900),
        "aht_s": np.round(rng.uniform(120, 900, rows)),
        "interval_min": np.full(rows, 30.0),
        "target": rng.choice([0.7, 0.8, 0.9, 0.95], rows),
        "target_s": rng.choice([10.0, 20.0, 30.0, 60.0], rows),
        "patience_s": np.round(rng.uniform(60, 600, rows)),
    }


def erlang_c_loop(volume: float, aht_s: float, interval_min: float, target: float, target_s: float) -> int:
    """Agents under Erlang C: the recursion of Erlang B, then one agent more at a time."""
    load = volume * aht_s / (60 * interval_min)
    inverse, n = 1.0, 0
    while True:
        n += 1
        inverse = 1 + inverse * n / load
        if n > load:
            wait = n / ((n - load) * inverse + load)
            if 1 - wait * math.exp(-(n - load) * target_s / aht_s) >= target:
                return n


def erlang_a_loop(
    volume: float, aht_s: float, interval_min: float, target: float, target_s: float, patience_s: float
) -> int:
    """Agents under Erlang A: one agent more at a time, the series of the waiting time summed for each."""
    load = volume * aht_s / (60 * interval_min)
    r, fade = load * patience_s / aht_s, math.exp(-target_s / patience_s)
    inverse, n = 1.0, 1
    while True:
        c = n * patience_s / aht_s
        whole, served, late = series(c, r), series(c + 1, r), series(c + 1, r * fade)
        late *= math.exp(r * (1 - fade) - (c + 1) * target_s / patience_s)
        if (inverse + r * (served - late)) / (inverse + r * whole) >= target:
            return n
        inverse = 1 + inverse * n / load
        n += 1


def series(c: float, x: float) -> float:
    term = total = 1 / c
    k = c
    while term > 1e-17 * total or x > k:
        k += 1
        term *= x / k
        total += term
    return total


def rows_per_second(loop: Callable[..., int], names: list[str], columns: dict[str, Any]) -> tuple[float, list[int]]:
    start = time.perf_counter()
    answers = [loop(*row) for row in zip(*(columns[name][:PEER_ROWS] for name in names), strict=True)]
    return PEER_ROWS / (time.perf_counter() - start), answers


@pytest.mark.parametrize(
    ("model", "loop", "rows"), [("Erlang C", erlang_c_loop, ROWS_C), ("Erlang A", erlang_a_loop, ROWS_A)]
)
def test_required_agents(benchmark: Any, model: str, loop: Callable[..., int], rows: int) -> None:
    columns = column(rows)
    if model == "Erlang C":
        del columns["patience_s"]
    names = list(columns)
    need = benchmark(required_agents, **columns)
    ours = rows / benchmark.stats.stats.min
    theirs, answers = rows_per_second(loop, names, columns)
    print(f"\n{model}: {ours:,.0f} rows/s, plain-Python recursion {theirs:,.0f} rows/s, ratio {ours / theirs:,.0f}")
    assert need.agents[:PEER_ROWS].tolist() == answers


@pytest.mark.parametrize("patience_s", [math.inf, 60.0], ids=["Erlang C", "Erlang A"])
def test_one_cell(benchmark: Any, patience_s: float) -> None:
    """A formula in one cell."""
    need = benchmark(required_agents, 100, aht_s=180, interval_min=30, target=0.8, target_s=20, patience_s=patience_s)
    print(f"\none cell: {benchmark.stats.stats.min * 1e6:,.0f} microseconds")
    assert need.agents == (14 if math.isinf(patience_s) else 12)
