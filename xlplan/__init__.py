"""xlplan: queue -> FTE -> contract -> budget -> sign-off, inside the planner's own workbook, explained.

>>> import xlplan
>>> plan = xlplan.Plan.sample()
>>> plan["tblQueue"]["queue"].tolist()
['support']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlplan.errors import PlanError
    from xlplan.macros import put, read_plan, tables_of, write_plan
    from xlplan.planning.forecast.frame import forecast
    from xlplan.planning.pipeline import run
    from xlplan.tables.plan import Plan

__version__ = "0.1.0"
__all__ = ["Plan", "PlanError", "__version__", "forecast", "put", "read_plan", "run", "tables_of", "write_plan"]

# Excel waits for the import: nothing heavy is loaded before it is used.
_HOME = {
    "Plan": "xlplan.tables.plan",
    "PlanError": "xlplan.errors",
    "forecast": "xlplan.planning.forecast.frame",
    "put": "xlplan.macros",
    "read_plan": "xlplan.macros",
    "run": "xlplan.planning.pipeline",
    "tables_of": "xlplan.macros",
    "write_plan": "xlplan.macros",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'xlplan' has no attribute {name!r}")
