"""tblLog: what formulas could not compute, each once for as long as it stays the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from xlplan.functions.errorlog import Entry

LINES_KEPT = 1_000
SAID = ["source", "cell", "code", "message"]


def log_table(log: pd.DataFrame, entries: Sequence[Entry], *, now: dt.datetime) -> pd.DataFrame:
    """tblLog with the errors of formulas that it does not show yet.

    Parameters
    ----------
    log : DataFrame
        tblLog so far.
    entries : sequence of Entry
        Cell, function, code and sentence of the cells that fail now. What the last line of a cell says already is not
        written again.
    now : datetime
        UTC.

    Returns
    -------
    DataFrame
        The last thousand lines; their numbers go on.
    """
    moment = now.replace(microsecond=0, tzinfo=None)
    last = log.dropna(subset=["cell"]).drop_duplicates("cell", keep="last")
    said = set(last[SAID].itertuples(index=False, name=None))
    rows = [
        (function, cell, code, sentence)
        for cell, function, code, sentence in entries
        if (function, cell, code, sentence) not in said
    ]
    first = int(log["line"].max()) + 1 if len(log) else 1
    more = pd.DataFrame(rows, columns=SAID).assign(line=range(first, first + len(rows)), at=moment)
    whole = pd.concat([log, more.astype({"line": "Int64", "at": "datetime64[us]"})[list(log.columns)]])
    return whole.iloc[-LINES_KEPT:].reset_index(drop=True) if rows else log
