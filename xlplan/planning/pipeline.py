"""The whole plan: its steps in order, and ``run``, which Python callers, buttons and commands share."""

from __future__ import annotations

from collections.abc import Sequence

from xlplan.errors import PlanError
from xlplan.planning import steps as pipeline
from xlplan.planning.allocation.step import STEP as ALLOCATION
from xlplan.planning.budget.step import STEP as BUDGET
from xlplan.planning.calendar.step import STEP as CALENDAR
from xlplan.planning.forecast.step import STEP as FORECAST
from xlplan.planning.outcome.step import STEP as OUTCOME
from xlplan.planning.queues.step import STEP as QUEUES
from xlplan.planning.staffing.step import STEP as STAFFING
from xlplan.planning.steps import Progress, Step
from xlplan.planning.supply.step import STEP as SUPPLY
from xlplan.tables.plan import Plan

STEPS: tuple[Step, ...] = (CALENDAR, FORECAST, STAFFING, SUPPLY, ALLOCATION, BUDGET, QUEUES, OUTCOME)


def run(plan: Plan, steps: Sequence[str] | None = None, *, progress: Progress | None = None) -> Plan:
    """Compute a plan.

    Parameters
    ----------
    plan : Plan
        The inputs; results that it already holds are computed again.
    steps : sequence of str, optional
        Names of the steps to run, in the plan's order; all of them otherwise. What a left-out step gives is taken
        as the plan holds it.
    progress : callable, optional
        Told the current step and the share done.

    Returns
    -------
    Plan
        The inputs with every result table.

    Raises
    ------
    TableError
        The inputs hold findings of severity error.
    PlanError
        A step cannot be done.

    Examples
    --------
    >>> import xlplan
    >>> done = xlplan.run(xlplan.Plan.sample())
    >>> done["tblForecast"]["period"].tolist()
    ['2026-W15', '2026-W16', '2026-W17', '2026-W18']
    """
    chosen = STEPS
    if steps is not None:
        unknown = sorted(set(steps) - {step.name for step in STEPS})
        if unknown:
            raise PlanError(f"no step {unknown[0]}", do=f"use {', '.join(step.name for step in STEPS)}")
        chosen = tuple(step for step in STEPS if step.name in steps)
    return pipeline.run(plan, chosen, progress=progress)
