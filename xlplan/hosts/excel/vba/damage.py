"""What is said of a VBA project that makes no sense."""

from __future__ import annotations

from xlplan.errors import WorkbookError


def damaged(why: str) -> WorkbookError:
    """The error for a damaged VBA project."""
    return WorkbookError(
        f"its VBA project is damaged ({why})", do="open it in Excel and save it, or take an earlier copy"
    )
