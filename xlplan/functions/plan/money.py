"""Cell functions of money at the plan's own rates and contracts: an amount in another currency, a bill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlplan.functions.cellvalues import NUM, VALUE, CellError, Grid, number
from xlplan.functions.eachcell import each, needed
from xlplan.functions.plan.figures import ABSENT, STAMP
from xlplan.functions.plan.keys import day_of, id_of, unknown
from xlplan.functions.plan.state import PlanState
from xlplan.functions.registry import Argument, cell_function

if TYPE_CHECKING:
    import pandas as pd

    from xlplan.planning.budget.contract import RateCard

SLACK = 1e-9
"""A result that falls short of a band's floor by no more has reached it: 0.1 + 0.2 is not quite 0.3."""
DAY = "the period's id, or any day"


@cell_function(
    "XP_FX",
    group="Money",
    arguments=[
        Argument("amount", "an amount in the first currency", "money", kind="cells"),
        Argument("from_currency", "currency of the amount", "ISO 4217", kind="cells"),
        Argument("to_currency", "currency wanted", "ISO 4217", kind="cells"),
        Argument("period", DAY, "id or date", kind="cells"),
        STAMP,
        Argument(
            "rate_type",
            "rate set of tblFx: budget, plan, actual, month_average or spot",
            kind="text",
            default="",
            default_words="the plan's RateType",
        ),
    ],
    returns="the amount in the currency wanted, at the rate of the month in which the period begins",
    example=(1000, "EUR", "USD", "2026-W15", "plan 1"),
    formula='=XP_FX(1000,"EUR","USD","2026-W15",Stamp)',
    errors=[ABSENT, (VALUE, "a rate set that does not exist")],
    reads="plan",
)
def fx(
    state: PlanState,
    amount: Grid,
    from_currency: Grid,
    to_currency: Grid,
    period: Grid,
    stamp: str,
    rate_type: str,
) -> Any:
    """An amount in another currency, at the rates by which the budget is converted."""
    from xlplan.tables.dictionary import table

    known = table("tblFx")["rate_type"].allowed.choices
    if rate_type and rate_type not in known:
        raise CellError(VALUE, unknown("rate_type", rate_type, known, where="tblFx").sentence)

    def converted(money: Any, source: Any, target: Any, when: Any) -> float:
        sum_of_money = _number("amount", money, "an amount in the first currency")
        month = day_of(state, needed("period", when, DAY)).replace(day=1)
        codes = [
            id_of(name, needed(name, cell, what)).upper()
            for name, cell, what in (
                ("from_currency", source, "currency of the amount"),
                ("to_currency", target, "currency wanted"),
            )
        ]
        if codes[0] == codes[1]:
            return sum_of_money
        return sum_of_money * _rate(state, codes[0], month, rate_type) / _rate(state, codes[1], month, rate_type)

    ranges = {"amount": amount, "from_currency": from_currency, "to_currency": to_currency, "period": period}
    return each(converted, ranges)


@cell_function(
    "XP_CONTRACT_COST",
    group="Money",
    arguments=[
        Argument("contract", "id of a signed contract", "id", kind="cells"),
        Argument(
            "units",
            "units of its billing window (month, quarter or year): hours, items, minutes ...",
            "pricing units",
            kind="cells",
        ),
        Argument("period", "the period's id, or any day of the billing window", "id or date", kind="cells"),
        STAMP,
        Argument(
            "fte",
            "FTE kept through the window, where the contract prices FTE: adds FTE x months to the units",
            "FTE",
            kind="cells",
            default=None,
            default_words="none",
        ),
        Argument(
            "sla_result",
            "result against which tblBonusMalus sets a bonus or malus, such as 0.82",
            "as its measure",
            kind="cells",
            default=None,
            default_words="no bonus and no malus",
        ),
    ],
    returns="the window's invoice in the contract's currency: tiers, indexation and minimum as the budget bills them, "
    "then bonus or malus",
    example=("Acme", 400, "2026-W15", "plan 1"),
    formula='=XP_CONTRACT_COST("Acme",400,"2026-W15",Stamp)',
    errors=[
        ABSENT,
        (NUM, "units or FTE below 0, FTE for a contract that does not price FTE, or a result that no band judges"),
    ],
    reads="plan",
)
def contract_cost(
    state: PlanState,
    contract: Grid,
    units: Grid,
    period: Grid,
    stamp: str,
    fte: Grid | None,
    sla_result: Grid | None,
) -> Any:
    """The bill of a vendor for the units of a billing window, by the engine that makes the budget."""
    from xlplan.planning.budget.contract import invoice

    def cost(name: Any, used: Any, when: Any, people: Any, result: Any) -> float:
        own = id_of("contract", needed("contract", name, "id of a signed contract"))
        day = day_of(state, needed("period", when, "the period's id, or any day of the billing window"))
        window = _window(state, own, day)
        count = _at_least_0("units", _number("units", used, "units of the billing window"))
        heads = number("fte", people)
        if heads is not None:
            count += _at_least_0("fte", _number("fte", people, "FTE")) * window.fte_months
        bill = invoice(window.card, count).amount
        return bill if number("sla_result", result) is None else bill * (1 + _bonus(state, own, result))

    blank: Grid = [[None]]
    ranges = {"contract": contract, "units": units, "period": period, "fte": fte or blank}
    return each(cost, {**ranges, "sla_result": sla_result or blank})


