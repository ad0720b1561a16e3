"""Block and Sheet: what a review shows, as data; how it is drawn is another matter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

Format = Literal["text", "long", "whole", "tenth", "money", "rate", "percent", "date", "month"]
NUMBERS = {"whole", "tenth", "money", "rate", "percent"}


@dataclass(frozen=True)
class Block:
    """A titled table.

    Parameters
    ----------
    title : str
        Above the table.
    frame : DataFrame
        Column names are headers.
    formats : dict
        Column -> format; text otherwise.
    units : dict
        Column -> unit, shown under the header's table title row.
    total : tuple of str
        Columns that get a total in a last row, as a SUM that a reader can follow.
    row_total : str
        Header of a last column that sums each row, empty for none.
    note : str
        A sentence under the title.
    """

    title: str
    frame: pd.DataFrame
    formats: dict[str, Format] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    total: tuple[str, ...] = ()
    row_total: str = ""
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart over a block of the same sheet: ``series`` are its columns, ``category`` its axis."""

    block: int
    kind: Literal["line", "column", "stacked"]
    title: str
    category: str
    series: tuple[str, ...]
    y_title: str


@dataclass(frozen=True)
class Sheet:
    """One sheet: blocks one below the other, charts beside the first."""

    name: str
    title: str
    answers: str
    blocks: tuple[Block, ...]
    charts: tuple[Chart, ...] = ()
