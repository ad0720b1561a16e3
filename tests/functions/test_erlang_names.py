"""Names of Erlang for Excel: the manual's examples, answers derived outside the package, and ours beside them."""

from __future__ import annotations

import csv
import json
import math
import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xlplan.functions import CellError, call, functions
from xlplan.functions.registry import plain

REFERENCE = Path(__file__).parents[1] / "truth" / "staffing_reference.csv"
with REFERENCE.open(encoding="utf-8", newline="") as file:
    COMPATIBLE = [row for row in csv.DictReader(file) if row["kind"] == "compat"]
MANUAL = json.loads((REFERENCE.parent / "erlang_xl_manual.json").read_text(encoding="utf-8"))
NAMES = [name for name in functions() if name.startswith("XP_ERL_")]


def under_our_name(formula: str) -> float:
    """``Agents(0.8,20,200,180)`` as the sheet has it after the prefix is put before its name."""
    found = re.fullmatch(r"(\w+)\((.*)\)", formula)
    assert found is not None
    value = call(f"XP_ERL_{found[1]}", *map(float, found[2].split(",")))
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize("row", COMPATIBLE, ids=lambda row: str(row["output"]))
def test_answers_of_the_add_in(row: dict[str, str]) -> None:
    assert under_our_name(row["output"]) == pytest.approx(float(row["expected"]), abs=float(row["tolerance"]))


@pytest.mark.parametrize("example", MANUAL["examples"], ids=lambda example: str(example["formula"]))
def test_examples_of_the_manual(example: dict[str, object]) -> None:
    decimals = int(str(example["decimals"]))
    value = under_our_name(str(example["formula"]))
    assert math.floor(value * 10**decimals + 0.5) / 10**decimals == example["result"]


@pytest.mark.parametrize("name", sorted(MANUAL["arguments"]))
def test_arguments_stand_in_the_order_of_the_manual(name: str) -> None:
    ours = [argument.name.replace("_", "") for argument in functions()[f"XP_ERL_{name.upper()}"].arguments]
    theirs = [MANUAL["same_argument"].get(argument, argument.lower()) for argument in MANUAL["arguments"][name]]
    assert ours == theirs


def test_every_name_fits_the_hosts() -> None:
    assert len(NAMES) == 17
    assert all(len(name) <= 31 for name in NAMES)


agents = st.integers(1, 60)
calls = st.integers(1, 600)
handling = st.integers(10, 900)
shares = st.floats(0.05, 0.98)


@settings(max_examples=60, deadline=None)
@given(share=shares, within=st.integers(0, 120), calls=calls, handling=handling)
def test_whole_and_fractional_agents_enclose_the_formula(share: float, within: int, calls: int, handling: int) -> None:
    whole = call("XP_ERL_AGENTS", share, within, calls, handling)
    between = call("XP_ERL_FRACTIONALAGENTS", share, within, calls, handling)
    assert whole == call("XP_AGENTS", calls, handling, 60, share, within)
    assert whole - 1 <= between <= whole
    assert call("XP_ERL_SLA", whole, within, calls, handling) >= share - 1e-9


@settings(max_examples=60, deadline=None)
@given(agents=agents, share=shares, within=st.integers(0, 120), handling=handling)
def test_capacity_is_the_last_number_of_calls_that_so_many_agents_serve(
    agents: int, share: float, within: int, handling: int
) -> None:
    most = call("XP_ERL_CALLCAPACITY", agents, share, within, handling)
    assert call("XP_ERL_AGENTS", share, within, most, handling) <= agents
    assert call("XP_ERL_AGENTS", share, within, most + 1, handling) > agents
    assert call("XP_ERL_CALLCAPACITY", agents + 0.9, share, within, handling) == most


@settings(max_examples=60, deadline=None)
@given(agents=agents, share=shares, calls=calls, handling=handling)
def test_service_time_is_the_service_level_read_backwards(agents: int, share: float, calls: int, handling: int) -> None:
    assume(calls * handling / 3600 < agents * 0.98)
    time = call("XP_ERL_SERVICETIME", agents, share, calls, handling)
    assert call("XP_ERL_SLA", agents, time, calls, handling) >= share - 1e-9
    assert time == 0 or call("XP_ERL_SLA", agents, time - 1, calls, handling) < share


@settings(max_examples=40, deadline=None)
@given(load=st.floats(0.1, 200), blocked=st.floats(0.001, 0.3))
def test_servers_are_the_fewest_and_traffic_reads_them_backwards(load: float, blocked: float) -> None:
    lines = call("XP_ERL_SERVERS", blocked, load)
    assert call("XP_ERL_ERLANGB", lines, load) <= blocked
    assert call("XP_ERL_ERLANGB", lines - 1, load) > blocked
    assert call("XP_ERL_TRAFFIC", lines, blocked) >= load * (1 - 1e-9)


def test_trunks_hold_talking_and_waiting_calls() -> None:
    for agents in (7, 8, 12, 40):
        lines = call("XP_ERL_TRUNKS", agents, 100, 180)
        load = 100 * (180 + call("XP_ERL_ASA", agents, 100, 180)) / 3600
        assert lines >= agents
        assert call("XP_ERL_ERLANGB", lines, load) < 0.001
        assert lines == agents or call("XP_ERL_ERLANGB", lines - 1, load) > 0.001


def test_a_queue_that_never_settles_has_no_wait_but_shares() -> None:
    """The add-in computes its waits at 99 % utilisation instead."""
    for name in ("ASA", "QUEUETIME", "QUEUESIZE", "TRUNKS"):
        with pytest.raises(CellError) as failed:
            call(f"XP_ERL_{name}", 5, 100, 180)
        assert failed.value.code == "#NUM!"
    with pytest.raises(CellError):
        call("XP_ERL_SERVICETIME", 5, 0.8, 100, 180)
    assert call("XP_ERL_SLA", 5, 20, 100, 180) == 0.0
    assert call("XP_ERL_QUEUED", 5, 100, 180) == 1.0
    assert call("XP_ERL_UTILISATION", 4, 100, 180) == 1.0
    assert call("XP_ERL_ABANDON", 5, 20, 100, 180) == 1.0


def test_no_calls_need_nobody() -> None:
    assert call("XP_ERL_AGENTS", 0.8, 20, 0, 180) == 0.0
    assert call("XP_ERL_FRACTIONALAGENTS", 0.8, 20, 0, 180) == 0.0
    assert call("XP_ERL_SLA", 3, 20, 0, 180) == 1.0
    assert call("XP_ERL_ASA", 3, 0, 180) == 0.0


def test_shares_that_are_none_say_what_to_type() -> None:
    with pytest.raises(CellError, match=r"type 0\.80 for 80 %"):
        call("XP_ERL_AGENTS", 80, 20, 100, 180)
    with pytest.raises(CellError) as failed:
        call("XP_ERL_AGENTS", 1, 20, 100, 180)
    assert failed.value.code == "#NUM!"


def test_a_column_of_calls_is_answered_cell_by_cell() -> None:
    column = [[100], [200], ["many"], [-1], [300]]
    answers = plain(call("XP_ERL_AGENTS", 0.8, 20, column, 180))
    alone = [call("XP_ERL_AGENTS", 0.8, 20, calls, 180) for calls in (100, 200, 300)]
    assert answers == [[alone[0]], [alone[1]], ["#VALUE!"], ["#NUM!"], [alone[2]]]
