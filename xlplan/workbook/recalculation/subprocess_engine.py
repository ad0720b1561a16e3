"""cellrune in a process of its own: native code that crashes or hangs takes nothing with it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from xlplan.workbook.book import CellValue, ErrorValue, Formula
from xlplan.workbook.package.values import LONGEST_TEXT
from xlplan.workbook.recalculation.engine import Asked, EngineFault, Given, Values

PATIENCE_S = 60.0
MOST_CELLS = 400_000
"""Most formula cells in one go; 50,000 take about a second."""

_WORKER = Path(__file__).with_name("worker.py")


class SubprocessEngine:
    """Hands the package to a worker process and waits for its values.

    Parameters
    ----------
    command : sequence of str, optional
        What to start.
    patience_s : float, optional
        After so long the worker is ended.
    """

    def __init__(self, command: Sequence[str] = (), patience_s: float = PATIENCE_S) -> None:
        self._command = list(command) or [sys.executable, "-P", str(_WORKER)]
        self._patience_s = patience_s

    def values(self, package: bytes, asked: Asked, given: Given | None = None) -> Values:
        """Values of the cells asked for; see :class:`~xlplan.workbook.recalculation.engine.Engine`."""
        count = sum(map(len, asked.values()))
        if count > MOST_CELLS:
            raise EngineFault(f"{count:,} formula cells are more than the {MOST_CELLS:,} that are calculated here")
        instead = [
            (sheet, *place, *_spelled(value))
            for sheet, cells in (given or {}).items()
            for place, value in cells.items()
        ]
        wanted = {sheet: list(places) for sheet, places in asked.items()}
        request = json.dumps({"asked": wanted, "given": instead}).encode()
        answer = self._answer(request + b"\n" + package)
        found: Values = {}
        for sheet, row, column, kind, value in answer:
            if not isinstance(value, str) or len(value) <= LONGEST_TEXT:
                found.setdefault(sheet, {})[row, column] = ErrorValue(str(value)) if kind == "error" else value
        return found

    def _answer(self, message: bytes) -> list[tuple[str, int, int, str, CellValue]]:
        try:
            done = subprocess.run(
                self._command,
                input=message,
                capture_output=True,
                timeout=self._patience_s,
                check=False,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except subprocess.TimeoutExpired:
            raise EngineFault(f"the calculation took longer than {self._patience_s:g} seconds") from None
        except OSError as error:
            raise EngineFault(f"the calculation could not be started ({error.strerror})") from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise EngineFault(f"the calculation broke off ({said[-1][:200] if said else f'code {done.returncode}'})")
        try:
            return json.loads(done.stdout)
        except ValueError:
            raise EngineFault("the calculation broke off in the middle of its answer") from None


def _spelled(value: CellValue) -> tuple[str, bool | float | str | None]:
    """Kind and value as the worker takes them."""
    match value:
        case None:
            return "blank", None
        case Formula():
            return "formula", value.text
        case ErrorValue():
            return "error", value.code
        case bool():
            return "logical", value
        case int() | float():
            return "number", float(value)
    return "text", str(value)
