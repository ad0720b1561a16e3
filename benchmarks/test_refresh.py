"""A refresh of the sample workbook: its time stage by stage, its memory, and how long Excel waits for the functions.

Run with ``pytest benchmarks/test_refresh.py -s``. Peers are measured in the same run: openpyxl reading and saving the
same file, ``import numpy`` in a process of its own.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import xlplan
from xlplan import macros
from xlplan.planning.pipeline import STEPS
from xlplan.planning.steps import Step
from xlplan.reports.checks import checks_table
from xlplan.reports.summary import day_figures, kpi_table, period_figures, volume_figures
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.plans import read_plan, write_plan

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ROOT = Path(__file__).resolve().parents[1]
ROUNDS, STARTS = 5, 15
Benchmark = Any


@pytest.fixture(scope="module")
def medians() -> Iterator[dict[str, float]]:
    """Median seconds by stage; printed as shares of the whole when all are measured."""
    found: dict[str, float] = {}
    yield found
    whole = found.get("whole refresh")
    print()
    for stage, seconds in found.items():
        share = f"{seconds / whole:7.1%} of a refresh" if whole else ""
        print(f"{stage:<48} {seconds * 1000:9.1f} ms {share}")


def measured(benchmark: Benchmark, run: Callable[..., Any], setup: Callable[[], Any] | None = None) -> float:
    benchmark.pedantic(run, setup=setup, rounds=ROUNDS, warmup_rounds=0 if setup else 1)
    return float(benchmark.stats.stats.median)


def refreshed(path: Path) -> macros.Refreshed:
    book = FileBook.open(path)
    done = macros.refresh(book, now=NOW)
    book.save(path)
    return done


def test_the_whole(benchmark: Benchmark, workbook: Path, medians: dict[str, float]) -> None:
    medians["whole refresh"] = measured(benchmark, lambda: refreshed(workbook))
    assert refreshed(workbook).passed


def test_read(benchmark: Benchmark, workbook: Path, medians: dict[str, float]) -> None:
    medians["read"] = measured(benchmark, lambda: read_plan(FileBook.open(workbook)))
    assert len(read_plan(FileBook.open(workbook)).plan["tblInterval"]) == 4756


@pytest.mark.parametrize("step", STEPS, ids=[step.name for step in STEPS])
def test_step(benchmark: Benchmark, step: Step, workbook: Path, medians: dict[str, float]) -> None:
    before = [earlier.name for earlier in STEPS[: STEPS.index(step)]]
    plan = xlplan.run(xlplan.read_plan(workbook), before)
    medians[f"step {step.name}"] = measured(benchmark, lambda: step.run(plan))
    assert set(step.run(plan)) == set(step.gives)


def test_reports(benchmark: Benchmark, workbook: Path, medians: dict[str, float]) -> None:
    plan = xlplan.run(xlplan.read_plan(workbook))

    def reports() -> list[Any]:
        figures = [volume_figures(plan), period_figures(plan), day_figures(plan)]
        return [checks_table(plan, [], {}), kpi_table(plan, failed=0), *figures]

    medians["reports"] = measured(benchmark, reports)
    assert all(len(table) for table in reports())


def test_write(benchmark: Benchmark, workbook: Path, medians: dict[str, float]) -> None:
    plan = xlplan.run(xlplan.read_plan(workbook))
    template = ROOT / "templates" / "plan_intervals.xlsx"
    medians["write, every result into an empty template"] = measured(
        benchmark, write_plan, lambda: ((FileBook.open(template), plan), {})
    )
    assert FileBook.open(workbook).places()["tblIntervalReq"].rows > 500


def test_save(benchmark: Benchmark, workbook: Path, tmp_path: Path, medians: dict[str, float]) -> None:
    book = FileBook.open(workbook)
    macros.refresh(book, now=NOW + dt.timedelta(hours=1))
    numbers = iter(range(10**6))
    medians["save"] = measured(benchmark, lambda: book.save(tmp_path / f"{next(numbers)}.xlsx"))
    assert (tmp_path / "0.xlsx").stat().st_size > 10_000


def test_openpyxl_reading_and_saving_the_same_file(
    benchmark: Benchmark, workbook: Path, tmp_path: Path, medians: dict[str, float]
) -> None:
    """The peer: what it costs to have the workbook in openpyxl and write it back, with nothing computed."""
    peer = measured(benchmark, lambda: openpyxl.load_workbook(workbook).save(tmp_path / "peer.xlsx"))
    medians["peer: openpyxl, load and save"] = peer
    if "whole refresh" in medians:
        print(f"\na whole refresh takes {medians['whole refresh'] / peer:.2f} x openpyxl's load and save")
    assert (tmp_path / "peer.xlsx").exists()


# ---- in processes of their own --------------------------------------------------------------------------------------


def run(script: str) -> subprocess.CompletedProcess[str]:
    known = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=known)


def peak(script: str) -> float:
    """Peak memory of a process that runs a script, in MiB.

    A process counts the peak of the one that started it until it is itself, so a small one starts it.
    """
    measured = f"{script}\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    start = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {measured!r}], check=True)"
    return int(run(start).stdout.split()[-1]) / (2**20 if sys.platform == "darwin" else 2**10)


def test_peak_memory(workbook: Path) -> None:
    """The interpreter and the libraries in it, beside openpyxl holding the same file."""
    whole = peak(f"from xlplan.hosts.shell import main; main(['refresh', {str(workbook)!r}])")
    peer = peak(f"import openpyxl; book = openpyxl.load_workbook({str(workbook)!r})")
    nothing = peak("pass")
    print(f"\npeak memory of a refresh {whole:.0f} MiB, {whole / peer:.2f} x openpyxl holding the file", end="")
    print(f" ({peer:.0f} MiB; an empty interpreter {nothing:.0f} MiB)")
    assert whole > nothing


def test_import_of_the_functions() -> None:
    """Median over interleaved starts, the start of the interpreter taken off."""
    statements = ("pass", "import xlplan.functions", "import numpy")
    taken: dict[str, list[float]] = {statement: [] for statement in statements}
    for _ in range(STARTS):
        for statement in statements:
            began = time.perf_counter()
            run(statement)
            taken[statement].append(time.perf_counter() - began)
    empty, functions, peer = (statistics.median(taken[statement]) for statement in statements)
    print(
        f"\nimport xlplan.functions {1000 * (functions - empty):.0f} ms, import numpy {1000 * (peer - empty):.0f} ms: ",
        end="",
    )
    print(f"{(functions - empty) / (peer - empty):.2f} x (an interpreter starts in {1000 * empty:.0f} ms)")
    assert len(taken["import numpy"]) == STARTS
