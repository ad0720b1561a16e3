"""Golden contracts: twenty invoices worked by hand, to the cent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.planning.budget.contract import (
    PRICING_UNITS,
    RateCard,
    indexation,
    invoice,
    reached,
    units_per_hour,
)

FLAT = RateCard((0.0,), (14.25,), all_units=True)
STEPS = (0.0, 10_000.0, 20_000.0)
ALL = RateCard(STEPS, (14.0, 13.0, 12.0), all_units=True)
PARTS = RateCard(STEPS, (14.0, 13.0, 12.0), all_units=False)
RISING = RateCard((0.0, 1_000.0), (20.0, 26.0), all_units=False)
PENALTY = RateCard((0.0, 1_000.0), (20.0, 26.0), all_units=True)
LEAST_UNITS = RateCard(STEPS, (14.0, 13.0, 12.0), all_units=True, min_units=12_000.0)
LEAST_PARTS = RateCard(STEPS, (14.0, 13.0, 12.0), all_units=False, min_units=12_000.0)
LEAST_AMOUNT = RateCard(STEPS, (14.0, 13.0, 12.0), all_units=True, min_amount=120_000.0)
BOTH = RateCard((0.0,), (10.0,), all_units=True, min_units=500.0, min_amount=6_000.0)

GOLDEN = [
    # card, units, amount, shortfall pay: the arithmetic of each stands beside it
    (FLAT, 1_234.5, 17_591.625, 0.0),  # 1,234.5 x 14.25
    (FLAT, 0.0, 0.0, 0.0),
    (ALL, 9_999.0, 139_986.0, 0.0),  # 9,999 x 14
    (ALL, 10_000.0, 130_000.0, 0.0),  # the floor is inclusive: 10,000 x 13, less than one unit before
    (ALL, 25_000.0, 300_000.0, 0.0),  # 25,000 x 12
    (PARTS, 9_999.0, 139_986.0, 0.0),
    (PARTS, 10_000.0, 140_000.0, 0.0),  # nothing lies above the floor yet
    (PARTS, 15_000.0, 205_000.0, 0.0),  # 10,000 x 14 + 5,000 x 13
    (PARTS, 25_000.0, 330_000.0, 0.0),  # 140,000 + 130,000 + 5,000 x 12
    (RISING, 1_500.0, 33_000.0, 0.0),  # 1,000 x 20 + 500 x 26
    (PENALTY, 999.0, 19_980.0, 0.0),  # 999 x 20
    (PENALTY, 1_000.0, 26_000.0, 0.0),  # 1,000 x 26
    (LEAST_UNITS, 4_000.0, 156_000.0, 104_000.0),  # 12,000 x 13, of which 8,000 x 13 unused
    (LEAST_UNITS, 12_500.0, 162_500.0, 0.0),  # 12,500 x 13
    (LEAST_PARTS, 4_000.0, 166_000.0, 110_000.0),  # 140,000 + 2,000 x 13, of which all but 4,000 x 14
    (LEAST_AMOUNT, 5_000.0, 120_000.0, 50_000.0),  # 5,000 x 14 = 70,000
    (LEAST_AMOUNT, 9_000.0, 126_000.0, 0.0),  # 9,000 x 14
    (LEAST_AMOUNT, 0.0, 120_000.0, 120_000.0),
    (BOTH, 300.0, 6_000.0, 3_000.0),  # 500 x 10 = 5,000 < 6,000; 300 x 10 used
    (BOTH, 700.0, 7_000.0, 0.0),  # 700 x 10
]


@pytest.mark.parametrize(("card", "units", "amount", "short"), GOLDEN)
def test_golden_invoice(card: RateCard, units: float, amount: float, short: float) -> None:
    found = invoice(card, units)
    assert found.amount == pytest.approx(amount, abs=0.005)
    assert found.shortfall_pay == pytest.approx(short, abs=0.005)
    if units:
        assert found.effective_rate * units == pytest.approx(amount, abs=0.005)


def test_there_are_twenty() -> None:
    assert len(GOLDEN) == 20


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("productive_hour", 1.25),  # an hour, and a quarter of an hour off work that may be billed
        ("paid_hour", 1.4),
        ("fte", 0.007),
        ("transaction", 12.0),
        ("minute", 12 * 240 / 60 + 15.0),
        ("outcome", 12 * 0.4),
    ],
)
def test_units_of_an_hour(kind: str, expected: float) -> None:
    found = units_per_hour(
        kind, billable=0.25, paid_per_productive=1.4, fte_months=0.007, items=12.0, aht_s=240.0, outcome_rate=0.4
    )
    assert float(found) == pytest.approx(expected, rel=1e-12)


def test_an_unknown_pricing_unit_is_refused_with_the_known_ones() -> None:
    with pytest.raises(PlanError) as caught:
        units_per_hour("per_seat")
    assert "'per_seat' is no pricing unit" in caught.value.sentence()
    assert all(kind in caught.value.sentence() for kind in PRICING_UNITS)


@pytest.mark.parametrize(
    ("index_date", "month", "times"),
    [
        ("2026-04-01", "2026-03-01", 0),
        ("2026-04-01", "2026-04-01", 1),
        ("2026-04-01", "2027-03-01", 1),
        ("2026-04-01", "2027-04-01", 2),
        ("2026-04-15", "2026-04-01", 0),
        ("2026-04-15", "2026-05-01", 1),
        ("2030-01-01", "2026-05-01", 0),
        ("2024-12-01", "2026-11-01", 2),
    ],
)
def test_indexation(index_date: str, month: str, times: int) -> None:
    found = indexation(0.025, pd.Timestamp(index_date), pd.DatetimeIndex([month]))
    assert found[0] == pytest.approx(1.025**times, rel=1e-15)


def test_the_last_bits_of_a_unit_do_not_lose_a_tier() -> None:
    assert reached(ALL, 10_000.0 - 1e-6) == 1
    assert reached(ALL, 10_000.0 - 0.01) == 0


def scalar(card: RateCard, units: float) -> float:
    """The definition, unit by unit of a hundredth."""
    billed = max(units, card.min_units)
    if card.all_units:
        price = [p for f, p in zip(card.floors, card.prices, strict=True) if billed >= f][-1]
        return max(billed * price, card.min_amount)
    total, ends = 0.0, [*card.floors[1:], np.inf]
    for floor, end, price in zip(card.floors, ends, card.prices, strict=True):
        total += price * max(min(billed, end) - floor, 0.0)
    return max(total, card.min_amount)


cards = st.builds(
    lambda steps, prices, all_units, units, amount: RateCard(
        tuple(np.concatenate([[0.0], np.cumsum(steps)]).tolist()),
        tuple(prices[: len(steps) + 1]),
        all_units,
        units,
        amount,
    ),
    st.lists(st.integers(1, 500).map(float), max_size=3),
    st.lists(st.integers(0, 40).map(float), min_size=4, max_size=4),
    st.booleans(),
    st.integers(0, 900).map(float),
    st.integers(0, 9000).map(float),
)


@given(cards, st.integers(0, 2000).map(float))
def test_any_invoice_is_the_definition(card: RateCard, units: float) -> None:
    found = invoice(card, units)
    assert found.amount == pytest.approx(scalar(card, units), rel=1e-12, abs=1e-9)
    assert found.amount >= card.min_amount
    assert -1e-9 <= found.shortfall_pay <= found.amount + 1e-9
    if units >= card.min_units and found.amount > card.min_amount:
        assert found.shortfall_pay == pytest.approx(0.0, abs=1e-9)
