"""Engine settings that a planner may change in tblSetting, with the values used where nothing is typed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """One setting: its type decides how the text in tblSetting is read."""

    default: float | str | bool
    unit: str
    meaning: str
    low: float = float("-inf")
    high: float = float("inf")


SETTINGS: dict[str, Setting] = {
    "max_occupancy_live": Setting(
        0.85, "share of staffed time", "Highest occupancy of a live queue that states none", 0.01, 1.0
    ),
    "max_occupancy_deferrable": Setting(
        0.95, "share of staffed time", "Highest occupancy of a deferrable queue that states none", 0.01, 1.0
    ),
    "interval_min_live": Setting(30.0, "minutes", "Interval of a live queue that states none", 5, 1440),
    "interval_min_deferrable": Setting(60.0, "minutes", "Interval of a deferrable queue that states none", 5, 1440),
    "solve_gap": Setting(
        0.005, "share", "Distance from the proven optimum at which a solve with whole units may stop", 0, 0.1
    ),
    "solve_seconds": Setting(120.0, "seconds", "Time after which a solve stops with the best plan found", 1, 86400),
    "unmet_penalty": Setting(
        100.0, "plan currency per productive hour", "Penalty of an unserved hour where a queue states none", 0
    ),
}
