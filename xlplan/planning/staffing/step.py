"""The requirement of a plan: productive hours of every workstream and period, and the agents behind them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import Floats
from xlplan.planning.staffing.exposure import with_exposure
from xlplan.planning.staffing.grid import Weeks, weeks
from xlplan.planning.staffing.live import live_model, staffed_intervals
from xlplan.planning.staffing.review_chain import chain_factors
from xlplan.planning.staffing.waiting import waiting_requirement
from xlplan.planning.steps import Step
from xlplan.planning.workstreams import workstreams
from xlplan.tables.dictionary import table
from xlplan.tables.plan import Plan

KEY = ["queue", "language", "period"]


def run(plan: Plan) -> dict[str, pd.DataFrame]:
    """TblIntervalReq of live workstreams, and tblReq of all."""
    streams = workstreams(plan)
    factors = chain_factors(plan, streams)
    grids = weeks(plan, streams)
    live = np.array([stream.work_type == "live" for stream in streams], dtype=bool)
    columns = [column.name for column in table("tblIntervalReq").columns]
    intervals = pd.DataFrame(columns=columns)
    needs = []
    if live.any():
        own = [grids[place] for place in np.flatnonzero(live)]
        staffed = staffed_intervals(plan, own)
        intervals = staffed[columns]
        needs.append(_of_intervals(plan, own, factors[live], staffed))
    if not live.all():
        needs.append(waiting_requirement(plan, [grids[place] for place in np.flatnonzero(~live)], factors[~live]))
    return {"tblIntervalReq": intervals, "tblReq": _requirement(plan, factors, grids, pd.concat(needs))}


def _of_intervals(plan: Plan, streams: Sequence[Weeks], factors: Floats, staffed: pd.DataFrame) -> pd.DataFrame:
    """Hours of live workstreams: their intervals, and the rest of their review chains, which can wait.

    A period in which a queue never opens needs nothing.
    """
    hours = staffed["occurrences"] * staffed["interval_min"] / 60
    names = ["agents", "agents_low_80", "agents_high_80", "busy"]
    rows = pd.concat([staffed[[*KEY, "agents_whole", "binding"]], staffed[names].mul(hours, axis=0)], axis=1)
    sums = rows.groupby(KEY, sort=False).agg({**dict.fromkeys(names, "sum"), "agents_whole": "max"})
    by_binding = rows.groupby([*KEY, "binding"], sort=False)["agents"].sum().reset_index()
    strongest = by_binding.sort_values("agents", ascending=False, kind="stable").groupby(KEY, sort=False)
    sums = sums.join(strongest["binding"].first())
    periods = plan["tblPeriod"]["period"].to_numpy()
    every = pd.MultiIndex.from_arrays(
        [
            np.repeat([grid.stream.queue for grid in streams], len(periods)),
            np.repeat([grid.stream.language for grid in streams], len(periods)),
            np.tile(periods, len(streams)),
        ],
        names=KEY,
    )
    found = sums.reindex(every)
    found = found.fillna(dict.fromkeys([*names, "agents_whole"], 0.0) | {"binding": "model"})
    per_item = np.stack([grid.aht_s for grid in streams]) * (factors[:, None] - 1) / 3600
    occupancy = np.array([[grid.stream.max_occupancy] for grid in streams])

    def with_chain(name: str, volume: str, share: Floats) -> Floats:
        items = np.stack([getattr(grid, volume) for grid in streams])
        return found[name].to_numpy(dtype=float) + (items * per_item / share).ravel()

    return found.reset_index()[KEY].assign(
        required_hours=with_chain("agents", "volume", occupancy),
        required_low_80=with_chain("agents_low_80", "low_80", occupancy),
        required_high_80=with_chain("agents_high_80", "high_80", occupancy),
        busy_hours=with_chain("busy", "volume", np.ones_like(occupancy)),
        backlog_hours=0.0,
        agents_peak=found["agents_whole"].to_numpy(dtype=float),
        binding=found["binding"].to_numpy(),
        model=np.repeat([live_model(grid.stream) for grid in streams], len(periods)),
    )


def _requirement(plan: Plan, factors: Floats, grids: Sequence[Weeks], needs: pd.DataFrame) -> pd.DataFrame:
    """tblReq: what each workstream needs, beside its workload and the hours of one FTE."""
    chain = pd.DataFrame(
        {
            "queue": [grid.stream.queue for grid in grids],
            "language": [grid.stream.language for grid in grids],
            "beyond": factors - 1,
        }
    )
    rows = plan["tblForecast"].merge(needs, on=KEY).merge(chain, on=["queue", "language"])
    workload = rows["volume"] * rows["aht_s"] / 3600
    chain_hours = workload * rows["beyond"]
    required = rows["required_hours"].to_numpy(dtype=float)
    done = rows["busy_hours"].to_numpy(dtype=float)
    mix = plan["tblFteHours"].groupby("period")[["productive_hours", "shrinkage"]].mean()
    per_fte = rows["period"].map(mix["productive_hours"]).to_numpy(dtype=float)
    exposed = _exposed(plan, grids, rows, done)
    people = exposed["required_hours"].to_numpy(dtype=float)
    stretch = np.divide(people, required, out=np.ones(len(rows)), where=required > 0)
    return pd.DataFrame(
        {
            **{name: rows[name] for name in ("lob", *KEY, "volume", "aht_s")},
            "workload_hours": workload,
            "chain_hours": chain_hours,
            "backlog_hours": rows["backlog_hours"],
            "model": rows["model"],
            "agents_peak": rows["agents_peak"],
            "occupancy": np.divide(done, people, out=np.full(len(rows), np.nan), where=people > 0).clip(max=1.0),
            "exposure_hours": exposed["exposure_hours"],
            "wellness_hours": exposed["wellness_hours"],
            "binding": rows["binding"].where(~exposed["limited"], "exposure"),
            "required_hours": people,
            "required_low_80": np.minimum(rows["required_low_80"] * stretch, people),
            "required_high_80": np.maximum(rows["required_high_80"] * stretch, people),
            "mix_hours_per_fte": per_fte,
            "mix_shrinkage": rows["period"].map(mix["shrinkage"]).to_numpy(dtype=float),
            "mix_productivity": 1.0,
            "gross_fte": np.divide(people, per_fte, out=np.zeros(len(rows)), where=per_fte > 0),
            "support_fte": 0.0,
        }
    )


def _exposed(plan: Plan, grids: Sequence[Weeks], rows: pd.DataFrame, done: Floats) -> pd.DataFrame:
    """Hours with the limits of content tiers in them; those of queues without a tier are as they were."""
    found = pd.DataFrame(
        {"required_hours": rows["required_hours"], "exposure_hours": 0.0, "wellness_hours": 0.0, "limited": False}
    )
    tier_of = {(grid.stream.queue, grid.stream.language): grid.stream.exposure_tier for grid in grids}
    tier = pd.Series([tier_of[key] for key in zip(rows["queue"], rows["language"], strict=True)], dtype="object")
    tiers = plan["tblExposure"].set_index("exposure_tier")
    some = tier.isin(tiers.index).to_numpy(dtype=bool)
    if not some.any():
        return found
    hours = plan["tblFteHours"].assign(days=lambda f: f["working_days"] - f["holiday_days"])
    hours = hours.loc[hours["days"].gt(0) & hours["productive_hours"].gt(0)]
    if hours.empty:
        raise PlanError(
            "no site has a working day in the plan, so that exposure per person-day means nothing",
            where="tblSiteCalendar",
            do="give a site working days",
        )
    daily = (hours["productive_hours"] / hours["days"]).groupby(hours["period"]).mean()
    day = rows["period"].map(daily).fillna(daily.mean()).to_numpy(dtype=float)[some]
    required = rows["required_hours"].to_numpy(dtype=float)[some]
    content = np.minimum(done[some], required)
    limits = tiers.loc[tier[some]]
    people = with_exposure(
        required,
        content,
        max_hours_day=limits["max_hours_day"].to_numpy(dtype=float),
        wellness_min_day=limits["wellness_min_day"].to_numpy(dtype=float),
        hours_day=day,
    )
    found.loc[some, "required_hours"] = people.required
    found.loc[some, "exposure_hours"] = content
    found.loc[some, "wellness_hours"] = people.wellness
    found.loc[some, "limited"] = people.limited
    return found


STEP = Step(
    name="staffing",
    says="agents and hours required",
    needs=("tblQueue", "tblWorkstream", "tblOpenHours"),
    gives=("tblIntervalReq", "tblReq"),
    run=run,
)
