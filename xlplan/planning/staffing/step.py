"""The requirement of a plan: agents for every interval of every period, and their hours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.planning.calendar import open_mask, typical_week_occurrences
from xlplan.planning.staffing.measures import occupancy, service_level
from xlplan.planning.staffing.required import Binding, required_agents
from xlplan.planning.staffing.rounding import round_up
from xlplan.planning.steps import Step
from xlplan.planning.workstreams import Workstream, workstreams
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

Floats = NDArray[np.float64]
KEY = ["queue", "language", "period"]
BINDINGS = {Binding.MODEL: "model", Binding.MAX_OCCUPANCY: "max_occupancy", Binding.MIN_CREW: "min_crew"}


def run(plan: Plan) -> dict[str, pd.DataFrame]:
    """TblIntervalReq and tblReq of every active workstream."""
    grids = [_grid(plan, stream) for stream in workstreams(plan)]
    intervals = pd.concat(grids, ignore_index=True)
    forecast = plan["tblForecast"]
    load = intervals.merge(forecast[[*KEY, "volume", "low_80", "high_80"]], on=KEY, suffixes=("", "_period"))
    staffed = _staffed(load)
    return {"tblIntervalReq": staffed, "tblReq": _requirement(plan, staffed)}


def interval_goals(stream: Workstream) -> dict[str, Any]:
    """The staffing goals of a live workstream, as ``required_agents`` takes them."""
    return {
        "target": stream.target,
        "target_s": stream.target_s,
        "patience_s": stream.patience_s,
        "asa_s": stream.asa_s,
        "max_abandon": stream.max_abandon,
        "max_occupancy": stream.max_occupancy,
        "min_crew": stream.min_crew,
    }


def _grid(plan: Plan, stream: Workstream) -> pd.DataFrame:
    """One row per period, weekday and interval in which the workstream is staffed or work arrives.

    ``occurrences`` counts how often the interval is open in the period, in whole intervals: a clock change, a closed
    day or a quarter-open interval shows here. ``volume`` is what comes in one such interval, so that volume times
    occurrences sums to the period's forecast to the last item.
    """
    periods = plan["tblPeriod"]
    profile = plan["tblProfile"].loc[lambda f: f["queue"].eq(stream.queue) & f["language"].eq(stream.language)]
    forecast = plan["tblForecast"].loc[lambda f: f["queue"].eq(stream.queue) & f["language"].eq(stream.language)]
    volume = dict(forecast[["period", "volume"]].itertuples(index=False, name=None))
    aht = dict(forecast[["period", "aht_s"]].itertuples(index=False, name=None))
    interval = int(profile["interval_min"].iloc[0]) if not profile.empty else stream.interval_min
    width = 1440 // interval
    clock = typical_week_occurrences(
        periods, interval_min=interval, time_zone=stream.time_zone, closed_dates=stream.closed_dates
    )
    opened = np.ones((7, width))
    if stream.work_type == "live":
        opened = open_mask(stream.open_hours, np.arange(1, 8), interval_min=interval)
    shapes = {key: _shape(rows, interval, width) for key, rows in profile.groupby("period")}
    nothing = np.zeros((7, width))
    frames = []
    for row, period in enumerate(periods["period"]):
        share = shapes.get(period, shapes.get(ANY, nothing)) * (opened > 0)
        weight = (share * clock[row]).sum()
        items = volume[period] * share / weight if weight > 0 else nothing
        # A half-open interval gets its items in half the time: the rate of a whole one is twice as high.
        rate = np.divide(items, opened, out=np.zeros_like(items), where=opened > 0)
        occurrences = clock[row] * opened
        at, slot = np.nonzero(occurrences > 0)
        frames.append(
            pd.DataFrame(
                {
                    "queue": stream.queue,
                    "language": stream.language,
                    "period": period,
                    "weekday": at + 1,
                    "interval_start": slot * interval,
                    "interval_min": interval,
                    "occurrences": occurrences[at, slot],
                    "volume": rate[at, slot],
                    "aht_s": aht[period],
                    "live": stream.work_type == "live",
                    **interval_goals(stream),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _shape(rows: pd.DataFrame, interval: int, width: int) -> Floats:
    share = np.zeros((7, width))
    at = rows["weekday"].to_numpy(dtype=int) - 1
    share[at, rows["interval_start"].to_numpy(dtype=int) // interval] = rows["share"].to_numpy(dtype=float)
    return share


def _staffed(load: pd.DataFrame) -> pd.DataFrame:
    """Agents, and what they give, for every interval row; hours at the volume bounds beside them."""
    live = load["live"].to_numpy(dtype=bool)
    whole_volume = load["volume_period"].to_numpy(dtype=float)
    volume, aht = load["volume"].to_numpy(dtype=float), load["aht_s"].to_numpy(dtype=float)
    minutes = load["interval_min"].to_numpy(dtype=float)
    result = load[[*KEY, "weekday", "interval_start", "interval_min", "occurrences", "volume", "aht_s"]].copy()
    result["load"] = volume * aht / (60 * minutes)
    need = _agents(load, live, volume)
    result["agents"], binding = need
    result["agents_whole"] = round_up(result["agents"].to_numpy()).astype(int)
    result["binding"] = binding
    result["service_level"], result["occupancy"] = np.nan, np.nan
    busy = live & (volume > 0) & (result["agents_whole"].to_numpy() > 0)
    queue = {"aht_s": aht[busy], "interval_min": minutes[busy], "patience_s": load["patience_s"].to_numpy()[busy]}
    crew = result.loc[busy, "agents_whole"].to_numpy(dtype=float)
    result.loc[busy, "occupancy"] = occupancy(crew, volume[busy], **queue)
    timed = busy & ~np.isnan(load["target_s"].to_numpy(dtype=float))
    inside = timed[busy]
    result.loc[timed, "service_level"] = service_level(
        crew[inside],
        volume[timed],
        target_s=load.loc[timed, "target_s"].to_numpy(dtype=float),
        **{name: values[inside] for name, values in queue.items()},
    )
    for bound in ("low_80", "high_80"):
        ratio = np.divide(load[bound], whole_volume, out=np.ones(len(load)), where=whole_volume > 0)
        result[f"agents_{bound}"] = _agents(load, live, volume * ratio)[0]
    return result


def _agents(load: pd.DataFrame, live: NDArray[np.bool_], volume: Floats) -> tuple[Floats, list[str]]:
    """Fractional agents of each row and what decided them."""
    agents = np.zeros(len(load))
    binding = np.full(len(load), Binding.MAX_OCCUPANCY, dtype=int)
    goals = ("target", "target_s", "patience_s", "asa_s", "max_abandon", "max_occupancy", "min_crew")
    need = required_agents(
        volume[live],
        aht_s=load.loc[live, "aht_s"].to_numpy(dtype=float),
        interval_min=load.loc[live, "interval_min"].to_numpy(dtype=float),
        whole=False,
        **{name: load.loc[live, name].to_numpy(dtype=float) for name in goals},
    )
    agents[live], binding[live] = need.agents, need.binding
    waiting = ~live
    erlangs = volume * load["aht_s"].to_numpy(dtype=float) / (60 * load["interval_min"].to_numpy(dtype=float))
    agents[waiting] = erlangs[waiting] / load.loc[waiting, "max_occupancy"].to_numpy(dtype=float)
    return agents, [BINDINGS[Binding(code)] for code in binding]


def _requirement(plan: Plan, staffed: pd.DataFrame) -> pd.DataFrame:
    """tblReq: the intervals of each period summed, and put beside the hours of one FTE."""
    hours = staffed["occurrences"] * staffed["interval_min"] / 60
    rows = staffed.assign(
        required_hours=staffed["agents"] * hours,
        required_low_80=staffed["agents_low_80"] * hours,
        required_high_80=staffed["agents_high_80"] * hours,
    )
    sums = rows.groupby(KEY, sort=False)[["required_hours", "required_low_80", "required_high_80"]].sum()
    peak = rows.groupby(KEY, sort=False)["agents_whole"].max().rename("agents_peak")
    by_binding = rows.groupby([*KEY, "binding"], sort=False)["required_hours"].sum().reset_index()
    strongest = by_binding.sort_values("required_hours", ascending=False, kind="stable").groupby(KEY, sort=False)
    forecast = (
        plan["tblForecast"].merge(sums.reset_index(), on=KEY, how="left").merge(peak.reset_index(), on=KEY, how="left")
    )
    forecast = forecast.merge(strongest["binding"].first().reset_index(), on=KEY, how="left")
    measures = ["required_hours", "required_low_80", "required_high_80", "agents_peak"]
    forecast[measures] = forecast[measures].fillna(0.0)  # a period in which the queue never opens
    workload = forecast["volume"] * forecast["aht_s"] / 3600
    models = {(s.queue, s.language): _model(s) for s in workstreams(plan)}
    mix = plan["tblFteHours"].groupby("period")[["productive_hours", "shrinkage"]].mean()
    per_fte = forecast["period"].map(mix["productive_hours"]).to_numpy(dtype=float)
    required = forecast["required_hours"].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            **{name: forecast[name] for name in ("lob", *KEY, "volume", "aht_s")},
            "workload_hours": workload,
            "chain_hours": 0.0,
            "backlog_hours": 0.0,
            "model": [models[key] for key in forecast[["queue", "language"]].itertuples(index=False, name=None)],
            "agents_peak": forecast["agents_peak"],
            "occupancy": np.divide(workload, required, out=np.full(len(required), np.nan), where=required > 0),
            "exposure_hours": 0.0,
            "wellness_hours": 0.0,
            "binding": forecast["binding"].fillna("model"),
            "required_hours": required,
            "required_low_80": np.minimum(forecast["required_low_80"], required),
            "required_high_80": np.maximum(forecast["required_high_80"], required),
            "mix_hours_per_fte": per_fte,
            "mix_shrinkage": forecast["period"].map(mix["shrinkage"]).to_numpy(dtype=float),
            "mix_productivity": 1.0,
            "gross_fte": np.divide(required, per_fte, out=np.zeros(len(required)), where=per_fte > 0),
            "support_fte": 0.0,
        }
    )


def _model(stream: Workstream) -> str:
    if stream.work_type != "live":
        return "workload"
    return "erlang_a" if np.isfinite(stream.patience_s) else "erlang_c"


STEP = Step(
    name="staffing",
    says="agents for every interval",
    needs=("tblQueue", "tblWorkstream", "tblOpenHours"),
    gives=("tblIntervalReq", "tblReq"),
    run=run,
)
