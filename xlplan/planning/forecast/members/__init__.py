"""Forecasting members, one module per family.

`MEMBERS` is the registry: a family adds its members by listing its module here.
"""

from __future__ import annotations

from xlplan.planning.forecast.members import cycle, ets, naive, theta
from xlplan.planning.forecast.members.base import Member

BASELINE = "seasonal_naive"
"""The member every other one has to beat."""

MEMBERS: dict[str, Member] = {member.name: member for family in (naive, cycle, theta, ets) for member in family.MEMBERS}

__all__ = ["BASELINE", "MEMBERS", "Member"]
