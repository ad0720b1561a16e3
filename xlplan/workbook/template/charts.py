"""Charts over table columns; the writer stretches them as the table grows."""

from __future__ import annotations

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.layout import Layout as Inner
from openpyxl.chart.layout import ManualLayout
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)
from openpyxl.worksheet.worksheet import Worksheet

from xlplan.workbook.template.layout import ChartSpec
from xlplan.workbook.template.styles import SERIES_COLOURS

WIDTH_CM, HEIGHT_CM = 20.0, 11.4


def add_chart(
    sheet: Worksheet, spec: ChartSpec, data: Worksheet, columns: dict[str, int], first: int, last: int
) -> None:
    """Draw one chart on ``sheet`` from body rows ``first`` to ``last`` of a table on ``data``."""
    chart: LineChart | BarChart = LineChart() if spec.kind == "line" else BarChart()
    dress(chart, spec.title, x_title=spec.x_title, y_title=spec.y_title)
    chart.x_axis.number_format = spec.category_format
    chart.y_axis.number_format = spec.value_format
    chart.y_axis.scaling.min = 0
    for column, legend, look in spec.series:
        reference = Reference(data, min_col=columns[column], min_row=first, max_row=last)
        series = Series(reference, title=legend)
        colour = SERIES_COLOURS[look]
        if isinstance(chart, BarChart):
            series.graphicalProperties = GraphicalProperties(solidFill=colour)
        else:
            _draw(series, colour, look)
        chart.series.append(series)
    chart.set_categories(Reference(data, min_col=columns[spec.category], min_row=first, max_row=last))
    if len(spec.series) == 1:
        chart.legend = None
    sheet.add_chart(chart, spec.anchor)


def dress(chart: LineChart | BarChart, title: str, *, x_title: str, y_title: str) -> None:
    """The look that all charts share: size, titles, light grid, legend below."""
    chart.title = _title(title, 1200, bold=True)
    chart.width, chart.height = WIDTH_CM, HEIGHT_CM
    chart.x_axis.title = _title(x_title, 900) if x_title else None
    chart.y_axis.title = _title(y_title, 900)
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = "low"
    chart.y_axis.number_format = "#,##0"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="E3E8ED", w=6350))
    chart.legend.position = "b"
    bars = isinstance(chart, BarChart)
    chart.layout = Inner(manualLayout=ManualLayout(x=0.02, y=0.12, w=0.96, h=0.84 if bars else 0.78))
    if bars:
        chart.gapWidth = 60
    else:
        chart.x_axis.txPr = _slanted()


def _title(text: str, size: int, *, bold: bool = False) -> Title:
    """A title in hundredths of a point; the default is as large as the chart."""
    look = CharacterProperties(sz=size, b=bold, solidFill="1F2933")
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=look), r=[RegularTextRun(rPr=look, t=text)])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _slanted() -> RichText:
    """Labels at 45 degrees: twenty weeks or half-hours fit side by side, and none is broken in two."""
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=CharacterProperties(sz=900)), endParaRPr=CharacterProperties())
    return RichText(bodyPr=RichTextProperties(rot=-2700000), p=[paragraph])


def _draw(series: Series, colour: str, look: str) -> None:
    series.smooth = False
    line = LineProperties(solidFill=colour, w=22225 if look == "solid" else 12700)
    if look == "dashed":
        line.prstDash = "dash"
    series.graphicalProperties = GraphicalProperties(ln=line)
    series.marker.symbol = "none"
    if look == "marker":
        series.marker.symbol = "circle"
        series.marker.size = 5
        series.marker.graphicalProperties = GraphicalProperties(solidFill=colour, ln=LineProperties(solidFill=colour))
