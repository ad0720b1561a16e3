"""Every published or independently computed staffing answer in tests/truth/staffing_reference.csv."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xlplan.errors import PlanError
from xlplan.planning.staffing import (
    abandon_rate,
    asa_s,
    blocking,
    gross_up,
    load_for_blocking,
    occupancy,
    required_agents,
    service_level,
    wait_probability,
    workload_hours,
)
from xlplan.planning.staffing.model import Definition

TRUTH = Path(__file__).parents[2] / "truth" / "staffing_reference.csv"
with TRUTH.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))

# Rows of other models: chat concurrency, redials, the square-root rule, load that lags, backlog, ErlangXL names.
OTHER_MODELS = {
    "chat_concurrency",
    "chat_concurrency_least_loaded",
    "erlang_x_redial",
    "halfin_whitt",
    "mol_offered_load",
    "backlog_clear",
}
MEASURED = {"erlang_b", "erlang_b_inverse_load", "erlang_c", "erlang_a", "workload"}
REQUIRED = {"erlang_c_required", "erlang_a_required", "erlang_c_required_fractional"}
OURS = [row for row in ROWS if row["model"] not in OTHER_MODELS and row["kind"] not in ("compat", "convention")]
EDGES = {row["case_id"]: row for row in ROWS if row["kind"] == "convention"}

Inputs = dict[str, Any]


def test_no_row_is_dropped() -> None:
    other = [row for row in ROWS if row["model"] in OTHER_MODELS]
    compat = [row for row in ROWS if row["kind"] == "compat"]
    assert {row["model"] for row in OURS} == MEASURED | REQUIRED
    assert (len(OURS), len(EDGES), len(other), len(compat)) == (100, 27, 32, 9)
    assert len(ROWS) == 168
    assert set(EDGES) == set(EDGE_CHECKS)


def inputs(row: dict[str, str]) -> Inputs:
    """The inputs of a row with ``inf`` and ``nan`` as floats."""
    found: Inputs = json.loads(row["inputs_json"])
    return {name: float(value) if value in ("inf", "nan") else value for name, value in found.items()}


def queue(given: Inputs) -> Inputs:
    """Arguments of a measure from a row's inputs."""
    if "erlangs" in given:
        return {"agents": given["agents"], "volume": given["erlangs"], "aht_s": 60, "interval_min": 1}
    if "lam_per_min" in given:
        return {
            "agents": given["agents"],
            "volume": given["lam_per_min"],
            "aht_s": 60 * given["aht_min"],
            "interval_min": 1,
            "patience_s": 60 * given["patience_min"],
        }
    per_hour = "calls_per_hour" in given
    return {
        "agents": given.get("agents"),
        "volume": given["calls_per_hour" if per_hour else "calls"],
        "aht_s": given["aht_s"],
        "interval_min": 60 if per_hour else given["interval_s"] / 60,
        "patience_s": given.get("patience_s", math.inf),
    }


def measure(output: str, arguments: Inputs, awt_s: float) -> float:
    """One named output of a queue."""
    definitions: dict[str, Definition] = {
        "sl": "offered",
        "sl_offered": "offered",
        "sl_answered": "answered",
        "sl_virtual": "virtual",
    }
    if output in definitions:
        return float(service_level(**arguments, target_s=awt_s, definition=definitions[output]))
    if output in ("pw", "p_immediate"):
        waits = float(wait_probability(**arguments))
        return waits if output == "pw" else 1 - waits
    if output in ("pab", "p_abandon"):
        return float(abandon_rate(**arguments))
    if output in ("occ", "occupancy"):
        return float(occupancy(**arguments))
    wait_s = float(asa_s(**arguments))
    # Little's law: mean queue = arrivals per second x mean time in queue.
    queued = wait_s * arguments["volume"] / (arguments["interval_min"] * 60)
    waits_s = {"asa_s": wait_s, "ew": wait_s, "ew_s": wait_s, "asa_all_min": wait_s / 60}
    return float(queued if output == "lq" else waits_s[output])


