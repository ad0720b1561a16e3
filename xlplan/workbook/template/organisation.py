"""The layout of a whole organisation's plan: every capability with its sheets."""

from __future__ import annotations

from xlplan.workbook.template.layout import TENTH, WHOLE, ChartSpec, GridSpec, Layout, SheetSpec, TableSpec, columns
from xlplan.workbook.template.starter import GOVERNANCE, SUMMARY

PERIODS, QUEUES, MONTHS, VENDORS = 40, 80, 37, 14
"""The most that the grids have room for."""

VIEWS = (
    SheetSpec(
        "Gap_Map",
        "output",
        "Served less required FTE of every queue in every period: red is short.",
        grid=GridSpec(
            "GridGap",
            "Over and under by queue and period",
            "FTE, short is negative",
            ("lob", "queue"),
            QUEUES,
            PERIODS,
            TENTH,
            heat=True,
        ),
    ),
    SheetSpec(
        "Headcount",
        "output",
        "How many people, and why they change, all pools together, before any hire that the plan proposes.",
        (TableSpec("tblKpiWalk"),),
        (
            ChartSpec(
                "line",
                "People and need",
                "tblKpiWalk",
                "period",
                (("ramped_fte", "productive equivalents", "solid"), ("needed_fte", "needed", "marker")),
                "FTE",
                "period",
                "General",
                "M4",
            ),
        ),
    ),
    SheetSpec(
        "Vendor_Cost",
        "output",
        "Cost of each vendor by month.",
        grid=GridSpec("GridVendor", "Cost by vendor and month", "plan currency", ("vendor",), VENDORS, MONTHS, WHOLE),
    ),
    SheetSpec(
        "Backlog",
        "output",
        "The workstreams whose backlog breaks its promise first or worst.",
        (TableSpec("tblKpiBacklog", rows=10),),
    ),
    SheetSpec(
        "Figures",
        "output",
        "The figures behind the charts of the Summary.",
        (TableSpec("tblKpiVolume"), TableSpec("tblKpiPeriod"), TableSpec("tblKpiDay")),
    ),
)
INPUTS = (
    SheetSpec(
        "Control", "control", "What is planned, from when, in which currency.", (TableSpec("tblSetting"),), names=True
    ),
    SheetSpec(
        "LoBs",
        "input",
        "Lines of business, languages and skills.",
        (
            TableSpec("tblLob", columns("lob name owner moderation priority_weight cost_centre")),
            TableSpec("tblLanguage"),
            TableSpec("tblSkill", columns("skill name")),
        ),
    ),
    SheetSpec(
        "Queues",
        "input",
        "Queues with service goals, gates and the price of not serving them.",
        (
            TableSpec(
                "tblQueue",
                columns(
                    "queue name lob channel work_type audience skill severity complexity security_tier exposure_tier "
                    "review_chain target target_s asa_s max_abandon patience_s concurrency interval_min max_occupancy "
                    "min_crew open_hours time_zone tat_h compliance tat_clock clock_h priority normal_backlog_h "
                    "quality_floor unmet_penalty owner valid_from valid_to"
                ),
            ),
        ),
    ),
    SheetSpec(
        "Workstreams",
        "input",
        "Queue x language in use, opening hours and review chains.",
        (
            TableSpec("tblWorkstream", columns("queue language active min_crew open_hours holiday_calendar method")),
            TableSpec("tblOpenHours"),
            TableSpec("tblReviewChain"),
            TableSpec("tblConcurrency"),
        ),
    ),
    SheetSpec("Sites", "input", "Vendors and sites.", (TableSpec("tblVendor"), TableSpec("tblSite"))),
    SheetSpec(
        "Site_Skills",
        "input",
        "Languages and skills of each site, and where data may be handled.",
        (TableSpec("tblSiteLanguage"), TableSpec("tblSiteSkill"), TableSpec("tblQueueRegion")),
    ),
    SheetSpec(
        "Site_Capacity",
        "input",
        "Seats, trainers, hiring and overtime limits; calendar exceptions and days off.",
        (
            TableSpec("tblSiteCapacity"),
            TableSpec("tblSiteCalendar"),
            TableSpec("tblHoliday", columns("holiday_calendar date name staff_off volume_effect")),
        ),
    ),
    SheetSpec(
        "Rates",
        "input",
        "Handling time, shrinkage and pay. A row applies from its month on, until a later row.",
        (
            TableSpec("tblAht"),
            TableSpec("tblComponent"),
            TableSpec("tblShrink"),
            TableSpec("tblPay", columns("language site role valid_from wage per ot_premium currency")),
        ),
    ),
    SheetSpec(
        "People",
        "input",
        "Opening headcount, leavers, ramp and hiring terms by pool. Totals only, no persons.",
        (
            TableSpec("tblRole"),
            TableSpec("tblTenureBand"),
            TableSpec("tblRoster"),
            TableSpec("tblAttrition"),
            TableSpec("tblRamp"),
        ),
    ),
    SheetSpec(
        "Hiring",
        "input",
        "Terms of hiring, given classes and decided movements.",
        (TableSpec("tblHiring"), TableSpec("tblClass"), TableSpec("tblMovement")),
    ),
    SheetSpec(
        "Contracts",
        "input",
        "Contracts, price tiers and minimum commitments.",
        (TableSpec("tblContract"), TableSpec("tblTier"), TableSpec("tblCommit")),
    ),
    SheetSpec(
        "Money",
        "input",
        "Exchange rates, cost centres and costs that are no labour.",
        (TableSpec("tblFx"), TableSpec("tblCostCentre"), TableSpec("tblCostMap"), TableSpec("tblCostItem")),
    ),
    SheetSpec(
        "Placement",
        "input",
        "What the planner decided about lanes, and limits on shares.",
        (TableSpec("tblLane"), TableSpec("tblLimit")),
    ),
    SheetSpec(
        "Events",
        "input",
        "Events and manual overrides, with who and why.",
        (TableSpec("tblEvent"), TableSpec("tblOverride")),
    ),
    SheetSpec(
        "History",
        "input",
        "Volumes by week or month. Rows before PlanStart are forecast from; later ones are compared with the plan.",
        (TableSpec("tblActual", columns("queue language start grain volume aht_s flag")),),
        landscape=False,
    ),
    SheetSpec(
        "History_Intervals",
        "input",
        "Volumes of live queues by interval: the shape of their weeks.",
        (TableSpec("tblInterval", columns("queue language start utc_offset interval_min volume aht_s")),),
        landscape=False,
    ),
    SheetSpec(
        "Backlog_Opening",
        "input",
        "Open items at PlanStart by age.",
        (TableSpec("tblBacklogOpening"),),
        landscape=False,
    ),
)
RESULTS = (
    SheetSpec(
        "Calendar",
        "working",
        "The planning periods, and the productive hours of one FTE in each.",
        (TableSpec("tblPeriod"), TableSpec("tblFteHours")),
    ),
    SheetSpec(
        "Forecast",
        "working",
        "Volume and handling time by workstream and period.",
        (
            TableSpec(
                "tblForecast",
                columns(
                    "lob queue language period base event_effect chain_inflow override_effect volume low_80 high_80 "
                    "aht_s wape bias naive_wape method"
                ),
            ),
        ),
    ),
    SheetSpec(
        "Requirement",
        "working",
        "Hours required by workstream and period. No shrinkage in them.",
        (
            TableSpec(
                "tblReq",
                columns(
                    "lob queue language period volume aht_s workload_hours chain_hours backlog_hours model agents_peak "
                    "occupancy binding required_hours required_low_80 required_high_80 gross_fte"
                ),
            ),
        ),
    ),
    SheetSpec("HC_Walk", "working", "Headcount walk of every pool.", (TableSpec("tblWalk"),)),
    SheetSpec(
        "Allocation",
        "output",
        "Which site does which work, when, at what cost.",
        (
            TableSpec(
                "tblAllocation",
                columns(
                    "lob queue language site vendor period hours paid_hours served_hours items fte share "
                    "moved_in_hours cost quality locked"
                ),
            ),
        ),
    ),
    SheetSpec("Reasons", "output", "Why each lane is used.", (TableSpec("tblReason"),)),
    SheetSpec("Site_Use", "output", "Headcount decision and use of each site.", (TableSpec("tblSiteUse"),)),
    SheetSpec("Gap", "output", "Required against served hours.", (TableSpec("tblGap"),)),
    SheetSpec(
        "Invoices",
        "output",
        "Expected invoices, and the solver's run.",
        (TableSpec("tblInvoicePlan"), TableSpec("tblSolve")),
    ),
    SheetSpec("Budget", "output", "Cost lines by month: quantity x price x exchange rate.", (TableSpec("tblBudget"),)),
    SheetSpec("Unit_Cost", "output", "Cost of an item by line of business and vendor.", (TableSpec("tblUnitCost"),)),
    SheetSpec("Queue_Backlog", "output", "Backlog walk of every workstream.", (TableSpec("tblBacklog"),)),
    SheetSpec("Blowout", "output", "Which workstreams break their promise, when, and why.", (TableSpec("tblBlowout"),)),
    SheetSpec("Outcome", "output", "The plan beside what really happened.", (TableSpec("tblOutcomePeriod"),)),
)
ORGANISATION = Layout(
    "plan_organisation.xlsx",
    "Capacity plan",
    "Queue to FTE to contract to budget, refreshed in this workbook by xlplan.",
    (SUMMARY, *VIEWS, *INPUTS, *RESULTS, *GOVERNANCE),
)
ROOM = {spec.grid.name: spec.grid for spec in VIEWS if spec.grid is not None}
"""The grids by name, with the room that a workbook keeps for each."""
