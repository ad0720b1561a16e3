"""What a button does: Book in, Book out. Excel, Calc, the command line and Python callers all press these."""

from xlplan.macros.checking import Checked, check
from xlplan.macros.files import Fit, fill, fit, open_book, read_plan, write_plan
from xlplan.macros.listing import Listed, tables_of
from xlplan.macros.putting import Put, put
from xlplan.macros.reviewing import Demonstrated, Reviewed, build_review, demo, review
from xlplan.macros.running import Computed, Refreshed, allocate, compute, forecast, refresh
from xlplan.macros.undoing import Undone, undo

__all__ = [
    "Checked",
    "Computed",
    "Demonstrated",
    "Fit",
    "Listed",
    "Put",
    "Refreshed",
    "Reviewed",
    "Undone",
    "allocate",
    "build_review",
    "check",
    "compute",
    "demo",
    "fill",
    "fit",
    "forecast",
    "open_book",
    "put",
    "read_plan",
    "refresh",
    "review",
    "tables_of",
    "undo",
    "write_plan",
]
