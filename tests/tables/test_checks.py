"""One table against its dictionary entry: each kind of fault is found, with its place and what to type."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from xlplan.errors import PlanError, TableError
from xlplan.tables.checks import check, conform, nearest, slip, to_type
from xlplan.tables.dictionary import table
from xlplan.tables.schema import Finding
from xlplan.tables.typed import DTYPES
from xlplan.workbook.cells import Unreadable


def findings(name: str, columns: dict[str, Any]) -> list[Finding]:
    frame, found = conform(columns, table(name))
    return found + check(frame, table(name), misfits=found)


def only(name: str, columns: dict[str, Any]) -> Finding:
    (found,) = findings(name, columns)
    return found


SHRINK = {"site": ["A"], "component": ["leave"], "month": [pd.Timestamp("2026-01-01")], "rate": [0.3]}
AHT = {"queue": ["q"], "language": ["ANY"], "month": [pd.Timestamp("2026-01-01")], "aht_s": [300]}


@pytest.mark.parametrize(
    ("name", "columns", "sentence"),
    [
        (
            "tblShrink",
            {**SHRINK, "rate": [30]},
            "tblShrink.rate, row 1: found 30, expected a share between 0 and 1 (share of paid hours after holidays); "
            "30 looks like a percent; type 0.3",
        ),
        (
            "tblAht",
            {**AHT, "aht_s": [3]},
            "tblAht.aht_s, row 1: found 3, expected mostly 15 to 7200 seconds; 3 looks like minutes; type 180",
        ),
        (
            "tblAht",
            {**AHT, "aht_s": ["300 "]},
            "tblAht.aht_s, row 1: found '300 ', expected a number, 1 to 36000 (seconds); "
            "type a number, 1 to 36000 (seconds); the cell holds text, so give it the format General and type the "
            "number again, without quotes or spaces",
        ),
        (
            "tblAht",
            {**AHT, "month": [pd.Timestamp("2026-01-15")]},
            "tblAht.month, row 1: found 2026-01-15, expected a date, the first day of a month; "
            "type a date, the first day of a month",
        ),
        (
            "tblAht",
            {**AHT, "queue": [None]},
            "tblAht.queue, row 1: found a blank, expected an id of tblQueue.queue; type an id of tblQueue.queue",
        ),
        (
            "tblOpenHours",
            {"open_hours": ["o"], "weekday": [8], "open": [540], "close": [1020]},
            "tblOpenHours.weekday, row 1: found 8, expected a whole number, 1 to 7 (1 = Monday); "
            "type a whole number, 1 to 7 (1 = Monday)",
        ),
        (
            "tblFx",
            {"currency": ["eur"], "rate_type": ["budget"], "month": [pd.Timestamp("2026-01-01")], "rate": [1.1]},
            "tblFx.currency, row 1: found 'eur', expected three capitals such as EUR; type three capitals such as EUR",
        ),
        (
            "tblFx",
            {"currency": ["EUR"], "rate_type": ["Budget"], "month": [pd.Timestamp("2026-01-01")], "rate": [1.1]},
            "tblFx.rate_type, row 1: found 'Budget', expected one of budget, plan, actual, month_average, spot; "
            "type budget",
        ),
        (
            "tblLane",
            {"queue": ["q"], "language": ["EN"], "site": ["A"], "min_share": [0.6], "max_share": [0.5]},
            "tblLane.max_share, row 1: found 0.5, expected a share between 0 and 1, at least min_share",
        ),
        (
            "tblInterval",
            {
                "queue": ["q"],
                "language": ["EN"],
                "start": [pd.Timestamp("2026-01-05 08:00")],
                "interval_min": [30],
                "volume": [-4],
            },
            "tblInterval.volume, row 1: found -4, expected a number, at least 0 (items); "
            "type a number, at least 0 (items)",
        ),
    ],
)
def test_a_fault_is_named_once_with_its_place_and_mend(name: str, columns: dict[str, Any], sentence: str) -> None:
    assert only(name, columns).sentence().startswith(sentence)


@pytest.mark.parametrize(
    ("name", "column", "typed", "fix"),
    [
        ("tblInterval", "start", "05/03/2026 08:00", "give it the format General and type the date and time again"),
        ("tblAht", "month", "01.03.2026", "give it the format General and type the date again, such as 2026-01-31"),
        ("tblOpenHours", "open", "7:00", "give it the format General and type the time again, such as 09:30"),
        ("tblShrink", "rate", "30%", "give it the format General and type the number again"),
        ("tblAht", "queue", object(), "type an id of tblQueue.queue"),
    ],
)
def test_a_text_that_looks_right_says_how_it_becomes_right(name: str, column: str, typed: object, fix: str) -> None:
    found = conform({column: [typed]}, table(name))[1]
    assert fix in next(finding.fix for finding in found if finding.column == column)


@pytest.mark.parametrize(("typed", "fix"), [("7", "type 07:00 for that hour of the day"), ("24", "a time of day")])
def test_an_hour_typed_as_a_number(typed: str, fix: str) -> None:
    assert fix in to_type(table("tblOpenHours")["open"], Unreadable(typed))


def test_a_missing_column_is_one_finding_and_its_blanks_are_none() -> None:
    columns = {name: values * 3 for name, values in AHT.items() if name != "aht_s"}
    columns["queue"] = ["a", "b", "c"]
    found = only("tblAht", columns)
    assert (found.rule, found.column, found.row) == ("missing_column", "aht_s", None)
    assert found.fix.startswith("add a column aht_s to tblAht and fill it: type a number, 1 to 36000 (seconds)")


def test_a_key_that_stands_twice_names_both_rows() -> None:
    columns = {name: values * 3 for name, values in AHT.items()}
    columns["queue"] = ["q", "r", "q"]
    found = only("tblAht", columns)
    assert (found.rule, found.severity, found.row) == ("duplicate", "error", 3)
    assert found.found == "'q', 'ANY', 2026-01-01, as in row 1"
    assert found.expected == "each queue x language x month once"


def test_any_stands_only_where_it_may() -> None:
    assert findings("tblAht", AHT) == []
    assert [f.column for f in findings("tblCostMap", {"lob": ["ANY"], "site": ["ANY"], "vendor": ["ANY"],
            "line": ["anything"], "cost_centre": ["C"]})] == ["line"]  # fmt: skip


def test_a_plausible_value_is_silent_and_an_implausible_one_a_warning() -> None:
    assert findings("tblShrink", SHRINK) == []
    found = only("tblAht", {**AHT, "aht_s": [8000]})
    assert (found.rule, found.severity) == ("implausible", "warning")
    assert found.fix == "confirm it, or type the right number"


def test_conform_gives_the_dictionary_s_columns_and_types() -> None:
    frame, found = conform(pd.DataFrame({"own note": ["x"], **SHRINK}, index=[17]), table("tblShrink"))
    assert found == []
    assert list(frame) == [column.name for column in table("tblShrink").columns]
    assert frame.index.tolist() == [0]
    for column in table("tblShrink").columns:
        assert str(frame[column.name].dtype) == DTYPES[column.type]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({**SHRINK, "rate": [0.3, 0.2]}, "columns of several lengths: site 1, component 1, month 1, rate 2"),
        ({**SHRINK, "site": "HQ"}, "tblShrink.site: found 'HQ', expected a list of values"),
        ({**SHRINK, "rate": 0.3}, "tblShrink.rate: found 0.3, expected a list of values"),
        (pd.DataFrame([[1, 2]], columns=["rate", "rate"]), "a column rate stands twice"),
    ],
)
def test_what_is_no_table_is_refused(columns: Any, sentence: str) -> None:
    with pytest.raises(PlanError) as error:
        conform(columns, table("tblShrink"))
    assert sentence in error.value.sentence()


@pytest.mark.parametrize("count", [4, 6, 1000])
def test_long_lists_are_cut_to_five_with_the_total(count: int) -> None:
    rows = {**{name: values * count for name, values in AHT.items()}, "queue": [f"q{n}" for n in range(count)]}
    error = TableError(findings("tblAht", {**rows, "aht_s": [-1] * count}))
    lines = str(error).splitlines()
    assert len(error.findings) == count
    assert len(lines) == min(count, 6)
    assert count <= 5 or lines[-1] == f"... and {count - 5} more, {count} in all"


def test_slips_of_the_unit() -> None:
    rate, seconds = table("tblShrink")["rate"], table("tblAht")["aht_s"]
    assert slip(rate, 30.0) == "30 looks like a percent; type 0.3"
    assert slip(rate, -0.3) == slip(rate, 250.0) == slip(rate, "30") == ""
    assert slip(seconds, np.float64(4.5)) == "4.5 looks like minutes; type 270"
    assert slip(seconds, 0.2) == "", "a minute of that is implausible too, and so are the seconds of 4:48:00"
    assert slip(seconds, 300 / 86_400) == "0.00347222 looks like a time of day, which is a part of a day; type 300"


def test_the_nearest_id() -> None:
    ids = ["support", "Billing", "DE"]
    assert nearest("suport", ids) == "type support"
    assert nearest(" billing ", ids) == "type Billing"
    assert nearest("xyz", ids) == ""
    assert nearest("x", []) == ""
