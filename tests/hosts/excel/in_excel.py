"""What only Excel can show, checked by Excel: run by hand, or by a Windows machine that has it.

``python tests/hosts/excel/in_excel.py PLAN.xlsm`` opens an attached workbook, types formulas, presses the buttons,
saves, upgrades and opens it again. It prints a line per check and returns the number of those that fail. What a person
must look at is in docs/excel-checklist.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FORMULAS = {
    "A1": ("=XP_AGENTS(100,180,30,80%,20)", 14.0),
    "A2": ("=XP_AGENTS(100,180,30,80%,20,120)", 12.0),
    "A3": ("=XP_GROSS_UP(100,30)", "#NUM!"),
    "A4": ("=XP_OCCUPANCY(NA(),100)", "#N/A"),
    "A5": ("=XP_WORKLOAD_HOURS(C1,180)", 0.5),
    "A6": ("=SUM(XP_WORKLOAD_HOURS(C1:C3,180))", 3.0),
}
Check = tuple[str, Any, Any]


def main(path: Path) -> int:
    """Run every check; returns how many fail."""
    failed = 0
    for says, expected, found in checks(path):
        well = expected(found) if callable(expected) else expected == found
        failed += not well
        print(f"{'ok' if well else 'FAILED'}: {says}: {found!r}")  # noqa: T201
    return failed


def checks(path: Path) -> Iterator[Check]:
    """Each check: what it is about, what is expected (a value or a test of it), what was found."""
    import xlwings

    from xlplan.hosts.excel.attach import upgrade

    with xlwings.App(visible=False, add_book=False) as app:
        app.display_alerts = False
        book = app.books.open(path)
        yield from formulas(book)
        yield from pressed(book)
        book.save()
        book.close()
    yield "upgrade of what Excel saved", False, upgrade(path).changed
    with xlwings.App(visible=False, add_book=False) as app:
        book = app.books.open(path)
        yield "formula after opening again", 14.0, book.sheets["Formulas"]["A1"].value
        book.close()


def formulas(book: Any) -> Iterator[Check]:
    """Values, true errors, their sentence, arrays."""
    sheet = book.sheets.add("Formulas")
    sheet["C1"].value = [[10], [20], [30]]
    for address, (text, _) in FORMULAS.items():
        sheet[address].formula = text
    for address, (text, expected) in FORMULAS.items():
        yield text, expected, sheet[address].options(err_to_str=True).value
    sheet["A7"].formula = '=XP_WHY("Formulas!A3")'
    yield "XP_WHY of an error", lambda said: "type 0.30" in said, sheet["A7"].value
    sheet["E1"].formula2 = "=XP_WORKLOAD_HOURS(C1:C3,180)"
    yield "an array spills", [0.5, 1.0, 1.5], sheet["E1:E3"].value


def pressed(book: Any) -> Iterator[Check]:
    """The functions behind the buttons, on the open workbook; their messages are caught, not shown."""
    import xlwings

    from xlplan.hosts.excel import buttons

    said: list[str] = []
    xlwings.App.alert = lambda self, prompt, **_: said.append(prompt)
    book.set_mock_caller()
    stamp, master = (book.names[name].refers_to_range for name in ("Stamp", "MasterCheck"))
    before = stamp.value
    buttons.press("check")
    yield "Check", lambda text: text.startswith("Ready to refresh"), said[-1]
    buttons.press("refresh")
    yield "Refresh plan", lambda text: text.endswith("Save the workbook to keep this."), said[-1]
    yield "MasterCheck", True, master.value
    yield "a function that reads the plan", lambda cost: cost > 0, _typed(book, '=XP_RESULT("cost",A9:A9,Stamp)')
    buttons.press("forecast")
    yield "Run forecast", lambda text: "still show the run before" in text, said[-1]
    buttons.press("allocate")
    yield "Optimise allocation", lambda text: "budget and queues still show the run before" in text, said[-1]
    yield "MasterCheck after a part", False, master.value
    for entry in ("allocation", "forecast", "refresh"):
        buttons.press("undo")
        yield f"Undo last run: {entry}", lambda text, entry=entry: f"The {entry} of " in text, said[-1]
    yield "the stamp is as it was", before, stamp.value
    buttons.press("review")
    yield "Build review", lambda text: text.startswith("Review built"), said[-1]
    yield "calculation is automatic again", "automatic", book.app.calculation


def _typed(book: Any, formula: str) -> Any:
    cell = book.sheets["Formulas"]["A10"]
    cell.formula = formula
    return cell.value


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
