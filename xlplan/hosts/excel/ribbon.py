"""A tab in the ribbon of the workbook."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from xlplan.hosts.acts import ACTS
from xlplan.workbook.package.grow import add_part, free_part, point
from xlplan.workbook.package.parts import Package

KIND = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
SPACE = "http://schemas.microsoft.com/office/2009/07/customui"
_TAB = "xlplanTab"


def ribbon_xml() -> bytes:
    """The tab, with a large button for each act."""
    buttons = "".join(
        f'<button id="xlplan{act.macro}" label={quoteattr(act.label)} screentip={quoteattr(act.label)} '
        f'supertip={quoteattr(act.tip)} imageMso="{act.image}" size="large" onAction="{act.macro}FromRibbon"/>'
        for act in ACTS
    )
    group = f'<group id="xlplanGroup" label="Plan">{buttons}</group>'
    tab = f'<tab id="{_TAB}" label="xlplan">{group}</tab>'
    return f'<customUI xmlns="{SPACE}"><ribbon><tabs>{tab}</tabs></ribbon></customUI>'.encode()


def put_ribbon(package: Package) -> bool:
    """Add the tab, or renew it; False when the workbook has a ribbon of its own, which is kept."""
    for part in package.related("", "extensibility"):
        if f'"{_TAB}"'.encode() not in package.archive.read(part):
            return False
        package.archive.put(part, ribbon_xml())
        return True
    part = "customUI/customUI14.xml"
    if package.archive.has(part):
        part = free_part(package, "customUI/xlplan{}.xml")
    add_part(package, part, ribbon_xml(), "application/xml")
    point(package, "", KIND, part)
    return True
