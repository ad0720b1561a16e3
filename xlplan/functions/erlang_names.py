"""Cell functions under the names of Erlang for Excel (ErlangXL), for sheets that were built on it.

In such a sheet ``=Agents(`` becomes ``=XP_ERL_AGENTS(`` and the arguments stay: the same order, calls per hour, times
in seconds. The bare names would clash with the add-in wherever it is still loaded. The model is Erlang C: nobody
abandons. What the add-in returns for arguments that have no answer (0, or a wait computed at 99 % utilisation) is an
error here.

Sources: "Erlang Calculations for Microsoft Excel", the manual of version 1.8 (names, arguments, units, examples), and
where the manual gives no formula two public ports of the add-in that agree with each other.
"""

from __future__ import annotations

from typing import Any

from xlplan.functions.cellvalues import NUM
from xlplan.functions.registry import Argument, cell_function

HOUR_MIN = 60.0
GROUP = "Erlang for Excel names"
AGENTS = Argument("agents", "agents at work", "agents")
SLA = Argument("sla", "share of calls to answer within the service time", "0-1", inside=("target",))
SERVICE_TIME = Argument(
    "service_time", "answer time that the service level is measured at", "seconds", inside=("target_s",)
)
CALLS = Argument("calls_per_hour", "calls that come in one hour", "calls per hour", inside=("volume",))
AHT = Argument("aht_s", "mean handling time, after-call work included", "seconds")
SERVERS = Argument("servers", "lines or agents", "lines", inside=("agents", "lines"))
INTENSITY = Argument(
    "intensity",
    "load: calls in an hour x seconds of each / 3600",
    "erlangs",
    inside=("load", "volume", "volume x aht_s / interval_min"),
)
BLOCKING = Argument(
    "blocking", "share of calls that may find every line busy", "0-1", inside=("blocked", "blocking_target")
)
RANGE = (NUM, "a number below 0, a share above 1, a service level of 100 %, which no number of agents reaches")
UNSETTLED = (NUM, "no more agents than erlangs: the queue never settles")


@cell_function(
    "XP_ERL_AGENTS",
    group=GROUP,
    arguments=[SLA, SERVICE_TIME, CALLS, AHT],
    returns="fewest whole agents that meet the service level; 0 without calls",
    example=(0.85, 15, 100, 180),
    formula="=XP_ERL_AGENTS(85%,15,100,180)",
    errors=[RANGE],
)
def erl_agents(sla: Any, service_time: Any, calls_per_hour: Any, aht_s: Any) -> Any:
    """Agents(SLA, ServiceTime, CallsPerHour, AHT), computed as XP_AGENTS with an interval of 60 minutes."""
    from xlplan.planning.staffing import required_agents

    return required_agents(calls_per_hour, aht_s=aht_s, interval_min=HOUR_MIN, target=sla, target_s=service_time).agents


@cell_function(
    "XP_ERL_FRACTIONALAGENTS",
    group=GROUP,
    arguments=[SLA, SERVICE_TIME, CALLS, AHT],
    returns="agents with a fraction; 0 without calls",
    example=(0.8, 20, 200, 180),
    formula="=XP_ERL_FRACTIONALAGENTS(80%,20,200,180)",
    errors=[RANGE],
)
def erl_fractional_agents(sla: Any, service_time: Any, calls_per_hour: Any, aht_s: Any) -> Any:
    """FractionalAgents(SLA, ServiceTime, CallsPerHour, AHT): a straight line between whole agents, as in the add-in.

    XP_AGENTS with whole = FALSE continues the formula itself and gives slightly less.
    """
    from xlplan.planning.staffing.erlang_xl import fractional_agents

    return fractional_agents(calls_per_hour, aht_s, target=sla, target_s=service_time)


