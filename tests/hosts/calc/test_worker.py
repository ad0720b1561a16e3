"""The worker as a process: a clean environment, one restart, a time limit, and a pause when nothing helps."""

from __future__ import annotations

import math
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xlplan.hosts.calc.addin import process
from xlplan.hosts.calc.addin.functions import CELLS_KEPT, Functions
from xlplan.hosts.calc.addin.process import Worker, WorkerFailed
from xlplan.hosts.calc.addin.wire import error_code
from xlplan.hosts.calc.package import command

ROOT = Path(__file__).resolve().parents[3]
SIMPLE = ("call", "XP_WORKLOAD_HOURS", (1200.0, 180.0))


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Any]:
    """Makes workers, and ends them after the test."""
    made: list[Worker] = []

    def make_worker(start: list[str] | None = None) -> Worker:
        made.append(Worker(start or command(), str(tmp_path / "log.txt")))
        return made[-1]

    yield make_worker
    for worker in made:
        worker.stop()


def changed(change: str) -> list[str]:
    """A worker in which a call does something else first."""
    return [
        sys.executable,
        "-P",
        "-c",
        f"import os, sys, time; sys.path.insert(0, {str(ROOT)!r}); import xlplan.hosts.calc.worker as w; old = w.call\n"
        f"def call(name, *cells, **more):\n    {change}\n    return old(name, *cells, **more)\n"
        "w.call = call; w.main()",
    ]


def test_an_answer(make: Any) -> None:
    assert make().ask(SIMPLE, seconds=60) == (((60.0,),), "", "")


