"""Where the committed templates lie: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

from xlplan.errors import WorkbookError
from xlplan.tables.plan import Plan

PACKAGE = Path(__file__).resolve().parents[2]


def template_path(file: str) -> Path:
    """Path of a template.

    Raises
    ------
    WorkbookError
        The installation lacks it.
    """
    for folder in (PACKAGE / "templates", PACKAGE.parent / "templates"):
        if (folder / file).exists():
            return folder / file
    raise WorkbookError(f"the template {file} is missing from this installation", do="install xlplan again")


def starter_template(plan: Plan) -> Path:
    """The template for a plan whose history is by interval or day, or by week or month."""
    return template_path("plan_intervals.xlsx" if plan["tblActual"].empty else "plan_periods.xlsx")
