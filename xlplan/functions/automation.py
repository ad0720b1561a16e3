"""Cell functions of drivers and AI: what reaches people, how long it takes, where a score may decide."""

from __future__ import annotations

from typing import Any

from xlplan.functions.cellvalues import NUM, VALUE, CellError, at_most
from xlplan.functions.registry import Argument, cell_function

MOST_BINS = 100_000
CONTAINMENT = Argument("containment", "share of the contacts offered to the AI that it finishes", "0-1")


@cell_function(
    "XP_DRIVER_VOLUME",
    group="Forecast",
    arguments=[
        Argument("driver", "units of what makes the volume: users, uploads, orders", "units"),
        Argument("rate", "contacts or items per unit", "items per unit"),
        Argument("mix", "share of them that belongs to the queue", "0-1", default=1.0),
        Argument("human_share", "share of those that people work", "0-1", default=1.0),
    ],
    returns="items for people: driver x rate x mix x human share",
    example=(2000000, 0.0025, 0.3, 0.6),
    formula="=XP_DRIVER_VOLUME(2000000,0.0025,30%,60%)",
    errors=[(NUM, "a number below 0, or a share above 1")],
)
def driver_volume(driver: Any, rate: Any, mix: Any, human_share: Any) -> Any:
    """Volume for people from what drives it."""
    from xlplan.planning.forecast.automation import driver_volume

    return driver_volume(driver, rate=rate, mix=mix, human_share=human_share)


@cell_function(
    "XP_CONTAINMENT",
    group="Automation",
    arguments=[
        Argument("volume", "contacts in all", "items"),
        Argument("ai_share", "share of them offered to an AI first", "0-1"),
        CONTAINMENT,
        Argument(
            "repeat_rate", "share of the finished ones that come back to people", "0-1", default=0.0,
            default_words="none",
        ),
        Argument(
            "escalation_rate", "share of the finished ones escalated to people later", "0-1", default=0.0,
            default_words="none",
        ),
    ],
    returns="contacts that people get",
    example=(1000, 0.5, 0.4, 0.1, 0.05),
    formula="=XP_CONTAINMENT(1000,50%,40%,10%,5%)",
    errors=[(NUM, "a volume below 0, a share outside 0 to 1, more coming back than was finished")],
)  # fmt: skip
def containment(volume: Any, ai_share: Any, containment: Any, repeat_rate: Any, escalation_rate: Any) -> Any:
    """What an AI leaves to people: all that it was not offered, did not finish, or that comes back."""
    from xlplan.planning.forecast.automation import human_volume

    return human_volume(
        volume,
        ai_share=ai_share,
        containment=containment,
        repeat_rate=repeat_rate,
        escalation_rate=escalation_rate,
    )


@cell_function(
    "XP_RESIDUAL_AHT",
    group="Automation",
    arguments=[
        Argument("aht_s", "mean handling time before the AI", "seconds"),
        Argument("containment", "share of all contacts that the AI finishes", "0-1"),
        Argument(
            "complexity_factor", "handling time of a contact left to people over that of one the AI finishes", "ratio"
        ),
    ],
    returns="handling time of what is left, seconds; over aht_s it is the residual AHT factor",
    example=(300, 0.4, 1.5),
    formula="=XP_RESIDUAL_AHT(300,40%,1.5)",
    errors=[(NUM, "a time below 0, a share outside 0 to 1, a factor below 1")],
)
def residual_aht(aht_s: Any, containment: Any, complexity_factor: Any) -> Any:
    """Handling time of what an AI leaves to people: the harder part, so that all the work adds up to what it was."""
    from xlplan.planning.forecast.automation import residual_aht

    return residual_aht(aht_s, containment=containment, complexity_factor=complexity_factor)


@cell_function(
    "XP_THRESHOLD_CURVE",
    group="Automation",
    arguments=[
        Argument("score_hist", "items by score, bins of one width from 0 to 1", "items", kind="numbers"),
        Argument("precision_by_bin", "share of each bin that should be acted on", "0-1", kind="numbers"),
        Argument("thresholds", "scores at or above which the score decides", "0-1", kind="numbers"),
        Argument("cost_fp", "cost of one item acted on wrongly", "money", kind="single"),
        Argument("cost_fn", "cost of one item to act on that is left to people", "money", kind="single"),
    ],
    returns="one row per threshold: threshold, items left to people, cost of errors",
    example=([[900], [100]], [[0.1], [0.8]], [[0.5], [1]], 2, 1),
    formula="=XP_THRESHOLD_CURVE(B2:B3,C2:C3,E2:E3,2,1)",
    errors=[(NUM, "a share outside 0 to 1, a number below 0, ranges of different size"), (VALUE, "a blank")],
)
def threshold_curve(
    score_hist: list[float | None],
    precision_by_bin: list[float | None],
    thresholds: list[float | None],
    cost_fp: float,
    cost_fn: float,
) -> Any:
    """What a threshold of automatic decisions leaves to people, and what its errors cost."""
    from xlplan.planning.forecast.thresholds import threshold_curve

    given = {"score_hist": score_hist, "precision_by_bin": precision_by_bin, "thresholds": thresholds}
    for name, values in given.items():
        at_most(name, len(values), MOST_BINS, what="cells")
        if None in values:
            raise CellError(VALUE, f"{name} has a blank; type 0 where there is nothing")
    numbers = {name: [value for value in values if value is not None] for name, values in given.items()}
    return threshold_curve(
        numbers["score_hist"],
        numbers["precision_by_bin"],
        thresholds=numbers["thresholds"],
        cost_fp=cost_fp,
        cost_fn=cost_fn,
    )
