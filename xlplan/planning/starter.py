"""A first plan from nothing but volumes: what the data shows is filled in, what it cannot know is assumed aloud."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xlplan.errors import PlanError, TableError
from xlplan.planning.calendar import Grain, infer_grain
from xlplan.planning.observed_hours import observed_hours, worked_days
from xlplan.tables.plan import NAME_DEFAULTS, Plan
from xlplan.tables.schema import ANY, Finding, errors
from xlplan.tables.typed import show

UNDETERMINED = "und"
"""BCP 47 for a language that nobody has named yet."""
ZONED = r":\d{2}.*(?:Z|[+-]\d{2}(?::?\d{2})?)$"
"""A time of day with an offset from UTC: volumes come on the queue's own clock."""
SITE = "SITE-1"
OPEN, CLOSE = 9 * 60, 17 * 60


@dataclass(frozen=True)
class Defaults:
    """What volumes cannot tell; every one becomes a row of the assumptions register."""

    aht_s: float = 300.0
    patience_s: float = 180.0
    target: float = 0.80
    target_s: float = 20.0
    away: float = 0.16
    off_queue: float = 0.14
    wage_hour: float = 25.0
    contract_hours_week: float = 40.0


def read_volumes(frame: pd.DataFrame, *, name: str = "volumes", queues: Sequence[str] = ()) -> pd.DataFrame:
    """A long table of volumes, checked row by row.

    Parameters
    ----------
    frame : DataFrame
        Columns unique_id, ds, y as text or typed; a column language is used where there is one.
    name : str
        What findings call the table: its file name.
    queues : sequence of str, optional
        The ids to keep; all otherwise.

    Returns
    -------
    DataFrame
        queue, language, start (datetime64), volume (float); rows with a blank y are left out and show as a gap.

    Raises
    ------
    TableError
        A finding per bad row: no series, no date, a date with a time zone, no number, negative, or twice.
    """
    needed = ("unique_id", "ds", "y")
    absent = [column for column in needed if column not in frame]
    if absent:
        found = f"columns {', '.join(map(str, frame.columns[:6]))}"
        fix = f"rename the columns to {', '.join(needed)}: series, start of the interval, volume"
        raise TableError(
            [Finding("missing_column", "error", name, absent[0], None, found, "a column " + absent[0], fix)]
        )
    if queues:
        known = _text(frame["unique_id"]).dropna().unique().tolist()
        unknown = [queue for queue in queues if queue not in known]
        if unknown:
            raise PlanError(
                f"no series {unknown[0]} in {name}",
                do=f"use {', '.join(known[:5])}" + (" ..." if len(known) > 5 else ""),
            )
    numbers = np.arange(2, len(frame) + 2)  # the row of the file, below its header
    rows = pd.DataFrame({"file_row": numbers, "queue": _text(frame["unique_id"]).to_numpy()})
    rows["language"] = UNDETERMINED
    if "language" in frame:
        rows["language"] = _text(frame["language"]).fillna(UNDETERMINED).to_numpy()
    stamps = frame["ds"].astype("str")
    zoned = stamps.str.contains(ZONED, regex=True).fillna(False).to_numpy(dtype=bool)
    rows["start"] = pd.to_datetime(stamps.mask(zoned), errors="coerce", format="ISO8601").to_numpy()
    rows["volume"] = pd.to_numeric(frame["y"], errors="coerce").to_numpy(dtype=float)
    rows["unique_id"], rows["zoned"] = rows["queue"], zoned
    rows["ds"], rows["y"] = frame["ds"].to_numpy(), frame["y"].to_numpy()
    if queues:
        rows = rows.loc[rows["queue"].isin(list(queues))]
    blank = pd.isna(rows["y"]) | rows["y"].astype("str").str.strip().eq("")
    findings = _listed(name, rows.loc[rows["queue"].isna()], "unique_id", "the name of a series", "type the queue's id")
    findings += _listed(
        name, rows.loc[rows["zoned"]], "ds", "the local time of the queue, without an offset", "type the local time"
    )
    undated = rows["start"].isna() & ~rows["zoned"]
    findings += _listed(name, rows.loc[undated], "ds", "a date and time such as 2026-01-05 09:30", "type it that way")
    findings += _listed(name, rows.loc[rows["volume"].isna() & ~blank], "y", "a number", "type the volume as a number")
    findings += _listed(name, rows.loc[rows["volume"].lt(0)], "y", "0 or more", "correct it or leave it blank")
    findings += _listed(name, rows.loc[rows["volume"].eq(np.inf)], "y", "a finite number", "correct it")
    rows = rows.loc[rows["volume"].notna() & rows["start"].notna()]
    twice = rows.loc[rows.duplicated(["queue", "language", "start"])]
    findings += _listed(name, twice, "ds", "each start once per series", "delete one of the two rows, or sum them")
    if findings:
        raise TableError(findings)
    if rows.empty:
        raise PlanError(f"{name} holds no volume", do="give at least one row of unique_id, ds, y")
    ordered = rows.sort_values(["queue", "language", "start"], kind="stable")
    return ordered[["queue", "language", "start", "volume"]].reset_index(drop=True)