class _Window:
    """A contract's rate card in one window, and the months of it that the plan bills."""

    def __init__(self, card: RateCard, months: float, pricing_unit: str, contract: str) -> None:
        self.card = card
        self._months = months
        self._pricing_unit = pricing_unit
        self._contract = contract

    @property
    def fte_months(self) -> float:
        """Billed units of one FTE through the window."""
        if self._pricing_unit != "fte":
            raise CellError(
                NUM, f"fte is given, but {self._contract} is priced by {self._pricing_unit}; type its units instead"
            )
        return self._months


def _window(state: PlanState, contract: str, day: pd.Timestamp) -> _Window:
    return state.remembered(("window", contract, day), lambda: _made_window(state, contract, day))


def _made_window(state: PlanState, contract: str, day: pd.Timestamp) -> _Window:
    """The window that holds a day, made as the budget makes it."""
    import pandas as pd

    from xlplan.planning.budget.terms import MONTHS, contract_windows, window_start

    plan = _billing_plan(state)
    rows = plan["tblContract"].loc[lambda f: f["contract"].eq(contract)]
    if rows.empty:
        raise unknown("contract", contract, plan["tblContract"]["contract"], where="tblContract")
    if rows["status"].iloc[0] != "signed":
        raise CellError(
            NUM, f"{contract} is not signed but {rows['status'].iloc[0]}; the plan bills signed contracts alone"
        )
    windows = contract_windows(plan.with_table("tblContract", rows))
    length = MONTHS[rows["billing_window"].iloc[0]]
    start = window_start(pd.Series([day.replace(day=1)]), pd.Series([length])).iloc[0]
    found = windows.frame.index[windows.frame["window_start"].eq(start)]
    if found.empty:
        raise unknown(
            "billing window of",
            f"{contract} from {start:%Y-%m-%d}",
            windows.frame["window_start"].dt.date,
            where="the plan",
        )
    months = windows.months.loc[windows.months["window"].eq(found[0])]
    share = float((months["days"] / months["bill_month"].dt.days_in_month).sum())
    return _Window(windows.cards[found[0]], share, str(rows["pricing_unit"].iloc[0]), contract)


def _billing_plan(state: PlanState) -> Any:
    """What the contract engine needs; workbooks do not show how periods are billed, so that is worked out again."""
    from xlplan.planning.calendar.shares import bill_weights

    def made() -> Any:
        plan = state.plan(
            *("tblContract", "tblTier", "tblCommit", "tblFx", "tblPeriod"), names=("PlanCurrency", "RateType")
        )
        state.table("tblContract")
        return plan.with_table("tblPeriodBill", bill_weights(state.table("tblPeriod")))

    return state.remembered("billing plan", made)


def _rate(state: PlanState, currency: str, month: pd.Timestamp, rate_type: str) -> float:
    """Plan currency per unit of a currency, as the budget converts it."""
    import pandas as pd

    from xlplan.planning.budget.exchange import rates
    from xlplan.tables.plan import Plan

    def found() -> float:
        plan = state.plan("tblFx", names=("PlanCurrency", "RateType"))
        if rate_type:
            plan = Plan(plan.tables, {**plan.names, "RateType": rate_type})
        return float(rates(plan, pd.Series([currency]), pd.Series([month]))[0])

    return state.remembered(("rate", currency, month, rate_type), found)


def _bonus(state: PlanState, contract: str, cell: Any) -> float:
    """Share of the invoice that a result adds or takes away."""
    result = _number("sla_result", cell, "a result such as 0.82")
    bands = state.table("tblBonusMalus").loc[lambda f: f["contract"].eq(contract)].sort_values("from_result")
    measures = sorted(set(bands["measure"]))
    if len(measures) != 1:
        found = f"judges {', '.join(measures)}" if measures else "has no band"
        raise CellError(NUM, f"tblBonusMalus {found} for {contract}; leave sla_result blank, or keep one measure there")
    reached = bands.loc[bands["from_result"] <= result + SLACK, "rate"]
    if reached.empty:
        lowest = float(bands["from_result"].iloc[0])
        raise CellError(NUM, f"sla_result {result:g} lies below the lowest band of {contract}, {lowest:g}; add a band")
    return float(reached.iloc[-1])


def _number(name: str, cell: Any, what: str) -> float:
    found = number(name, cell)
    if found is None:
        raise CellError(VALUE, f"{name} is blank; type {what}")
    if isinstance(found, CellError):
        raise found
    return found


def _at_least_0(name: str, value: float) -> float:
    if value < 0:
        raise CellError(NUM, f"{name} is {value:g}; type 0 or more")
    return value
