"""tblLog: each error once for as long as it stays the same."""

from __future__ import annotations

import datetime as dt

from xlplan.functions.errorlog import Entry
from xlplan.reports.errorlog import LINES_KEPT, log_table
from xlplan.tables.plan import Plan

NOON = dt.datetime(2026, 4, 6, 12, 0, 5, 77, tzinfo=dt.UTC)
LATER = NOON + dt.timedelta(hours=1)
NEGATIVE = Entry("Plan!B7", "XP_AGENTS", "#NUM!", "volume is -5; type 0 or more")
BLANK = Entry("Plan!B7", "XP_AGENTS", "#VALUE!", "volume is blank")
OTHER = Entry("Plan!B8", "XP_FX", "#N/A", "no budget rate of JPY")


def test_errors_become_rows_that_the_dictionary_takes() -> None:
    empty = Plan.empty()
    log = log_table(empty["tblLog"], [NEGATIVE, OTHER], now=NOON)
    rows = empty.with_table("tblLog", log)["tblLog"]
    assert rows["line"].tolist() == [1, 2]
    assert rows["at"].tolist() == [dt.datetime(2026, 4, 6, 12, 0, 5)] * 2
    found = rows[["cell", "source", "code", "message"]].itertuples(index=False, name=None)
    assert list(found) == [tuple(NEGATIVE), tuple(OTHER)]


def test_what_stays_the_same_is_said_once() -> None:
    log = log_table(Plan.empty()["tblLog"], [NEGATIVE], now=NOON)
    assert log_table(log, [NEGATIVE], now=LATER).equals(log)
    assert log_table(log, [], now=LATER).equals(log)
    assert log_table(log, [NEGATIVE, OTHER], now=LATER)["line"].tolist() == [1, 2]


def test_a_cell_that_fails_otherwise_or_again_is_said_again() -> None:
    log = Plan.empty()["tblLog"]
    for hour, entry in enumerate((NEGATIVE, BLANK, NEGATIVE)):
        log = log_table(log, [entry], now=NOON + dt.timedelta(hours=hour))
    assert log["message"].tolist() == [NEGATIVE.sentence, BLANK.sentence, NEGATIVE.sentence]
    assert log["line"].tolist() == [1, 2, 3]


def test_the_oldest_lines_go_and_numbers_go_on() -> None:
    many = [NEGATIVE._replace(cell=f"Plan!B{row}") for row in range(1, LINES_KEPT + 1)]
    log = log_table(log_table(Plan.empty()["tblLog"], many, now=NOON), [OTHER._replace(cell="Z!A1")], now=LATER)
    assert (len(log), log["line"].iloc[0], log["line"].iloc[-1]) == (LINES_KEPT, 2, LINES_KEPT + 1)
