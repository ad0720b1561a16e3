"""Cell functions by which vendors, sites and budgets are compared: effective cost, lock, variance, placement."""

from __future__ import annotations

from typing import Any

from xlplan.functions.cellvalues import NUM, VALUE, CellError, at_most
from xlplan.functions.registry import Argument, cell_function

PASSES = {"TRUE", "1"}
FAILS = {"FALSE", "0"}
MOST_LINES = 100_000


@cell_function(
    "XP_EFFECTIVE_COST",
    group="Money and allocation",
    arguments=[
        Argument("rate", "price of a productive hour", "money per hour"),
        Argument("productivity", "decisions in an hour of somebody fully ramped", "items per hour"),
        Argument("accuracy", "share of decisions that are right", "0-1"),
        Argument("rework_cost", "cost of putting one wrong decision right", "money", default=0.0, default_words="0"),
        Argument(
            "oversight_rate", "cost of quality checks and management over the rate", "0-1", default=0.0,
            default_words="none",
        ),
        Argument("ramp_drag", "share of output lost to people who still ramp", "0-1", default=0.0,
                 default_words="none"),
    ],
    returns="cost per correct decision, in the money of rate",
    example=(18, 40, 0.9, 0.45),
    formula="=XP_EFFECTIVE_COST(18,40,90%,0.45)",
    errors=[(NUM, "a number below 0, a productivity or accuracy of 0, a share above 1")],
)  # fmt: skip
def effective_cost(
    rate: Any, productivity: Any, accuracy: Any, rework_cost: Any, oversight_rate: Any, ramp_drag: Any
) -> Any:
    """What a correct decision costs: a low rate can be dear once slow, wrong and ramping work is paid for."""
    from xlplan.planning.budget.effective_cost import effective_cost

    return effective_cost(
        rate,
        productivity=productivity,
        accuracy=accuracy,
        rework_cost=rework_cost,
        oversight_rate=oversight_rate,
        ramp_drag=ramp_drag,
    )


@cell_function(
    "XP_LOCK_EXPOSURE",
    group="Money and allocation",
    arguments=[
        Argument("locked", "units locked", "units", kind="single"),
        Argument("band", "share of the lock by which units may differ either way", "0-1", kind="single",
                 inside=("band_down", "band_up")),
        Argument("bind_rule", 'what is paid below the band: "pay_floor" or "pay_lock"', kind="text"),
        Argument("unit_price", "price of one unit", "money", kind="single"),
        Argument("cv_error", "standard deviation of the forecast's error over the forecast", "ratio", kind="single"),
        Argument(
            "forecast", "units now expected", "units", kind="single", default=None, default_words="the units locked"
        ),
    ],
    returns="one row: expected pay for units not used, expected units above the band that nobody must serve",
    example=(1000, 0.1, "pay_floor", 12, 0.2),
    formula='=XP_LOCK_EXPOSURE(1000,10%,"pay_floor",12,0.2)',
    errors=[(NUM, "a number below 0, a band above 1, another rule")],
)  # fmt: skip
def lock_exposure(
    locked: float, band: float, bind_rule: str, unit_price: float, cv_error: float, forecast: float | None
) -> Any:
    """What a forecast lock costs at the error that forecasts have; errors are taken as normal.

    With ``pay_floor`` units below the band are charged up to its lower end, with ``pay_lock`` up to the whole lock. A
    rule by which both sides share the loss depends on the shares of a contract and has no formula here.
    """
    from xlplan.planning.budget.lock_exposure import lock_exposure

    if unit_price < 0:
        raise CellError(NUM, f"unit_price is {unit_price:g}; type a price of 0 or more")
    found = lock_exposure(
        locked,
        forecast=locked if forecast is None else forecast,
        cv_error=cv_error,
        band_down=band,
        band_up=band,
        bind_rule=bind_rule.lower(),
    )
    return [[float(found.unused) * unit_price, float(found.unserved)]]


