"""Checks across tables: each rule has an id, a sentence of what must hold, a severity and a finder.

The Checks sheet lists every rule with its result, so the sentences here are read by planners and finance alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from xlplan.tables.schema import Finding, Severity

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan


@dataclass(frozen=True)
class Rule:
    """One check of the inputs across tables."""

    id: str
    what: str
    severity: Severity
    find: Callable[[Plan], list[Finding]]


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the plan's flow."""
    from xlplan.tables.rules import (
        backlog,
        classes,
        contracts,
        control,
        effects,
        headcount,
        history,
        movements,
        placement,
        queues,
        references,
        supply,
        waiting,
    )

    return (
        *control.RULES,
        *references.RULES,
        *queues.RULES,
        *waiting.RULES,
        *history.RULES,
        *effects.RULES,
        *supply.RULES,
        *headcount.RULES,
        *movements.RULES,
        *classes.RULES,
        *backlog.RULES,
        *placement.RULES,
        *contracts.RULES,
    )


def check_plan(plan: Plan) -> list[Finding]:
    """Findings of every rule."""
    return [finding for rule in rules() for finding in rule.find(plan)]
