"""Live work: agents for every interval in which it is open, and what they give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from xlplan.planning.staffing.chat import ChatPlaces
from xlplan.planning.staffing.columns import Floats
from xlplan.planning.staffing.grid import Weeks
from xlplan.planning.staffing.measures import occupancy, service_level
from xlplan.planning.staffing.required import Binding, required_agents
from xlplan.planning.staffing.rounding import round_up
from xlplan.planning.workstreams import Workstream

KEY = ["queue", "language", "period"]
BINDINGS = np.array(["model", "max_occupancy", "min_crew"])
"""Words of the codes of ``Binding``."""
GOALS = ("target", "target_s", "patience_s", "asa_s", "max_abandon", "max_occupancy", "min_crew")
COLUMNS = [*KEY, "weekday", "interval_start", "interval_min", "occurrences", "volume", "aht_s"]


def interval_goals(stream: Workstream) -> dict[str, Any]:
    """The staffing goals of a live workstream, as ``required_agents`` takes them."""
    return {name: getattr(stream, name) for name in GOALS}
