"""What XP_RESULT can be asked for: each item, the column that holds it, and what it may be summed over."""

from __future__ import annotations

from typing import Literal, NamedTuple

Adds = Literal["everywhere", "across", "in time", "never"]
"""``everywhere``: items, hours and costs. ``across``: heads and stocks, which no two periods share out. ``in time``:
invoices of one contract, whose currency is not another's. ``never``: rates, ages and words."""

TIME_KEYS = frozenset({"period", "month", "window_start"})


class Item(NamedTuple):
    """One item."""

    table: str
    column: str
    adds: Adds = "everywhere"


ITEMS: dict[str, Item] = {
    # forecast: queue, language, period
    "volume": Item("tblForecast", "volume"),
    "low": Item("tblForecast", "low_80", "never"),
    "high": Item("tblForecast", "high_80", "never"),
    "aht_s": Item("tblForecast", "aht_s", "never"),
    "wape": Item("tblForecast", "wape", "never"),
    "bias": Item("tblForecast", "bias", "never"),
    # requirement: queue, language, period
    "workload": Item("tblReq", "workload_hours"),
    "required": Item("tblReq", "required_hours"),
    "required fte": Item("tblReq", "gross_fte", "across"),
    "agents": Item("tblReq", "agents_peak", "never"),
    "occupancy": Item("tblReq", "occupancy", "never"),
    # requirement against what is placed: queue, language, period
    "supplied": Item("tblGap", "supplied"),
    "over_under": Item("tblGap", "over_under"),
    "over_under fte": Item("tblGap", "over_under_fte", "across"),
    "over_under rate": Item("tblGap", "over_under_rate", "never"),
    "unmet": Item("tblGap", "unmet_hours"),
    # allocation: queue, language, site, period
    "hours": Item("tblAllocation", "hours"),
    "paid hours": Item("tblAllocation", "paid_hours"),
    "items": Item("tblAllocation", "items"),
    "fte": Item("tblAllocation", "fte", "across"),
    "share": Item("tblAllocation", "share", "never"),
    "lane cost": Item("tblAllocation", "cost"),
    "effective cost": Item("tblAllocation", "effective_cost", "never"),
    # headcount: language, site, role, period
    "opening heads": Item("tblWalk", "opening", "across"),
    "joins": Item("tblWalk", "joins"),
    "attrition": Item("tblWalk", "attrition"),
    "closing heads": Item("tblWalk", "closing", "across"),
    "productive fte": Item("tblWalk", "productive_fte", "across"),
    "paid fte": Item("tblWalk", "paid_fte", "across"),
    "hires": Item("tblPoolUse", "hires"),
    "overtime": Item("tblPoolUse", "overtime_hours"),
    "utilisation": Item("tblPoolUse", "utilisation", "never"),
    "hours per fte": Item("tblFteHours", "productive_hours", "never"),  # site, period
    # queue health: queue, language, period; the warning without a period
    "opening backlog": Item("tblBacklog", "opening", "across"),
    "handled": Item("tblBacklog", "handled"),
    "closing backlog": Item("tblBacklog", "closing", "across"),
    "compliance": Item("tblBacklog", "compliance", "never"),
    "service level": Item("tblBacklog", "service_level", "never"),
    "oldest age": Item("tblBacklog", "oldest_age_h", "never"),
    "breach probability": Item("tblBlowout", "breach_probability", "never"),
    "first breach": Item("tblBlowout", "first_breach", "never"),
    "act by": Item("tblBlowout", "act_by", "never"),
    # money: lob, site, vendor, month, cost centre, line, currency; lob, vendor, month; contract, window
    "cost": Item("tblBudget", "amount_plan"),
    "unit cost": Item("tblUnitCost", "unit_cost", "never"),
    "invoice": Item("tblInvoicePlan", "amount", "in time"),
    "invoice units": Item("tblInvoicePlan", "units", "in time"),
    # the run: step; constraint, queue, language, site, vendor, period; headline
    "status": Item("tblSolve", "status", "never"),
    "solve gap": Item("tblSolve", "gap", "never"),
    "shadow": Item("tblShadow", "price", "never"),
    "kpi": Item("tblKpi", "value", "never"),
}

ALSO_CALLED = {"alloc": "hours", "gap": "over_under", "aht": "aht_s", "backlog": "closing backlog"}

NOT_ASKED = {"tblSolve": ("run",)}
"""Key columns that nobody has to name, because the workbook shows one run."""

NON_ZERO_ONLY = frozenset({"tblAllocation", "tblBudget"})
"""Tables that leave out rows of nothing: what is not there, of ids that exist, is 0."""


def keys_of(item: Item) -> list[str]:
    """Names of the keys, in the order in which they are given."""
    from xlplan.tables.dictionary import table

    return [name for name in table(item.table).key if name not in NOT_ASKED.get(item.table, ())]


def may_sum(item: Item, key: str) -> bool:
    """True when rows that differ in this key may be added up."""
    if item.adds in {"everywhere", "never"}:
        return item.adds == "everywhere"
    return (key in TIME_KEYS) == (item.adds == "in time")
