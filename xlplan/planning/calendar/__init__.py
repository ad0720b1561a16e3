"""The calendar: interval, day, ISO week, month and fiscal month, that all tie out.

- ``periods`` builds tblPeriod; ``shares`` splits it over billing and fiscal months; ``fiscal`` and ``weeks`` name them.
- ``zones`` knows every clock change; ``clock`` turns local times to UTC and back; ``grid`` lists the intervals that a
  day of 23, 24 or 25 hours has.
- ``opening`` reads opening hours; ``typical_week`` carries a week to a period; ``fte_hours`` counts paid hours.
- ``grains`` tells what a file's stamps are; ``rollup`` sums intervals to any coarser grain.

Dates leave as ``datetime64[us]`` at midnight without a zone; times of day are minutes after midnight.
"""

from xlplan.planning.calendar.clock import LocalTimes, UtcTimes, to_local, to_utc, utc_or_error
from xlplan.planning.calendar.fiscal import FiscalRule, fiscal_calendar, fiscal_months
from xlplan.planning.calendar.fte_hours import productive_hours, working_share
from xlplan.planning.calendar.grains import Grain, infer_grain
from xlplan.planning.calendar.grid import hours_in_day, interval_occurrences, intervals_per_day, local_grid
from xlplan.planning.calendar.opening import open_hours_per_week, open_mask
from xlplan.planning.calendar.periods import Pattern, build_periods, parse_pattern
from xlplan.planning.calendar.rollup import interval_to_period
from xlplan.planning.calendar.shares import bill_weights, fiscal_weights, month_fraction
from xlplan.planning.calendar.spans import period_index
from xlplan.planning.calendar.typical_week import occurrences, typical_week_occurrences
from xlplan.planning.calendar.weeks import iso_week_ids, iso_week_start, iso_weekday, weeks_in_year
from xlplan.planning.calendar.zones import offset_seconds, offset_text

__all__ = [
    "FiscalRule",
    "Grain",
    "LocalTimes",
    "Pattern",
    "UtcTimes",
    "bill_weights",
    "build_periods",
    "fiscal_calendar",
    "fiscal_months",
    "fiscal_weights",
    "hours_in_day",
    "infer_grain",
    "interval_occurrences",
    "interval_to_period",
    "intervals_per_day",
    "iso_week_ids",
    "iso_week_start",
    "iso_weekday",
    "local_grid",
    "month_fraction",
    "occurrences",
    "offset_seconds",
    "offset_text",
    "open_hours_per_week",
    "open_mask",
    "parse_pattern",
    "period_index",
    "productive_hours",
    "to_local",
    "to_utc",
    "typical_week_occurrences",
    "utc_or_error",
    "weeks_in_year",
    "working_share",
]