def computed(row: dict[str, str]) -> list[float]:
    given, model = inputs(row), row["model"]
    if model == "workload":
        return [float(workload_hours(given["calls"], given["aht_s"]))]
    if model == "erlang_b":
        return [float(blocking(given["agents"], given["erlangs"]))]
    if model == "erlang_b_inverse_load":
        return [float(load_for_blocking(given["lines"], given["blocking"]))]
    arguments = queue(given)
    if model in ("erlang_a", "erlang_c"):
        if model == "erlang_c":
            arguments["patience_s"] = math.nan
        return [measure(row["output"], arguments, given.get("awt_s", math.nan))]
    return required(row["output"].split("|"), arguments, given, whole=not model.endswith("fractional"))


def required(outputs: list[str], arguments: Inputs, given: Inputs, *, whole: bool) -> list[float]:
    goals = {key: value for key, value in arguments.items() if key != "agents"}
    agents = required_agents(
        **goals,
        target=given["sl"],
        target_s=given["awt_s"],
        max_occupancy=given.get("max_occ", math.nan),
        max_abandon=given.get("max_ab", math.nan),
        whole=whole,
    ).agents
    found = {"agents": float(agents), "raw": float(agents), "agents_continuous": float(agents)}
    if "scheduled" in outputs:
        found["scheduled"] = float(gross_up(agents, given["shrinkage"], whole=True))
    arguments = arguments | {"agents": agents}
    return [found[name] if name in found else measure(name, arguments, given["awt_s"]) for name in outputs]


def tolerance(text: str, expected: float) -> float:
    """What a row allows; the last bits of a float (1e-12 relatively) are nobody's promise."""
    last_bits = 1e-12 * abs(expected)
    if text.endswith(" rel"):
        return max(float(text.removesuffix(" rel")) * abs(expected), last_bits)
    if text == "half last digit":
        return 0.05
    return max(float(text.removeprefix("95% CI +-").removesuffix(" (truncated print)")), last_bits)


@pytest.mark.parametrize("row", OURS, ids=lambda row: row["case_id"])
def test_answer(row: dict[str, str]) -> None:
    expected = [float(value) for value in row["expected"].split("|")]
    found = computed(row)
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert abs(ours - theirs) <= tolerance(row["tolerance"], theirs)


def measures_of(case: str, target_s: float = 20) -> tuple[float, float, float]:
    """Wait probability, service level and ASA of an EDGE row."""
    arguments = queue(inputs(EDGES[case]))
    return tuple(measure(name, arguments, target_s) for name in ("pw", "sl", "asa_s"))  # type: ignore[return-value]


def agents_of(case: str, **changed: float) -> float:
    given = inputs(EDGES[case]) | changed
    need = required_agents(
        given["calls"],
        aht_s=given["aht_s"],
        interval_min=given["interval_s"] / 60,
        target=given["sl"],
        target_s=given.get("awt_s", 20),
        max_occupancy=given.get("max_occ", math.nan),
        min_crew=given.get("min_crew", 0),
    )
    return float(need.agents)


def refused(case: str) -> str:
    with pytest.raises(PlanError) as caught:
        agents_of(case)
    return str(caught.value)


def edge_unstable() -> None:
    assert measures_of("EDGE-01") == (1, 0, math.inf)
    assert occupancy(10, 100, aht_s=180, interval_min=30) == 1


def edge_overloaded_but_patient() -> None:
    assert measures_of("EDGE-03")[1] == pytest.approx(0.5275524594453, abs=5e-14)


def edge_no_calls() -> None:
    assert agents_of("EDGE-04") == 0
    assert agents_of("EDGE-04", min_crew=2) == 2
    idle: Inputs = {"agents": 0, "volume": 0, "aht_s": 180, "interval_min": 30}
    assert service_level(**idle, target_s=20) == 1
    assert asa_s(**idle) == 0
    assert occupancy(**idle) == 0


def edge_nobody_patient() -> None:
    arguments = queue(inputs(EDGES["EDGE-06"]))
    assert abandon_rate(**arguments) == 1
    assert service_level(**arguments, target_s=20) == 0
    assert asa_s(**arguments) == 60


def edge_no_handling_time() -> None:
    assert agents_of("EDGE-07") == 0
    assert service_level(0, 100, aht_s=0, interval_min=30, target_s=20) == 1


