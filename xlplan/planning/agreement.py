"""Agreement: one check of a computed plan, with both of its sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlplan.tables.schema import Severity

RELATIVE = 1e-9
"""Two ways to the same sum differ by rounding alone: this share of the sum, and never less than a millionth."""


@dataclass(frozen=True)
class TieOut:
    """One agreement: ``left`` should equal ``right`` within ``tolerance``, and no row should fail."""

    check: str
    what: str
    left: float | None
    right: float | None
    tolerance: float
    failures: int
    severity: Severity
    table: str

    @property
    def passed(self) -> bool:
        """True when it holds."""
        return self.failures == 0


def equal(check: str, what: str, table: str, left: float, right: float, severity: Severity = "error") -> TieOut:
    """The two sides of a sum, equal but for rounding; a side that is no number fails."""
    tolerance = max(RELATIVE * max(abs(left), abs(right)), 1e-6)
    failed = not np.isfinite(left - right) or abs(left - right) > tolerance
    return TieOut(check, what, left, right, tolerance, int(failed), severity, table)


def failing(check: str, what: str, table: str, broken: pd.Series[bool], severity: Severity = "error") -> TieOut:
    """Rows none of which may be broken."""
    return TieOut(check, what, None, None, 0.0, int(broken.sum()), severity, table)
