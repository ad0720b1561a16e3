"""Required agents: the answer meets the goals, one fewer does not, and known traps of other tools."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.planning.staffing import (
    Binding,
    abandon_rate,
    asa_s,
    gross_up,
    occupancy,
    required_agents,
    service_level,
    whole_agents,
)
from xlplan.planning.staffing.model import Definition

PUBLISHED: dict[str, Any] = {"volume": 100, "aht_s": 180, "interval_min": 30}


def agents(**arguments: Any) -> float:
    return float(required_agents(**arguments).agents)


def meets(crew: Any, goals: dict[str, Any], queue: dict[str, Any], definition: Any = "offered") -> Any:
    """Whether a crew meets the goals, by the measures themselves, within the last digits of a float."""
    load = queue["volume"] * queue["aht_s"] / (60 * queue["interval_min"])
    slack = 1e-11
    good = np.isfinite(queue.get("patience_s", np.inf)) | (crew > load * (1 + slack)) | (load == 0)
    level = service_level(crew, target_s=goals["target_s"], definition=definition, **queue)
    good &= ~(level < goals["target"] - slack)
    good &= ~(asa_s(crew, **queue) > goals.get("asa_s", np.inf) * (1 + slack))
    patience = {"patience_s": np.inf, **queue}
    good &= ~(abandon_rate(crew, **patience) > goals.get("max_abandon", 1) + slack)
    # Under Erlang C the cap is a division, rounded as agents are: 1e-9 of a crew is noise.
    slack = 1.1e-9 if np.isinf(queue.get("patience_s", np.inf)).all() else slack
    return good & ~(occupancy(crew, **queue) > goals.get("max_occupancy", 1) * (1 + slack))


def clearly_misses(crew: Any, goals: dict[str, Any], queue: dict[str, Any]) -> bool:
    """Whether a crew misses even slightly looser goals."""
    looser = {name: value * (1 - 1e-9) if name == "target" else value for name, value in goals.items()}
    for name in ("asa_s", "max_abandon", "max_occupancy"):
        if name in goals:
            looser[name] = goals[name] * (1 + 1e-9)
    return not meets(crew, looser, queue)


@pytest.mark.parametrize("patience_s", [np.inf, 5.0, 180.0, 3600.0])
def test_whole_answers_are_the_fewest(patience_s: float) -> None:
    """The measures are the second formula: every row meets its goal, one agent fewer misses it."""
    rng = np.random.default_rng(5)
    rows = 30_000
    queue: dict[str, Any] = {
        "volume": np.round(np.exp(rng.normal(4, 2, rows))),
        "aht_s": np.round(rng.uniform(5, 1500, rows)),
        "interval_min": rng.choice([15.0, 30.0, 60.0], rows),
        "patience_s": np.full(rows, patience_s),
    }
    goals: dict[str, Any] = {
        "target": rng.uniform(0.02, 0.999, rows),
        "target_s": rng.choice([0.0, 10.0, 20.0, 60.0, 600.0], rows),
    }
    crew = required_agents(**queue, **goals).agents
    assert meets(crew, goals, queue).all()
    fewer = np.maximum(crew - 1, 0)
    assert not meets(fewer, goals, queue)[crew > 0].any()


@settings(deadline=None)
@given(
    load=st.floats(0.001, 5_000),
    aht_s=st.floats(1, 2_000),
    patience_s=st.one_of(st.just(math.inf), st.floats(0.5, 1e5)),
    target=st.floats(0.01, 0.999),
    target_s=st.floats(0, 600),
    asa_goal=st.one_of(st.none(), st.floats(0.01, 600)),
    max_abandon=st.one_of(st.none(), st.floats(1e-4, 0.9)),
    max_occupancy=st.one_of(st.none(), st.floats(0.05, 0.999)),
)
def test_any_goals_together(
    load: float,
    aht_s: float,
    patience_s: float,
    target: float,
    target_s: float,
    asa_goal: float | None,
    max_abandon: float | None,
    max_occupancy: float | None,
) -> None:
    queue: dict[str, Any] = {
        "volume": load * 3600 / aht_s,
        "aht_s": aht_s,
        "interval_min": 60,
        "patience_s": patience_s,
    }
    given_goals: dict[str, Any] = {
        "target": target,
        "target_s": target_s,
        "asa_s": asa_goal,
        "max_abandon": max_abandon,
        "max_occupancy": max_occupancy,
    }
    goals: dict[str, Any] = {name: value for name, value in given_goals.items() if value is not None}
    crew = agents(**queue, **goals)
    assert crew == math.floor(crew)
    assert meets(crew, goals, queue)
    assert crew == 0 or clearly_misses(crew - 1, goals, queue)
    real = agents(**queue, **goals, whole=False)
    assert math.ceil(real - 1e-9 * real) == crew
    if 1e-6 < real < 1e6:
        assert meets(real * (1 + 1e-8), goals, queue)
        # Nudged off a whole number by 2e-9 so that it rounds up to the answer; otherwise exact.
        assert clearly_misses(real * (1 - 1e-6), goals, queue) or real - math.floor(real) < 1e-5 * real


@settings(deadline=None)
@given(n=st.integers(1, 400), share=st.floats(0.3, 0.98), patience_s=st.sampled_from([math.inf, 30.0, 400.0]))
def test_what_a_crew_delivers_asks_for_that_crew(n: int, share: float, patience_s: float) -> None:
    """A goal set to a crew's own result is met by that crew, not missed in the last digit."""
    queue: dict[str, Any] = {"volume": share * n * 10, "aht_s": 180.0, "interval_min": 30.0, "patience_s": patience_s}
    level = float(service_level(n, target_s=20, **queue))
    if level < 1 - 1e-9 and float(service_level(n - 1, target_s=20, **queue)) < level - 1e-9:
        assert agents(**queue, target=level, target_s=20) == n
    wait_s = float(asa_s(n, **queue))
    if wait_s > 1e-9:
        assert agents(**queue, asa_s=wait_s) == n