@cell_function(
    "XP_ERL_AGENTSASA",
    group=GROUP,
    arguments=[Argument("asa_s", "mean wait of all calls that is accepted", "seconds"), CALLS, AHT],
    returns="fewest whole agents with so short a mean wait; 0 without calls",
    example=(10, 100, 180),
    formula="=XP_ERL_AGENTSASA(10,100,180)",
    errors=[(NUM, "a number below 0, or a wait of 0, which no number of agents reaches")],
)
def erl_agents_asa(asa_s: Any, calls_per_hour: Any, aht_s: Any) -> Any:
    """AgentsASA(ASA, CallsPerHour, AHT): agents for an average speed of answer, not rounded to seconds."""
    from xlplan.planning.staffing import required_agents

    return required_agents(calls_per_hour, aht_s=aht_s, interval_min=HOUR_MIN, asa_s=asa_s).agents


@cell_function(
    "XP_ERL_ASA",
    group=GROUP,
    arguments=[AGENTS, CALLS, AHT],
    returns="mean wait of all calls, whole seconds",
    example=(8, 100, 180),
    formula="=XP_ERL_ASA(8,100,180)",
    errors=[(NUM, "a number below 0"), UNSETTLED],
)
def erl_asa(agents: Any, calls_per_hour: Any, aht_s: Any) -> Any:
    """ASA(Agents, CallsPerHour, AHT): XP_ASA rounded to whole seconds, as the add-in has it."""
    return _seconds(_asa(agents, calls_per_hour, aht_s))


@cell_function(
    "XP_ERL_SLA",
    group=GROUP,
    arguments=[AGENTS, SERVICE_TIME, CALLS, AHT],
    returns="share of calls answered within the service time, 0-1; 0 where the queue never settles",
    example=(14, 20, 200, 180),
    formula="=XP_ERL_SLA(14,20,200,180)",
    errors=[(NUM, "a number below 0")],
)
def erl_sla(agents: Any, service_time: Any, calls_per_hour: Any, aht_s: Any) -> Any:
    """SLA(Agents, ServiceTime, CallsPerHour, AHT), computed as XP_SERVICE_LEVEL with an interval of 60 minutes."""
    from xlplan.planning.staffing import service_level

    return service_level(agents, calls_per_hour, aht_s=aht_s, interval_min=HOUR_MIN, target_s=service_time)


@cell_function(
    "XP_ERL_ABANDON",
    group=GROUP,
    arguments=[
        AGENTS,
        Argument("abandon_time", "time after which a waiting caller hangs up", "seconds", inside=("target_s",)),
        CALLS,
        AHT,
    ],
    returns="share of calls that wait longer than the abandon time, 0-1",
    example=(14, 20, 200, 180),
    formula="=XP_ERL_ABANDON(14,20,200,180)",
    errors=[(NUM, "a number below 0")],
)
def erl_abandon(agents: Any, abandon_time: Any, calls_per_hour: Any, aht_s: Any) -> Any:
    """Abandon(Agents, AbandonTime, CallsPerHour, AHT): calls that wait longer, though in the model all of them stay.

    XP_ABANDON, with callers who do hang up and so shorten the queue, gives less. The manual's example of version 1.8,
    0.09 for (8, 30, 100, 180), is of the formula before that version; since then it is 0.10.
    """
    from xlplan.planning.staffing import service_level

    within = service_level(agents, calls_per_hour, aht_s=aht_s, interval_min=HOUR_MIN, target_s=abandon_time)
    return 1.0 - within


@cell_function(
    "XP_ERL_QUEUED",
    group=GROUP,
    arguments=[AGENTS, CALLS, AHT],
    returns="share of calls that wait at all, 0-1",
    example=(14, 200, 180),
    formula="=XP_ERL_QUEUED(14,200,180)",
    errors=[(NUM, "a number below 0")],
)
def erl_queued(agents: Any, calls_per_hour: Any, aht_s: Any) -> Any:
    """Queued(Agents, CallsPerHour, AHT): share of calls that find every agent busy."""
    from xlplan.planning.staffing import wait_probability

    return wait_probability(agents, calls_per_hour, aht_s=aht_s, interval_min=HOUR_MIN)


