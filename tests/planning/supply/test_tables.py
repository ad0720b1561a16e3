"""tblWalk from a plan's tables: dates, bands, terms, months and seats as a planner types them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from tests.planning.supply.conftest import HIRING, START, attrition, klass, roster, walked
from xlplan.errors import PlanError
from xlplan.planning.supply import pool_supply, week_grid
from xlplan.planning.supply.step import STEP
from xlplan.planning.tie_outs import headcount_closes, headcount_opening, transfers_balance
from xlplan.tables.plan import Plan

Make = Callable[..., Plan]
TRUTH = json.loads((Path(__file__).parents[2] / "truth" / "waterfall_reference.json").read_text())
WEEK = dt.timedelta(weeks=1)
BANDS = [
    {"tenure_band": "new", "from_days": 0, "to_days": 90},
    {"tenure_band": "old", "from_days": 91, "to_days": None},
]


def curve(shares: list[float], name: str = "new") -> list[dict[str, object]]:
    return [{"ramp_curve": name, "tenure_week": week, "productivity": share} for week, share in enumerate(shares, 1)]


def test_truth_of_the_waterfall_through_the_tables(make: Make) -> None:
    given, expected = TRUTH["inputs"], TRUTH["expected"]
    plan = make(
        "16w",
        tblRoster=[roster(given["start_hc"])],
        tblAttrition=[attrition(given["weekly_attrition"])],
        tblRamp=curve(given["ramp"]),
        tblHiring=[{**HIRING, "ramp_curve": "new"}],
        tblClass=[klass(f"C{week}", START + (int(week) - 1) * WEEK, size) for week, size in given["classes"].items()],
    )
    table = walked(plan)
    for column, name in (
        ("closing", "production_hc"),
        ("training_heads", "training_hc"),
        ("nesting_heads", "nesting_hc"),
        ("productive_fte", "effective_productive_fte"),
    ):
        assert_allclose(table[column], [row[name] for row in expected], rtol=1e-12, err_msg=column)


def test_nobody_at_all_is_an_empty_walk(make: Make) -> None:
    plan = make()
    assert STEP.run(plan)["tblWalk"].empty
    assert pool_supply(plan).empty
    assert headcount_closes(plan).passed
    assert headcount_opening(plan).passed


@pytest.mark.parametrize(("per", "periods"), [("month", 1.0), ("year", 12.0)])
def test_rates_compound_to_the_stated_unit(make: Make, per: str, periods: float) -> None:
    plan = make("24m", start=dt.date(2026, 1, 1), tblRoster=[roster(100)], tblAttrition=[attrition(0.24, per=per)])
    closing = walked(plan)["closing"].to_numpy()
    months = round(periods)
    assert closing[months - 1] == pytest.approx(76.0, rel=1e-12)
    assert closing[2 * months - 1] == pytest.approx(76.0 * 0.76, rel=1e-12)


def test_rates_are_dated_and_the_most_specific_one_counts(make: Make) -> None:
    plan = make(
        "4w",
        start=dt.date(2026, 2, 16),
        tblRoster=[
            roster(100, as_of=dt.date(2026, 2, 15)),
            roster(100, language="FR", as_of=dt.date(2026, 2, 15)),
        ],
        tblAttrition=[
            attrition(0.1),
            attrition(0.2, month=dt.date(2026, 3, 1)),
            attrition(0.5, language="FR", month=dt.date(2026, 3, 1)),
        ],
    )
    german, french = walked(plan, language="DE"), walked(plan, language="FR")
    straddles = 1 - 0.9 ** (6 / 7) * 0.8 ** (1 / 7)  # 23 February to 1 March
    assert_allclose((german["attrition"] / german["opening"])[:3], [0.1, straddles, 0.2], rtol=1e-12)
    own = 1 - 0.9 ** (6 / 7) * 0.5 ** (1 / 7)
    assert_allclose((french["attrition"] / french["opening"])[:3], [0.1, own, 0.5], rtol=1e-12)


def test_a_blank_rate_states_nothing(make: Make) -> None:
    plan = make(tblRoster=[roster(50)], tblAttrition=[attrition(0.1), attrition(np.nan, language="DE")])
    assert walked(plan)["attrition"].iloc[0] == pytest.approx(5.0)


def test_people_grow_out_of_their_tenure_band(make: Make) -> None:
    """91 new heads, 7 in each week of the band: attrition of the new falls by 7 a week until none is left."""
    plan = make(
        "15w",
        tblTenureBand=BANDS,
        tblRoster=[roster(91, band="new")],
        tblAttrition=[attrition(0.01, tenure_band="new"), attrition(0.0, tenure_band="old")],
    )
    lost = walked(plan)["attrition"].to_numpy()
    assert lost[0] == pytest.approx(0.91)
    expected = [0.01 * 7 * (13 - week) * 0.99**week for week in range(13)]
    assert_allclose(lost[:13], expected, rtol=1e-12)
    assert_allclose(lost[13:], 0.0)


def test_joiners_leave_at_the_rate_of_their_band_from_their_second_week(make: Make) -> None:
    plan = make(
        "16w",
        tblTenureBand=BANDS,
        tblAttrition=[attrition(0.1, tenure_band="new"), attrition(0.0, tenure_band="old")],
        tblHiring=[HIRING],
        tblClass=[klass("C", START, 10, production_start=START + WEEK, nesting_yield=1.0, training_yield=1.0)],
    )
    closing = walked(plan)["closing"].to_numpy()
    assert_allclose(closing[:4], [0.0, 10.0, 9.0, 8.1])
    assert_allclose(closing[14:], 10 * 0.9**12)  # 91 days on, the old band begins


def test_a_band_that_nobody_lists_keeps_its_people_and_its_rate(make: Make) -> None:
    plan = make(tblRoster=[roster(100, band="gold")], tblAttrition=[attrition(0.1), attrition(0.2, tenure_band="gold")])
    assert walked(plan)["closing"].iloc[1] == pytest.approx(64.0)


def test_output_of_a_class_is_the_sum_of_its_curve(make: Make) -> None:
    shares = [0.5, 0.7, 0.9]
    plan = make(
        "12w",
        tblHiring=[{**HIRING, "ramp_curve": "new", "nesting_productivity": 0.25}],
        tblRamp=curve(shares),
        tblClass=[klass("C", START, 20)],
    )
    table = walked(plan)
    graduates = 20 * 0.9 * 0.95
    expected = 2 * 18 * 0.25 + graduates * (sum(shares) + 12 - 4 - len(shares))
    assert table["ramped_fte"].sum() == pytest.approx(expected, rel=1e-12)
    assert_allclose(table["paid_fte"], [20, 20, 18, 18] + [graduates] * 8, rtol=1e-12)
    assert_allclose(table["starts"], [20] + [0] * 7 + [0] * 4)


def test_a_class_counts_by_the_day(make: Make) -> None:
    """Into production on a Thursday: four of seven days in training, three in production."""
    thursday = START + dt.timedelta(days=3)
    plan = make(
        "2w",
        tblHiring=[{**HIRING, "training_weeks": 3 / 7, "nesting_weeks": 0, "training_yield": 0.5, "nesting_yield": 1}],
        tblClass=[klass("C", START, 14)],
    )
    table = walked(plan)
    assert table["closing"].iloc[0] == pytest.approx(7.0)
    assert table["ramped_fte"].iloc[0] == pytest.approx(7 * 4 / 7)
    assert table["paid_fte"].iloc[0] == pytest.approx(14 * 3 / 7 + 7 * 4 / 7)
    assert thursday.weekday() == 3


def test_running_classes_have_the_drop_outs_behind_them_that_are(make: Make) -> None:
    in_training = klass("T", START - WEEK, 10, status="running")
    nesting = klass("N", START - 3 * WEEK, 10, status="running")
    on_roster = klass("P", START - 4 * WEEK - dt.timedelta(days=1), 10, status="running")
    cancelled = klass("X", START, 10, status="cancelled")
    plan = make("6w", tblRoster=[roster(1)], tblHiring=[HIRING], tblClass=[in_training, nesting, on_roster, cancelled])
    table = walked(plan)
    assert_allclose(table["joins"], [0.0, 9.5, 0.0, 10 * 0.9 * 0.95, 0.0, 0.0], atol=1e-12)
    assert_allclose(table["training_heads"].iloc[:2], [10.0, 0.0])
    assert_allclose(table["nesting_heads"].iloc[:3], [10.0, 9.0, 9.0])
    assert table["starts"].sum() == 0


def test_class_without_terms_is_named(make: Make) -> None:
    plan = make(tblClass=[klass("C9", START, 5)])
    with pytest.raises(PlanError, match="class C9 has no training terms"):
        STEP.run(plan)
    assert "class_terms" in {finding.rule for finding in plan.check()}


def test_general_hiring_terms_serve_a_language_without_its_own(make: Make) -> None:
    general = {**HIRING, "language": "ANY", "training_yield": 0.5}
    plan = make(tblHiring=[general, HIRING], tblClass=[klass("A", START, 10), klass("B", START, 10, language="FR")])
    assert walked(plan, language="DE")["joins"].sum() == pytest.approx(8.55)
    assert walked(plan, language="FR")["joins"].sum() == pytest.approx(4.75)


def move(kind: str, heads: float, **more: object) -> dict[str, object]:
    row = {
        "movement": f"M-{kind}-{heads}",
        "kind": kind,
        "from_site": "HQ",
        "from_language": "DE",
        "from_role": "agent",
        "heads": heads,
        "start": START + WEEK,
        "status": "approved",
        "reason": "plan",
        **more,
    }
    if kind != "rampdown":
        row = {"to_site": "HQ", "to_language": "FR", "to_role": "agent", **row}
    return row


def test_movements_with_both_ends(make: Make) -> None:
    plan = make(
        tblRoster=[roster(20)],
        tblMovement=[
            move("loan", 4, return_on=START + 3 * WEEK, training_weeks=1),
            move("rampdown", 6),
            move("transfer", 5, status="proposed"),
        ],
    )
    german, french = walked(plan, language="DE"), walked(plan, language="FR")
    assert_allclose(german["closing"], [20, 10, 10, 14, 14, 14, 14, 14])
    assert_allclose(french["closing"], [0, 4, 4, 0, 0, 0, 0, 0])
    assert_allclose(french["ramped_fte"], [0, 0, 4, 0, 0, 0, 0, 0])
    assert german["rampdown"].sum() == 6
    done = plan.with_table("tblWalk", STEP.run(plan)["tblWalk"])
    assert all(check(done).passed for check in (headcount_closes, headcount_opening, transfers_balance))


def test_movements_before_the_count_are_on_the_roster(make: Make) -> None:
    before = START - 2 * WEEK
    plan = make(
        tblRoster=[roster(20), roster(4, language="FR")],
        tblMovement=[
            move("transfer", 3, start=before, status="done"),
            move("loan", 2, start=before, status="done", return_on=START + WEEK),
        ],
    )
    assert_allclose(walked(plan, language="DE")["closing"].iloc[:2], [20, 22])
    assert_allclose(walked(plan, language="FR")["closing"].iloc[:2], [4, 2])


def test_movements_between_the_count_and_the_plan_are_done_in_the_first_week(make: Make) -> None:
    plan = make(
        tblRoster=[roster(20, as_of=START - 3 * WEEK)],
        tblMovement=[move("rampdown", 3, start=START - WEEK, status="done")],
    )
    assert_allclose(walked(plan)["closing"], 17.0)
    assert_allclose(walked(plan)["opening"].iloc[0], 20.0)


def test_weeks_months_and_the_stub_close_exactly(make: Make) -> None:
    tables = {
        "tblRoster": [roster(120), roster(30, language="FR", fte=20.0)],
        "tblAttrition": [attrition(0.03, per="month"), attrition(0.3, per="year", month=dt.date(2026, 9, 1))],
        "tblHiring": [HIRING],
        "tblClass": [klass(f"C{n}", START + 5 * n * WEEK + dt.timedelta(days=n), 8) for n in range(12)],
        "tblMovement": [move("transfer", 7, start=dt.date(2026, 8, 13))],
    }
    plan = make("13w+15m", **tables)
    table = plan.with_table("tblWalk", STEP.run(plan)["tblWalk"])
    assert table["tblWalk"]["period"].nunique() == 29
    assert all(check(table).passed for check in (headcount_closes, headcount_opening, transfers_balance))
    weekly = walked(make("26w", **tables), language="DE")
    mixed = walked(plan, language="DE")
    # Both grids are the same weeks until the months begin, and every flow is counted once.
    assert_allclose(mixed["closing"].iloc[:13], weekly["closing"].iloc[:13], rtol=1e-14)
    assert mixed["joins"].sum() == pytest.approx(12 * 8 * 0.9 * 0.95, rel=1e-12)


def test_fte_per_head_and_seats(make: Make) -> None:
    capacity = [
        {"site": "HQ", "valid_from": START, "seats": 30.0},
        {"site": "HQ", "valid_from": START + 10 * dt.timedelta(days=1), "seats": 10.0},
    ]
    plan = make("2w", tblRoster=[roster(20, fte=15.0), roster(4, language="FR")], tblSiteCapacity=capacity)
    german = walked(plan, language="DE")
    assert_allclose(german["ramped_fte"], 15.0)
    assert_allclose(german["seats_used"], 20.0)
    assert_allclose(german["over_under_seats"], [6.0, -14.0])
    assert walked(make("2w", tblRoster=[roster(20)]))["over_under_seats"].isna().all()


def test_pool_supply_closes_in_fte(make: Make) -> None:
    plan = make(
        "4w+3m",
        tblRoster=[roster(100, fte=80.0), roster(0, language="FR")],
        tblAttrition=[attrition(0.04, per="month")],
        tblHiring=[HIRING],
        tblClass=[klass("C", START, 20)],
    )
    flow = pool_supply(plan)
    closing = flow["opening_fte"] * (1 - flow["attrition_rate"]) + flow["net_fte"]
    assert_allclose(closing, flow["closing_fte"], rtol=1e-12, atol=1e-12)
    german = flow.loc[flow["language"].eq("DE")]
    assert_allclose(german["attrition_rate"].iloc[-3:], 0.04, rtol=1e-12)
    assert german["joins_fte"].sum() == pytest.approx(20 * 0.9 * 0.95 * 0.8)
    empty = flow.loc[flow["language"].eq("FR")]
    assert_allclose(empty["attrition_rate"].iloc[-3:], 0.04, rtol=1e-12)
    table = walked(plan, language="DE")
    assert_allclose(german["opening_fte"], table["opening"] * 0.8, rtol=1e-12)


def test_the_grid_cuts_weeks_at_month_ends() -> None:
    periods = pd.DataFrame(
        {
            "period": ["2026-W26", "2026-06s", "2026-07"],
            "start": pd.to_datetime(["2026-06-22", "2026-06-29", "2026-07-01"]),
            "end": pd.to_datetime(["2026-06-28", "2026-06-30", "2026-07-31"]),
        }
    )
    weeks = week_grid(periods)
    assert weeks.days.tolist() == [7, 2, 5, 7, 7, 7, 5]
    assert weeks.period.tolist() == [0, 1, 2, 2, 2, 2, 2]
    dates = np.array(["2026-06-21", "2026-06-30", "2026-07-31", "2026-08-01"], "datetime64[D]")
    assert weeks.at(dates).tolist() == [-1, 1, 6, 7]
