"""The queues of a plan: backlog, its age, and the warning before a goal breaks.

A live queue has no backlog: contacts that nobody serves are gone. Its row opens and closes with 0, handles what its
served hours can, and shows the rest as auto_closed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.queues.breach import breaches
from xlplan.planning.queues.causes import CAUSES, causes
from xlplan.planning.queues.fixes import fixes
from xlplan.planning.queues.fluid import Floats
from xlplan.planning.queues.project import project
from xlplan.planning.queues.work import KEY, Work, read_work
from xlplan.planning.steps import Step
from xlplan.tables.plan import Plan

AGES = np.array([0.0, 0.5, 1.0, 2.0])
"""Ages at which the buckets of tblAge begin, in turnarounds: early, in time, late, very late."""


def run(plan: Plan) -> dict[str, pd.DataFrame]:
    """tblBacklog, tblAge and tblBlowout of every active workstream with a forecast."""
    if plan["tblForecast"].empty:
        return {name: plan[name].iloc[:0] for name in STEP.gives}
    work = read_work(plan)
    backlog, ages = _backlog(work)
    return {"tblBacklog": backlog, "tblAge": ages, "tblBlowout": _blowout(plan, work)}


def _backlog(work: Work) -> tuple[pd.DataFrame, pd.DataFrame]:
    live = work.streams["live"].to_numpy(dtype=bool)
    waits = np.flatnonzero(~live)
    walked = project(work, rows=waits)
    capacity = work.capacity
    handled = np.minimum(work.volume, capacity)
    names = ("opening", "closing", "oldest_age_h", "compliance", "at_risk")
    columns: dict[str, Floats] = {name: np.zeros(capacity.shape) for name in names}
    columns["compliance"][:] = np.nan
    for name in names:
        columns[name][waits] = getattr(walked, name)[:, :-1]
    handled[waits] = walked.handled[:, :-1]
    gone = np.where(live[:, None], work.volume - handled, 0.0)
    rows = _long(work, {"volume": work.volume, "capacity_items": capacity, "handled": handled, "auto_closed": gone})
    rows = rows.assign(reopened=0.0, **{name: values.ravel() for name, values in columns.items()})
    limit = work.streams["limit_h"].to_numpy(dtype=float)[waits]
    return rows, _ages(rows, ~live, walked.ages(limit[:, None] * AGES)[:, :-1], limit)


def _ages(rows: pd.DataFrame, waits: np.ndarray, items: Floats, limit: Floats) -> pd.DataFrame:
    """tblAge: one row per workstream that waits, period and bucket."""
    periods = items.shape[1]
    waiting = rows.loc[np.repeat(waits, periods), [*KEY, "period"]]
    ages = waiting.loc[waiting.index.repeat(len(AGES))].reset_index(drop=True)
    begins = np.repeat(limit[:, None] * AGES, periods, axis=0)
    ends = np.concatenate([begins[:, 1:], np.full((len(begins), 1), np.nan)], axis=1)
    return ages.assign(age_from_h=begins.ravel(), age_to_h=ends.ravel(), items=items.ravel())


def _long(work: Work, columns: dict[str, Floats]) -> pd.DataFrame:
    """Arrays of shape (N, T) as rows of workstream and period."""
    count = len(work.hours)
    rows = work.streams.loc[work.streams.index.repeat(count), ["lob", *KEY]].reset_index(drop=True)
    rows["period"] = np.tile(work.periods["period"].to_numpy(), len(work.streams))
    return rows.assign(**{name: values.ravel() for name, values in columns.items()})


def _blowout(plan: Plan, work: Work) -> pd.DataFrame:
    found = breaches(work)
    rows = np.flatnonzero(found.first >= 0)
    first = found.first[rows]
    table = work.streams[["lob", *KEY]].assign(breach_probability=found.probability)
    mends = fixes(plan, work, rows=rows, first=first)
    shares = causes(plan, work, rows=rows, first=first)
    stated = pd.DataFrame(
        {
            "first_breach": work.periods["start"].to_numpy()[first],
            "act_by": [mend.act_by for mend in mends],
            "fix": [mend.what for mend in mends],
            "fix_cost": [mend.cost for mend in mends],
            **{f"cause_{name}": shares[:, place] for place, name in enumerate(CAUSES)},
        },
        index=rows,
    )
    return table.join(stated)


STEP = Step(
    name="queues",
    says="backlog, age and blow-out",
    needs=("tblQueue", "tblWorkstream"),
    gives=("tblBacklog", "tblAge", "tblBlowout"),
    run=run,
)