@cell_function(
    "XP_ERL_QUEUETIME",
    group=GROUP,
    arguments=[AGENTS, CALLS, AHT],
    returns="mean wait of the calls that are not answered at once, whole seconds",
    example=(14, 200, 180),
    formula="=XP_ERL_QUEUETIME(14,200,180)",
    errors=[(NUM, "a number below 0"), UNSETTLED],
)
def erl_queue_time(agents: Any, calls_per_hour: Any, aht_s: Any) -> Any:
    """QueueTime(Agents, CallsPerHour, AHT): AHT / (agents - erlangs), rounded to whole seconds as the add-in has it."""
    from xlplan.planning.staffing.erlang_xl import queue_time_s

    return _seconds(queue_time_s(agents, calls_per_hour, aht_s=aht_s))


@cell_function(
    "XP_ERL_QUEUESIZE",
    group=GROUP,
    arguments=[AGENTS, CALLS, AHT],
    returns="mean number of calls that wait, a whole number",
    example=(11, 200, 180),
    formula="=XP_ERL_QUEUESIZE(11,200,180)",
    errors=[(NUM, "a number below 0"), UNSETTLED],
)
def erl_queue_size(agents: Any, calls_per_hour: Any, aht_s: Any) -> Any:
    """QueueSize(Agents, CallsPerHour, AHT): calls per second x mean wait (Little), rounded as the add-in has it."""
    import numpy as np

    waiting = np.asarray(calls_per_hour) / 3600.0 * _asa(agents, calls_per_hour, aht_s)
    return _seconds(waiting)


@cell_function(
    "XP_ERL_SERVICETIME",
    group=GROUP,
    arguments=[AGENTS, SLA, CALLS, AHT],
    returns="time within which that share of calls is answered, seconds, rounded up",
    example=(14, 0.9, 200, 180),
    formula="=XP_ERL_SERVICETIME(14,90%,200,180)",
    errors=[(NUM, "a number below 0, a share of 100 %"), UNSETTLED],
)
def erl_service_time(agents: Any, sla: Any, calls_per_hour: Any, aht_s: Any) -> Any:
    """ServiceTime(Agents, SLA, CallsPerHour, AHT) by the meaning of the manual: XP_ERL_SLA read backwards.

    The add-in's own number differs where many calls wait: it draws a straight line where waits are exponential.
    """
    import numpy as np

    from xlplan.planning.staffing.erlang_xl import answer_time_s
    from xlplan.planning.staffing.rounding import round_up

    time = answer_time_s(agents, calls_per_hour, target=sla, aht_s=aht_s)
    settled = np.isfinite(time)
    return np.where(settled, round_up(np.where(settled, time, 0.0)), time)


@cell_function(
    "XP_ERL_CALLCAPACITY",
    group=GROUP,
    arguments=[AGENTS, SLA, SERVICE_TIME, AHT],
    returns="most whole calls in an hour that meet the service level",
    example=(14, 0.8, 20, 180),
    formula="=XP_ERL_CALLCAPACITY(14,80%,20,180)",
    errors=[(NUM, "a number below 0, a share above 1, a handling time of 0, more than 10,000 agents")],
)
def erl_call_capacity(agents: Any, sla: Any, service_time: Any, aht_s: Any) -> Any:
    """CallCapacity(NoAgents, SLA, ServiceTime, AHT): the fraction of an agent is left out, as the add-in does."""
    from xlplan.planning.staffing.erlang_xl import call_capacity

    return call_capacity(agents, target=sla, target_s=service_time, aht_s=aht_s)


@cell_function(
    "XP_ERL_UTILISATION",
    group=GROUP,
    arguments=[AGENTS, CALLS, AHT],
    returns="share of their time that agents are on calls, 0-1; 1 where the queue never settles",
    example=(14, 200, 180),
    formula="=XP_ERL_UTILISATION(14,200,180)",
    errors=[(NUM, "a number below 0")],
)
def erl_utilisation(agents: Any, calls_per_hour: Any, aht_s: Any) -> Any:
    """Utilisation(Agents, CallsPerHour, AHT): erlangs / agents, at most 1."""
    from xlplan.planning.staffing import occupancy

    return occupancy(agents, calls_per_hour, aht_s=aht_s, interval_min=HOUR_MIN)


