"""The layout of a first plan: one or a few queues, from volumes to cost, on a dozen sheets."""

from __future__ import annotations

from xlplan.workbook.template.layout import KPIS, ChartSpec, Layout, SheetSpec, TableSpec, columns

SUMMARY = SheetSpec(
    "Summary",
    "output",
    "What the plan comes to. The figures behind the charts are on the sheet Figures.",
    (TableSpec("tblKpi", rows=len(KPIS)),),
    (
        ChartSpec(
            "line",
            "Volume per week, with 80 % bounds",
            "tblKpiVolume",
            "period",
            (
                ("actual", "actual", "marker"),
                ("volume", "forecast", "solid"),
                ("low_80", "lower 80 %", "dashed"),
                ("high_80", "upper 80 %", "dashed"),
            ),
            "items per week",
            "period",
            "General",
            "F4",
        ),
        ChartSpec(
            "line",
            "Agents through the day, mean of open days",
            "tblKpiDay",
            "interval_start",
            (
                ("agents_mean", "planned", "solid"),
                ("agents_peak", "busiest day", "dashed"),
                ("agents_needed", "needed by true volume", "marker"),
            ),
            "agents",
            "time of day",
            "hh:mm",
            "F27",
        ),
        ChartSpec(
            "column",
            "Cost per week",
            "tblKpiPeriod",
            "period",
            (("cost_week", "cost", "solid"),),
            "plan currency per week",
            "period",
            "General",
            "A32",
        ),
    ),
)
CONTROL = SheetSpec(
    "Control",
    "control",
    "What is planned, from when, in which currency and time zone. Settings that are not typed keep their default.",
    (TableSpec("tblSetting"),),
    names=True,
)
QUEUES = SheetSpec(
    "Queues",
    "input",
    "The queues, their service goals and opening hours. One row per queue; one per queue and language.",
    (
        TableSpec(
            "tblQueue",
            columns(
                "queue lob channel work_type target target_s patience_s interval_min max_occupancy min_crew "
                "open_hours time_zone"
            ),
        ),
        TableSpec("tblWorkstream", ("queue", "language", "active", "holiday_calendar")),
        TableSpec("tblOpenHours"),
    ),
)
SITES = SheetSpec(
    "Sites",
    "input",
    "Where people sit: contract hours, days off, and the way shrinkage components combine.",
    (
        TableSpec(
            "tblSite",
            columns("site vendor time_zone currency holiday_calendar contract_hours_week days_week shrink_rule"),
        ),
        TableSpec("tblHoliday", ("holiday_calendar", "date", "name", "staff_off", "volume_effect")),
    ),
)
RATES = SheetSpec(
    "Rates",
    "input",
    "Handling time, shrinkage and pay. A row applies from its month on, until a later row.",
    (
        TableSpec("tblAht"),
        TableSpec("tblShrink"),
        TableSpec("tblPay", ("language", "site", "role", "valid_from", "wage", "per", "currency")),
    ),
)
HISTORY_INTERVALS = SheetSpec(
    "History",
    "input",
    "Volumes as they came. Rows before PlanStart are forecast from; rows from it on are compared with the plan.",
    (TableSpec("tblInterval", ("queue", "language", "start", "utc_offset", "interval_min", "volume", "aht_s")),),
    landscape=False,
)
HISTORY_PERIODS = SheetSpec(
    "History",
    "input",
    "Volumes as they came. Rows before PlanStart are forecast from; rows from it on are compared with the plan.",
    (TableSpec("tblActual", ("queue", "language", "start", "grain", "volume", "aht_s", "flag")),),
    landscape=False,
)
WORKINGS = (
    SheetSpec(
        "Calendar",
        "working",
        "The planning periods, and the productive hours of one FTE in each.",
        (
            TableSpec("tblPeriod"),
            TableSpec("tblFteHours"),
        ),
    ),
    SheetSpec(
        "Forecast",
        "working",
        "Volume and handling time by period, with bounds and the method that back-tested best.",
        (
            TableSpec(
                "tblForecast",
                columns(
                    "queue language period base event_effect volume low_80 high_80 low_95 high_95 aht_s "
                    "wape bias naive_wape method"
                ),
            ),
        ),
    ),
    SheetSpec(
        "Requirement",
        "working",
        "Hours required, from volume x handling time through the staffing model. No shrinkage in them.",
        (
            TableSpec(
                "tblReq",
                columns(
                    "queue language period volume aht_s workload_hours model agents_peak occupancy binding "
                    "required_hours required_low_80 required_high_80 gross_fte"
                ),
            ),
        ),
    ),
    SheetSpec(
        "Intervals",
        "working",
        "Agents for every open interval of every period.",
        (TableSpec("tblIntervalReq"),),
    ),
    SheetSpec(
        "Cost",
        "output",
        "Hours, FTE and cost by workstream, site and period.",
        (
            TableSpec(
                "tblAllocation",
                columns("queue language site period hours paid_hours items fte share cost"),
            ),
        ),
    ),
    SheetSpec(
        "Budget",
        "output",
        "Cost lines by calendar month: quantity x price x exchange rate.",
        (
            TableSpec(
                "tblBudget",
                columns("lob site vendor month cost_centre line currency qty unit price amount fx amount_plan"),
            ),
        ),
    ),
    SheetSpec(
        "Outcome",
        "output",
        "The plan beside what really happened: volumes, and the agents that the true volume needed.",
        (TableSpec("tblOutcomePeriod"),),
    ),
    SheetSpec(
        "Outcome_Intervals",
        "output",
        "The plan beside what really happened, interval by interval.",
        (TableSpec("tblOutcome"),),
    ),
    SheetSpec(
        "Figures",
        "output",
        "The figures behind the charts of the Summary.",
        (TableSpec("tblKpiVolume"), TableSpec("tblKpiPeriod"), TableSpec("tblKpiDay")),
    ),
)
GOVERNANCE = (
    SheetSpec(
        "Assumptions",
        "control",
        "What the data cannot know. Confirm each: change the number in its table, then owner, source and date here.",
        (
            TableSpec(
                "tblAssumption",
                columns("assumption statement table column scope value owner source dated review_by confidence"),
            ),
        ),
    ),
    SheetSpec(
        "Checks",
        "output",
        "What must hold for the plan to be right.",
        (TableSpec("tblCheck"),),
    ),
    SheetSpec(
        "Findings",
        "output",
        "What was found in the inputs: the cell, what stands there, and what to type.",
        (TableSpec("tblFinding"),),
    ),
    SheetSpec(
        "Log",
        "control",
        "Every run, and every message of a formula or a button.",
        (
            TableSpec("tblRun", columns("run at command scenario engine seed seconds status input_hash output_hash")),
            TableSpec("tblLog"),
        ),
    ),
)


def _starter(file: str, history: SheetSpec) -> Layout:
    return Layout(
        file,
        "Staffing plan",
        "From the volumes of a queue to agents, paid hours and cost, refreshed in this workbook by xlplan.",
        (SUMMARY, CONTROL, QUEUES, SITES, RATES, history, *WORKINGS, *GOVERNANCE),
    )


STARTERS = {
    "intervals": _starter("plan_intervals.xlsx", HISTORY_INTERVALS),
    "periods": _starter("plan_periods.xlsx", HISTORY_PERIODS),
}
"""Layouts by the grain of their history: intervals and days, or weeks and months."""
