"""Rules on history: each workstream has one, on one grid, without holes, up to the start of the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from xlplan.tables.rules import Rule
from xlplan.tables.schema import Finding

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan

KEY = ["queue", "language"]


def _names(days: list[pd.Timestamp]) -> str:
    shown = ", ".join(f"{day:%a %Y-%m-%d}" for day in days[:5])
    return shown if len(days) <= 5 else f"{shown} ... {len(days)} in all"


def _named(stream: Any) -> bool:
    """False where an id is blank, which is a finding already."""
    return isinstance(stream.queue, str) and isinstance(stream.language, str)


def exists(plan: Plan) -> list[Finding]:
    """Active workstreams with no history before PlanStart."""
    start = plan.names.get("PlanStart")
    if start is None:
        return []
    known: set[tuple[str, str]] = set()
    for name in ("tblActual", "tblInterval"):
        history = plan[name]
        before = history.loc[history["start"].lt(pd.Timestamp(start)) & history["volume"].notna(), KEY]
        known |= set(before.drop_duplicates().itertuples(index=False, name=None))
    return [
        Finding(
            "no_history",
            "error",
            "tblWorkstream",
            "queue",
            position + 1,
            f"no history of {stream.queue} {stream.language} before {pd.Timestamp(start):%Y-%m-%d}",
            "at least one day, week or month of volumes to forecast from",
            "add its volumes to the history, move PlanStart, or set active to FALSE",
        )
        for position, stream in enumerate(plan.filled("tblWorkstream").itertuples(index=False))
        if stream.active and _named(stream) and (stream.queue, stream.language) not in known
    ]


def grid(plan: Plan) -> list[Finding]:
    """Interval starts off the grid of their length, or two lengths in one queue."""
    found = []
    intervals = plan["tblInterval"].dropna(subset=["start", "interval_min", "queue"])
    if intervals.empty:
        return []
    minute = intervals["start"].dt.hour * 60 + intervals["start"].dt.minute
    off = (minute % intervals["interval_min"].astype(int)).ne(0) | intervals["start"].dt.second.ne(0)
    for position in intervals.index[off.to_numpy(dtype=bool)][:100]:
        row = intervals.loc[position]
        found.append(
            Finding(
                "interval_grid",
                "error",
                "tblInterval",
                "start",
                int(position) + 1,
                f"{row['start']:%Y-%m-%d %H:%M:%S}",
                f"a start on the grid of {row['interval_min']} minutes",
                "type the start of the interval, or its true length in interval_min",
            )
        )
    for queue, lengths in intervals.groupby("queue")["interval_min"]:
        if lengths.nunique() > 1:
            odd = lengths.ne(lengths.mode().iloc[0])
            found.append(
                Finding(
                    "interval_grid",
                    "error",
                    "tblInterval",
                    "interval_min",
                    int(odd.index[odd.to_numpy(dtype=bool)][0]) + 1,
                    f"intervals of {', '.join(str(v) for v in sorted(set(lengths)))} minutes in {queue}",
                    "one interval length per queue",
                    "sum the shorter intervals to the longer ones",
                )
            )
    return found


def _closed(plan: Plan, queue: str, language: str) -> set[pd.Timestamp]:
    """Days on which the workstream's calendar says that no volume comes."""
    streams, languages, holidays = plan["tblWorkstream"], plan["tblLanguage"], plan["tblHoliday"]
    own = streams.loc[streams["queue"].eq(queue) & streams["language"].eq(language), "holiday_calendar"].dropna()
    general = languages.loc[languages["language"].eq(language), "holiday_calendar"].dropna()
    calendar = next(iter([*own, *general]), None)
    rows = holidays.loc[holidays["holiday_calendar"].eq(calendar) & holidays["volume_effect"].le(-0.999)]
    return set(rows["date"])


def gaps(plan: Plan) -> list[Finding]:
    """Days, weeks or months that are missing inside the history; the forecast leaves them out and says so."""
    found = []
    for name in ("tblInterval", "tblActual"):
        history = plan[name].dropna(subset=["start", "queue", "language", "volume"])
        for (queue, language), rows in history.sort_values("start", kind="stable").groupby(KEY, sort=False):
            missing = _missing_days(rows) if name == "tblInterval" else _missing_starts(rows)
            closed = _closed(plan, queue, language)
            missing = [day for day in missing if day not in closed]
            if missing:
                kind = "day" if name == "tblInterval" else str(rows["grain"].iloc[0])
                plural = "s" if len(missing) > 1 else ""
                found.append(
                    Finding(
                        "history_gap",
                        "warning",
                        name,
                        "start",
                        int(rows.index[rows["start"].searchsorted(missing[0]).clip(max=len(rows) - 1)]) + 1,
                        f"{len(missing)} {kind}{plural} without rows for {queue} {language}: {_names(missing)}",
                        "every open day in the history, a 0 where nothing came",
                        "add the rows; or, where it was closed, add the day to tblHoliday with volume_effect -1",
                    )
                )
    return found


def _missing_days(rows: pd.DataFrame) -> list[pd.Timestamp]:
    """Days without rows on weekdays that the queue mostly works."""
    days = pd.DatetimeIndex(rows["start"].dt.normalize().unique()).sort_values()
    span = pd.date_range(days[0], days[-1], freq="D")
    worked = pd.Series(1, index=days).groupby(days.day_of_week).sum()
    offered = pd.Series(1, index=span).groupby(span.day_of_week).sum()
    usual = [weekday for weekday in worked.index if worked[weekday] > 0.5 * offered[weekday]]
    return [day for day in span.difference(days) if day.day_of_week in usual]


def _missing_starts(rows: pd.DataFrame) -> list[pd.Timestamp]:
    starts = pd.DatetimeIndex(rows["start"].unique()).sort_values()
    freq: Any = "W-MON" if rows["grain"].iloc[0] == "week" else "MS"
    return list(pd.date_range(starts[0], starts[-1], freq=freq).difference(starts))


def fresh(plan: Plan) -> list[Finding]:
    """History that ends long before PlanStart: the forecast bridges the distance, and its error grows with it."""
    start = plan.names.get("PlanStart")
    if start is None:
        return []
    found = []
    for name in ("tblInterval", "tblActual"):
        history = plan[name].dropna(subset=["start", "queue", "language", "volume"])
        past = history.loc[history["start"].lt(pd.Timestamp(start))]
        for (queue, language), rows in past.groupby(KEY, sort=False):
            last = rows["start"].max()
            reach = {"tblInterval": 4}.get(name, 8 if rows.get("grain", pd.Series()).eq("week").any() else 32)
            if (pd.Timestamp(start) - last).days > reach:
                found.append(
                    Finding(
                        "history_end",
                        "warning",
                        name,
                        "start",
                        int(rows["start"].idxmax()) + 1,
                        f"history of {queue} {language} ends {last:%Y-%m-%d}",
                        f"history up to the day before PlanStart {pd.Timestamp(start):%Y-%m-%d}",
                        "add the missing volumes, or move PlanStart to the end of the history",
                    )
                )
    return found


RULES = (
    Rule("no_history", "Every active workstream has history before PlanStart", "error", exists),
    Rule("interval_grid", "Interval history is on one grid per queue", "error", grid),
    Rule("history_gap", "History has no missing day, week or month", "warning", gaps),
    Rule("history_end", "History reaches up to PlanStart", "warning", fresh),
)