@cell_function(
    "XP_ERL_TRUNKS",
    group=GROUP,
    arguments=[AGENTS, CALLS, AHT],
    returns="fewest telephone lines with less than 0.1 % of calls blocked, no fewer than agents",
    example=(8, 100, 180),
    formula="=XP_ERL_TRUNKS(8,100,180)",
    errors=[(NUM, "a number below 0"), UNSETTLED],
)
def erl_trunks(agents: Any, calls_per_hour: Any, aht_s: Any) -> Any:
    """Trunks(Agents, CallsPerHour, AHT): Erlang B lines for calls that talk or wait; the wait is the ASA in seconds."""
    from xlplan.planning.staffing.erlang_xl import trunks

    return trunks(agents, calls_per_hour, aht_s=aht_s, asa_s=_seconds(_settled(agents, calls_per_hour, aht_s)))


@cell_function(
    "XP_ERL_ERLANGB",
    group=GROUP,
    arguments=[SERVERS, INTENSITY],
    returns="share of calls that find every line busy, 0-1",
    example=(10, 8),
    formula="=XP_ERL_ERLANGB(10,8)",
    errors=[(NUM, "a number below 0")],
)
def erl_b(servers: Any, intensity: Any) -> Any:
    """ErlangB(Servers, Intensity): whole lines, the fraction is left out as the add-in does."""
    import numpy as np

    from xlplan.planning.staffing import blocking

    return blocking(np.floor(servers), intensity)


@cell_function(
    "XP_ERL_ERLANGC",
    group=GROUP,
    arguments=[SERVERS, INTENSITY],
    returns="share of calls that wait, 0-1; 1 where the queue never settles",
    example=(14, 10),
    formula="=XP_ERL_ERLANGC(14,10)",
    errors=[(NUM, "a number below 0")],
)
def erl_c(servers: Any, intensity: Any) -> Any:
    """ErlangC(Servers, Intensity): share of calls that wait, by load in erlangs."""
    from xlplan.planning.staffing import wait_probability

    return wait_probability(servers, intensity, aht_s=3600.0, interval_min=HOUR_MIN)


@cell_function(
    "XP_ERL_SERVERS",
    group=GROUP,
    arguments=[BLOCKING, INTENSITY],
    returns="fewest whole lines that block no more than that",
    example=(0.01, 10),
    formula="=XP_ERL_SERVERS(0.01,10)",
    errors=[(NUM, "a number below 0, a blocking of 0")],
)
def erl_servers(blocking: Any, intensity: Any) -> Any:
    """Servers(Blocking, Intensity): Erlang B read backwards; the add-in goes no lower than a blocking of 0.001."""
    from xlplan.planning.staffing.erlang_xl import lines

    return lines(intensity, blocked=blocking)


@cell_function(
    "XP_ERL_TRAFFIC",
    group=GROUP,
    arguments=[SERVERS, BLOCKING],
    returns="largest load that so many lines carry at that blocking, erlangs",
    example=(15, 0.01),
    formula="=XP_ERL_TRAFFIC(15,0.01)",
    errors=[(NUM, "no line, more than a million, a blocking of 0 or 1")],
)
def erl_traffic(servers: Any, blocking: Any) -> Any:
    """Traffic(Servers, Blocking): the trunk table read for its load, to the last digit."""
    from xlplan.planning.staffing import load_for_blocking

    return load_for_blocking(servers, blocking)


def _asa(agents: Any, calls_per_hour: Any, aht_s: Any) -> Any:
    from xlplan.planning.staffing import asa_s

    return asa_s(agents, calls_per_hour, aht_s=aht_s, interval_min=HOUR_MIN)


def _settled(agents: Any, calls_per_hour: Any, aht_s: Any) -> Any:
    """Mean wait, where there is one.

    Raises
    ------
    PlanError
        The queue never settles, so that no number of lines holds it.
    """
    import numpy as np

    from xlplan.errors import PlanError

    wait = _asa(agents, calls_per_hour, aht_s)
    if np.isinf(wait).any():
        raise PlanError("no more agents than erlangs: the queue never settles", do="type more agents")
    return wait


def _seconds(wait: Any) -> Any:
    """Rounded half up, as the add-in rounds."""
    import numpy as np

    return np.floor(np.asarray(wait) + 0.5)
