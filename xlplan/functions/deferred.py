"""Cell functions of staffing beyond Erlang: chats, work against a turnaround, cover, review chains."""

from __future__ import annotations

from typing import Any

from xlplan.errors import PlanError
from xlplan.functions.cellvalues import NUM, VALUE, CellError, at_most
from xlplan.functions.registry import Argument, cell_function
from xlplan.functions.staffing import AHT, INTERVAL, PATIENCE, RANGE, SECONDS, UNSET, VOLUME

MOST_PERIODS = 10_000
MOST_CHATS = 1_000
FACTORS = ("double review", "quality check", "appeal", "escalation")


def _rate(name: str, meaning: str, inside: str) -> Argument:
    """A share of the items that goes on in the chain."""
    return Argument(name, meaning, "0-1", default=0.0, default_words="none", inside=(inside,))


@cell_function(
    "XP_CHAT_AGENTS",
    group="Staffing",
    arguments=[
        VOLUME,
        Argument("aht_s", "mean handling time of one chat, whatever else the agent has open", "seconds"),
        Argument("concurrency", "chats that one agent holds at most", "chats per agent"),
        INTERVAL,
        Argument("target", "share of chats to take up in time", "0-1"),
        SECONDS,
        PATIENCE,
        Argument("max_occupancy", "highest share of the places taken", "0-1", default=UNSET, default_words="no limit"),
        Argument(
            "aht_by_chats",
            "range of handling times with 1, 2 ... chats open, in place of aht_s",
            "seconds",
            kind="numbers",
            default=(),
            default_words="aht_s throughout",
            inside=("by_chats",),
        ),
        Argument("whole", "TRUE for whole agents, FALSE for the fraction", kind="flag", default=True),
    ],
    returns="agents needed at once",
    example=(120, 300, 3, 30, 0.8, 60),
    formula="=XP_CHAT_AGENTS(120,300,3,30,80%,60)",
    errors=[
        RANGE,
        (NUM, "a concurrency that is not whole or beyond 1,000, or not as many handling times as chats at once"),
    ],
)
def chat_agents(
    volume: Any,
    aht_s: Any,
    concurrency: Any,
    interval_min: Any,
    target: Any,
    target_s: Any,
    patience_s: Any,
    max_occupancy: Any,
    aht_by_chats: Any,
    whole: bool,
) -> Any:
    """Fewest agents with several chats each that meet a service level; chats are spread evenly over the agents."""
    import numpy as np

    from xlplan.planning.staffing.chat import chat_agents

    columns = np.broadcast_arrays(
        *np.atleast_1d(volume, aht_s, concurrency, interval_min, target, target_s, patience_s, max_occupancy)
    )
    if (columns[2] > MOST_CHATS).any():
        raise PlanError(
            f"found {columns[2].max():g}, more than {MOST_CHATS:,} chats",
            where="concurrency",
            do="type the chats that one agent has open at most",
        )
    times = _times(aht_by_chats)
    answers = np.empty(columns[0].shape)
    for chats in np.unique(columns[2]):
        rows = columns[2] == chats
        items, handling, _, minutes, goal, within, patience, cap = (column[rows] for column in columns)
        answers[rows] = chat_agents(
            items,
            aht_s=handling if times is None else np.full(handling.shape, times[0]),
            interval_min=minutes,
            concurrency=chats,
            by_chats=None if times is None else times / times[0],
            target=goal,
            target_s=within,
            patience_s=patience,
            max_occupancy=cap,
            whole=whole,
        ).agents
    return answers if np.ndim(volume) else answers[0]


