"""What must hold of any queue: scalar definitions, monotony, patience without end, shapes and empty rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.planning import staffing
from xlplan.planning.staffing import (
    abandon_rate,
    asa_s,
    blocking,
    load_for_blocking,
    occupancy,
    service_level,
    wait_probability,
)
from xlplan.planning.staffing.model import Definition

LOADS = st.floats(1e-3, 3_000)
AGENTS = st.floats(0, 4_000)
SECONDS = st.floats(1, 3_000)
DEFINITIONS: tuple[Definition, ...] = ("offered", "answered", "virtual")
HALF_HOUR: dict[str, Any] = {"interval_min": 30}


def queue(load: float, aht_s: float) -> dict[str, Any]:
    """Arguments that offer so many erlangs in half an hour."""
    return {"volume": load * 1800 / aht_s, "aht_s": aht_s, "interval_min": 30}


def erlang_c_by_definition(agents: int, load: float, aht_s: float, target_s: float) -> tuple[float, float, float]:
    """Wait probability, ASA and service level in three lines, for whole agents above the load."""
    terms = [math.exp(k * math.log(load) - math.lgamma(k + 1)) for k in range(agents + 1)]
    last = terms[agents] * agents / (agents - load)
    wait = last / (sum(terms[:agents]) + last)
    return wait, wait * aht_s / (agents - load), 1 - wait * math.exp(-(agents - load) * target_s / aht_s)


def erlang_a_by_definition(agents: int, load: float, aht_s: float, patience_s: float) -> tuple[float, float]:
    """Wait and abandon probability from the birth and death chain itself."""
    states = [1.0]
    while len(states) < 3 * agents + 300:
        n = len(states)
        leave = min(n, agents) + max(n - agents, 0) * aht_s / patience_s
        states.append(states[-1] * load / leave)
    total = math.fsum(states)
    queued = math.fsum((n - agents) * p for n, p in enumerate(states) if n > agents) / total
    return math.fsum(states[agents:]) / total, queued * aht_s / patience_s / load


@settings(deadline=None)
@given(load=st.floats(0.05, 60), extra=st.integers(1, 15), aht_s=SECONDS, target_s=st.floats(0, 300))
def test_erlang_c_is_its_definition(load: float, extra: int, aht_s: float, target_s: float) -> None:
    agents = math.floor(load) + extra
    wait, mean_wait, level = erlang_c_by_definition(agents, load, aht_s, target_s)
    arguments: dict[str, Any] = {"agents": agents, **queue(load, aht_s)}
    assert wait_probability(**arguments) == pytest.approx(wait, rel=1e-8, abs=1e-12)
    assert asa_s(**arguments) == pytest.approx(mean_wait, rel=1e-8, abs=1e-12)
    assert service_level(**arguments, target_s=target_s) == pytest.approx(level, rel=1e-8, abs=1e-12)


@settings(deadline=None)
@given(load=st.floats(0.05, 40), agents=st.integers(1, 60), aht_s=SECONDS, patience_s=st.floats(30, 900))
def test_erlang_a_is_its_chain(load: float, agents: int, aht_s: float, patience_s: float) -> None:
    patience_s = min(patience_s, 2 * aht_s)  # so that the chain cut off above holds all that matters
    wait, abandon = erlang_a_by_definition(agents, load, aht_s, patience_s)
    arguments: dict[str, Any] = {"agents": agents, "patience_s": patience_s, **queue(load, aht_s)}
    assert wait_probability(**arguments) == pytest.approx(wait, rel=1e-9, abs=1e-12)
    assert abandon_rate(**arguments) == pytest.approx(abandon, rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(load=LOADS, agents=AGENTS, aht_s=SECONDS, patience_s=st.floats(0, 1e6), target_s=st.floats(0, 1e4))
def test_shares_are_consistent(load: float, agents: float, aht_s: float, patience_s: float, target_s: float) -> None:
    arguments: dict[str, Any] = {"agents": agents, "patience_s": patience_s, **queue(load, aht_s)}
    wait, abandon = wait_probability(**arguments), abandon_rate(**arguments)
    levels = {name: service_level(**arguments, target_s=target_s, definition=name) for name in DEFINITIONS}
    for share in (wait, abandon, occupancy(**arguments), *levels.values()):
        assert 0 <= share <= 1
    assert abandon <= wait + 1e-12
    assert asa_s(**arguments) == pytest.approx(patience_s * abandon, rel=1e-9, abs=1e-12)
    # Who abandons counts against "offered"; who would have been late may have abandoned in time.
    assert levels["offered"] <= levels["answered"] + 1e-12
    assert levels["offered"] <= levels["virtual"] + 1e-12
    assert levels["offered"] <= 1 - abandon + 1e-12
    assert levels["offered"] >= 1 - wait - 1e-12


@settings(deadline=None)
@given(
    load=LOADS,
    agents=st.floats(0.01, 4_000),
    more=st.floats(0.01, 50),
    patience_s=st.one_of(st.just(math.inf), st.floats(0, 1e5)),
    target_s=st.floats(0, 600),
    definition=st.sampled_from(["offered", "answered", "virtual"]),
)
def test_more_agents_are_never_worse(
    load: float, agents: float, more: float, patience_s: float, target_s: float, definition: Any
) -> None:
    arguments: dict[str, Any] = {
        "agents": np.array([agents, agents + more]),
        "patience_s": patience_s,
        **queue(load, 300),
    }
    level = service_level(**arguments, target_s=target_s, definition=definition)
    assert level[1] >= level[0] - 1e-11
    for falling in (wait_probability(**arguments), abandon_rate(**arguments), occupancy(**arguments)):
        assert falling[1] <= falling[0] + 1e-11
    few, many = asa_s(**arguments)
    assert many <= few * (1 + 1e-9) + 1e-9


@settings(deadline=None)
@given(agents=AGENTS, load=LOADS, more=st.floats(0.01, 50))
def test_blocking_falls_with_lines_and_rises_with_load(agents: float, load: float, more: float) -> None:
    # Below 1e-300 floats lose their digits before they vanish.
    assert blocking(agents + more, load) <= blocking(agents, load) * (1 + 1e-11) + 1e-300
    assert blocking(agents, load + more) >= blocking(agents, load) * (1 - 1e-11) - 1e-300


@settings(deadline=None)
@given(lines=st.floats(0.1, 5_000), lost=st.floats(1e-6, 0.9))
def test_load_for_blocking_inverts_blocking(lines: float, lost: float) -> None:
    assert blocking(lines, load_for_blocking(lines, lost)) == pytest.approx(lost, rel=1e-9)


def test_load_for_blocking_at_its_ends() -> None:
    assert load_for_blocking(1, 1e-200) == pytest.approx(1e-200, rel=1e-11)
    assert load_for_blocking([20, 100, 24], [0.01, 0.001, 0.01]) == pytest.approx(
        [12.0306145949009, 75.2419826724585, 15.2950001736865], rel=1e-12
    )


@settings(deadline=None)
@given(load=st.floats(0.01, 2_000), spare=st.floats(0.05, 40), aht_s=SECONDS)
def test_endless_patience_is_erlang_c(load: float, spare: float, aht_s: float) -> None:
    arguments: dict[str, Any] = {"agents": load + spare, **queue(load, aht_s)}
    limit: dict[str, Any] = {"patience_s": 1e19}
    assert wait_probability(**arguments, **limit) == pytest.approx(wait_probability(**arguments), rel=1e-8, abs=1e-12)
    assert asa_s(**arguments, **limit) == pytest.approx(asa_s(**arguments), rel=1e-8, abs=1e-12)
    for definition in DEFINITIONS:
        ours = service_level(**arguments, **limit, target_s=20, definition=definition)
        assert ours == pytest.approx(service_level(**arguments, target_s=20), rel=1e-8, abs=1e-12)


def test_the_way_to_endless_patience_is_steady() -> None:
    """No jump where one method of computing hands over to the next."""
    patience_s = np.geomspace(1, 1e12, 2_000)
    wait = asa_s(105, 1_000, aht_s=180, interval_min=30, patience_s=patience_s)
    assert (np.diff(wait) > 0).all()
    assert wait[-1] == pytest.approx(float(asa_s(105, 1_000, aht_s=180, interval_min=30)), rel=1e-8)


def test_mixed_column_is_row_by_row() -> None:
    rng = np.random.default_rng(11)
    rows = 20_000
    agents, volume = rng.integers(0, 60, rows).astype(float), rng.integers(0, 300, rows).astype(float)
    patience_s = rng.choice([np.nan, np.inf, 0.0, 45.0, 600.0], rows)
    aht_s, target_s = rng.choice([0.0, 120.0, 400.0], rows), rng.choice([0.0, 20.0, np.inf], rows)
    whole = service_level(agents, volume, aht_s=aht_s, target_s=target_s, patience_s=patience_s, **HALF_HOUR)
    for row in rng.integers(0, rows, 60):
        one = service_level(
            agents[row], volume[row], aht_s=aht_s[row], target_s=target_s[row], patience_s=patience_s[row], **HALF_HOUR
        )
        assert one.shape == ()
        assert one == pytest.approx(whole[row], rel=1e-12)


def test_shapes_broadcast() -> None:
    grid = service_level([[10], [14]], [90, 100, 110], aht_s=180, target_s=20, **HALF_HOUR)
    assert grid.shape == (2, 3)
    assert grid[1, 1] == pytest.approx(0.888350019179467, rel=1e-12)
    assert asa_s([], [], aht_s=180, **HALF_HOUR).shape == (0,)


def test_nobody_on_and_nothing_offered() -> None:
    nobody: dict[str, Any] = {"agents": 0, "volume": 10, "aht_s": 180, "interval_min": 30}
    assert occupancy(**nobody) == occupancy(**nobody, patience_s=60) == 1
    for definition in DEFINITIONS:
        assert service_level(**nobody, patience_s=60, target_s=1e9, definition=definition) == 0
    nothing: dict[str, Any] = {
        "agents": 5,
        "volume": 0,
        "aht_s": 180,
        "interval_min": 30,
        "patience_s": [np.nan, 0, 60],
    }
    assert wait_probability(**nothing).tolist() == [0, 0, 0]
    assert asa_s(**nothing).tolist() == [0, 0, 0]
    assert abandon_rate(**nothing).tolist() == [0, 0, 0]
    assert service_level(**nothing, target_s=0).tolist() == [1, 1, 1]


def test_no_patience_still_has_a_virtual_wait() -> None:
    """Arrivals that find no agent leave; had they stayed, the next of n agents is free after aht / n."""
    lost = float(blocking(14, 10))
    arguments: dict[str, Any] = {"agents": 14, "volume": 100, "aht_s": 180, "interval_min": 30, "target_s": 20}
    instant = service_level(**arguments, patience_s=0, definition="virtual")
    assert instant == pytest.approx(1 - lost * math.exp(-14 * 20 / 180), rel=1e-12)
    almost = service_level(**arguments, patience_s=1e-9, definition="virtual")
    assert almost == pytest.approx(float(instant), rel=1e-9)


def test_patience_far_shorter_than_the_target() -> None:
    """What is left of the queue at the target, a share of e^-35 and less, is 0 and not a number out of range."""
    crew = np.arange(2_900.0, 3_100.0)
    level = service_level(crew, 2_664, aht_s=300, target_s=71, patience_s=2, definition="virtual", **HALF_HOUR)
    assert (level == 1).all()


def test_definition_is_one_of_three() -> None:
    with pytest.raises(PlanError, match="type offered, answered or virtual"):
        service_level(14, 100, aht_s=180, target_s=20, definition="handled", **HALF_HOUR)  # type: ignore[arg-type]


def test_package_offers_every_function_lazily() -> None:
    offered = [name for name in dir(staffing) if name in staffing._HOME]
    assert sorted(staffing._HOME) == offered
    assert all(callable(getattr(staffing, name)) for name in offered)
    with pytest.raises(AttributeError, match="no attribute 'erlang'"):
        _ = staffing.erlang
