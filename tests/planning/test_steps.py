"""The pipeline: steps in order, what they need and give, progress and refusal."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest

import xlplan
from xlplan.errors import Cancelled, PlanError, TableError
from xlplan.planning.pipeline import STEPS
from xlplan.planning.steps import Step, missing, run
from xlplan.tables import dictionary
from xlplan.tables.plan import Plan

SKILL = {"skill": ["fraud"], "name": ["Fraud"]}


def step(name: str, *, needs: tuple[str, ...] = (), **gives: Mapping[str, object]) -> Step:
    return Step(name, f"doing {name}", needs, tuple(gives), lambda plan: {k: pd.DataFrame(v) for k, v in gives.items()})


def test_each_step_sees_what_the_one_before_gave() -> None:
    seen: list[list[str]] = []

    def look(plan: Plan) -> dict[str, pd.DataFrame]:
        seen.append(plan["tblSkill"]["skill"].tolist())
        return {}

    done = run(Plan.sample(), [step("first", tblSkill=SKILL), Step("second", "looking", ("tblSkill",), (), look)])
    assert seen == [["fraud"]]
    assert done["tblSkill"]["name"].tolist() == ["Fraud"]


def test_what_an_earlier_step_gives_is_not_missing() -> None:
    chain = [step("first", tblSkill=SKILL), step("second", needs=("tblSkill", "tblLob"))]
    (finding,) = missing(Plan.sample(), chain)
    assert finding.where == "tblLob"
    assert finding.found == "no such table"
    assert "the step second needs it" in finding.expected
    emptied = Plan.sample().with_table("tblLob", {"lob": [], "name": [], "owner": [], "moderation": []})
    assert [f.found for f in missing(emptied, chain)] == ["an empty table"]


def test_nothing_is_computed_from_inputs_with_errors() -> None:
    def never(plan: Plan) -> dict[str, pd.DataFrame]:
        raise AssertionError("computed from a broken plan")

    broken = Plan(Plan.sample().tables, {**Plan.sample().names, "PlanStart": None})
    with pytest.raises(TableError, match="named cell PlanStart: found a blank"):
        run(broken, [Step("first", "doing", (), (), never)])


def test_a_step_gives_what_it_says() -> None:
    liar = Step("liar", "lying", (), ("tblSkill",), lambda plan: {})
    with pytest.raises(PlanError, match=r"step liar gave \[\], expected \['tblSkill'\]"):
        run(Plan.sample(), [liar])


def test_a_result_that_breaks_the_dictionary_is_refused() -> None:
    with pytest.raises(TableError, match=r"tblSkill\.name, row 1: found a blank"):
        run(Plan.sample(), [step("bad", tblSkill={"skill": ["fraud"], "name": [None]})])


def test_progress_tells_the_share_done_and_may_stop() -> None:
    told: list[tuple[str, float]] = []
    steps = [step("one"), step("two")]
    run(Plan.sample(), steps, progress=lambda says, share: told.append((says, share)))
    assert told == [("doing one", 0.0), ("doing two", 0.5), ("done", 1.0)]

    def stop(says: str, share: float) -> None:
        if says == "doing two":
            raise Cancelled(says)

    with pytest.raises(Cancelled, match="stopped during doing two; nothing was written"):
        run(Plan.sample(), steps, progress=stop)


def test_the_plan_s_own_steps_feed_each_other() -> None:
    given: set[str] = set()
    for one in STEPS:
        for name in one.needs:
            assert name in given or not dictionary.table(name).by_engine, f"{one.name} needs {name} from nobody"
        for name in one.gives:
            assert dictionary.table(name).by_engine, f"{one.name} writes the planner's {name}"
        assert given.isdisjoint(one.gives), "one owner a table"
        given |= set(one.gives)
    assert len({one.name for one in STEPS}) == len(STEPS)


def test_some_steps_alone() -> None:
    part = xlplan.run(Plan.sample(), ["forecast", "calendar"])
    assert {"tblPeriod", "tblForecast"} <= set(part.tables)
    assert "tblReq" not in part
    whole = xlplan.run(part, ["staffing", "allocation", "budget", "outcome"])
    pd.testing.assert_frame_equal(whole["tblBudget"], xlplan.run(Plan.sample())["tblBudget"])
    with pytest.raises(PlanError, match="no step forcast; use calendar"):
        xlplan.run(Plan.sample(), ["forcast"])
