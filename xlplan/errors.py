"""Every error of xlplan says three things: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlplan.tables.schema import Finding

SHOWN = 5


class PlanError(Exception):
    """A plan cannot be computed as asked.

    Parameters
    ----------
    what : str
        What was found and what was expected.
    where : str, optional
        Sheet and cell, table and column, file or argument.
    do : str, optional
        What to type or do instead.
    """

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        self.what = what
        self.where = where
        self.do = do
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """The error as one line: where, what, what to do."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}; {self.do}" if self.do else head


class TableError(PlanError):
    """The plan's tables hold findings of severity error.

    Parameters
    ----------
    findings : sequence of Finding
        All of them; the sentence shows the first five and the total.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        shown = [finding.sentence() for finding in self.findings[:SHOWN]]
        more = len(self.findings) - len(shown)
        if more > 0:
            shown.append(f"... and {more} more, {len(self.findings)} in all")
        super().__init__("\n".join(shown))


class InfeasiblePlan(PlanError):
    """No plan keeps every hard limit; the sentence names the limits that clash."""


class WorkbookError(PlanError):
    """A workbook cannot be read, or cannot be written without losing something."""


class HostError(PlanError):
    """Excel, LibreOffice or the command line could not do what was asked."""


class Cancelled(PlanError):
    """The planner stopped a long run; nothing was written."""

    def __init__(self, during: str) -> None:
        super().__init__(f"stopped during {during}; nothing was written")
