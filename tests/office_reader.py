"""Runs in LibreOffice's own Python: opens a workbook, recalculates all of it, and prints what it shows as JSON.

Called by ``tests/office.py`` with the URL of the workbook and the name of the pipe on which the office listens.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

PATIENCE_S = 60


def main(url: str, pipe: str) -> None:
    """Read the workbook, print it, and let the office go."""
    desktop = connect(pipe)
    document = desktop.loadComponentFromURL(url, "_blank", 0, (hidden(),))
    document.calculateAll()
    shown = {"sheets": {}, "charts": {}, "errors": []}
    for sheet in document.Sheets:
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.RangeAddress
        area = sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)
        shown["sheets"][sheet.Name] = [list(row) for row in area.getDataArray()]
        shown["errors"] += [f"{sheet.Name}!{place}" for place in errors(area)]
        shown["charts"].update(dict(charts(sheet)))
    leave(desktop, document, shown)


def leave(desktop: Any, document: Any, answer: Any) -> None:
    """Say the answer, then let the office go, and this process without the bridge's clearing up, which can crash."""
    print(json.dumps(answer), flush=True)  # noqa: T201
    document.close(True)
    desktop.terminate()
    os._exit(0)


def connect(pipe: str) -> Any:
    """The desktop of an office that may still be starting."""
    import uno
    from com.sun.star.connection import NoConnectException

    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstance("com.sun.star.frame.Desktop")
        except NoConnectException:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def hidden() -> Any:
    """The option that shows no window."""
    from com.sun.star.beans import PropertyValue

    option = PropertyValue()
    option.Name, option.Value = "Hidden", True
    return option


def errors(area: Any) -> Iterator[str]:
    """Ranges of an area whose formulas give errors, and cells that hold the text of one."""
    from com.sun.star.sheet.FormulaResult import ERROR

    for part in area.queryFormulaCells(ERROR).RangeAddresses:
        yield f"row {part.StartRow + 1}, column {part.StartColumn + 1}"
    for number, row in enumerate(area.getDataArray(), start=1):
        for column, value in enumerate(row, start=1):
            if isinstance(value, str) and value.startswith("#"):
                yield f"row {number}, column {column}: {value}"


def charts(sheet: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Charts of a sheet by title: the range and the values of every series, and its axis titles."""
    for chart in sheet.Charts:
        drawn = chart.getEmbeddedObject()
        diagram = drawn.getFirstDiagram()
        series = {}
        for system in diagram.getCoordinateSystems():
            for kind in system.getChartTypes():
                for one in kind.getDataSeries():
                    for data in one.getDataSequences():
                        values = data.getValues()
                        series[values.getSourceRangeRepresentation()] = list(values.getData())
        axes = [drawn.getDiagram().XAxisTitle.String, drawn.getDiagram().YAxisTitle.String]
        yield drawn.getTitleObject().getText()[0].getString(), {"series": series, "axes": axes}


if __name__ == "__main__":
    main(*sys.argv[1:])
