"""Every layout that xlplan ships as a template."""

from __future__ import annotations

from xlplan.workbook.template.layout import Layout
from xlplan.workbook.template.organisation import ORGANISATION
from xlplan.workbook.template.starter import STARTERS

LAYOUTS: dict[str, Layout] = {**STARTERS, "organisation": ORGANISATION}
