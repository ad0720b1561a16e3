"""Reading and writing a large table in a planner's workbook, beside openpyxl and python-calamine.

Run with ``pytest benchmarks/test_workbook.py -s``. The workbook holds one table of 100,000 rows and 20 columns (text,
whole numbers, fractions). Every act runs in a process of its own: processor seconds are those of the act, peak memory
is that of the process with its data and libraries. Peers do the same act on the same file in the same run.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROWS, COLUMNS = 100_000, 20
OPEN = "from xlplan.workbook.package.file_book import FileBook\nbook = FileBook.open(path)\n"
DATA = f"""
import random
def data(seed):
    r = random.Random(seed)
    kinds = [
        lambda k, c: f"Queue {{(k * 7 + seed + c) % 977}}",
        lambda k, c: (k * 31 + seed * 7 + c) % 10007,
        lambda k, c: r.random() * 1000,
    ]
    kind = [kinds[0]] * 4 + [kinds[1]] * 4 + [kinds[2]] * {COLUMNS - 8}
    return {{f"c{{c}}": [kind[c](k, c) for k in range({ROWS})] for c in range({COLUMNS})}}
"""
XLPLAN, OPENPYXL = "import xlplan.workbook.package.file_book", "import openpyxl"
CALAMINE = "import python_calamine"


def measured(script: str, path: Path, imports: str) -> tuple[float, float]:
    """Processor seconds of what stands below ``# act`` in a script, and peak MB of its process."""
    parts = f"import json, resource, time\npath = {str(path)!r}\n{DATA}\n{imports}\n"
    setup, _, act = script.rpartition("# act\n")
    whole = (
        f"{parts}{setup}\nbegan = time.process_time()\n{act}\n"
        "print(json.dumps([time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))"
    )
    start = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {whole!r}], check=True)"
    known = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, check=True, env=known)
    seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, peak / (2**20 if sys.platform == "darwin" else 2**10)


def told(what: str, own: tuple[float, float], **peers: tuple[float, float]) -> None:
    line = f"\n{what}: {own[0]:.2f} s, {own[1]:.0f} MB"
    for peer, (seconds, peak) in peers.items():
        line += (
            f"; {peer} {seconds:.2f} s, {peak:.0f} MB (xlplan takes {own[0] / seconds:.2f} x and {own[1] / peak:.2f} x)"
        )
    print(line, end="")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook, its table filled with the data of seed 1."""
    path = tmp_path_factory.mktemp("large") / "large.xlsx"
    make = (
        "from openpyxl.worksheet.table import Table\nbook = openpyxl.Workbook()\nsheet = book.active\n"
        "sheet.title = 'Data'\n"
        f"sheet.append([f'c{{c}}' for c in range({COLUMNS})])\nsheet.append([None] * {COLUMNS})\n"
        "sheet.add_table(Table(displayName='tblBig', ref='A1:T2'))\nbook.save(path)\n"
        f"{OPEN}book.write('tblBig', data(1))\nbook.save(path)\n"
    )
    measured(f"# act\n{make}", path, OPENPYXL)
    return path


WRITTEN = f"values = data(2)\n# act\n{OPEN}changed = book.write('tblBig', values)\nbook.save(path + '.out.xlsx')"


def test_new_results_into_the_workbook(large: Path) -> None:
    """Every cell another value: two million cells overwritten."""
    own = measured(WRITTEN, large, XLPLAN)
    peer = measured(
        "values = list(zip(*data(2).values()))\n# act\nbook = openpyxl.load_workbook(path)\nsheet = book['Data']\n"
        "for row, given in enumerate(values, 2):\n    for column, value in enumerate(given, 1):\n"
        "        sheet.cell(row, column).value = value\nbook.save(path + '.peer.xlsx')",
        large, OPENPYXL,
    )  # fmt: skip
    told("overwrite 100,000 x 20", own, openpyxl=peer)
    assert Path(f"{large}.out.xlsx").stat().st_size > 10 << 20


def test_reading(large: Path) -> None:
    own = measured(f"# act\n{OPEN}read = book.read('tblBig')\nassert len(read.columns['c19']) == {ROWS}", large, XLPLAN)
    peer = measured(
        "# act\nbook = openpyxl.load_workbook(path, read_only=True)\n"
        f"assert sum(1 for _ in book['Data'].iter_rows(values_only=True)) == {ROWS} + 1",
        large, OPENPYXL,
    )  # fmt: skip
    fast = measured(
        "# act\nbook = python_calamine.CalamineWorkbook.from_path(path)\n"
        f"assert len(book.get_sheet_by_name('Data').to_python()) == {ROWS} + 1",
        large, CALAMINE,
    )  # fmt: skip
    told("read 100,000 x 20", own, openpyxl=peer, calamine=fast)
    assert own[1] > 0


def test_a_refresh_with_equal_data(large: Path) -> None:
    """Nothing to write: the file that is saved is the file that was read, byte for byte."""
    same = f"values = data(1)\n# act\n{OPEN}changed = book.write('tblBig', values)\nbook.save(path + '.same.xlsx')"
    own = measured(same, large, XLPLAN)
    told("refresh 100,000 x 20 with equal data", own, **{"with other data": measured(WRITTEN, large, XLPLAN)})
    copies = [hashlib.sha256(Path(f).read_bytes()).digest() for f in (large, f"{large}.same.xlsx")]
    assert copies[0] == copies[1]


def test_one_cell(large: Path) -> None:
    own = measured(
        f"# act\n{OPEN}book.write_cells('Data', {{'A2': 'x'}})\nbook.save(path + '.one.xlsx')", large, XLPLAN
    )
    peer = measured(
        "# act\nbook = openpyxl.load_workbook(path)\nbook['Data']['A2'] = 'x'\nbook.save(path + '.peer.xlsx')",
        large, OPENPYXL,
    )  # fmt: skip
    told("set one cell beside 100,000 x 20", own, openpyxl=peer)
    assert Path(f"{large}.one.xlsx").exists()
