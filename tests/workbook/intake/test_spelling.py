"""Numbers, dates and truths as files spell them: one way to read them, or none."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.workbook.intake.spelling import Kind, Spelling, Value


@pytest.mark.parametrize(
    ("decimal", "text", "value"),
    [
        ("", "12", 12.0),
        ("", " -0.5 ", -0.5),
        ("", ".5", 0.5),
        ("", "1e-3", 0.001),
        ("", "007", None),
        ("", "1,5", None),
        ("", "1,234", None),
        ("", "1.234.567", None),
        ("", "12%", None),
        ("", "inf", None),
        ("", "nan", None),
        ("", "1_000", None),
        ("", "１２", None),
        ("", "1e999", None),
        ("", "9007199254740992", 2.0**53),
        ("", "9007199254740993", None),
        (",", "1.234,5", 1234.5),
        (",", "1234,5", 1234.5),
        (",", "1 234 567,5", 1234567.5),
        (",", "1\u202f234,5", 1234.5),
        (",", "1'234,5", 1234.5),
        (",", "1.234 567", None),
        (",", "1.23", None),
        (",", "1234.5", None),
        (",", "0.123", None),
        (".", "1,234.5", 1234.5),
        (".", "1,234", 1234.0),
        (".", "12,34", None),
        (".", "007", None),
    ],
)
def test_numbers(decimal: str, text: str, value: float | None) -> None:
    assert Spelling(decimal=decimal).read(text, "number") == value


@pytest.mark.parametrize(
    ("dates", "text", "kind", "value"),
    [
        ("", "2026-01-31", "date", dt.datetime(2026, 1, 31)),
        ("", "2026-01-31 00:00:00", "date", dt.datetime(2026, 1, 31)),
        ("", "2026-01-31 09:30", "date", None),
        ("", "2026-01-31T09:30:15.25", "datetime", dt.datetime(2026, 1, 31, 9, 30, 15, 250_000)),
        ("", "2026-01-31", "datetime", dt.datetime(2026, 1, 31)),
        ("", "2026-02-30", "date", None),
        ("", "2026-01-31T09:30Z", "datetime", None),
        ("", "31/01/2026", "date", None),
        ("", "46053", "date", None),
        ("", "1900-02-28", "date", None),
        ("dd/mm/yyyy", "05/01/2026", "date", dt.datetime(2026, 1, 5)),
        ("mm/dd/yyyy", "05/01/2026", "date", dt.datetime(2026, 5, 1)),
        ("dd/mm/yyyy", "5/1/2026", "date", None),
        ("d.m.yyyy", "5.1.2026", "date", dt.datetime(2026, 1, 5)),
        ("d.m.yyyy", "05.01.2026 9:30", "datetime", dt.datetime(2026, 1, 5, 9, 30)),
        ("d.m.yyyy", "2026-01-31", "date", dt.datetime(2026, 1, 31)),
        ("", "09:30", "time", dt.time(9, 30)),
        ("", "24:00", "time", 1.0),
        ("", "9:30 AM", "time", dt.time(9, 30)),
        ("", "12:00 am", "time", dt.time(0, 0)),
        ("", "12:30PM", "time", dt.time(12, 30)),
        ("", "11:59:30 p.m.", "time", dt.time(23, 59, 30)),
        ("", "13:00 PM", "time", None),
        ("", "0:30 AM", "time", None),
        ("", "9:30 XM", "time", None),
        ("m/d/yyyy", "1/31/2026 2:30 PM", "datetime", dt.datetime(2026, 1, 31, 14, 30)),
        ("m/d/yyyy", "1/31/2026 12:00 AM", "date", dt.datetime(2026, 1, 31)),
        ("", "24:01", "time", None),
        ("", "12%", "percent", 0.12),
        ("", "0.12", "percent", 0.12),
        ("", "33.3 %", "percent", 0.333),
        ("", "true", "boolean", True),
        ("", "yes", "boolean", None),
        ("", "1", "boolean", None),
        ("", " 007", "text", " 007"),
    ],
)
def test_what_is_no_number(dates: str, text: str, kind: Kind, value: Value | None) -> None:
    assert Spelling(dates=dates).read(text, kind) == value


@pytest.mark.parametrize("dates", ["dd/mm", "dd/mm/yy", "mm/mm/yyyy", "ddd/mm/yyyy", "dd mmm yyyy", "day"])
def test_a_pattern_that_names_no_date(dates: str) -> None:
    with pytest.raises(PlanError, match="give one such as dd/mm/yyyy"):
        Spelling(dates=dates)


def test_a_decimal_mark_that_is_none() -> None:
    with pytest.raises(PlanError, match=r"give \. or ,"):
        Spelling(decimal=";")


@given(st.floats(min_value=-1e12, max_value=1e12))
def test_a_number_that_python_writes_is_read_back(number: float) -> None:
    assert Spelling().read(repr(number), "number") == number
    assert Spelling(decimal=".").read(f"{number:,.3f}", "number") == float(f"{number:.3f}")


@given(st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31)))
def test_a_moment_that_python_writes_is_read_back(moment: dt.datetime) -> None:
    assert Spelling().read(moment.isoformat(" "), "datetime") == moment
    assert Spelling(dates="d/m/yyyy").read(f"{moment.day}/{moment.month}/{moment.year:04}", "date") == moment.replace(
        hour=0, minute=0, second=0, microsecond=0
    )


@given(st.text(max_size=12), st.sampled_from(["", ".", ","]), st.sampled_from(["", "dd/mm/yyyy"]))
def test_no_text_is_two_things_at_once(text: str, decimal: str, dates: str) -> None:
    """So that the order in which kinds are tried cannot matter, but for a plain number as a share."""
    spelling = Spelling(decimal, dates)
    kinds: tuple[Kind, ...] = ("number", "datetime", "time", "boolean")
    assert sum(spelling.read(text, kind) is not None for kind in kinds) <= 1
