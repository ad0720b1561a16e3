"""Two years of volumes: level, growth, season, holidays, launches, outages, gaps, and noise of the right size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.planning.calendar import open_mask
from xlplan.planning.reference.places import LANGUAGES
from xlplan.planning.reference.queues import BLOWS_OUT, NEW_QUEUE, QUEUES, SUPPORT, QueueSpec

Floats = NDArray[np.float64]

WEEKS = 104
NEW_WEEKS = 26
INTERVAL_WEEKS = 2
INTERVAL_MIN = 30
OUTAGE_WEEK, CAMPAIGN_WEEK, LAUNCH_WEEK = 71, 88, 40
MISSING = {("cm-appeals", 33), ("cm-appeals", 34), ("se-onboarding", 59)}
"""Weeks that two exports lost."""


@dataclass(frozen=True)
class Stream:
    """A queue in one language with its share of the queue's volume."""

    spec: QueueSpec
    language: str
    weekly: float


def choose_streams(rng: np.random.Generator) -> list[Stream]:
    """Languages of each queue, English first, larger languages more often."""
    codes = list(LANGUAGES)
    weight = np.array([LANGUAGES[code][1] for code in codes])
    streams = []
    for spec in QUEUES:
        others = weight[1:] ** 0.6
        picked = rng.choice(codes[1:], size=spec.languages - 1, replace=False, p=others / others.sum())
        chosen = {"EN", *picked.tolist()}
        if spec.queue == BLOWS_OUT[0]:
            chosen.add(BLOWS_OUT[1])
        share = {code: LANGUAGES[code][1] for code in codes if code in chosen}
        total = sum(share.values())
        streams += [Stream(spec, code, spec.weekly * part / total) for code, part in share.items()]
    return streams


def weekly_volume(rng: np.random.Generator, stream: Stream, monday: NDArray[np.datetime64]) -> Floats:
    """Expected volume of each week with its noise, not yet rounded."""
    week = np.arange(len(monday))
    year = (monday - monday.astype("datetime64[Y]").astype("datetime64[D]")).astype(int) / 365.25
    growth = rng.uniform(-0.05, 0.22)
    level = stream.weekly * np.exp(growth * (week - len(week)) / 52)
    strength = rng.uniform(0.03, 0.12) + (0.10 if stream.spec.lob in {"shop-buyers", "shop-listings", "ads"} else 0.0)
    season = 1 + strength * np.cos(2 * np.pi * (year - (0.93 if strength > 0.1 else rng.uniform(0, 1))))
    volume = level * season
    if stream.spec.lob == "live":
        volume *= np.where(week >= LAUNCH_WEEK, 1.18, 1.0)
    volume *= np.where(week == OUTAGE_WEEK, 0.55, 1.0)
    if stream.spec.lob == "comments":
        volume *= np.where(week == CAMPAIGN_WEEK, 1.35, 1.0)
    if (stream.spec.queue, stream.language) == BLOWS_OUT:
        volume *= np.exp(0.022 * np.maximum(week - (len(week) - 24), 0))
    holiday = np.isin(monday.astype("datetime64[M]").astype(int) % 12, [11]) & (year > 0.955)
    volume *= np.where(holiday, 1.12 if stream.spec.lob in SUPPORT else 0.93, 1.0)
    noise = np.sqrt(0.03**2 + 1 / np.maximum(volume, 1))
    return volume * np.exp(rng.normal(0, 1, len(week)) * noise)


def actuals(rng: np.random.Generator, streams: list[Stream], start: np.datetime64) -> pd.DataFrame:
    """tblActual: the weeks before ``start``, with their handling times and flags."""
    monday = start - 7 * np.arange(WEEKS, 0, -1)
    frames = []
    for stream in streams:
        volume = np.round(weekly_volume(rng, stream, monday))
        drift = 1 + rng.normal(0, 0.01, WEEKS) - rng.uniform(0, 0.04) * np.arange(WEEKS) / WEEKS
        keep = np.ones(WEEKS, dtype=bool)
        if stream.spec.queue == NEW_QUEUE:
            keep[: WEEKS - NEW_WEEKS] = False
        if stream.language == "EN":
            keep &= np.array([(stream.spec.queue, week) not in MISSING for week in range(WEEKS)])
        flag = np.full(WEEKS, None, dtype=object)
        flag[OUTAGE_WEEK] = "outage"
        if stream.spec.lob == "comments":
            flag[CAMPAIGN_WEEK] = "campaign"
        frames.append(
            pd.DataFrame(
                {
                    "queue": stream.spec.queue,
                    "language": stream.language,
                    "start": monday.astype("datetime64[us]"),
                    "grain": "week",
                    "volume": volume,
                    "aht_s": np.round(stream.spec.aht_s * drift, 1),
                    "flag": flag,
                }
            ).loc[keep]
        )
    return pd.concat(frames, ignore_index=True)


def intervals(
    rng: np.random.Generator,
    streams: list[Stream],
    weekly: pd.DataFrame,
    hours: dict[str, pd.DataFrame],
    start: np.datetime64,
) -> pd.DataFrame:
    """tblInterval: half-hours of the live queues in the last weeks, summing to their weeks in tblActual."""
    days = start - np.arange(7 * INTERVAL_WEEKS, 0, -1)
    weekday = (days.astype("datetime64[D]").view("int64") + 3) % 7
    clock = (np.arange(1440 // INTERVAL_MIN) + 0.5) * INTERVAL_MIN / 60
    volumes = weekly.set_index(["queue", "language", "start"])["volume"]
    frames = []
    for stream in streams:
        if stream.spec.work_type != "live":
            continue
        peak = rng.uniform(12, 15)
        shape = 0.15 + np.exp(-((clock - peak) ** 2) / 14) + 0.6 * np.exp(-((clock - peak - 6) ** 2) / 8)
        day = np.array([1.12, 1.06, 1.02, 1.0, 1.0, 0.86, 0.80])[weekday]
        mask = open_mask(hours[stream.spec.queue], days, interval_min=INTERVAL_MIN)
        expected = day[:, None] * shape[None, :] * mask
        for week in range(INTERVAL_WEEKS):
            rows = slice(7 * week, 7 * week + 7)
            total = volumes[(stream.spec.queue, stream.language, pd.Timestamp(days[7 * week]))]
            share = expected[rows] / expected[rows].sum()
            expected[rows] = rng.multinomial(int(total), share.ravel()).reshape(share.shape)
        at, slot = np.nonzero(mask)
        frames.append(
            pd.DataFrame(
                {
                    "queue": stream.spec.queue,
                    "language": stream.language,
                    "start": (days[at].astype("datetime64[m]") + slot * INTERVAL_MIN).astype("datetime64[us]"),
                    "interval_min": INTERVAL_MIN,
                    "volume": expected[at, slot],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
