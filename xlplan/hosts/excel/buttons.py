"""What the buttons of a workbook run in Python: the workbook that is open, an act of xlplan, a message.

xlwings' ``RunPython`` imports this module and calls ``press``. Nothing is saved: that stays with the planner.
"""

from __future__ import annotations

from xlplan.functions import errorlog
from xlplan.hosts import acts
from xlplan.hosts.acts import Press
from xlplan.workbook.live_xlwings import LiveBook

MODES = {"info": "info", "warning": "info", "error": "critical"}


def press(entry: str) -> None:
    """Do an act on the workbook whose button was pressed, and show what came of it."""
    import xlwings

    book = xlwings.Book.caller()
    live = LiveBook(book)
    with live.quiet():
        noted = errorlog.entries(live.label)
        level, headline, lines = acts.press(entry, Press(live, live.progress, noted=noted))
    if level == "error" and live.touched:
        lines = [*lines, "Parts of the workbook are written already: close it without saving to go back."]
    elif live.touched:
        lines = [*lines, "Save the workbook to keep this."]
    book.app.alert("\n\n".join([headline, *lines]), title="xlplan", mode=MODES[level])
