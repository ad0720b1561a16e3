"""The buttons of a workbook: one list for the sheet, the ribbon and the VBA module."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Act:
    """A button.

    Parameters
    ----------
    label, tip : str
        What it says, and what it does in one sentence.
    macro : str
        The Sub that it runs; the ribbon's Sub has the ending ``FromRibbon``.
    entry : str
        The function of :mod:`xlplan.hosts.excel.buttons` that the Sub runs; LibreOffice's add-in knows it by that name.
    image : str
        Name of a picture of Office.
    """

    label: str
    tip: str
    macro: str
    entry: str
    image: str


ACTS = (
    Act("Check", "Check the inputs of the plan; nothing is written.", "XpCheckPlan", "check", "AcceptInvitation"),
    Act(
        "Refresh plan",
        "Compute the plan and write its results into the workbook.",
        "XpRefreshPlan",
        "refresh",
        "RefreshAll",
    ),
)
