"""Cell functions that read what happened: why a cell shows an error."""

from __future__ import annotations

from xlplan.functions import errorlog
from xlplan.functions.cellvalues import NA, CellError
from xlplan.functions.registry import Argument, cell_function


@cell_function(
    "XP_WHY",
    group="Read-outs",
    arguments=[Argument("address", 'the cell as text, such as "Sheet1!B7"', kind="text")],
    returns="the sentence behind a cell's error",
    example=("Sheet1!B7",),
    formula='=XP_WHY("Sheet1!B7")',
    errors=[(NA, "no function of xlplan failed in that cell")],
    reads="log",
)
def why(caller: str, address: str) -> str:
    """Why a cell shows an error: what was found, what was expected, what to type."""
    found = errorlog.noted(address, beside=caller)
    if found is None:
        raise CellError(NA, f"no function of xlplan has failed in {address}")
    function, error = found
    return f"{function}: {error.sentence}"
