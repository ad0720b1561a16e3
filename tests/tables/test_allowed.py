"""The language of the dictionary's ``allowed`` column: what passes, what breaks, and how it reads."""

from __future__ import annotations

import pandas as pd
import pytest

from xlplan.tables.allowed import DATE_PATTERNS, TEXT_PATTERNS, parse


def broken(text: str, values: list[object], dtype: str = "float64") -> list[bool]:
    series = pd.Series(values, dtype=dtype)
    return parse(text).bad(series, series.to_frame("x")).tolist()


@pytest.mark.parametrize(
    ("text", "good", "bad"),
    [
        ("0..1", [0, 0.5, 1], [-0.001, 1.001, 30]),
        (">= 0", [0, 7], [-1e-9]),
        ("> 0", [1e-9], [0, -1]),
        ("<= 5", [5, -5], [5.1]),
        ("< 5", [4.9], [5]),
        ("<> 0", [1, -1], [0]),
        ("0 < x <= 1", [0.01, 1], [0, 1.01]),
        ("0 <= x < 1", [0, 0.99], [1, -0.1]),
        ("5..1440 and divides 1440", [5, 30, 1440], [7, 4, 2880, 31]),
        (">= 0 and <= 3", [0, 3], [-1, 4]),
    ],
)
def test_numbers(text: str, good: list[float], bad: list[float]) -> None:
    assert broken(text, [*good, *bad]) == [False] * len(good) + [True] * len(bad)


@pytest.mark.parametrize(
    ("text", "good", "bad"),
    [
        ("live;deferrable;clock", ["live", "clock"], ["Live", "life", "live;clock"]),
        ("id", ["plan-1_A"], ["plan 1", "ä", "a/b"]),
        ("currency code", ["EUR"], ["eur", "EURO", "€"]),
        ("country code", ["DE"], ["Germany", "de", "ANY"]),
        ("country code or ANY", ["DE", "ANY"], ["any"]),
        ("sha256", ["0" * 64], ["0" * 63, "G" * 64]),
        ("ISO week", ["2026-W01", "2026-W53"], ["2026-W54", "2026-W00", "2026-W1"]),
        ("period id", ["2026-W07", "2026-03", "2026-04s"], ["2026-13", "2026-3", "W07"]),
        ("grain", ["4w", "18m", "13w+15m"], ["0w", "13", "15m+13w", "13W"]),
        ("utc offset", ["+02:00", "-11:30"], ["2", "+2:00"]),
        ("seven Y or N", ["YYYYYNN"], ["YYYYY", "YYYYYNX"]),
    ],
)
def test_texts(text: str, good: list[object], bad: list[object]) -> None:
    assert broken(text, [*good, *bad], "str") == [False] * len(good) + [True] * len(bad)


def test_every_pattern_is_tried_above() -> None:
    tried = {mark.args[1][i][0] for mark in test_texts.pytestmark for i in range(len(mark.args[1]))}  # type: ignore[attr-defined]
    assert set(TEXT_PATTERNS) <= tried


def test_dates() -> None:
    days = ["2026-02-01", "2026-02-02", "2026-02-03"]  # a Sunday that is a first, a Monday, a Tuesday
    assert broken("first of month", days, "datetime64[us]") == [False, True, True]
    assert broken("Monday or first of month", days, "datetime64[us]") == [False, False, True]
    assert set(DATE_PATTERNS) == {"first of month", "Monday or first of month"}


def test_a_blank_never_breaks_a_rule() -> None:
    assert broken("> 0 and divides 1440", [None, 7.0]) == [False, True]
    assert broken("live;clock", [None, "x"], "str") == [False, True]
    assert broken("first of month", [None, "2026-01-02"], "datetime64[us]") == [False, True]


def test_another_column_of_the_row() -> None:
    rule = parse(">= low", columns=frozenset({"low"}))
    frame = pd.DataFrame({"low": [1.0, 1.0, None], "high": [1.0 - 1e-12, 0.5, -7.0]})
    assert rule.bad(frame["high"], frame).tolist() == [False, True, False], "rounding passes, a blank compares not"
    assert rule.bad(frame["high"], frame[["high"]]).tolist() == [False] * 3, "an absent column compares with nothing"
    assert rule.columns == ("low",)
    dates = pd.DataFrame(
        {"valid_from": ["2026-01-02", None], "valid_to": ["2026-01-01", "2026-01-01"]}, dtype="datetime64[us]"
    )
    rule = parse(">= valid_from", columns=frozenset({"valid_from"}))
    assert rule.bad(dates["valid_to"], dates).tolist() == [True, False]
    assert rule.words("date") == "on or after valid_from"


@pytest.mark.parametrize(
    ("text", "type_", "words"),
    [
        ("", "number", ""),
        ("0..1", "rate", "0 to 1"),
        ("0..1439", "time", "00:00 to 23:59"),
        ("a;b", "enum", "a, b"),
        ("0 < x <= 12", "number", "above 0 and at most 12"),
        ("5..1440 and divides 1440", "integer", "5 to 1440 and a divisor of 1440"),
        ("<> 0", "number", "not 0"),
        ("first of month", "date", "the first day of a month"),
    ],
)
def test_words(text: str, type_: str, words: str) -> None:
    assert parse(text).words(type_) == words


@pytest.mark.parametrize("text", ["between 1 and 2", ">=low", ">= low", "1...2", "positive", "divides x"])
def test_what_is_not_of_the_language_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not of the language"):
        parse(text)