class TestTrapsOfOtherTools:
    def test_erlang_a_may_need_far_fewer_agents_than_erlangs(self) -> None:
        assert agents(**PUBLISHED, patience_s=60, target=0.5, target_s=20) == 8
        assert agents(volume=60_000, aht_s=300, interval_min=30, patience_s=900, max_abandon=0.5) < 5_100

    def test_erlang_c_starts_at_the_load(self) -> None:
        assert agents(volume=106, aht_s=180, interval_min=30, target=0.05, target_s=20) == 11

    def test_gross_up_of_the_answer_is_not_one_too_many(self) -> None:
        assert gross_up(21, 0.3, whole=True) == 30

    def test_nothing_to_do_is_normal(self) -> None:
        nothing = required_agents([0, 0, 5], aht_s=[180, 0, 0], interval_min=30, target=[0.8, 1, 1], target_s=0)
        assert nothing.agents.tolist() == [0, 0, 0]
        assert agents(**PUBLISHED, target=0.8, target_s=0) == 14

    @pytest.mark.parametrize("patience_s", [math.inf, 60, 0])
    def test_hundred_percent_is_unattainable(self, patience_s: float) -> None:
        with pytest.raises(PlanError, match=r"target: found a service level of 100 %, unattainable"):
            agents(**PUBLISHED, patience_s=patience_s, target=1, target_s=20)

    def test_hundred_percent_within_endless_time_is_not(self) -> None:
        assert agents(**PUBLISHED, target=1, target_s=math.inf) == 11

    def test_a_load_that_is_a_whole_number_but_for_rounding(self) -> None:
        # 0.1 x 3 / 0.3 and its like: ten erlangs need eleven agents, whichever side the last digit fell.
        for volume in (np.nextafter(100.0, 0), 100.0, np.nextafter(100.0, 200)):
            assert agents(volume=volume, aht_s=180, interval_min=30, target=0, target_s=20) == 11


def test_fractional_answer() -> None:
    real = agents(**PUBLISHED, target=0.8, target_s=20, whole=False)
    assert real == pytest.approx(13.037206466407792, rel=1e-9)
    assert agents(**PUBLISHED, target=0, target_s=20, whole=False) == pytest.approx(10, rel=1e-8)
    patient = agents(**PUBLISHED, patience_s=60, target=0.5, target_s=20, whole=False)
    assert service_level(patient, **PUBLISHED, patience_s=60, target_s=20) == pytest.approx(0.5, rel=1e-10)


@pytest.mark.parametrize("patience_s", [math.inf, 120.0])
@pytest.mark.parametrize("load", [3_000.0, 1e5, 1e6])
def test_large_loads(load: float, patience_s: float) -> None:
    queue: dict[str, Any] = {"volume": load, "aht_s": 60.0, "interval_min": 1.0, "patience_s": patience_s}
    goals: dict[str, Any] = {"target": 0.9, "target_s": 5.0}
    crew = agents(**queue, **goals)
    assert meets(crew, goals, queue)
    assert not meets(crew - 1, goals, queue)


def test_loose_goals_need_nobody_where_people_leave() -> None:
    assert agents(**PUBLISHED, patience_s=60, target=0, target_s=20) == 0
    assert agents(**PUBLISHED, patience_s=60, max_abandon=1) == 0
    assert agents(**PUBLISHED, patience_s=60, asa_s=60) == 0
    assert agents(**PUBLISHED, patience_s=60, max_abandon=1, whole=False) == 0
    assert agents(**PUBLISHED, max_abandon=0) == 11  # nobody leaves, but the queue must be stable