def edge_no_patience() -> None:
    arguments = queue(inputs(EDGES["EDGE-08"]))
    lost = float(blocking(14, 10))
    assert abandon_rate(**arguments) == pytest.approx(0.0568191433865209, rel=1e-13)
    assert abandon_rate(**arguments) == pytest.approx(lost, rel=1e-13)
    assert service_level(**arguments, target_s=20) == pytest.approx(1 - lost, rel=1e-13)


def edge_endless_patience() -> None:
    assert measures_of("EDGE-09")[1] == pytest.approx(0.888350019179467, abs=5e-15)
    assert abandon_rate(**queue(inputs(EDGES["EDGE-09"]))) == 0


def edge_shrinkage_of_all() -> None:
    with pytest.raises(PlanError, match="nobody is left"):
        gross_up(14, inputs(EDGES["EDGE-18"])["shrinkage"])


def edge_shrinkage_float_trap() -> None:
    productive = np.array([21.0, 42, 84, 161, 168, 175])
    assert gross_up(productive, 0.3, whole=True).tolist() == (productive / 7 * 10).round().tolist()


def edge_huge_loss() -> None:
    assert blocking(80_000, 100_000) == pytest.approx(0.200039980022961, rel=1e-13)


def edge_tiny_load() -> None:
    pw, sl, _ = measures_of("EDGE-21")
    assert pw == pytest.approx(1e-13, rel=1e-12)
    # The row rounds: of those who wait, e^-(20/180) wait beyond 20 s.
    assert sl == pytest.approx(1 - 1e-13 * math.exp(-1 / 9), abs=2e-16)
    assert sl == pytest.approx(1 - 1e-13, abs=1e-12)


def edge_no_loss() -> None:
    arguments: Inputs = {"agents": 100_000, "volume": 80_000, "aht_s": 60, "interval_min": 1}
    assert blocking(100_000, 80_000) == 0
    assert wait_probability(**arguments) == 0
    assert service_level(**arguments, target_s=20) == 1


def edge_negative_agents() -> None:
    with pytest.raises(PlanError, match="agents"):
        measures_of("EDGE-26")


EDGE_CHECKS: dict[str, Callable[[], bool | None]] = {
    "EDGE-01": edge_unstable,
    "EDGE-02": lambda: measures_of("EDGE-02") == (1, 0, math.inf),
    "EDGE-03": edge_overloaded_but_patient,
    "EDGE-04": edge_no_calls,
    "EDGE-05": lambda: measures_of("EDGE-05") == (1, 0, math.inf),
    "EDGE-06": edge_nobody_patient,
    "EDGE-07": edge_no_handling_time,
    "EDGE-08": edge_no_patience,
    "EDGE-09": edge_endless_patience,
    "EDGE-10": lambda: measures_of("EDGE-10")[1:] == (0, math.inf),
    "EDGE-11": lambda: "unattainable" in refused("EDGE-11"),
    "EDGE-12": lambda: agents_of("EDGE-12") == 11,
    "EDGE-13": lambda: math.isclose(measures_of("EDGE-13", 0)[1], 0.825868066404950, rel_tol=1e-14),
    "EDGE-14": lambda: measures_of("EDGE-14", math.inf)[1] == 1,
    "EDGE-15": lambda: agents_of("EDGE-15") == 11,
    "EDGE-16": lambda: agents_of("EDGE-16") == 20,
    "EDGE-17": lambda: "max_occupancy" in refused("EDGE-17"),
    "EDGE-18": edge_shrinkage_of_all,
    "EDGE-19": edge_shrinkage_float_trap,
    "EDGE-20": edge_huge_loss,
    "EDGE-21": edge_tiny_load,
    "EDGE-22": edge_no_loss,
    "EDGE-23": lambda: refused("EDGE-23").startswith("volume: found nan"),
    "EDGE-24": lambda: refused("EDGE-24").startswith("volume: found inf"),
    "EDGE-25": lambda: refused("EDGE-25").startswith("volume: found -5"),
    "EDGE-26": edge_negative_agents,
    "EDGE-27": lambda: refused("EDGE-27").endswith("type 0.80 for 80 %"),
}


@pytest.mark.parametrize("case", sorted(EDGE_CHECKS))
def test_edge_convention(case: str) -> None:
    # A check asserts by itself and returns None, or is one comparison and returns whether it holds.
    assert EDGE_CHECKS[case]() in (None, True)
