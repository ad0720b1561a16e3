"""Charts over a table that had a single row: LibreOffice widens a reference of one row for nobody."""

from __future__ import annotations

import re
from typing import Any

_CELL = re.compile(r"^(?P<sheet>.*)\.\$(?P<column>[A-Z]+)\$(?P<row>\d+)(?::\$(?P=column)\$(?P=row))?$")


def follow_growth(model: Any, table: Any) -> None:
    """Let series that show the first body row of a table show its whole body."""
    sheet = model.Sheets.getByIndex(table.Sheet)
    for place in range(model.Sheets.Count):
        charts = model.Sheets.getByIndex(place).Charts
        for name in charts.ElementNames:
            chart = charts.getByName(name).EmbeddedObject
            if chart is not None:
                _follow(chart, sheet, table)


def _follow(chart: Any, sheet: Any, table: Any) -> None:
    provider = chart.getDataProvider()
    for labelled in chart.getDataSequences():
        old = labelled.Values
        found = _CELL.match(old.SourceRangeRepresentation) if old is not None else None
        if found is None or found["sheet"].lstrip("$").strip("'").replace("''", "'") != sheet.Name:
            continue
        area = sheet.getCellRangeByName(found["column"] + found["row"]).RangeAddress
        if area.StartRow == table.StartRow + 1 and table.StartColumn <= area.StartColumn <= table.EndColumn:
            column = f"{found['sheet']}.${found['column']}"
            text = f"{column}${area.StartRow + 1}:${found['column']}${table.EndRow + 1}"
            new = provider.createDataSequenceByRangeRepresentation(text)
            new.Role = old.Role
            labelled.setValues(new)
