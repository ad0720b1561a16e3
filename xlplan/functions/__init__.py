"""What a cell may call: thin, positional, Excel-shaped functions named XP_...

>>> from xlplan.functions import call
>>> call("XP_AGENTS", 100, 180, 30, 0.8, 20)
14.0
"""

from xlplan.functions.cellvalues import CellError
from xlplan.functions.registry import call, functions

__all__ = ["CellError", "call", "functions"]
