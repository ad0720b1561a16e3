"""Local clocks: pandas' own zone arithmetic as the oracle, and clock changes of every awkward kind by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.planning.calendar import (
    hours_in_day,
    interval_occurrences,
    intervals_per_day,
    local_grid,
    offset_seconds,
    offset_text,
    to_local,
    to_utc,
    utc_or_error,
)

ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",  # winter time is the "daylight" one, with a negative shift
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",  # changed at midnight until 2019: 00:00 did not exist
    "America/Phoenix",  # no clock change
    "Africa/Cairo",  # changes at midnight
    "Africa/Casablanca",  # leaves its standard time for Ramadan
    "Australia/Lord_Howe",  # half an hour
    "Australia/Sydney",
    "Pacific/Auckland",
    "Pacific/Chatham",  # +12:45
    "Pacific/Apia",  # left out 30 December 2011
    "Asia/Kathmandu",  # +05:45
    "Asia/Kolkata",
]
STAMPS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)).map(lambda t: t.replace(second=0, microsecond=0))
DATES = st.dates(date(1990, 1, 1), date(2060, 1, 1))
ZONE = st.sampled_from(ZONES)


def stamps(*texts: str) -> np.ndarray:
    return np.array(texts, "datetime64[us]")


def minutes(values: np.ndarray) -> list[str]:
    return values.astype("datetime64[m]").astype(str).tolist()


@pytest.mark.parametrize("zone", ZONES)
def test_every_half_hour_of_years_against_pandas(zone: str) -> None:
    # 2010-2013 and 2018-2020 hold the odd changes named above; 2038 and later follow the zone's rule.
    for first, last in (("2010-11-01", "2013-01-15"), ("2018-01-01", "2020-02-01"), ("2038-06-01", "2039-06-01")):
        utc = pd.date_range(first, last, freq="30min", unit="us")
        there = utc.tz_localize("UTC").tz_convert(ZoneInfo(zone))
        mine = to_local(utc, zone)
        assert np.array_equal(mine.local, there.tz_localize(None).to_numpy())
        named = there.tz_localize(None).tz_localize(ZoneInfo(zone), ambiguous="NaT", nonexistent="raise")
        assert np.array_equal(mine.repeated, named.isna())
        back = to_utc(mine.local, zone, utc_offset=mine.utc_offset.tolist())
        assert back.complete
        assert np.array_equal(back.utc, utc.to_numpy())


@pytest.mark.parametrize("zone", ZONES)
def test_every_half_hour_of_the_clock_face_against_pandas(zone: str) -> None:
    local = pd.date_range("2010-11-01", "2013-01-15", freq="30min", unit="us")
    mine = to_utc(local, zone)
    gone = local.tz_localize(ZoneInfo(zone), ambiguous=True, nonexistent="NaT").isna()
    twice = local.tz_localize(ZoneInfo(zone), ambiguous="NaT", nonexistent="shift_forward").isna()
    assert np.array_equal(mine.nonexistent, np.flatnonzero(gone))
    assert np.array_equal(mine.ambiguous, np.flatnonzero(twice & ~gone))
    plain = ~gone & ~twice
    theirs = local[plain].tz_localize(ZoneInfo(zone)).tz_convert("UTC").tz_localize(None)
    assert np.array_equal(mine.utc[plain], theirs.to_numpy())
    assert np.isnat(mine.utc[~plain]).all()


@given(st.lists(STAMPS, min_size=1, max_size=10), ZONE)
def test_to_local_against_the_standard_library(times: list[datetime], zone: str) -> None:
    mine = to_local(times, zone)
    for row, time in enumerate(times):
        there = time.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        assert mine.local[row].astype(object) == there.replace(tzinfo=None)
        offset = there.utcoffset()
        assert offset is not None
        assert offset_seconds(mine.utc_offset[row]) == offset.total_seconds()


def test_fractions_of_a_second_survive() -> None:
    time = stamps("2026-07-01T12:00:00.123456")
    assert to_local(to_utc(time, "Asia/Kathmandu").utc, "Asia/Kathmandu").local[0] == time[0]


def test_the_ambiguous_hour_needs_its_offset() -> None:
    times = stamps(*["2026-10-25T02:30"] * 4)
    found = to_utc(times, "Europe/Berlin", utc_offset=["+02:00", "+01:00", "", "+03:00"])
    assert minutes(found.utc[:2]) == ["2026-10-25T00:30", "2026-10-25T01:30"]
    assert (found.ambiguous.tolist(), found.contradicted.tolist(), found.nonexistent.tolist()) == ([2], [3], [])
    assert found.utc_offset.tolist() == ["+02:00", "+01:00", None, None]
    assert not found.complete


def test_an_offset_cannot_rescue_a_time_that_never_was() -> None:
    found = to_utc(stamps("2026-03-08T02:30"), "America/New_York", utc_offset=["-05:00"])
    assert (found.nonexistent.tolist(), found.contradicted.tolist()) == ([0], [])


def test_a_wrong_offset_on_a_plain_time_is_a_contradiction() -> None:
    assert to_utc(stamps("2026-07-01T12:00"), "Europe/Berlin", utc_offset=["+01:00"]).contradicted.tolist() == [0]


@pytest.mark.parametrize(
    ("time", "offset", "words"),
    [
        ("2026-03-29T02:30", None, "clock jumped over in row 2.*correct the time"),
        ("2026-10-25T02:30", None, "clock showed twice in row 2.*type utc_offset"),
        ("2026-10-25T02:30", "+05:00", "did not have then in row 2"),
    ],
)
def test_utc_or_error_names_the_row(time: str, offset: str | None, words: str) -> None:
    times = stamps("2026-01-01T00:00", time)
    with pytest.raises(PlanError, match=words):
        utc_or_error(times, "Europe/Berlin", utc_offset=[None, offset])
    assert minutes(utc_or_error(times[:1], "Europe/Berlin")) == ["2025-12-31T23:00"]


def test_no_times_give_no_times() -> None:
    assert to_utc([], "UTC").complete
    assert len(to_local([], "UTC").local) == 0
    assert interval_occurrences([], 30, time_zone="UTC").shape == (0, 48)


@pytest.mark.parametrize("zone", ["Berlin", "", "../Berlin", "America", "CEST+2", None, 7])
def test_unknown_zones_are_refused(zone: str) -> None:
    with pytest.raises(PlanError, match="type a name such as Europe/Berlin"):
        to_utc(stamps("2026-01-01"), zone)


@pytest.mark.parametrize("time", ["0026-01-01", "1969-12-31", "2200-01-01"])
def test_slips_of_the_year_are_refused(time: str) -> None:
    with pytest.raises(PlanError, match="expected years 1970 to 2199"):
        to_local(stamps(time), "UTC")


@pytest.mark.parametrize("text", ["2", "02:00", "+2:00", "+02:60", "+27:00", "CET", "+02"])
def test_offsets_that_are_none(text: str) -> None:
    with pytest.raises(PlanError, match=r"type \+02:00"):
        offset_seconds(text)


def test_an_offset_must_be_text() -> None:
    with pytest.raises(PlanError, match=r"found 2, expected an offset"):
        to_utc(stamps("2026-01-01"), "UTC", utc_offset=[2])  # type: ignore[list-item]


def test_one_offset_per_time() -> None:
    with pytest.raises(PlanError, match="1 offsets for 2 times"):
        to_utc(stamps("2026-01-01", "2026-01-02"), "UTC", utc_offset=["+00:00"])


@given(st.integers(-86399, 86399))
def test_offset_text_and_back(seconds: int) -> None:
    assert offset_seconds(offset_text(seconds)) == seconds


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Sydney", date(2026, 4, 5), 25),
        ("Australia/Sydney", date(2026, 10, 4), 23),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        ("Africa/Cairo", date(2024, 4, 26), 23),
        ("Pacific/Apia", date(2011, 12, 30), 0),
        ("Asia/Kathmandu", date(2026, 3, 29), 24),
        ("UTC", date(2026, 3, 29), 24),
    ],
)
def test_hours_in_day(zone: str, day: date, hours: float) -> None:
    assert hours_in_day([day, day + timedelta(days=60)], zone).tolist() == [hours, 24.0]


def walked(day: date, interval_min: int, zone: str) -> list[float]:
    """The definition: pass through the real minutes around a local date and count them on its clock face."""
    face = [0.0] * (1440 // interval_min)
    utc = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=26)
    for _ in range(60 * 78):
        there = utc.astimezone(ZoneInfo(zone))
        if there.date() == day:
            face[(there.hour * 60 + there.minute) // interval_min] += 1 / interval_min
        utc += timedelta(minutes=1)
    return face


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Berlin", date(2026, 3, 29)),
        ("Europe/Berlin", date(2026, 10, 25)),
        ("Australia/Lord_Howe", date(2026, 4, 5)),
        ("Australia/Lord_Howe", date(2026, 10, 4)),
        ("America/Sao_Paulo", date(2018, 2, 17)),
        ("America/Sao_Paulo", date(2018, 11, 4)),
        ("America/St_Johns", date(2011, 11, 5)),  # at 00:01, so the day before is longer too
        ("America/St_Johns", date(2011, 11, 6)),
        ("Pacific/Chatham", date(2026, 4, 5)),
        ("Pacific/Apia", date(2011, 12, 30)),
        ("Asia/Kathmandu", date(2026, 3, 29)),
    ],
)
@pytest.mark.parametrize("interval_min", [5, 30, 60])
def test_occurrences_against_walking_the_minutes(zone: str, day: date, interval_min: int) -> None:
    mine = interval_occurrences([day], interval_min, time_zone=zone)[0]
    assert mine == pytest.approx(walked(day, interval_min, zone), abs=1e-9)


@given(st.lists(DATES, min_size=1, max_size=12), st.sampled_from([5, 15, 30, 60, 240]), ZONE)
def test_occurrences_sum_to_the_hours_of_the_day(days: list[date], interval_min: int, zone: str) -> None:
    often = interval_occurrences(days, interval_min, time_zone=zone)
    assert often.shape == (len(days), 1440 // interval_min)
    assert often.sum(axis=1) * interval_min / 60 == pytest.approx(hours_in_day(days, zone), abs=1e-9)


@given(DATES, st.integers(1, 400), st.sampled_from([15, 30, 60]), ZONE)
def test_grid_ties_to_occurrences_and_has_no_gap(first: date, count: int, interval_min: int, zone: str) -> None:
    days = [first + timedelta(days=n) for n in range(count)]
    grid = local_grid(days, interval_min=interval_min, time_zone=zone)
    often = np.zeros((count, 1440 // interval_min))
    row = (grid["date"].to_numpy().astype("datetime64[D]") - np.datetime64(first)).astype(int)
    np.add.at(often, (row, grid["interval"]), grid["minutes"] / interval_min)
    assert np.allclose(often, interval_occurrences(days, interval_min, time_zone=zone), atol=1e-9)
    # Real time runs on without gap or overlap, whatever the local clock does.
    real = grid["utc"].to_numpy()
    length = (grid["minutes"].to_numpy() * 60e6).astype("timedelta64[us]")
    assert np.array_equal(real[1:], real[:-1] + length[:-1])
    back = to_utc(grid["start"], zone, utc_offset=grid["utc_offset"].tolist())
    assert np.array_equal(back.utc, real)


def test_a_cut_hour_of_lord_howe_starts_where_its_clock_does() -> None:
    grid = local_grid([date(2026, 10, 4)], interval_min=60, time_zone="Australia/Lord_Howe")
    cut = grid[grid["interval"] == 2].iloc[0]
    assert (str(cut["start"]), cut["utc_offset"], cut["minutes"]) == ("2026-10-04 02:30:00", "+11:00", 30)
    back = local_grid([date(2026, 4, 5)], interval_min=60, time_zone="Australia/Lord_Howe")
    assert back["minutes"].tolist()[:4] == [60, 60, 30, 60]
    assert back["interval"].tolist()[:4] == [0, 1, 1, 2]


def test_a_grid_wants_rising_dates() -> None:
    for days in ([], [date(2026, 1, 2), date(2026, 1, 1)], [date(2026, 1, 1)] * 2):
        with pytest.raises(PlanError, match="do not rise"):
            local_grid(days, interval_min=30, time_zone="UTC")


@pytest.mark.parametrize("interval_min", [0, -30, 7, 1441, 2880, 12.5, float("nan")])
def test_interval_must_divide_the_day(interval_min: int) -> None:
    with pytest.raises(PlanError, match="type 5, 15, 30, 60 or 1440"):
        intervals_per_day(interval_min)


def test_blank_and_zoned_times_are_refused() -> None:
    with pytest.raises(PlanError, match="no date in row 2"):
        to_utc(stamps("2026-01-01", "NaT"), "UTC")
    with pytest.raises(PlanError, match="zone UTC, expected local times"):
        to_local(pd.date_range("2026-01-01", periods=2, tz="UTC"), "UTC")
    with pytest.raises(PlanError, match="in row 1, expected a date without a zone"):
        to_utc([datetime(2026, 1, 1, tzinfo=UTC)], "UTC")
    with pytest.raises(PlanError, match="expected dates"):
        to_utc([45000, 45001], "UTC")
    with pytest.raises(PlanError, match="expected dates"):
        to_utc(["2026-01-01"], "UTC")
