"""Figures of the last run in a cell: by key, summed where that means something, refused where it does not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from xlplan.functions import CellError, call
from xlplan.functions.plan.example import example_plan
from xlplan.functions.plan.items import ALSO_CALLED, ITEMS, TIME_KEYS, keys_of
from xlplan.functions.plan.state import PlanInMemory
from xlplan.tables import dictionary

PLAN = example_plan()
KEY = ["support", "EN", "2026-W15"]
SITE = ["support", "EN", "HQ", "2026-W15"]


def result(item: str, *keys: Any, plan: Any = PLAN) -> Any:
    return call("XP_RESULT", item, [list(keys)] if keys else None, "stamp", plan=plan)


def failure(item: str, *keys: Any, plan: Any = PLAN) -> CellError:
    with pytest.raises(CellError) as failed:
        result(item, *keys, plan=plan)
    return failed.value


@pytest.mark.parametrize("name", ITEMS)
def test_every_item_is_a_column_of_the_dictionary(name: str) -> None:
    item = ITEMS[name]
    column = dictionary.table(item.table)[item.column]
    assert not column.key
    assert item.adds == "never" or column.numeric
    assert item.adds == "never" or column.type != "rate"
    assert item.adds not in {"across", "in time"} or TIME_KEYS & set(keys_of(item))


@pytest.mark.parametrize("name", [name for name, item in ITEMS.items() if item.table in PLAN.plan])
def test_every_row_of_every_item_is_found_by_its_keys(name: str) -> None:
    item = ITEMS[name]
    frame = PLAN.plan[item.table].dropna(subset=[item.column])
    serials = {key: f"{key}" for key in keys_of(item)}
    assert serials
    for row in frame.to_dict("records"):
        keys = [row[key] for key in keys_of(item)]
        cells = [key.to_pydatetime() if isinstance(key, pd.Timestamp) else key for key in keys]
        found, held = result(name, *cells), row[item.column]
        if isinstance(held, pd.Timestamp):
            held = float((held - pd.Timestamp(1899, 12, 30)).days)
        if "ANY" not in keys:
            assert found == held


def test_other_names_lead_to_items() -> None:
    assert set(ALSO_CALLED.values()) <= set(ITEMS)
    assert not set(ALSO_CALLED) & set(ITEMS)
    for spelling in ("Closing Backlog", "closing_backlog", " backlog "):
        assert result(spelling, *KEY) == result("closing backlog", *KEY)
    assert result("Over Under", *KEY) == result("over_under", *KEY) == result("gap", *KEY)


def test_keys_left_out_blank_or_any_are_summed_over() -> None:
    weeks = [result("required", "support", "EN", f"2026-W{week}") for week in (15, 16, 17, 18)]
    whole = pytest.approx(sum(weeks))
    assert result("required") == whole
    assert result("required", "support") == whole
    assert result("required", None, "any", "") == whole
    assert result("required", "ANY", "EN", "2026-W16") == weeks[1]


def test_every_row_of_keys_has_its_own_answer() -> None:
    answer = call("XP_RESULT", "volume", [KEY, ["nobody", "EN", "2026-W15"], ["support", None, None]], "x", plan=PLAN)
    assert answer[0] == [result("volume", *KEY)]
    assert answer[1][0].code == "#N/A"
    assert answer[2] == [result("volume", "support")]


@pytest.mark.parametrize("when", ["2026-W15", " 2026-W15 ", 46118, 46119.5, 46124, "2026-04-08", dt.date(2026, 4, 12)])
def test_a_period_is_named_by_its_id_or_by_any_day_of_it(when: Any) -> None:
    assert result("volume", "support", "EN", when) == result("volume", *KEY)


@pytest.mark.parametrize("when", [46117, "2026-05-04", 60_000])
def test_a_day_outside_the_plan_says_from_when_to_when_it_runs(when: Any) -> None:
    error = failure("volume", "support", "EN", when)
    assert (error.code, "2026-04-06 to 2026-05-03" in error.sentence) == ("#N/A", True)


def test_a_month_is_named_by_any_day_of_it() -> None:
    months = PLAN.plan["tblBudget"].groupby("month")["amount_plan"].sum()
    assert result("cost", None, None, None, dt.date(2026, 4, 17)) == pytest.approx(months.loc["2026-04-01"])
    assert result("cost") == pytest.approx(months.sum())


def test_heads_and_stocks_add_up_across_but_not_in_time() -> None:
    both = result("fte", "support", "EN", "ANY", "2026-W15")
    assert both == pytest.approx(result("fte", *SITE) + result("fte", "support", "EN", "Acme-LIS", "2026-W15"))
    error = failure("fte", "support", "EN", "HQ")
    assert error == CellError("#VALUE!", error.sentence)
    assert "give period too" in error.sentence


def test_rates_do_not_add_up_at_all() -> None:
    assert result("share", *SITE) == pytest.approx(0.6)
    assert "give site too" in failure("share", "support", "EN", None, "2026-W15").sentence
    assert "give site and period too" in failure("share", "support").sentence
    assert result("hours per fte", "HQ", "2026-W15") == call("XP_FTE_HOURS", "HQ", "2026-W15", "x", plan=PLAN)


def test_invoices_add_up_in_time_but_not_over_contracts() -> None:
    frame = PLAN.plan["tblInvoicePlan"]
    assert result("invoice", "Acme") == pytest.approx(frame["amount"].sum())
    two = pd.concat([frame, frame.assign(contract="Other")])
    tables = {**PLAN.plan.tables, "tblInvoicePlan": two}
    plan = PlanInMemory(type(PLAN.plan)(tables, PLAN.plan.names))
    assert "give contract too" in failure("invoice", plan=plan).sentence


def test_words_come_as_words() -> None:
    assert result("status") == "optimal"
    assert result("status", "cost") == "optimal"


def test_nothing_placed_on_ids_that_exist_is_0_and_an_unknown_id_is_an_error() -> None:
    plan = PLAN.plan
    kept = plan["tblAllocation"].loc[lambda f: f["site"].eq("HQ")]
    source = PlanInMemory(plan.with_table("tblAllocation", kept))
    assert result("hours", "support", "EN", "Acme-LIS", "2026-W15", plan=source) == 0.0
    assert failure("share", "support", "EN", "Acme-LIS", "2026-W15", plan=source).code == "#N/A"
    error = failure("hours", "support", "EN", "Acme-LIZ", "2026-W15", plan=source)
    assert "has no site Acme-LIZ" in error.sentence


def test_an_unknown_id_is_answered_with_the_nearest_or_with_what_there_is() -> None:
    assert failure("volume", "suport").sentence == "tblForecast has no queue suport; did you mean support?"
    assert failure("volume", "xyz").sentence == "tblForecast has no queue xyz; it has support"
    assert failure("volume", "support", "EN", "2026-W99").code == "#N/A"


def test_keys_in_another_order_are_told_the_order() -> None:
    error = failure("hours", "support", "EN", "2026-W15")
    assert error.code == "#N/A"
    assert error.sentence.startswith("2026-W15 is a period and no site; give the keys in order: queue, language, site")


def test_an_unknown_item_is_answered_with_five_and_the_total() -> None:
    assert "did you mean volume?" in failure("volumes").sentence
    assert f"{len(ITEMS)} in all" in failure("???").sentence
    assert failure("???").code == "#VALUE!"


def test_more_keys_than_the_table_has_name_those_it_has() -> None:
    assert "queue, language, period" in failure("volume", *KEY, "more").sentence


def test_a_blank_result_says_what_the_blank_means() -> None:
    error = failure("effective cost", *SITE)
    assert (error.code, "nothing handled" in error.sentence) == ("#N/A", True)


def test_an_error_among_the_keys_is_the_error_of_the_answer() -> None:
    class Error:
        code = "#REF!"

    assert failure("volume", Error()).code == "#REF!"


def test_an_id_that_is_a_number_is_found() -> None:
    plan = PLAN.plan
    source = PlanInMemory(plan.with_table("tblForecast", plan["tblForecast"].assign(queue="1001")))
    assert result("volume", 1001.0, plan=source) == result("volume", "1001", plan=source) == result("volume")


def test_fte_hours_of_a_table_of_sites_and_periods() -> None:
    sites, weeks = [["HQ"], ["Acme-LIS"], ["Mars"]], [["2026-W15", "2026-W16"]]
    answer = call("XP_FTE_HOURS", sites, weeks, "x", plan=PLAN)
    hours = PLAN.plan["tblFteHours"].set_index(["site", "period"])["productive_hours"]
    assert answer[:2] == [[hours[site, week] for week in weeks[0]] for (site,) in sites[:2]]
    assert [cell.code for cell in answer[2]] == ["#N/A", "#N/A"]


def test_checks_are_true_false_or_not_run() -> None:
    plan = PLAN.plan
    status = ["pass", "fail", "not_run", *["pass"] * (len(plan["tblCheck"]) - 3)]
    source = PlanInMemory(plan.with_table("tblCheck", plan["tblCheck"].assign(status=status)))
    ids = [[name] for name in plan["tblCheck"]["check"][:3]]
    answer = call("XP_CHECK", [*ids, ["no_such"]], "x", plan=source)
    assert answer[:2] == [[True], [False]]
    assert "was not run" in answer[2][0].sentence
    assert "the plan has no check no_such" in answer[3][0].sentence
