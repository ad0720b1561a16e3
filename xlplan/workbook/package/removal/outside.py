"""Ties to the world outside taken out of a package: other workbooks, connections, queries."""

from __future__ import annotations

import re

from lxml import etree

from xlplan.workbook.package.charts import CHART_TYPES
from xlplan.workbook.package.formulas import Name, Reference, tokens
from xlplan.workbook.package.markup import find_all, local, namespace
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.pivots import CACHE_TYPE
from xlplan.workbook.package.removal.parts import drop, remove_related, remove_with_needs
from xlplan.workbook.package.sheet import worksheets

_OWN_BOOK = "[0]"
_QUERY = b"http://schemas.microsoft.com/DataMashup"
_RULES = ("cfRule", "dataValidation")


def is_external(formula: str) -> bool:
    """True when a formula names another workbook.

    >>> is_external("[1]Plan!A1"), is_external("'C:\\\\[plan.xlsx]Plan'!A1"), is_external("tblPlan[volume]")
    (True, True, False)
    """
    prefixes = [token.prefix for token in tokens(formula) if isinstance(token, Reference | Name)]
    return any("[" in prefix and not prefix.startswith(_OWN_BOOK) for prefix in prefixes)


def remove_links(package: Package) -> int:
    """Take out other workbooks, connections and queries; returns how many connections stay, which pivots need."""
    _remove_names(package)
    _remove_rules(package)
    _keep_what_charts_show(package)
    for element in find_all(package.tree(package.workbook), "externalReferences"):
        drop(element)
    package.store(package.workbook)
    remove_related(package, package.workbook, "externalLink")
    for entry in package.sheets:
        if entry.part:
            remove_related(package, entry.part, "queryTable")
    for part in package.parts_of_type("spreadsheetml.table+xml"):
        _forget_query(package, part)
    for part in package.related(package.workbook, "customXml"):
        if _QUERY in re.sub(rb"\x00", b"", package.archive.read(part)):  # Excel writes it as UTF-16
            remove_with_needs(package, part, pointed_from=package.workbook)
    return _remove_connections(package)


def _remove_names(package: Package) -> None:
    """Names that mean something elsewhere, or a macro."""
    sheets = {entry.name.casefold() for entry in package.sheets}
    for entry in find_all(package.tree(package.workbook), "definedName"):
        text = entry.text or ""
        calls = any(entry.get(key) in ("1", "true") for key in ("function", "vbProcedure", "xlm"))
        homes = {_home(token) for token in tokens(text) if isinstance(token, Reference) and token.prefix}
        if calls or is_external(text) or any(home and home not in sheets for home in homes):
            drop(entry)


def _home(reference: Reference) -> str:
    """Sheet that a reference names, in lower case; empty for a span of sheets."""
    name = reference.prefix[:-1].removeprefix(_OWN_BOOK)
    name = name[1:-1].replace("''", "'") if name.startswith("'") else name
    return "" if ":" in name or "[" in name else name.casefold()


def _remove_rules(package: Package) -> None:
    """Conditional formats and validations that read another workbook."""
    for sheet in worksheets(package).values():
        if "[" not in sheet.facts.tail:
            continue
        root = sheet.skeleton()
        formulas = find_all(root, "formula", "formula1", "formula2", "f")
        rules = [_rule_of(element) for element in formulas if is_external("".join(map(str, element.itertext())))]
        for rule in rules:
            parent = None if rule is None else rule.getparent()
            if rule is None or parent is None:
                continue
            parent.remove(rule)
            if not len(parent.findall(f"{{*}}{local(rule)}")):
                drop(parent)
            elif parent.get("count"):
                parent.set("count", str(len(parent)))
        if rules:
            sheet.rewrite(skeleton=root)


def _rule_of(element: etree._Element) -> etree._Element | None:
    return next((above for above in element.iterancestors() if local(above) in _RULES), None)


def _keep_what_charts_show(package: Package) -> None:
    """Series that read another workbook keep their last values as values."""
    for part in package.parts_of_type(*CHART_TYPES):
        changed = False
        for formula in find_all(package.tree(part), "f"):
            reference = formula.getparent()
            if reference is None or not is_external(formula.text or ""):
                continue
            literal = {"numRef": "numLit", "strRef": "strLit"}.get(local(reference))
            caches = find_all(reference, "numCache", "strCache")
            if literal is None or not caches:
                continue
            space = f"{{{namespace(reference)}}}"
            reference.tag = f"{space}{literal}"
            for element in list(reference):
                reference.remove(element)
            reference.extend(list(caches[0]))
            changed = True
        if changed:
            package.store(part)


def _forget_query(package: Package, part: str) -> None:
    """A table that a query filled becomes a plain one."""
    root = package.tree(part)
    if root.get("tableType") != "queryTable" and not package.related(part, "queryTable"):
        return
    remove_related(package, part, "queryTable")
    root.attrib.pop("tableType", None)
    root.attrib.pop("connectionId", None)
    for column in find_all(root, "tableColumn"):
        column.attrib.pop("queryTableFieldId", None)
    package.store(part)


def _remove_connections(package: Package) -> int:
    """Connections that no pivot reads; returns how many are left."""
    roots = [package.tree(part) for part in package.parts_of_type(CACHE_TYPE)]
    used = {source.get("connectionId") for root in roots for source in find_all(root, "cacheSource")} - {None}
    left = 0
    for part in package.related(package.workbook, "connections"):
        root = package.tree(part)
        for entry in find_all(root, "connection"):
            if entry.get("id") not in used:
                drop(entry)
        left += len(root)
        if len(root):
            package.store(part)
        else:
            remove_with_needs(package, part, pointed_from=package.workbook)
    return left
