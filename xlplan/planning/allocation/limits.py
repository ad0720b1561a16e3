"""Limits of tblLimit and shares of lanes, as the programme takes them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.allocation.problem import FteLimit, ShareLimit
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

ENFORCED = ("max_share", "min_share", "max_fte", "min_fte")
"""Kinds of tblLimit that the solve keeps; the others are findings of severity info."""
WORK, PLACE = ("lob", "queue", "language"), ("site", "vendor", "country")
FIRM_FACTOR = 10.0
"""A hard least number of FTE cannot always be met: it is kept at this many times the dearest unmet hour."""


def limits(
    plan: Plan, lanes: pd.DataFrame, *, productivity: np.ndarray, firm: float
) -> tuple[tuple[ShareLimit, ...], tuple[FteLimit, ...]]:
    """Share and FTE limits.

    Parameters
    ----------
    plan : Plan
    lanes : DataFrame
        lob, queue, language, site, vendor, country, needs (clearance that the workstream needs).
    productivity : ndarray, shape (L,)
        Shares are of served reference hours.
    firm : float
        Price of one FTE-period below a hard least number.

    Returns
    -------
    shares, heads : tuple
        A share limit is on the lanes of its places, in proportion to all lanes of its work.
    """
    rows = plan.filled("tblLimit")
    shares, heads = [], []
    for limit in rows.loc[rows["kind"].isin(ENFORCED)].to_dict("records"):
        base = _matches(lanes, limit, WORK)
        if not pd.isna(limit["security_tier"]):
            base &= lanes["needs"].eq(limit["security_tier"]).to_numpy(dtype=bool)
        inside = base & _matches(lanes, limit, PLACE)
        values = np.where(_applies(plan, limit), float(limit["value"]), np.nan)
        most, penalty = limit["kind"].startswith("max"), float(limit["penalty"])
        if limit["kind"].endswith("share"):
            shares.append(ShareLimit(limit["limit"], inside, base, productivity, most, values, penalty))
        else:
            soft = penalty if most or not np.isnan(penalty) else firm
            heads.append(FteLimit(limit["limit"], inside, most, values, soft))
    return tuple(shares), tuple(heads)


def lane_shares(plan: Plan, lanes: pd.DataFrame, open_: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Least, most and locked share of each lane and period, shape (L, T); NaN where not locked.

    Locked shares that leave no other lane open are scaled to sum to 1, since their last digits are rounding; a lock
    ends with ``locked_until``, and lapses while the lane is closed.
    """
    key = ["queue", "language", "site"]
    stated = lanes[key].merge(plan["tblLane"], on=key, how="left")
    ends = plan["tblPeriod"]["end"].to_numpy(dtype="datetime64[D]")
    until = stated["locked_until"].to_numpy(dtype="datetime64[D]")[:, None]
    live = (np.isnat(until) | (ends <= until)) & open_
    locked = np.where(live, stated["locked_share"].to_numpy(dtype=float)[:, None], np.nan)
    stream = stated.groupby(["queue", "language"]).ngroup().to_numpy()
    total, free = np.zeros((stream.max(initial=-1) + 1, len(ends))), np.zeros((stream.max(initial=-1) + 1, len(ends)))
    np.add.at(total, stream, np.nan_to_num(locked))
    np.add.at(free, stream, (open_ & np.isnan(locked)).astype(float))
    scale = np.where((total > 0) & ((free == 0) | (total > 1 - 1e-6)), total, 1.0)
    least = np.broadcast_to(stated["min_share"].fillna(0.0).to_numpy(dtype=float)[:, None], locked.shape)
    most = np.broadcast_to(stated["max_share"].fillna(1.0).to_numpy(dtype=float)[:, None], locked.shape)
    fixed = ~np.isnan(locked)
    return np.where(fixed, 0.0, least), np.where(fixed, 1.0, most), locked / scale[stream]


def _matches(lanes: pd.DataFrame, limit: dict[str, object], columns: tuple[str, ...]) -> np.ndarray:
    fits = np.ones(len(lanes), dtype=bool)
    for column in columns:
        if limit[column] != ANY:
            fits &= lanes[column].eq(limit[column]).to_numpy(dtype=bool, na_value=False)
    return fits


def _applies(plan: Plan, limit: dict[str, object]) -> np.ndarray:
    """Periods that lie inside the limit's dates."""
    periods = plan["tblPeriod"]
    inside = np.ones(len(periods), dtype=bool)
    if not pd.isna(limit["valid_from"]):
        inside &= periods["start"].ge(limit["valid_from"]).to_numpy()
    if not pd.isna(limit["valid_to"]):
        inside &= periods["end"].le(limit["valid_to"]).to_numpy()
    return inside
