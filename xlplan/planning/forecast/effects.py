"""Events, holidays and overrides: what the planner knows and the history does not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.errors import PlanError
from xlplan.planning.workstreams import Workstream
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

Floats = NDArray[np.float64]


def day_factors(plan: Plan, stream: Workstream, dates: NDArray[np.datetime64], *, measure: str = "volume") -> Floats:
    """Factor on each date from holidays with a stated effect and from events.

    Parameters
    ----------
    plan : Plan
        For tblEvent.
    stream : Workstream
        Whose events and holidays.
    dates : ndarray of datetime64, shape (D,)
    measure : {"volume", "aht_s"}

    Returns
    -------
    ndarray, shape (D,)
        1 where nothing happens, 0 on a closed day. Effects multiply; an event counts with its probability.
    """
    days = dates.astype("datetime64[D]")
    factors = np.ones(len(days))
    if measure == "volume":
        factors *= holiday_factors(stream.holidays, days)
    events = plan.filled("tblEvent")
    for event in events.loc[~events["in_history"].fillna(False).astype(bool)].to_dict("records"):
        if not _concerns(event, stream):
            continue
        uplift = event["uplift"] if measure == "volume" else event["aht_uplift"]
        probability = 1.0 if pd.isna(event["probability"]) else event["probability"]
        factors *= 1.0 + uplift * probability * event_shape(
            days, start=event["start"], end=event["end"], shape=event["shape"], half_life=event["half_life"]
        )
    return factors


def holiday_factors(holidays: pd.DataFrame, days: NDArray[np.datetime64]) -> Floats:
    """1 + the stated effect of each holiday, spread over its lead and lag days; -1 closes the day."""
    factors = np.ones(len(days))
    for row in holidays.loc[holidays["volume_effect"].notna()].to_dict("records"):
        lead = 0 if pd.isna(row["lead_days"]) else int(row["lead_days"])
        lag = 0 if pd.isna(row["lag_days"]) else int(row["lag_days"])
        away = (days - np.datetime64(row["date"], "D")).astype(int)
        # On the day in full; before and after it falls off evenly to nothing just outside the window.
        weight = np.where(away < 0, 1 + away / (lead + 1), 1 - away / (lag + 1))
        factors *= 1.0 + row["volume_effect"] * np.clip(weight, 0.0, 1.0)
    return factors


def event_shape(
    days: NDArray[np.datetime64],
    *,
    start: pd.Timestamp,
    end: pd.Timestamp | None,
    shape: str,
    half_life: float | None = None,
) -> Floats:
    """How much of an event's effect holds on each date, 0-1.

    ``step`` holds from start to end; ``ramp`` rises evenly over the first ``half_life`` x 2 weeks (the whole span from
    start to end where no half-life is given); ``decay`` holds to ``end`` (or only begins at ``start``) and then halves
    every ``half_life`` weeks.

    Raises
    ------
    PlanError
        A decay without a half-life, or a ramp with neither a half-life nor an end.

    Examples
    --------
    >>> days = np.array(["2026-03-01", "2026-03-08", "2026-03-15"], "datetime64[D]")
    >>> event_shape(days, start=pd.Timestamp("2026-03-01"), end=None, shape="decay", half_life=1).tolist()
    [1.0, 0.5, 0.25]
    """
    begin = np.datetime64(start, "D")
    since = (days - begin).astype(float)
    stop = None if end is None or pd.isna(end) else np.datetime64(end, "D")
    life = np.nan if half_life is None else float(half_life) * 7
    if np.isnan(life) and (shape == "decay" or (shape == "ramp" and stop is None)):
        raise PlanError(f"a {shape} from {begin} without a half-life", where="tblEvent", do="type half_life in weeks")
    if shape == "decay":
        after = since if stop is None else np.maximum((days - stop).astype(float), 0.0)
        return np.where(since < 0, 0.0, 0.5 ** (np.maximum(after, 0.0) / life))
    inside = since >= 0 if stop is None else (since >= 0) & (days <= stop)
    if shape == "ramp":
        span = 2 * life if stop is None or not np.isnan(life) else float((stop - begin) / np.timedelta64(1, "D")) + 1
        return np.where(inside, np.clip((since + 1) / max(span, 1.0), 0.0, 1.0), 0.0)
    return inside.astype(float)


def overridden(
    plan: Plan, streams: Sequence[Workstream], periods: pd.DataFrame, values: Floats, *, measure: str
) -> Floats:
    """Values after the planner's active overrides, in the order in which they are listed.

    An override holds for the share of a period's days that it covers. A volume set or added on several workstreams at
    once (ANY) is their sum: it is shared out in proportion to their forecasts, so that parent and children tie out.

    Parameters
    ----------
    plan : Plan
        For tblOverride.
    streams : sequence of Workstream, length S
    periods : DataFrame
        tblPeriod, N rows.
    values : ndarray, shape (S, N)
        Volume in items, or handling time in seconds.
    measure : {"volume", "aht_s"}
    """
    result = values.copy()
    starts, ends = (periods[name].to_numpy(dtype="datetime64[D]") for name in ("start", "end"))
    days = (ends - starts).astype(int) + 1
    active = plan["tblOverride"].loc[lambda f: f["active"].fillna(False).astype(bool) & f["measure"].eq(measure)]
    for row in active.to_dict("records"):
        concerned = np.array([_concerns(row, stream) for stream in streams], dtype=bool)
        first, last = (np.datetime64(row[name], "D") for name in ("start", "end"))
        overlap = (np.minimum(ends, last) - np.maximum(starts, first)).astype(int) + 1
        share = np.clip(overlap / days, 0.0, 1.0)
        now = result[concerned]
        if row["op"] == "multiply":
            then = now * row["value"]
        elif measure == "aht_s":
            then = now + row["value"] if row["op"] == "add" else np.full(now.shape, float(row["value"]))
        else:
            total = now.sum(axis=0)
            parts = np.where(total > 0, now / np.where(total > 0, total, 1.0), 1.0 / max(len(now), 1))
            then = parts * (total + row["value"] if row["op"] == "add" else row["value"])
        result[concerned] = np.maximum(now + share * (then - now), 0.0)
    return result


def _concerns(row: dict[str, object], stream: Workstream) -> bool:
    own = {"lob": stream.lob, "queue": stream.queue, "language": stream.language}
    return all(row[key] == ANY or row[key] == value for key, value in own.items())