def _text(values: pd.Series[Any]) -> pd.Series[str]:
    """Ids as text without outer spaces; blank where nothing is typed."""
    text = values.astype("str").str.strip()
    return text.mask(text.eq(""))


def _listed(name: str, rows: pd.DataFrame, column: str, expected: str, fix: str) -> list[Finding]:
    return [
        Finding("volumes", "error", name, column, int(row), show(value), expected, fix)
        for row, value in zip(rows["file_row"], rows[column], strict=True)
    ]


def starter(
    volumes: pd.DataFrame,
    *,
    plan_id: str,
    hold_back_weeks: int = 0,
    horizon: str | None = None,
    currency: str = "USD",
    time_zone: str = "UTC",
    defaults: Defaults | None = None,
) -> Plan:
    """A plan with inputs filled from volumes and assumptions marked to be confirmed.

    Parameters
    ----------
    volumes : DataFrame
        As :func:`read_volumes` returns it; one grain for all series.
    plan_id : str
        Identifier; characters other than letters, digits, - and _ become -.
    hold_back_weeks : int, optional
        The plan starts so many weeks before the end of the data; those weeks are kept to compare with.
    horizon : str, optional
        Period pattern such as 13w; 13 weeks otherwise (12 months for monthly volumes), or the weeks held back.
    currency, time_zone : str, optional
    defaults : Defaults, optional
        The numbers that stand in for what the data cannot tell.

    Returns
    -------
    Plan
        Valid, with tblAssumption listing each default.

    Raises
    ------
    PlanError
        An irregular grain, weeks that do not begin on Monday, or too little data to hold weeks back.
    TableError
        A horizon, currency or time zone that a plan cannot have.
    """
    grain = infer_grain(volumes["start"].to_numpy())
    assume = defaults or Defaults()
    pattern = horizon or (f"{hold_back_weeks}w" if hold_back_weeks else "12m" if grain.kind == "month" else "13w")
    start = _plan_start(volumes["start"], grain, hold_back_weeks, pattern)
    streams = _streams(volumes, start)
    queues = streams["queue"].unique().tolist()
    hours = {queue: _open_hours(volumes.loc[volumes["queue"].eq(queue)], grain) for queue in queues}
    named = {queue: f"hours {number}" if len(queues) > 1 else "open" for number, queue in enumerate(queues, start=1)}
    first_month = min(volumes["start"].min(), pd.Timestamp(start)).normalize().replace(day=1)
    plan = Plan().with_names(
        **{
            **NAME_DEFAULTS,
            "PlanId": re.sub(r"[^A-Za-z0-9_-]+", "-", plan_id).strip("-") or "plan",
            "PlanStart": start,
            "Grain": pattern,
            "PlanCurrency": currency,
            "PlanTimeZone": time_zone,
        }
    )
    interval = _staffing_interval(grain)
    tables: dict[str, dict[str, Any]] = {
        "tblQueue": {
            "queue": queues,
            "channel": "voice",
            "work_type": "live",
            "target": assume.target,
            "target_s": assume.target_s,
            "patience_s": assume.patience_s,
            "interval_min": interval,
            "open_hours": [named[queue] for queue in queues],
        },
        "tblWorkstream": streams.to_dict("list"),
        "tblOpenHours": _stacked([hours[queue].assign(open_hours=named[queue]) for queue in queues]),
        "tblSite": {
            "site": [SITE],
            "vendor": "In-house",
            "contract_hours_week": assume.contract_hours_week,
            "days_week": 5,
            "shrink_rule": "multiply",
        },
        "tblShrink": {
            "site": [SITE, SITE],
            "component": ["leave and sickness", "breaks, training, meetings"],
            "month": first_month,
            "rate": [assume.away, assume.off_queue],
        },
        "tblPay": {
            "language": [ANY],
            "site": SITE,
            "role": "agent",
            "valid_from": first_month,
            "wage": assume.wage_hour,
            "per": "hour",
            "currency": currency,
        },
        "tblAht": {
            "queue": queues,
            "language": ANY,
            "month": first_month,
            "aht_s": assume.aht_s,
            "source": "assumption to confirm",
        },
        "tblHoliday": {name: [] for name in ("holiday_calendar", "date", "name", "staff_off", "volume_effect")},
        "tblSetting": {name: [] for name in ("setting", "value", "unit", "meaning")},
        **_history(volumes, grain),
        "tblAssumption": _assumptions(start, later=int((~streams["active"]).sum())),
    }
    for name, columns in tables.items():
        plan = plan.with_table(name, pd.DataFrame(columns))
    broken = errors(plan.check())
    if broken:
        raise TableError(broken)
    return plan


