"""Agents and service: Erlang B, C and A over whole columns, required agents, gross-up.

The functions are imported when they are first asked for, so that importing this package costs nothing.

>>> from xlplan.planning import staffing
>>> float(staffing.load_erlangs(100, 180, interval_min=30))
10.0
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlplan.planning.staffing.erlang_b import blocking as blocking
    from xlplan.planning.staffing.erlang_b import load_for_blocking as load_for_blocking
    from xlplan.planning.staffing.load import load_erlangs as load_erlangs
    from xlplan.planning.staffing.load import workload_hours as workload_hours
    from xlplan.planning.staffing.measures import abandon_rate as abandon_rate
    from xlplan.planning.staffing.measures import asa_s as asa_s
    from xlplan.planning.staffing.measures import occupancy as occupancy
    from xlplan.planning.staffing.measures import service_level as service_level
    from xlplan.planning.staffing.measures import wait_probability as wait_probability
    from xlplan.planning.staffing.required import Binding as Binding
    from xlplan.planning.staffing.required import Requirement as Requirement
    from xlplan.planning.staffing.required import required_agents as required_agents
    from xlplan.planning.staffing.rounding import whole_agents as whole_agents
    from xlplan.planning.staffing.shrinkage import combined_shrinkage as combined_shrinkage
    from xlplan.planning.staffing.shrinkage import gross_up as gross_up

_HOME = {
    "Binding": "required",
    "Requirement": "required",
    "abandon_rate": "measures",
    "asa_s": "measures",
    "blocking": "erlang_b",
    "combined_shrinkage": "shrinkage",
    "gross_up": "shrinkage",
    "load_erlangs": "load",
    "load_for_blocking": "erlang_b",
    "occupancy": "measures",
    "required_agents": "required",
    "service_level": "measures",
    "wait_probability": "measures",
    "whole_agents": "rounding",
    "workload_hours": "load",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
