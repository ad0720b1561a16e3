"""Step and run: the pipeline that a button presses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlplan.errors import PlanError, TableError
from xlplan.tables.dictionary import table
from xlplan.tables.schema import Finding, errors

if TYPE_CHECKING:
    import pandas as pd

    from xlplan.tables.plan import Plan

Progress = Callable[[str, float], None]
"""Told the sentence of the current work and the share done, 0-1; raises ``Cancelled`` to stop."""


@dataclass(frozen=True)
class Step:
    """One stage of the plan.

    Parameters
    ----------
    name : str
        As buttons, commands and progress bars call it.
    says : str
        What it does, for the progress bar.
    needs : tuple of str
        Tables without which it cannot run. A table that is merely used when present is not listed.
    gives : tuple of str
        Tables that it computes, all of them, always.
    run : callable
        Plan in, the given tables out.
    """

    name: str
    says: str
    needs: tuple[str, ...]
    gives: tuple[str, ...]
    run: Callable[[Plan], Mapping[str, pd.DataFrame]]


def missing(plan: Plan, steps: Sequence[Step]) -> list[Finding]:
    """Findings for tables that a step needs and that neither the plan nor an earlier step gives."""
    given: set[str] = set()
    found = []
    for step in steps:
        for name in step.needs:
            if name in given or not plan[name].empty:
                continue
            what = "an empty table" if name in plan else "no such table"
            found.append(
                Finding(
                    "missing_table",
                    "error",
                    name,
                    "",
                    None,
                    what,
                    f"{table(name).meaning.lower()}: the step {step.name} needs it",
                    f"fill {name} on the sheet {table(name).sheet}, or start from xlplan new",
                )
            )
            given.add(name)
        given |= set(step.gives)
    return found


def run(plan: Plan, steps: Sequence[Step], *, progress: Progress | None = None) -> Plan:
    """Run steps in order.

    Parameters
    ----------
    plan : Plan
        The inputs.
    steps : sequence of Step
        The stages, each fed by the plan and the stages before it.
    progress : callable, optional
        Told before each step; see :data:`Progress`.

    Raises
    ------
    TableError
        The inputs hold findings of severity error: nothing is computed from them.
    PlanError
        A step cannot do its work, or gives a table that breaks the dictionary.
    """
    broken = errors(missing(plan, steps) + plan.check())
    if broken:
        raise TableError(broken)
    for number, step in enumerate(steps):
        if progress is not None:
            progress(step.says, number / len(steps))
        results = step.run(plan)
        if set(results) != set(step.gives):
            raise PlanError(f"step {step.name} gave {sorted(results)}, expected {sorted(step.gives)}")
        for name, frame in results.items():
            plan = plan.with_table(name, frame)
    if progress is not None:
        progress("done", 1.0)
    return plan
