"""Opening hours against a minute-by-minute definition."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.planning.calendar import open_hours_per_week, open_mask

WEEK = [1, 2, 3, 4, 5, 6, 7]


def hours(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["weekday", "open", "close"])


def by_minute(frame: pd.DataFrame) -> np.ndarray:
    """The definition: how many rows are open in each minute of the week."""
    week = np.zeros(7 * 1440, dtype=int)
    for row in frame.itertuples():
        length = row.close - row.open if row.close > row.open else row.close - row.open + 1440
        for minute in range(length):
            week[((row.weekday - 1) * 1440 + row.open + minute) % len(week)] += 1
    return week


ROWS = st.lists(st.tuples(st.integers(1, 7), st.integers(0, 1439), st.integers(0, 1440)), min_size=1, max_size=6)


@given(ROWS, st.sampled_from([5, 15, 30, 60, 1440]))
def test_mask_against_minutes(rows: list[tuple[int, int, int]], interval_min: int) -> None:
    frame = hours(*rows)
    week = by_minute(frame)
    if week.max() > 1:
        with pytest.raises(PlanError, match="overlap from"):
            open_mask(frame, WEEK, interval_min=interval_min)
        return
    mask = open_mask(frame, WEEK, interval_min=interval_min)
    assert mask.ravel() == pytest.approx(week.reshape(-1, interval_min).mean(axis=1), abs=1e-12)
    assert mask.sum() * interval_min / 60 == pytest.approx(open_hours_per_week(frame), abs=1e-9)
    assert open_hours_per_week(frame) == pytest.approx(week.sum() / 60, abs=1e-9)


@pytest.mark.parametrize("row", [(0, 1440), (0, 0), (540, 540)])
def test_round_the_clock(row: tuple[int, int]) -> None:
    frame = hours(*[(day, *row) for day in WEEK])
    assert (open_mask(frame, WEEK, interval_min=15) == 1.0).all()
    assert open_hours_per_week(frame) == 168.0


def test_sunday_night_runs_into_monday() -> None:
    mask = open_mask(hours((7, 23 * 60, 60)), WEEK, interval_min=60)
    assert np.argwhere(mask).tolist() == [[0, 0], [6, 23]]


def test_several_rows_and_a_partial_interval() -> None:
    mask = open_mask(hours((1, 540, 720), (1, 765, 1020)), [1, 2], interval_min=30)
    assert mask[0, 18:24].tolist() == [1.0] * 6
    assert mask[0, 24:27].tolist() == [0.0, 0.5, 1.0]
    assert not mask[1].any()


def test_rows_that_touch_do_not_overlap() -> None:
    assert open_hours_per_week(hours((1, 1200, 360), (2, 360, 720))) == 16.0


def test_dates_take_their_weekday_and_repeat() -> None:
    frame = hours((1, 0, 720), (6, 720, 1440))
    dates = [date(2026, 1, 5), date(2026, 1, 10), date(2026, 1, 12)]
    assert np.array_equal(open_mask(frame, dates, interval_min=60), open_mask(frame, [1, 6, 1], interval_min=60))
    as_column = pd.Series([1, 6, 1], dtype="Int64")
    assert np.array_equal(open_mask(frame, as_column, interval_min=60), open_mask(frame, [1, 6, 1], interval_min=60))


def test_overlap_names_rows_and_time() -> None:
    with pytest.raises(PlanError, match="rows 1 and 2 that overlap from Tuesday 00:00"):
        open_mask(hours((1, 1200, 360), (2, 0, 720)), WEEK, interval_min=30)
    with pytest.raises(PlanError, match="rows 1 and 2 that overlap from Monday 00:30"):
        open_mask(hours((7, 1200, 60), (1, 30, 720)), WEEK, interval_min=30)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (hours(), "no opening hours"),
        (hours((0, 0, 60)), "weekday: found 0 in row 1"),
        (hours((8, 0, 60)), "weekday: found 8 in row 1"),
        (hours((1, 1440, 60)), "open: found 1440"),
        (hours((1, -5, 60)), "open: found -5"),
        (hours((1, 0, 1441)), "close: found 1441"),
        (pd.DataFrame({"weekday": [1.5], "open": [0], "close": [60]}), "no whole number"),
        (pd.DataFrame({"weekday": [1], "open": [0], "close": [np.nan]}), "close: found nan in row 1"),
        (pd.DataFrame({"weekday": [1], "open": ["09:00"], "close": [600]}), "open: found 09:00"),
        (pd.DataFrame({"weekday": [1], "open": [0]}), "no column close"),
        (hours((1, 0, 60), (2, 0, 60)).assign(open_hours=["a", "b"]), "rows of one open_hours"),
    ],
)
def test_wrong_hours_are_refused(frame: pd.DataFrame, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        open_hours_per_week(frame)


def test_wrong_weekdays_are_refused() -> None:
    with pytest.raises(PlanError, match="weekdays 0, 8"):
        open_mask(hours((1, 0, 60)), [0, 1, 8], interval_min=30)
