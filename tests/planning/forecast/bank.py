"""Real calls to a large US bank as days x 28 half hours, 07:00-21:00 (workbooks/data/SOURCES.md)."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xlplan.planning.forecast.grain import iso_weekday

CALLS = Path(__file__).parents[3] / "workbooks" / "data" / "calls_bank_us_30min.csv"
HALF_HOURS = 28
FIRST_ORIGIN, STEP, AHEAD = 90, 4, 10


def read_calls() -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """All rows but the 21:00 one, which holds five minutes."""
    with CALLS.open(newline="", encoding="utf-8") as file:
        rows = [(row["ds"], float(row["y"])) for row in csv.DictReader(file) if row["ds"][11:16] < "21:00"]
    return np.array([ds.replace(" ", "T") for ds, _ in rows], dtype="datetime64[s]"), np.array([y for _, y in rows])


def days() -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Volume (164, 28) and ISO weekday (164,)."""
    dates, calls = read_calls()
    return calls.reshape(-1, HALF_HOURS), iso_weekday(dates[::HALF_HOURS])


def origins(count: int) -> range:
    """Rows at which the forecast is made: four days apart from day 90, two weeks left to score."""
    return range(FIRST_ORIGIN, count - AHEAD + 1, STEP)
