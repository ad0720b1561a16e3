"""Rules on the named cells: the plan says who it is, when it starts and in which currency and time zone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from xlplan.tables import dictionary
from xlplan.tables.checks import nearest
from xlplan.tables.rules import Rule
from xlplan.tables.schema import NAMES, Finding
from xlplan.tables.settings import SETTINGS
from xlplan.tables.typed import blank, show

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan


def filled(plan: Plan) -> list[Finding]:
    """Named cells that are required and blank."""
    return [
        Finding("name_blank", "error", NAMES, name, None, "a blank", column.expects, column.fix)
        for name, column in dictionary.names().items()
        if column.required and blank(plan.names.get(name))
    ]


def start(plan: Plan) -> list[Finding]:
    """PlanStart is a Monday for weekly periods, the first of a month for monthly ones."""
    day, grain = plan.names.get("PlanStart"), plan.names.get("Grain")
    if not isinstance(day, dt.date) or not isinstance(grain, str):
        return []
    if "w" in grain:
        fits, expected = day.weekday() == 0, "a Monday, because the plan starts with weeks"
        before = day - dt.timedelta(days=day.weekday())
        after = before + dt.timedelta(days=7)
    else:
        fits, expected = day.day == 1, "the first of a month, because the plan is by months"
        before = day.replace(day=1)
        after = (before + dt.timedelta(days=31)).replace(day=1)
    if fits:
        return []
    fix = f"type {before:%Y-%m-%d} or {after:%Y-%m-%d}"
    return [Finding("plan_start", "error", NAMES, "PlanStart", None, f"{day:%A %Y-%m-%d}", expected, fix)]


def zones(plan: Plan) -> list[Finding]:
    """Time zones are IANA names."""
    known = available_timezones()
    found = []
    zone = plan.names.get("PlanTimeZone")
    if isinstance(zone, str) and zone not in known:
        found.append(_zone(NAMES, "PlanTimeZone", None, zone, known))
    for table in ("tblQueue", "tblSite"):
        for position, value in enumerate(plan[table]["time_zone"]):
            if isinstance(value, str) and value not in known:
                found.append(_zone(table, "time_zone", position + 1, value, known))
    return found


def _zone(table: str, column: str, row: int | None, value: str, known: set[str]) -> Finding:
    fix = nearest(value, sorted(known)) or "type a name such as Europe/Dublin, Asia/Manila or UTC"
    return Finding("time_zone", "error", table, column, row, show(value), "an IANA time zone", fix)


def settings(plan: Plan) -> list[Finding]:
    """Rows of tblSetting are documented settings with values of their type and range."""
    found = []
    for position, (name, value) in enumerate(plan["tblSetting"][["setting", "value"]].itertuples(index=False)):
        if not isinstance(name, str):
            continue
        row = position + 1
        if name not in SETTINGS:
            fix = nearest(name, SETTINGS) or f"delete the row, or use one of {', '.join(SETTINGS)}"
            found.append(Finding("setting", "error", "tblSetting", "setting", row, show(name), "a known setting", fix))
            continue
        setting = SETTINGS[name]
        if blank(value) or isinstance(setting.default, str):
            continue
        expected = f"a number from {setting.low:g} to {setting.high:g}"
        try:
            fits = setting.low <= float(value) <= setting.high
        except ValueError:
            fits = False
        if not fits:
            fix = f"type {expected}, or leave it blank ({setting.default:g})"
            found.append(Finding("setting", "error", "tblSetting", "value", row, show(value), expected, fix))
    return found


RULES = (
    Rule("name_blank", "Every named cell that the plan needs is filled", "error", filled),
    Rule("plan_start", "PlanStart fits the period pattern", "error", start),
    Rule("time_zone", "Time zones are IANA names", "error", zones),
    Rule("setting", "Settings are known and in range", "error", settings),
)
