"""The data dictionary agrees with itself: keys, references, choices, units, meanings of blank."""

from __future__ import annotations

import re

import pytest

from xlplan.errors import PlanError
from xlplan.tables import dictionary
from xlplan.tables.plan import NAME_DEFAULTS, Plan
from xlplan.tables.schema import Column, Table
from xlplan.tables.typed import DTYPES

TABLES = list(dictionary.tables().values())
NAMED = list(dictionary.names().values())
ORDER = ("lob", "queue", "language", "skill", "site", "vendor", "period")
MEASURES = {"number", "money", "integer", "rate"}

UNIT_FORMS = (
    r"(row|plan|contract) currency( per .+)?",
    r"USD (per year|to date)",
    r"share( .+)?|share, .+|points( of WAPE)?|ratio( .+)?|index, 1 = reference|weight|weighted item-hours|score",
    r"(productive |paid |reference )?hours?( per .+| of .+)?|seconds|days|weeks( .+)?|months?",
    r"minutes( per .+| from .+)?",
    r"items( per .+)?|contacts( per .+)?|erlangs|agents|heads( per .+)?|FTE( per .+)?|seats|teams|intervals",
    r"periods",
    r"agent FTE per .+|reviews per item|outcomes per item|rows|columns|entries|draws",
    r"(pricing |row )?units( per .+)?",
    r"driver unit per month|items per period, seconds or ratio by op|rate per month, or seconds",
    r"\d = .+|as .+|see unit",
    r"BCP 47|IANA name|ISO 3166-1|ISO 4217|SHA-256|URL|UTC|PlanTimeZone|local time|(queue|site) local time",
)


def name(value: object) -> str:
    return getattr(value, "name", "")


def test_the_size_is_what_the_two_files_hold() -> None:
    assert len(TABLES) > 100
    assert sum(len(table.columns) for table in TABLES) > 1000
    assert {table.name for table in TABLES} == {
        row["table"] for row in dictionary._rows("dictionary.csv") if row["table"] != dictionary.NAMES
    }


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_a_table(table: Table) -> None:
    names = [column.name for column in table.columns]
    assert table.key, "every table has a key"
    assert len(set(names)) == len(names), "no column stands twice"
    assert re.fullmatch(r"tbl[A-Z][A-Za-z]+", table.name)
    assert table.sheet
    assert table.meaning
    assert table.rows > 0
    assert table.by_engine == (table.kind in {"working", "output"})


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_keys_stand_first_and_in_the_order_of_the_house(table: Table) -> None:
    """Copied labels (lob, vendor) may stand among the keys, where the order of the house puts them."""
    last = max(place for place, column in enumerate(table.columns) if column.key)
    measures = [column.name for column in table.columns[:last] if not column.key and column.type in MEASURES]
    assert measures == []
    ordered = [column.name for column in table.columns if column.name in ORDER and column.key]
    assert ordered == sorted(ordered, key=ORDER.index)


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_columns(table: Table) -> None:
    for column in table.columns:
        where = f"{table.name}.{column.name}"
        assert column.type in DTYPES, where
        assert column.meaning, where
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name), where
        assert column.required != bool(column.blank), f"{where}: a blank is forbidden or has a meaning, never neither"
        choices = column.allowed.choices
        assert len(set(choices)) == len(choices) > 1 if column.type == "enum" else not choices, where
        if column.key and not column.required:
            assert where == "tblInterval.utc_offset", f"{where}: only there a blank is a value, the only offset"
        assert not (column.key and column.by_engine and table.kind == "input"), where
        assert set(column.allowed.columns) <= {other.name for other in table.columns} - {column.name}, where


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_ids_refer_to_keys_of_their_type(table: Table) -> None:
    for column in table.columns:
        home, _, field = column.refers_to.partition(".")
        if not home:
            assert not column.any_allowed or column.type in {"text", "enum"}
            continue
        assert dictionary.table(home)[field].key, column.refers_to
        assert dictionary.table(home)[field].type == column.type, column.refers_to


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_units_are_known_and_measures_have_one(table: Table) -> None:
    for column in table.columns:
        where = f"{table.name}.{column.name}: {column.unit}"
        if column.unit:
            assert any(re.fullmatch(form, column.unit) for form in UNIT_FORMS), where
        else:
            assert column.type not in {"money", "rate", "number"}, where
        if column.name.endswith("_s") and column.numeric:
            assert column.unit == "seconds", where


@pytest.mark.parametrize("column", NAMED, ids=name)
def test_a_named_cell(column: Column) -> None:
    assert re.fullmatch(r"[A-Z][A-Za-z]+", column.name)
    assert column.meaning
    assert column.required != bool(column.blank)
    if column.refers_to:
        home, _, field = column.refers_to.partition(".")
        assert dictionary.table(home)[field].key


def test_the_names_of_a_new_plan_fit() -> None:
    assert set(NAME_DEFAULTS) <= set(dictionary.names())
    assert not [finding for finding in Plan.empty().check() if finding.rule in {"type", "range"}]


def test_an_unknown_table_names_the_nearest() -> None:
    with pytest.raises(PlanError, match="tblQueues is no table of the plan; nearest: tblQueue") as error:
        dictionary.table("tblQueues")
    assert "docs/reference/tables.md" in error.value.do


def test_what_a_column_expects_reads_well() -> None:
    queue = dictionary.table("tblQueue")
    assert queue["target"].expects == "a share between 0 and 1"
    assert queue["work_type"].expects == "one of live, deferrable, clock"
    assert queue["patience_s"].fix == (
        "type a number, above 0 (seconds), or leave it blank (infinite patience (Erlang C))"
    )
    assert dictionary.table("tblOpenHours")["close"].expects == "a time of day, 00:00 to 24:00"
    assert dictionary.table("tblAht")["language"].expects == "an id of tblLanguage.language or ANY"
