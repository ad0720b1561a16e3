"""Everything that xlplan does with a workbook, done to files one by one, each in a process with limits of its own.

``python -m tests.workbook.package.exercise MEMORY FILE...`` prints one line of JSON per file. A file that hangs is
ended by the system when it has used its processor seconds, one that asks for too much memory is refused it; either
shows in the line's ``outcome``. POSIX only: processes are forked from one that has imported everything.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xlplan.errors import WorkbookError
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.references import cell_address

ROOT = Path(__file__).resolve().parents[3]
CPU_SECONDS = 30
MEMORY = 400 << 20
"""Address space (bytes) that a file may cost on top of the interpreter with its libraries."""
DONE, REFUSED, BROKEN = "done", "refused", "broken"


@dataclass(frozen=True)
class Outcome:
    """What came of one file: ``done`` or ``refused`` is fine, anything else is a fault of xlplan."""

    file: str
    outcome: str
    said: str
    seconds: float
    peak_mb: float

    @property
    def fine(self) -> bool:
        return self.outcome in (DONE, REFUSED)


def exercise(path: Path) -> list[WorkbookError]:
    """Open, read all, write one table and one cell, save, and open again; returns what was refused."""
    refused: list[WorkbookError] = []
    try:
        book = FileBook.open(path)
        tables = [name for name, place in book.places().items() if place.columns]
        book.names()
    except WorkbookError as error:
        return [error]
    for name in tables[:50]:
        try:
            book.read(name)
        except WorkbookError as error:
            refused.append(error)
    changed = 0
    for name in tables[:1]:
        try:
            place = book.places()[name]
            changed += book.write(name, {place.columns[-1]: [float(i) for i in range(place.rows + 2)]})
        except WorkbookError as error:
            refused.append(error)
    try:
        changed += book.write_cells("Data", {cell_address(1, 30): "a text"})
        book.read_cells("Data", "A1:Z60")
    except WorkbookError as error:
        refused.append(error)
    target = path.with_name(f"saved-{path.name}")
    try:
        book.save(target)
    except WorkbookError as error:
        return [*refused, error]
    if changed:
        FileBook.open(target).places()
    return refused


def run(paths: Sequence[Path], *, memory: int = MEMORY) -> list[Outcome]:
    """Exercise files in a process of their own, each forked with limits of processor seconds and memory."""
    command = [sys.executable, "-m", "tests.workbook.package.exercise", str(memory), *map(str, paths)]
    limit = len(paths) * 4 * CPU_SECONDS  # what sleeps uses no processor, and must end as well
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=limit, check=True)
    return [Outcome(**json.loads(line)) for line in done.stdout.splitlines()]


def _limited(path: Path, memory: int) -> Outcome:
    """One file in a forked process."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _bound(memory)
        with os.fdopen(writing, "w") as pipe:
            json.dump(_judged(path), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    _, status, usage = os.wait4(child, 0)
    ended = f"ended by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "ended without a word"
    outcome, said = json.loads(text) if text else (BROKEN, ended)
    peak = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Outcome(path.name, outcome, said, usage.ru_utime + usage.ru_stime, peak)


def _bound(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    status = Path("/proc/self/statm")
    if status.exists():  # other systems do not tell how much the interpreter itself takes
        now = int(status.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + memory, now + memory))


def _judged(path: Path) -> tuple[str, str]:
    before = path.read_bytes()
    try:
        refused = exercise(path)
    except BaseException as error:  # whatever escapes is the fault that is looked for
        return BROKEN, f"{type(error).__name__}: {error}"[:300]
    if path.read_bytes() != before:
        return BROKEN, "the file itself was changed"
    said = [error.sentence() for error in refused]
    if any(not (error.what and (error.where or error.do)) or "\n" in error.sentence() for error in refused):
        return BROKEN, f"an error without place and advice, or of several lines: {said}"
    if any(len(sentence) > 1000 or not re.search(r"[a-z]{3}", sentence) for sentence in said):
        return BROKEN, f"not a sentence: {said}"[:300]
    return (REFUSED, said[0][:300]) if said else (DONE, "")


if __name__ == "__main__":
    for argument in sys.argv[2:]:
        sys.stdout.write(json.dumps(_limited(Path(argument), int(sys.argv[1])).__dict__) + "\n")
        sys.stdout.flush()
