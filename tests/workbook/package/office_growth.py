"""Runs in LibreOffice's own Python: makes tables grow as a planner would on the screen, and prints all that is shown.

Called through ``tests/office.py`` with the path of a JSON file of jobs and the name of the pipe on which the office
listens. A job names the workbook as it was, the insertion to make and the values to write, and the workbook as it
should then be.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from office_reader import connect, hidden


def main(jobs: str, pipe: str) -> None:
    """Do the jobs, print what both workbooks of each show, and let the office go."""
    desktop = connect(pipe)
    told = []
    for job in json.loads(Path(jobs).read_text(encoding="utf-8")):
        document = desktop.loadComponentFromURL(job["before"], "_blank", 0, (hidden(),))
        grow(document.Sheets.getByName(job["sheet"]), **job["growth"])
        told.append([shown(document), read(desktop, job["after"])])
    print(json.dumps(told))  # noqa: T201
    desktop.terminate()


def read(desktop: Any, url: str) -> Any:
    """What a workbook shows."""
    return shown(desktop.loadComponentFromURL(url, "_blank", 0, (hidden(),)))


def grow(sheet: Any, *, whole: bool, rows: int, line: int, left: int, right: int, top: int, values: list[Any]) -> None:
    """Insert rows before the table's last one and fill its body; positions count from 0."""
    from com.sun.star.sheet.CellInsertMode import DOWN

    if whole:
        sheet.Rows.insertByIndex(line, rows)
    else:
        area = sheet.getCellRangeByPosition(left, line, right, line + rows - 1)
        sheet.insertCells(area.RangeAddress, DOWN)
    first = values[0][0]
    body = sheet.getCellRangeByPosition(first, top, first + len(values[0]) - 2, top + len(values) - 1)
    body.setDataArray(tuple(tuple(row[1:]) for row in values))


def shown(document: Any) -> dict[str, Any]:
    """All that the two workbooks must have in common, after everything was calculated anew."""
    document.calculateAll()
    found: dict[str, Any] = {name.Name: name.Content for name in document.NamedRanges}
    for sheet in document.Sheets:
        for place, value in filled(sheet):
            found[f"{sheet.Name}!{place}"] = value
        found[f"{sheet.Name} formats"] = sorted(
            one.Range.RangeAddressesAsString for one in sheet.ConditionalFormats.getConditionalFormats()
        )
        found[f"{sheet.Name} charts"] = sorted(series(sheet))
    document.close(True)
    return found


def filled(sheet: Any) -> Iterator[tuple[str, Any]]:
    """Formula, value, merging and validation of every cell that has any."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    end = cursor.RangeAddress
    area = sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)
    for row, (values, formulas) in enumerate(zip(area.getDataArray(), area.getFormulaArray(), strict=True)):
        for column, (value, formula) in enumerate(zip(values, formulas, strict=True)):
            cell = sheet.getCellByPosition(column, row)
            told = [value, formula, cell.IsMerged, cell.Validation.Type.value]
            if told != ["", "", False, "ANY"]:
                yield f"{row + 1},{column + 1}", told


def series(sheet: Any) -> Iterator[str]:
    """Ranges from which the charts of a sheet are drawn."""
    for chart in sheet.Charts:
        for system in chart.getEmbeddedObject().getFirstDiagram().getCoordinateSystems():
            for kind in system.getChartTypes():
                for one in kind.getDataSeries():
                    for data in one.getDataSequences():
                        yield data.getValues().getSourceRangeRepresentation()


if __name__ == "__main__":
    main(*sys.argv[1:])
