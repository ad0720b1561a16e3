"""Excel waits for the import of the functions: nothing heavy comes with it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("numpy", "pandas", "scipy", "lxml", "openpyxl", "tqdm")


def loaded_after(statement: str) -> list[str]:
    script = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    modules: list[str] = json.loads(done.stdout)
    return modules


@pytest.mark.parametrize(
    "statement",
    [
        "import xlplan",
        "import xlplan.functions",
        "import xlplan.hosts.shell",
        "from xlplan.functions import functions; functions()",
    ],
)
def test_nothing_heavy_is_loaded(statement: str) -> None:
    modules = loaded_after(statement)
    assert "xlplan" in modules
    assert [name for name in HEAVY if name in modules] == []


def test_a_call_loads_what_it_needs() -> None:
    modules = loaded_after("from xlplan.functions import call; call('XP_AGENTS', 100, 180, 30, 0.8, 20)")
    assert "numpy" in modules
    assert "pandas" not in modules