def test_libreoffices_own_settings_do_not_reach_it(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in process.FOREIGN:
        monkeypatch.setenv(name, "/nowhere")
    assert make().ask(SIMPLE, seconds=60)[0] == ((60.0,),)


def test_the_folder_it_is_started_in_does_not_reach_it(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "xlplan.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    assert make().ask(SIMPLE, seconds=60)[0] == ((60.0,),)


def test_one_that_was_killed_is_restarted(make: Any) -> None:
    worker = make()
    for _ in range(3):
        pid = worker.ask(("status",), seconds=60)["pid"]
        os.kill(pid, signal.SIGTERM)
        assert worker.ask(SIMPLE, seconds=60)[0] == ((60.0,),)


def test_one_that_dies_every_time_is_restarted_once_and_then_left_alone(make: Any, tmp_path: Path) -> None:
    worker = make(changed(f"open({str(tmp_path / 'calls')!r}, 'a').write('x'); os._exit(3)"))
    for _ in range(5):
        with pytest.raises(WorkerFailed, match="gave no answer"):
            worker.ask(SIMPLE, seconds=60)
    assert (tmp_path / "calls").read_text() == "xx"


def test_one_that_cannot_be_started_says_so(make: Any) -> None:
    with pytest.raises(WorkerFailed, match="run xlplan calc install again"):
        make(["/nowhere/python"]).ask(SIMPLE, seconds=60)


def test_one_that_hangs_is_ended_after_its_time(make: Any, tmp_path: Path) -> None:
    worker = make(changed("time.sleep(60) if cells[0] == 7 else None"))
    assert worker.ask(SIMPLE, seconds=60)[0] == ((60.0,),)
    with pytest.raises(WorkerFailed, match=r"longer than 0\.5 seconds"):
        worker.ask(("call", "XP_WORKLOAD_HOURS", (7.0, 180.0)), seconds=0.5)
    assert "most recent call first" in (tmp_path / "log.txt").read_text()  # where it hung
    assert worker.ask(SIMPLE, seconds=60)[0] == ((60.0,),)


def test_one_of_another_release_is_refused(make: Any) -> None:
    start = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from xlplan.hosts.calc.addin.wire import send; "
        "send(sys.stdout.buffer, 0)"
    )
    with pytest.raises(WorkerFailed, match="different releases"):
        make([sys.executable, "-P", "-c", start]).ask(SIMPLE, seconds=60)


def test_what_anything_prints_goes_to_the_log(make: Any, tmp_path: Path) -> None:
    worker = make(changed("print('a noise', flush=True)"))
    assert worker.ask(SIMPLE, seconds=60)[0] == ((60.0,),)
    assert "a noise" in (tmp_path / "log.txt").read_text()


def test_a_fault_of_the_engine_fails_one_cell(make: Any, tmp_path: Path) -> None:
    worker = make(changed("1 / (cells[0] - 7)"))
    pid = worker.ask(("status",), seconds=60)["pid"]
    rows, code, sentence = worker.ask(("call", "XP_WORKLOAD_HOURS", (7.0, 180.0)), seconds=60)
    assert error_code(rows[0][0]) == code == "#VALUE!"
    assert "ZeroDivisionError" in sentence
    assert "Traceback" in (tmp_path / "log.txt").read_text()
    assert worker.ask(SIMPLE, seconds=60)[0] == ((60.0,),)
    assert worker.ask(("status",), seconds=60)["pid"] == pid


class Counting:
    """Stands for a worker: remembers what reached it."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def ask(self, message: Any, *, seconds: float) -> Any:
        self.asked.append(message)
        return ((float(len(self.asked)),),), "", ""


class Silent:
    """A log."""

    def warning(self, *_: Any) -> None:
        pass


def functions(worker: Any) -> Functions:
    return Functions(worker, 60.0, Silent())  # type: ignore[arg-type]


def test_equal_arguments_are_asked_once() -> None:
    worker = Counting()
    host = functions(worker)
    column = tuple((float(row),) for row in range(1000))
    first = host.call("XP_WAPE", (column, column))
    assert host.call("XP_WAPE", (column, tuple(column), None, None)) is first
    assert host.call("XP_BIAS", (column, column)) != first
    assert len(worker.asked) == 2


def test_what_is_remembered_has_a_bound() -> None:
    worker = Counting()
    host = functions(worker)
    wide = 1000
    calls = CELLS_KEPT // wide + 10
    for number in range(calls):
        host.call("XP_WAPE", (((float(number),) * wide,),))
    host.call("XP_WAPE", (((float(calls - 1),) * wide,),))
    assert len(worker.asked) == calls  # the last is remembered
    host.call("XP_WAPE", (((0.0,) * wide,),))
    assert len(worker.asked) == calls + 1  # the first is not
    huge = ((math.pi,) * CELLS_KEPT,)
    host.call("XP_WAPE", (huge,))
    host.call("XP_WAPE", (huge,))
    assert len(worker.asked) == calls + 3  # one that would drive out all others never is


def test_whole_columns_are_cut_together_behind_the_last_filled_row() -> None:
    worker = Counting()
    blank = ((None,),) * (1_048_576 - 3)
    functions(worker).call("XP_FVA", (((1.0,), (2.0,), (3.0,), *blank), ((1.0,), (None,), (None,), *blank), 5.0))
    assert worker.asked == [("call", "XP_FVA", (((1.0,), (2.0,), (3.0,)), ((1.0,), (None,), (None,)), 5.0))]


class Asked(Counting):
    """Stands for a worker that first wants two things of the document."""

    def ask(self, message: Any, *, seconds: float) -> Any:
        self.asked.append(message)
        wanted = [("named", "PlanCurrency"), ("columns", "tblFx", ("rate",))]
        rounds = len(self.asked) - 1
        return (wanted[rounds], None) if rounds < 2 else (None, (((7.0,),), "#N/A", "no rate"))


class Paper:
    """Stands for a document."""

    key = "12"

    def __init__(self, failing: list[tuple[str, str]] | None = None) -> None:
        self._failing = failing or []

    def plan_facts(self) -> dict[str, Any]:
        return {"key": self.key, "label": "a.xlsx", "epoch": (1899, 12, 30), "stamp": "1"}

    def named(self, name: str) -> str:
        return f"named {name}"

    def columns(self, name: str, wanted: Any) -> dict[str, Any]:
        return {column: [1.0] for column in wanted}

    def failing(self, most: int) -> Iterator[Any]:
        for address, formula in self._failing[:most]:
            yield address, formula, {"A1": -5.0}.__getitem__


def test_what_the_worker_wants_of_the_document_comes_with_the_next_call() -> None:
    worker, paper = Asked(), Paper()
    host = Functions(worker, 60.0, Silent(), {"XP_FX"})  # type: ignore[arg-type]
    for _ in range(2):
        assert host.read("XP_FX", (1.0, "EUR", None), paper) == ((7.0,),)  # type: ignore[arg-type]
    answers = [message[4] for message in worker.asked]
    assert answers == [
        {},
        {("named", "PlanCurrency"): "named PlanCurrency"},
        {("columns", "tblFx", ("rate",)): {"rate": [1.0]}},
    ]
    assert worker.asked[0][:3] == ("read", "XP_FX", (1.0, "EUR"))


def test_failures_are_those_of_the_formulas_that_stand_in_the_document() -> None:
    host = Functions(Asked(), 60.0, Silent(), {"XP_FX"})  # type: ignore[arg-type]
    paper = Paper(
        [
            ("S!B1", '=XP_FX(1;"EUR")'),
            ("S!B2", '=XP_FX(2;"EUR")'),  # nobody asked that
            ("S!C1", '{=XP_FX(1;"EUR")}'),
            ("S!C2", '{=XP_FX(1;"EUR")}'),
            ("S!D1", "=1/0"),
            ("S!E1", '=XP_WHY("S!B1")'),
            ("S!F1", '=XP_FX(SUM(A1);"EUR")'),  # a calculation: the function's last error has to do
        ]
    )
    host.read("XP_FX", (1.0, "EUR"), paper)  # type: ignore[arg-type]
    found = host.failures(paper)  # type: ignore[arg-type]
    assert found == [(cell, "XP_FX", "#N/A", "no rate") for cell in ("S!B1", "S!C1", "S!F1")]


def test_the_worker_asks_for_tables_once_a_stamp(make: Any) -> None:
    from xlplan.functions.plan.example import example_plan

    plan = example_plan().plan
    facts = {"key": "12", "label": "a.xlsx", "epoch": (1899, 12, 30), "stamp": "1"}
    message = ("read", "XP_RESULT", ("hours per fte", (("HQ", "2026-W15"),), "x"), facts)
    worker, wanted = make(), []
    answers: dict[Any, Any] = {}
    while True:
        question, answer = worker.ask((*message, answers), seconds=60)
        if question is None:
            break
        wanted.append(question[1])
        answers = {question: {name: plan[question[1]][name].tolist() for name in question[2]}}
    assert wanted == ["tblFteHours", "tblPeriod"]
    assert answer[0] == ((pytest.approx(plan["tblFteHours"]["productive_hours"].iloc[0]),),)
    assert worker.ask((*message, {}), seconds=60)[0] is None
    assert worker.ask(("status",), seconds=60)["runs"] == 2