@cell_function(
    "XP_DEFERRED_FTE",
    group="Staffing",
    arguments=[
        Argument("inflow", "range of items that arrive in each period, in order", "items", kind="numbers"),
        Argument("period_h", "working hours of one period (24 for days round the clock)", "hours", kind="single"),
        Argument("aht_s", AHT.meaning, "seconds", kind="single"),
        Argument("opening_backlog", "items open before the first period", "items", kind="single"),
        Argument("tat_h", "turnaround, counted in the same hours as the periods", "hours", kind="single"),
        Argument("compliance", "share of each period's items to complete in time", "0-1", kind="single"),
        Argument("hours_per_fte", "productive hours of one FTE in a period", "hours", kind="single"),
        Argument("max_occ", "highest occupancy", "0-1", kind="single", default=1.0, inside=("max_occupancy",)),
    ],
    returns="array: FTE at work in each period, as even as the turnaround allows",
    example=([[100], [300], [100], [100]], 24, 360, 0, 24, 1, 7.5),
    formula="=XP_DEFERRED_FTE(B2:B5,24,360,0,24,1,7.5)",
    errors=[(NUM, "a negative number, a compliance above 1, or no hours per FTE"), (VALUE, "a blank in inflow")],
)
def deferred_fte(
    inflow: list[float | None],
    period_h: float,
    aht_s: float,
    opening_backlog: float,
    tat_h: float,
    compliance: float,
    hours_per_fte: float,
    max_occ: float,
) -> Any:
    """FTE that complete work within a turnaround, oldest first, with the lowest peak there is."""
    from xlplan.planning.staffing.horizon import horizon_fte

    at_most("inflow", len(inflow), MOST_PERIODS)
    if period_h > 0 and tat_h > MOST_PERIODS * period_h:
        raise CellError(NUM, f"tat_h is {tat_h:g} hours, more than {MOST_PERIODS:,} periods; check its unit")
    came = [item for item in inflow if item is not None]
    if len(came) < len(inflow):
        raise CellError(VALUE, "inflow has a blank; type 0 where nothing arrives")
    return horizon_fte(
        came,
        period_h=period_h,
        aht_s=aht_s,
        opening_backlog=opening_backlog,
        tat_h=tat_h,
        compliance=compliance,
        hours_per_fte=hours_per_fte,
        max_occupancy=max_occ,
    )


@cell_function(
    "XP_COVER_FTE",
    group="Staffing",
    arguments=[
        Argument("open_hours", "hours open in a week", "hours", inside=("open_hours_week",)),
        Argument("min_crew", "people present at once", "people"),
        Argument("hours_per_fte", "paid hours of one FTE in a week", "hours"),
        Argument("shrinkage", "share of paid time lost", "0-1", default=0.0, default_words="none"),
    ],
    returns="FTE to pay for a crew that is there in every open hour",
    example=(168, 1, 40, 0.3),
    formula="=XP_COVER_FTE(168,1,40,30%)",
    errors=[(NUM, "more than 168 hours, no hours per FTE, or a percentage typed as 30")],
)
def cover_fte(open_hours: Any, min_crew: Any, hours_per_fte: Any, shrinkage: Any) -> Any:
    """FTE of cover, for statutory clocks and thin languages: open hours x crew, grossed up."""
    from xlplan.planning.staffing.cover import cover_fte

    return cover_fte(open_hours, min_crew, hours_per_fte=hours_per_fte, shrinkage=shrinkage)


@cell_function(
    "XP_REVIEW_WORKLOAD",
    group="Staffing",
    arguments=[
        Argument("items", "items that come in", "items"),
        Argument("aht_s", "handling time of the first review", "seconds"),
        _rate("double_rate", "share reviewed a second time", "double rate"),
        _rate("qa_rate", "share sampled for quality", "qa rate"),
        _rate("appeal_rate", "share appealed", "appeal rate"),
        _rate("esc_rate", "share escalated", "escalation rate"),
        Argument(
            "aht_factors",
            "range of four: handling time of a double review, quality check, appeal and escalation over aht_s",
            "ratio",
            kind="numbers",
            default=(),
            default_words="1 each",
        ),
    ],
    returns="hours of work, the first review included",
    example=(1000, 60, 0.2, 0.05, 0.03, 0, [[1], [1], [2], [1]]),
    formula="=XP_REVIEW_WORKLOAD(1000,60,20%,5%,3%,0,B2:B5)",
    errors=[(NUM, "a rate outside 0 to 1 or a negative number"), (VALUE, "not four factors")],
)
def review_workload(
    items: Any, aht_s: Any, double_rate: Any, qa_rate: Any, appeal_rate: Any, esc_rate: Any, aht_factors: Any
) -> Any:
    """Workload of a review chain in hours: shares of the items, each at its own handling time, added up."""
    from xlplan.planning.staffing.review_chain import review_factor, review_workload

    factors = [1.0 if factor is None else factor for factor in aht_factors] or [1.0] * len(FACTORS)
    if len(factors) != len(FACTORS):
        raise CellError(VALUE, f"aht_factors has {len(factors)} cells; give four: {', '.join(FACTORS)}")
    double, quality, appeal, escalation = factors
    factor = review_factor(
        double=(double_rate, double),
        qa=(qa_rate, quality),
        appeal=(appeal_rate, appeal),
        escalation=(esc_rate, escalation),
    )
    return review_workload(items, aht_s, factor=factor)


def _times(cells: Any) -> Any:
    import numpy as np

    given = [cell for cell in cells if cell is not None]
    if given and min(given) <= 0:
        raise CellError(NUM, f"a handling time in aht_by_chats is {min(given):g}; type seconds above 0")
    return np.array(given, dtype=float) if given else None
