"""What a run changed: cells by table, and a few totals before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlplan.errors import SHOWN
from xlplan.tables.plan import Plan
from xlplan.workbook.plans import ENGINE_LOGS, Change

TOTALS = (
    ("items", "tblForecast", "volume"),
    ("required hours", "tblReq", "required_hours"),
    ("paid hours", "tblAllocation", "paid_hours"),
    ("hours without anybody", "tblGap", "unmet_hours"),
    ("cost", "tblBudget", "amount_plan"),
)
"""What a planner looks at first: the sum of a column of a result table, by its name in a sentence."""


@dataclass(frozen=True)
class Total:
    """A sum over the plan; ``before`` is None where the workbook did not show it."""

    name: str
    before: float | None
    after: float

    def sentence(self) -> str:
        """The total in words.

        >>> Total("items", 1000.0, 1100.0).sentence(), Total("items", None, 1100.0).sentence()
        ('items 1,000 to 1,100 (+10.0%)', 'items 1,100')
        """
        if self.before is None:
            return f"{self.name} {self.after:,.0f}"
        if round(self.before) == round(self.after):
            return f"{self.name} {self.after:,.0f} as before"
        share = f" ({(self.after - self.before) / self.before:+.1%})" if self.before else ""
        return f"{self.name} {self.before:,.0f} to {self.after:,.0f}{share}"


@dataclass(frozen=True)
class Changed:
    """Result tables whose cells changed, and totals before and after; the log of runs changes always."""

    tables: tuple[Change, ...]
    totals: tuple[Total, ...]

    @property
    def cells(self) -> int:
        """Cells whose value changed, in all tables."""
        return sum(change.cells for change in self.tables)

    def sentences(self) -> list[str]:
        """What changed, in two sentences at most."""
        if not self.cells:
            return ["Nothing changed: these are the results that were there."]
        changed = sorted((c for c in self.tables if c.cells), key=lambda change: -change.cells)
        named = ", ".join(change.table for change in changed[:SHOWN])
        more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        said = [f"{self.cells:,} cells changed in {named}{more}."]
        if self.totals:
            totals = "; ".join(total.sentence() for total in self.totals)
            said.append(f"{totals[0].upper()}{totals[1:]}.")
        return said


def changed(before: Plan, after: Plan, changes: Sequence[Change]) -> Changed:
    """What a run did to a workbook.

    Parameters
    ----------
    before : Plan
        As the workbook showed it.
    after : Plan
        The results that were written.
    changes : sequence of Change
        What the write counted.
    """
    written = {change.table for change in changes}
    cost = f"cost in {after.name('PlanCurrency')}"
    totals = [
        Total(cost if name == "cost" else name, _total(before, table, column), _total(after, table, column) or 0.0)
        for name, table, column in TOTALS
        if table in written and table in after
    ]
    return Changed(tuple(change for change in changes if change.table not in ENGINE_LOGS), tuple(totals))


def _total(plan: Plan, table: str, column: str) -> float | None:
    values = plan[table][column].dropna()
    return float(values.sum()) if len(values) else None
