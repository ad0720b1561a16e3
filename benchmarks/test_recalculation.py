"""True values for 50,000 formula cells, beside LibreOffice converting the same file and openpyxl reading it.

Run with ``pytest benchmarks/test_recalculation.py -s``.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xlplan import macros
from xlplan.workbook.freeze import freeze
from xlplan.workbook.package.file_book import FileBook

ROWS, QUEUES = 9_990, 50
FORMULAS = 5 * ROWS + QUEUES
CALLS = 10_000
ROUNDS = 3
Benchmark = Any


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """5,000 rows of volume and 50,000 formulas that all read them, calculated once."""
    path = tmp_path_factory.mktemp("large") / "large.xlsx"
    book = openpyxl.Workbook()
    data = book.active
    data.title = "Data"
    data.append(["queue", "volume", "aht_s", "factor", 1.0])
    for row in range(5_000):
        data.append([f"Q{row % QUEUES}", 100 + row * 7919 % 9_000, 200 + row % 97])
    calc = book.create_sheet("Calc")
    for row in range(1, ROWS + 1):
        at = row % 5_000 + 2
        calc.append([
            f"=Data!B{at}*Data!C{at}/3600*Data!$E$1", f"=A{row}*1.1+IF(A{row}>100,1,2)", f"=ROUND(B{row}/7.5,2)",
            f'=IFERROR(INDEX(Data!A$2:A$5001,MATCH(A{row},Data!B$2:B$5001,0)),"none")', f'=SUM(A{row}:C{row})&" h"',
        ])  # fmt: skip
    for queue in range(QUEUES):
        calc.cell(queue + 1, 7, f'=SUMIFS(Data!B$2:B$5001,Data!A$2:A$5001,"Q{queue}")*Data!$E$1')
    book.save(path)
    return refreshed(path, 1.5)


def refreshed(path: Path, factor: float) -> Path:
    """The workbook with its factor set and its formulas calculated."""
    book = FileBook.open(path)
    book.write_cells("Data", {"E1": factor})
    book.save(path)
    assert not book.remarks
    return path


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """10,000 formulas of XP_AGENTS, each with an argument to calculate, and a sum of them."""
    path = tmp_path_factory.mktemp("called") / "called.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    sheet.append(["volume", "aht_s", "agents", "factor", 1.0, f"=SUM(C2:C{CALLS + 1})"])
    for row in range(2, CALLS + 2):
        sheet.append([50 + row * 7919 % 900, 200 + row % 97, f"=XP_AGENTS(A{row}*$E$1,B{row},30,80%,20)"])
    book.save(path)
    return path


def answered(path: Path, factor: float) -> float:
    """The workbook with its factor set and its functions answered; the sum of the agents."""
    book = macros.open_book(path)
    book.write_cells("Data", {"E1": factor})
    book.save(path)
    assert not book.remarks
    return float(FileBook.open(path).read_cells("Data", "F1")[0][0])


def converted(path: Path, folder: Path) -> None:
    """LibreOffice loads and saves the workbook."""
    profile = (folder / "profile").as_uri()
    command = [
        "soffice",
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
    ]
    subprocess.run([*command, "--outdir", str(folder), str(path)], check=True, capture_output=True)


def test_a_change_that_every_formula_reads(benchmark: Benchmark, large: Path, tmp_path: Path) -> None:
    factors = iter(range(2, 2 + ROUNDS))

    def setup() -> tuple[tuple[Path, float], dict[str, Any]]:
        return (Path(shutil.copy(large, tmp_path / "plan.xlsx")), float(next(factors))), {}

    benchmark.pedantic(refreshed, setup=setup, rounds=ROUNDS)
    ours = benchmark.stats.stats.median
    converted(large, tmp_path)  # the first start makes its profile
    start = time.perf_counter()
    converted(large, tmp_path)
    office = time.perf_counter() - start
    start = time.perf_counter()
    openpyxl.load_workbook(large)
    reading = time.perf_counter() - start
    print(f"\n{FORMULAS:,} formula cells changed, calculated twice, compared and written: {ours:.2f} s")
    print(f"LibreOffice converts the file in {office:.2f} s: {office / ours:.1f} times that")
    print(f"openpyxl only reads it in {reading:.2f} s: {reading / ours:.1f} times that")


def test_functions_of_xlplan_in_a_closed_file(benchmark: Benchmark, called: Path, tmp_path: Path) -> None:
    factors = iter(range(2, 2 + ROUNDS))

    def setup() -> tuple[tuple[Path, float], dict[str, Any]]:
        return (Path(shutil.copy(called, tmp_path / "plan.xlsx")), float(next(factors))), {}

    agents = benchmark.pedantic(answered, setup=setup, rounds=ROUNDS)
    assert agents > CALLS
    ours = benchmark.stats.stats.median
    start = time.perf_counter()
    openpyxl.load_workbook(called)
    reading = time.perf_counter() - start
    print(f"\n{CALLS:,} formulas of XP_AGENTS answered: {ours:.2f} s, {1e6 * ours / CALLS:.0f} us per cell")
    print(f"openpyxl only reads the file in {reading:.2f} s: {reading / ours:.2f} times that")


def test_a_frozen_copy(benchmark: Benchmark, large: Path, tmp_path: Path) -> None:
    done = benchmark.pedantic(freeze, args=(large, tmp_path / "frozen.xlsx"), rounds=ROUNDS)
    assert done.formulas == FORMULAS
    print(f"\n{FORMULAS:,} formula cells frozen: {benchmark.stats.stats.median:.2f} s")