@cell_function(
    "XP_PVM",
    group="Money and allocation",
    arguments=[
        Argument("budget_qty", "units in the budget, one cell per line", "units", kind="numbers"),
        Argument("budget_price", "price of a unit in the budget, in the line's currency", "money", kind="numbers"),
        Argument("actual_qty", "units that came", "units", kind="numbers"),
        Argument("actual_price", "price that was paid, in the line's currency", "money", kind="numbers"),
        Argument(
            "budget_fx", "plan currency per unit of the line's currency, in the budget; one or one per line", "rate",
            kind="numbers", default=(1.0,), default_words="one currency",
        ),
        Argument(
            "actual_fx", "the same as it was", "rate", kind="numbers", default=None, default_words="as in the budget"
        ),
        Argument(
            "mix_group", "name of the mix that each line belongs to", "names", kind="texts", default=None,
            default_words="one mix",
        ),
    ],
    returns="one row per line: price, volume, mix, exchange rate; the four add up to actual - budget",
    example=([[100], [100]], [[10], [20]], [[100], [140]], [[11], [20]]),
    formula="=XP_PVM(B2:B3,C2:C3,D2:D3,E2:E3)",
    errors=[(NUM, "ranges of different length, a number below 0"), (VALUE, "a blank")],
)  # fmt: skip
def price_volume_mix(
    budget_qty: list[float | None],
    budget_price: list[float | None],
    actual_qty: list[float | None],
    actual_price: list[float | None],
    budget_fx: Any,
    actual_fx: Any,
    mix_group: list[str | None] | None,
) -> Any:
    """Why a cost moved: price, volume, mix and exchange rate of every line, with nothing left over.

    Units of the lines of one mix are added, so they must be of one kind. A line that is new has no budget price: type
    what its unit would have cost, or all of its cost is price.
    """
    import numpy as np

    from xlplan.planning.budget.variance import price_volume_mix

    given = {
        "budget_qty": budget_qty,
        "budget_price": budget_price,
        "actual_qty": actual_qty,
        "actual_price": actual_price,
        "budget_fx": budget_fx,
        "actual_fx": budget_fx if actual_fx is None else actual_fx,
    }
    for name, values in given.items():
        at_most(name, len(values), MOST_LINES, what="lines")
        if None in values:
            raise CellError(VALUE, f"{name} has a blank; type 0 where there is nothing")
    group = None
    if mix_group is not None:
        if None in mix_group:
            raise CellError(VALUE, "mix_group has a blank; name the mix of each line")
        group = np.unique(np.array(mix_group, dtype=str), return_inverse=True)[1]
    found = price_volume_mix(**given, group=group)
    return np.stack([found.price, found.volume, found.mix, found.fx], axis=1)


@cell_function(
    "XP_PLACEMENT_SCORE",
    group="Money and allocation",
    arguments=[
        Argument("criteria", "score on each criterion, 0 worst to 1 best", "0-1", kind="numbers"),
        Argument("weights", "weight of each, on any scale", "weights", kind="numbers"),
        Argument(
            "gates", "TRUE or blank where a gate is passed, else FALSE or the reason", "TRUE or text", kind="texts",
            default=(), default_words="no gate",
        ),
    ],
    returns='score, 0-100, or the text "blocked: " with the first gate that blocks',
    example=([[1], [0.5], [0.8]], [[2], [1], [1]]),
    formula="=XP_PLACEMENT_SCORE(B2:B4,C2:C4)",
    errors=[(NUM, "a score outside 0 to 1, a weight below 0, ranges of different size"), (VALUE, "a blank")],
)  # fmt: skip
def placement_score(criteria: list[float | None], weights: list[float | None], gates: Any) -> Any:
    """Score of work at a site by weighted criteria; a gate that blocks is no low score but a no."""
    from xlplan.planning.allocation.placement_score import placement_score

    for number, gate in enumerate(gates, start=1):
        if gate is None or gate.upper() in PASSES:
            continue
        return "blocked: " + (f"gate {number}" if gate.upper() in FAILS else gate)
    scores = [value for value in criteria if value is not None]
    if len(scores) < len(criteria) or None in weights:
        raise CellError(VALUE, "criteria or weights has a blank; type 0 for the worst score or no weight")
    return placement_score(scores, weights=[value for value in weights if value is not None])
