"""Cell functions of staffing: workload, agents, service, gross-up."""

from __future__ import annotations

from typing import Any

from xlplan.functions.cellvalues import NA, NUM, CellError, at_most
from xlplan.functions.registry import Argument, cell_function

MOST_PARTS = 1_000
INFINITE = float("inf")
UNSET = float("nan")

VOLUME = Argument("volume", "contacts offered in the interval", "items per interval")
AHT = Argument("aht_s", "mean handling time, after-contact work included", "seconds")
INTERVAL = Argument("interval_min", "length of the interval", "minutes")
AGENTS = Argument("agents", "agents at work at once", "agents")
SECONDS = Argument("target_s", "answer time that the service level is measured at", "seconds")
PATIENCE = Argument(
    "patience_s",
    "mean time before a caller hangs up",
    "seconds",
    default=INFINITE,
    default_words="callers wait for ever",
)
RANGE = (NUM, "a negative number, a rate above 1, a target that no crew can meet")


@cell_function(
    "XP_WORKLOAD_HOURS",
    group="Staffing",
    arguments=[Argument("volume", "items to handle", "items"), AHT],
    returns="hours of work",
    example=(1200, 180),
    formula="=XP_WORKLOAD_HOURS(1200,180)",
    errors=[(NUM, "a negative volume or handling time")],
)
def workload_hours(volume: Any, aht_s: Any) -> Any:
    """Work in hours: volume x handling time."""
    from xlplan.planning import staffing

    return staffing.workload_hours(volume, aht_s)


@cell_function(
    "XP_AGENTS",
    group="Staffing",
    arguments=[
        VOLUME,
        AHT,
        INTERVAL,
        Argument("target", "share of contacts to answer in time", "0-1"),
        SECONDS,
        PATIENCE,
        Argument("max_occupancy", "highest occupancy", "0-1", default=UNSET, default_words="no limit"),
        Argument("whole", "TRUE for whole agents, FALSE for the fraction", kind="flag", default=True),
    ],
    returns="agents needed at once",
    example=(100, 180, 30, 0.8, 20),
    formula="=XP_AGENTS(100,180,30,80%,20)",
    errors=[RANGE],
)
def agents(
    volume: Any,
    aht_s: Any,
    interval_min: Any,
    target: Any,
    target_s: Any,
    patience_s: Any,
    max_occupancy: Any,
    whole: bool,
) -> Any:
    """Fewest agents that meet a service level: Erlang A with patience, Erlang C without."""
    from xlplan.planning import staffing

    return staffing.required_agents(
        volume,
        aht_s=aht_s,
        interval_min=interval_min,
        target=target,
        target_s=target_s,
        patience_s=patience_s,
        max_occupancy=max_occupancy,
        whole=whole,
    ).agents


@cell_function(
    "XP_SERVICE_LEVEL",
    group="Staffing",
    arguments=[AGENTS, VOLUME, AHT, INTERVAL, SECONDS, PATIENCE],
    returns="share of all contacts offered that are answered in time, 0-1",
    example=(14, 100, 180, 30, 20),
    formula="=XP_SERVICE_LEVEL(14,100,180,30,20)",
    errors=[RANGE],
)
def service_level(agents: Any, volume: Any, aht_s: Any, interval_min: Any, target_s: Any, patience_s: Any) -> Any:
    """Service level of a number of agents; contacts that abandon before the target count against it."""
    from xlplan.planning import staffing

    return staffing.service_level(
        agents, volume, aht_s=aht_s, interval_min=interval_min, target_s=target_s, patience_s=patience_s
    )


@cell_function(
    "XP_ASA",
    group="Staffing",
    arguments=[AGENTS, VOLUME, AHT, INTERVAL, PATIENCE],
    returns="mean time in queue of all contacts, abandoned ones included, seconds",
    example=(14, 100, 180, 30),
    formula="=XP_ASA(14,100,180,30)",
    errors=[RANGE, (NUM, "no more agents than erlangs and callers who wait for ever: the queue never settles")],
)
def asa(agents: Any, volume: Any, aht_s: Any, interval_min: Any, patience_s: Any) -> Any:
    """Average speed of answer of a number of agents."""
    from xlplan.planning import staffing

    return staffing.asa_s(agents, volume, aht_s=aht_s, interval_min=interval_min, patience_s=patience_s)


@cell_function(
    "XP_ABANDON",
    group="Staffing",
    arguments=[AGENTS, VOLUME, AHT, INTERVAL, Argument("patience_s", PATIENCE.meaning, "seconds")],
    returns="share of contacts offered that hang up, 0-1",
    example=(12, 100, 180, 30, 120),
    formula="=XP_ABANDON(12,100,180,30,120)",
    errors=[RANGE],
)
def abandon(agents: Any, volume: Any, aht_s: Any, interval_min: Any, patience_s: Any) -> Any:
    """Share of callers who hang up before they are answered (Erlang A)."""
    from xlplan.planning import staffing

    return staffing.abandon_rate(agents, volume, aht_s=aht_s, interval_min=interval_min, patience_s=patience_s)


@cell_function(
    "XP_OCCUPANCY",
    group="Staffing",
    arguments=[Argument("workload_h", "hours of work", "hours"), Argument("staffed_h", "hours staffed", "hours")],
    returns="share of staffed time on contacts, 0-1",
    example=(80, 100),
    formula="=XP_OCCUPANCY(80,100)",
    errors=[(NUM, "a negative number, or more work than staffed hours"), (NA, "nothing staffed")],
)
def occupancy(workload_h: Any, staffed_h: Any) -> Any:
    """Occupancy: hours of work / hours staffed."""
    import numpy as np

    from xlplan.errors import PlanError

    workload, staffed = np.asarray(workload_h, dtype=float), np.asarray(staffed_h, dtype=float)
    if ((workload < 0) | (staffed < 0)).any():
        raise PlanError("workload_h or staffed_h is below 0", do="type hours of 0 or more")
    if ((workload > staffed * (1 + 1e-9)) & (staffed > 0)).any():
        raise PlanError("workload_h is more than staffed_h", do="check that both are hours of the same period")
    return np.divide(workload, staffed, out=np.full(workload.shape, np.nan), where=staffed > 0)


@cell_function(
    "XP_GROSS_UP",
    group="Staffing",
    arguments=[
        Argument("fte", "FTE, agents or hours at work", "FTE", inside=("productive",)),
        Argument("shrinkage", "share of paid time lost, or a range of its parts", "0-1", kind="numbers"),
        Argument("rule", 'how parts combine: "multiply" or "add"', kind="text", default="multiply"),
    ],
    returns="FTE to pay: fte / (1 - shrinkage)",
    example=(100, 0.3),
    formula="=XP_GROSS_UP(100,30%)",
    errors=[(NUM, "parts of 100 % or more in all, or a percentage typed as 30")],
)
def gross_up(fte: Any, shrinkage: list[float | None], rule: str) -> Any:
    """Paid FTE behind productive ones: shrinkage divides, it never multiplies."""
    from xlplan.planning import staffing

    at_most("shrinkage", len(shrinkage), MOST_PARTS, what="parts")
    parts = [part for part in shrinkage if part is not None]
    if not parts:
        raise CellError("#VALUE!", "shrinkage is blank throughout; type a share, 0 if no paid time is lost")
    if rule.lower() not in {"multiply", "add"}:
        raise CellError("#VALUE!", f"rule is '{rule}'; type multiply or add")
    combined = staffing.combined_shrinkage(parts, rule="add" if rule.lower() == "add" else "multiply")
    return staffing.gross_up(fte, combined)
