"""What a planner reads about a function before typing it: complete, and true of the example."""

from __future__ import annotations

import re

import pytest

from xlplan.functions import CellError, call, functions
from xlplan.functions.plan.example import example_plan
from xlplan.functions.registry import Function

CODES = {"#VALUE!", "#NUM!", "#N/A"}
EVERY = [pytest.param(function, id=name) for name, function in functions().items()]


@pytest.mark.parametrize("function", EVERY)
def test_the_example_gives_a_value(function: Function) -> None:
    if function.name == "XP_WHY":  # it asks about a failure, so there has to be one
        with pytest.raises(CellError):
            call("XP_AGENTS", -1, 180, 30, 0.8, 20, cell=function.example[0])
    answer = call(function.name, *function.example, plan=example_plan())
    values = [value for row in answer for value in row] if isinstance(answer, list) else [answer]
    assert values
    assert all(isinstance(value, float | str | bool) for value in values)


@pytest.mark.parametrize("function", EVERY)
def test_the_help_is_complete(function: Function) -> None:
    assert re.fullmatch(r"XP_[A-Z_]+", function.name)
    assert function.group
    assert function.returns
    assert function.summary.endswith(".")
    assert function.errors, "nothing is said about when it fails"
    for code, when in function.errors:
        assert code in CODES
        assert when
    for argument in function.arguments:
        assert re.fullmatch(r"[a-z0-9_]+", argument.name)
        assert argument.meaning
        assert argument.unit or argument.kind in {"text", "flag"}, f"{argument.name} has no unit"


@pytest.mark.parametrize("function", EVERY)
def test_required_arguments_come_first_and_every_default_is_said(function: Function) -> None:
    optional = [argument.optional for argument in function.arguments]
    assert optional == sorted(optional)
    for argument in function.arguments:
        shown = f"[{argument.name}]" if argument.optional else argument.name
        assert shown in function.signature
        plain = isinstance(argument.default, bool | str) or argument.default == 1.0
        assert not argument.optional or plain or argument.default_words, f"{argument.name}: what does a blank mean?"


@pytest.mark.parametrize("function", EVERY)
def test_the_formula_shown_is_the_example(function: Function) -> None:
    """As far as it is typed: B2:B9 stands for an array of the example, A2 for a value, nothing for a blank."""
    match = re.fullmatch(r"=(XP_[A-Z_]+)\((.*)\)", function.formula)
    assert match is not None
    assert match[1] == function.name
    typed = match[2].split(",")
    assert len(typed) == len(function.example)
    for text, value in zip(typed, function.example, strict=True):
        if ":" in text:
            first, last = re.findall(r"[A-Z](\d+)", text)
            assert int(last) - int(first) + 1 == len(value)
        elif text.startswith('"'):
            assert text.strip('"') == value
        elif not text:
            assert value is None
        elif text == "Stamp":
            assert isinstance(value, str)
        elif re.fullmatch(r"[A-Z]\d+", text):
            assert isinstance(value, int | float)
        else:
            assert (float(text[:-1]) / 100 if text.endswith("%") else float(text)) == value


@pytest.mark.parametrize("function", EVERY)
def test_a_required_argument_left_blank_is_an_error_that_names_it(function: Function) -> None:
    for place, argument in enumerate(function.arguments):
        if argument.optional or argument.nullable or place >= len(function.example):
            continue
        cells = list(function.example)
        for blank in (None, "", float("nan"), [[None]]):
            cells[place] = blank
            with pytest.raises(CellError) as failed:
                call(function.name, *cells, plan=example_plan())
            assert failed.value.code == "#VALUE!"
            assert argument.name in failed.value.sentence
            assert argument.meaning in failed.value.sentence


@pytest.mark.parametrize("function", EVERY)
def test_a_missing_optional_argument_is_a_blank_one(function: Function) -> None:
    if function.name == "XP_WHY":
        with pytest.raises(CellError):
            call("XP_AGENTS", -1, 180, 30, 0.8, 20, cell=function.example[0])
    blanks = [None] * (len(function.arguments) - len(function.example))
    plan = example_plan()
    assert call(function.name, *function.example, plan=plan) == call(
        function.name, *function.example, *blanks, plan=plan
    )


@pytest.mark.parametrize("function", EVERY)
def test_too_many_arguments_show_the_signature(function: Function) -> None:
    with pytest.raises(CellError, match=re.escape(function.signature)) as failed:
        call(function.name, *[1.0] * (len(function.arguments) + 1))
    assert failed.value.code == "#VALUE!"


def test_names_are_found_in_any_case_and_a_slip_is_answered_with_the_nearest() -> None:
    assert call("xp_agents", 100, 180, 30, 0.8, 20) == call("XP_AGENTS", 100, 180, 30, 0.8, 20)
    with pytest.raises(CellError, match="did you mean XP_AGENTS") as failed:
        call("XP_AGENT", 1)
    assert failed.value.code == "#NAME?"
    with pytest.raises(CellError, match="SUM is no function of xlplan"):
        call("SUM", 1)
