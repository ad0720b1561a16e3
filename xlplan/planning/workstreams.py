"""Workstream: a queue in one language with everything that planning asks of it, blanks resolved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

CLOSED_EFFECT = -0.999
"""A holiday whose volume effect is -1 closes the workstream; the last thousandth is rounding of a typed share."""


@dataclass(frozen=True)
class Workstream:
    """One row of tblWorkstream joined with its queue.

    NaN in a goal means that the queue has none; ``patience_s`` is infinite where callers never abandon (Erlang C).
    """

    queue: str
    language: str
    lob: str | None
    work_type: str
    channel: str
    target: float
    target_s: float
    asa_s: float
    max_abandon: float
    patience_s: float
    max_occupancy: float
    min_crew: float
    interval_min: int
    time_zone: str
    open_hours: pd.DataFrame
    holidays: pd.DataFrame
    method: str
    tat_h: float = np.nan
    compliance: float = np.nan
    tat_clock: str = "calendar"
    clock_h: float = np.nan
    normal_backlog_h: float = np.nan
    concurrency: int = 1
    review_chain: str | None = None
    exposure_tier: str | None = None

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"{self.queue} {self.language}"

    @property
    def closed_dates(self) -> NDArray[np.datetime64]:
        """Dates on which nothing comes in."""
        effect = self.holidays["volume_effect"].to_numpy(dtype=float)
        return self.holidays["date"].to_numpy(dtype="datetime64[D]")[effect <= CLOSED_EFFECT]


def workstreams(plan: Plan) -> list[Workstream]:
    """Active workstreams in the order of tblWorkstream."""
    queues = {row["queue"]: row for row in plan.filled("tblQueue").to_dict("records")}
    hours = dict(iter(plan["tblOpenHours"].groupby("open_hours")))
    holidays = plan["tblHoliday"]
    calendars = dict(plan["tblLanguage"][["language", "holiday_calendar"]].itertuples(index=False, name=None))
    crew_share = _crew_shares(plan)
    names = [f"{goal}_{kind}" for goal in ("max_occupancy", "interval_min") for kind in ("live", "deferrable")]
    usual = {name: plan.setting(name) for name in names}
    found = []
    for row in plan.filled("tblWorkstream").to_dict("records"):
        if not row["active"]:
            continue
        queue = queues[row["queue"]]
        live = queue["work_type"] == "live"
        calendar = _or(row["holiday_calendar"], calendars.get(row["language"]))
        kind = "live" if live else "deferrable"
        found.append(
            Workstream(
                queue=row["queue"],
                language=row["language"],
                lob=_or(queue["lob"], None),
                work_type=queue["work_type"],
                channel=queue["channel"],
                target=float(queue["target"]),
                target_s=float(queue["target_s"]),
                asa_s=float(queue["asa_s"]),
                max_abandon=float(queue["max_abandon"]),
                patience_s=float(_or(queue["patience_s"], np.inf)),
                max_occupancy=float(_or(queue["max_occupancy"], usual[f"max_occupancy_{kind}"])),
                min_crew=float(
                    _or(row["min_crew"], _or(queue["min_crew"], 0.0) * crew_share[row["queue"], row["language"]])
                ),
                interval_min=int(_or(queue["interval_min"], usual[f"interval_min_{kind}"])),
                time_zone=str(_or(queue["time_zone"], plan.name("PlanTimeZone"))),
                open_hours=hours[_or(row["open_hours"], queue["open_hours"])],
                holidays=holidays.loc[holidays["holiday_calendar"].eq(calendar)] if calendar else holidays.iloc[:0],
                method=str(_or(row["method"], "auto")),
                tat_h=float(queue["tat_h"]),
                compliance=float(queue["compliance"]),
                tat_clock=str(_or(queue["tat_clock"], "calendar")),
                clock_h=float(queue["clock_h"]),
                normal_backlog_h=float(queue["normal_backlog_h"]),
                concurrency=int(_or(queue["concurrency"], 1)),
                review_chain=_or(queue["review_chain"], None),
                exposure_tier=_or(queue["exposure_tier"], None),
            )
        )
    return found


def _crew_shares(plan: Plan) -> dict[tuple[str, str], float]:
    """Share of a queue's minimum crew by language: by forecast volume, evenly while there is none."""
    streams = plan.filled("tblWorkstream").loc[lambda f: f["active"].astype(bool), ["queue", "language"]]
    volume = plan["tblForecast"].groupby(["queue", "language"])["volume"].sum().rename("volume").reset_index()
    rows = streams.merge(volume, on=["queue", "language"], how="left")
    own = rows["volume"].fillna(0.0)
    whole = own.groupby(rows["queue"]).transform("sum")
    even = 1.0 / rows.groupby("queue")["language"].transform("size")
    share = (own / whole.where(whole > 0)).fillna(even)
    return {(q, code): float(part) for q, code, part in zip(rows["queue"], rows["language"], share, strict=True)}


def most_specific(rows: pd.DataFrame, **keys: str | None) -> pd.DataFrame:
    """Rows of a table with ANY in its keys that apply to the given ids, the most specific ones alone.

    >>> rates = pd.DataFrame({"language": ["ANY", "DE"], "wage": [20.0, 24.0]})
    >>> most_specific(rates, language="DE")["wage"].tolist(), most_specific(rates, language="FR")["wage"].tolist()
    ([24.0], [20.0])
    """
    fits = np.ones(len(rows), dtype=bool)
    score = np.zeros(len(rows), dtype=int)
    for column, value in keys.items():
        own = rows[column].eq(value).to_numpy(dtype=bool) if value is not None else np.zeros(len(rows), dtype=bool)
        fits &= own | rows[column].eq(ANY).to_numpy(dtype=bool)
        score += own
    if not fits.any():
        return rows.iloc[:0]
    return rows.loc[fits & (score == score[fits].max())]


def _or(value: Any, default: Any) -> Any:
    return default if value is None or value is pd.NA or value != value else value