def _streams(volumes: pd.DataFrame, start: dt.date) -> pd.DataFrame:
    """Workstreams of the volumes; one that began after the plan's start has nothing to be forecast from."""
    began = volumes.groupby(["queue", "language"], sort=False)["start"].min().reset_index(name="began")
    return began[["queue", "language"]].assign(active=began["began"] < pd.Timestamp(start))


def _plan_start(starts: pd.Series[Any], grain: Grain, hold_back_weeks: int, pattern: str) -> dt.date:
    """The first day after the history, or after the part of it that is not held back, on which the pattern can begin.

    Plans by weeks begin on a Monday, plans by months on a first of the month.
    """
    if grain.kind == "month" and hold_back_weeks:
        raise PlanError("weeks cannot be held back from monthly volumes", do="leave out --hold-back")
    if grain.kind == "week" and grain.week_start != 1:
        raise PlanError(
            f"weeks of the volumes begin on a {starts.min():%A}, expected a Monday",
            where="ds",
            do="sum the volumes to weeks from Monday to Sunday, or give them by day",
        )
    last = starts.max().normalize()
    if grain.kind == "month":
        after = last + pd.offsets.MonthBegin(1)
    else:
        after = last + pd.Timedelta(days=7 if grain.kind == "week" else 1)
    monday = after + pd.Timedelta(days=-after.day_of_week % 7)
    start = monday - pd.Timedelta(weeks=hold_back_weeks)
    if start <= starts.min():
        weeks = (monday - starts.min().normalize()).days // 7
        raise PlanError(
            f"the data covers {weeks} weeks, {hold_back_weeks} cannot be held back",
            do=f"hold back {max(weeks - 2, 0)} or fewer",
        )
    if "w" in pattern:
        return start.date()
    first = start if hold_back_weeks else after
    return (first if first.day == 1 else first + pd.offsets.MonthBegin(1)).date()


def _staffing_interval(grain: Grain) -> int:
    """Half-hours, unless the data is coarser; the queueing model wants intervals of several handling times."""
    if grain.kind == "interval" and grain.minutes:
        return grain.minutes if grain.minutes > 30 or 30 % grain.minutes else 30
    return 30


def _open_hours(rows: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    """Opening hours as the data shows them; office hours where it has no time of day."""
    busy = rows.loc[rows["volume"].gt(0)]
    if busy.empty or grain.minutes is None:
        by_day = grain.kind == "day" and not busy.empty
        weekdays = list(worked_days(busy["start"])) if by_day else list(range(1, 6))
        return pd.DataFrame({"weekday": weekdays, "open": OPEN, "close": CLOSE})
    return observed_hours(busy, interval_min=grain.minutes)


def _stacked(frames: list[pd.DataFrame]) -> dict[str, Any]:
    return pd.concat(frames, ignore_index=True).to_dict("list")


def _history(volumes: pd.DataFrame, grain: Grain) -> dict[str, dict[str, Any]]:
    if grain.kind in {"interval", "day"}:
        minutes = grain.minutes if grain.kind == "interval" else 1440
        return {"tblInterval": {**volumes.to_dict("list"), "interval_min": minutes}}
    return {"tblActual": {**volumes.to_dict("list"), "grain": grain.kind}}


def _assumptions(start: dt.date, *, later: int) -> dict[str, list[Any]]:
    """The register: each default with its table and column, to be confirmed before the plan starts."""
    default, shown = "default of xlplan", "proposed from the volumes"
    rows = [
        ("handling_time", "Mean handling time, after-contact work included", "tblAht", "aht_s", default),
        (
            "patience",
            "Mean time that callers wait before they hang up; blank means for ever",
            "tblQueue",
            "patience_s",
            default,
        ),
        ("service_target", "Share of contacts answered in time", "tblQueue", "target", default),
        ("answer_time", "Answer time that the target is measured at", "tblQueue", "target_s", default),
        ("opening_hours", "When the queues are answered", "tblOpenHours", "open", shown),
        ("shrinkage", "Paid time not available, by component", "tblShrink", "rate", default),
        ("contract_hours", "Paid hours of one FTE in a week", "tblSite", "contract_hours_week", default),
        ("pay", "Loaded cost of one paid hour", "tblPay", "wage", default),
        ("days_off", "No public holidays are known to the plan", "tblHoliday", "date", default),
        ("channel", "The work is voice, answered at once", "tblQueue", "work_type", default),
    ]
    if later:
        stated = f"Workstreams without volumes before the plan starts are not planned: {later}"
        rows.append(("not_planned", stated, "tblWorkstream", "active", shown))
    return {
        "assumption": [row[0] for row in rows],
        "statement": [row[1] for row in rows],
        "table": [row[2] for row in rows],
        "column": [row[3] for row in rows],
        "owner": ["to confirm"] * len(rows),
        "source": [row[4] for row in rows],
        "dated": [start] * len(rows),
        "review_by": [start] * len(rows),
        "confidence": ["low"] * len(rows),
    }