def test_what_bound() -> None:
    rows = required_agents(
        [100, 100, 100, 0, 0],
        aht_s=180,
        interval_min=30,
        target=[0.8, 0.8, math.nan, 0.8, 0.8],
        target_s=20,
        max_occupancy=[math.nan, 0.5, 1, math.nan, 0.5],
        min_crew=[14, 2, 30, 3, 0],
    )
    assert rows.agents.tolist() == [14, 20, 30, 3, 0]
    assert [Binding(code).name for code in rows.binding] == [
        "MODEL",
        "MAX_OCCUPANCY",
        "MIN_CREW",
        "MIN_CREW",
        "MODEL",
    ]
    assert rows.binding.dtype == np.int8


def test_only_an_occupancy_cap() -> None:
    assert agents(**PUBLISHED, max_occupancy=0.8) == 13
    assert agents(**PUBLISHED, max_occupancy=0.8, whole=False) == pytest.approx(12.5)
    assert agents(**PUBLISHED, max_occupancy=1) == 11
    with_patience = agents(**PUBLISHED, max_occupancy=0.8, patience_s=60)
    assert occupancy(with_patience, **PUBLISHED, patience_s=60) <= 0.8 < occupancy(11, **PUBLISHED, patience_s=60)
    assert with_patience == 12


def test_min_crew_rounds_up_to_whole_people() -> None:
    assert agents(**PUBLISHED, target=0.8, target_s=20, min_crew=15.2) == 16
    assert agents(**PUBLISHED, target=0.8, target_s=20, min_crew=15.2, whole=False) == 15.2
    assert whole_agents(15.2) == 16


def test_goals_and_patience_blank_row_by_row() -> None:
    need = required_agents(
        [100.0] * 4,
        aht_s=180,
        interval_min=30,
        target=[0.8, math.nan, math.nan, 0.8],
        target_s=[20, math.nan, math.nan, 20],
        asa_s=[math.nan, 5, math.nan, math.nan],
        max_abandon=[math.nan, math.nan, 0.05, math.nan],
        patience_s=[math.nan, math.inf, 120, 120],
    )
    one_by_one = [
        agents(**PUBLISHED, target=0.8, target_s=20),
        agents(**PUBLISHED, asa_s=5),
        agents(**PUBLISHED, max_abandon=0.05, patience_s=120),
        agents(**PUBLISHED, target=0.8, target_s=20, patience_s=120),
    ]
    assert need.agents.tolist() == one_by_one


def test_definitions_of_service_level() -> None:
    queue: dict[str, Any] = {**PUBLISHED, "patience_s": 60}
    definitions: tuple[Definition, ...] = ("offered", "answered")
    crews = {name: agents(**queue, target=0.9, target_s=20, definition=name) for name in definitions}
    assert crews["answered"] < crews["offered"]
    for name, crew in crews.items():
        assert service_level(crew, **queue, target_s=20, definition=name) >= 0.9
        assert service_level(crew - 1, **queue, target_s=20, definition=name) < 0.9


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "target: found contacts but no goal"),
        ({"min_crew": 3}, "target: found contacts but no goal"),
        ({"target": 0.8}, "target_s: found a target without its seconds"),
        ({"target": 80, "target_s": 20}, "type 0.80 for 80 %"),
        ({"max_occupancy": 85}, "type 0.85 for 85 %"),
        ({"max_occupancy": 0}, "max_occupancy: found 0, expected a share of at least 0.0001"),
        ({"max_abandon": 0, "patience_s": 60}, "max_abandon: found an abandonment of 0 %, unattainable"),
        ({"asa_s": 0}, "asa_s: found an ASA of 0 s, unattainable"),
        ({"asa_s": math.inf}, "asa_s: found inf, expected a finite number"),
        ({"target": 0.8, "target_s": -1}, "target_s: found -1, expected 0 or more"),
        ({"target": 0.8, "target_s": 20, "patience_s": -1}, "patience_s: found -1, expected 0 or more"),
        ({"target": 0.8, "target_s": 20, "definition": "handled"}, "definition: found 'handled'"),
        ({"target": [0.8, 1, 0.9, 1], "target_s": 20}, "target, rows 2, 4 (2 of 4): found a service level of 100 %"),
        ({"target": [0.8, 0.9], "target_s": [20, 20, 20]}, "shapes do not fit: target (2,), target_s (3,)"),
    ],
)
def test_errors_say_what_and_where(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PlanError) as caught:
        required_agents(**PUBLISHED, **arguments)
    assert sentence in str(caught.value)
