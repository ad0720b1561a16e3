"""Acts that write a file, done while the system refuses something or the process is ended, each in a forked process.

``python -m tests.workbook.package.faults ACT FOLDER`` prints a line of JSON for every fault. Two kinds of faults: the
n-th call that changes something on disk is refused or is the last thing that the process does; and no file may grow
past n bytes, which either refuses a write in its middle or ends the process there. POSIX only.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from xlplan.errors import WorkbookError
from xlplan.hosts.excel.attach import attach
from xlplan.reports.review.blocks import Block, Sheet
from xlplan.reports.review.draw import draw
from xlplan.workbook.freeze import freeze
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.snapshots import Snapshot

ROOT = Path(__file__).resolve().parents[3]
CALLS = ("mkdir", "open", "fsync", "chmod", "replace", "rename", "unlink")
REFUSALS = (errno.ENOSPC, errno.EACCES, errno.EIO)
KILLED = "killed"
NAME = "plan.xlsx"


@dataclass(frozen=True)
class Faulted:
    """What one fault left behind."""

    fault: str
    outcome: str
    said: str
    files: dict[str, str]


def save(folder: Path) -> None:
    book = FileBook.open(folder / NAME)
    book.write("tblPlan", {"volume": [float(i) for i in range(40)]})
    book.save(folder / NAME)


def save_elsewhere(folder: Path) -> None:
    book = FileBook.open(folder / NAME)
    book.write("tblPlan", {"volume": [float(i) for i in range(40)]})
    book.save(folder / "other.xlsx")


def attached(folder: Path) -> None:
    attach(folder / NAME, folder / "plan.xlsm")


def frozen(folder: Path) -> None:
    freeze(folder / NAME, folder / "frozen.xlsx")


def snapshot(folder: Path) -> None:
    tables = {"tblPlan": {"volume": [float(i) for i in range(5000)]}}
    Snapshot("refresh", dt.datetime(2026, 1, 1), "plan / 1", tables, {}, {}).keep(folder)


def reviewed(folder: Path) -> None:
    block = Block("Cost", pd.DataFrame({"month": ["2026-01", "2026-02"], "cost": [1.5, 2.5]}), {"cost": "money"})
    draw([Sheet("Summary", "Review", "What does it cost?", (block,))], folder / "review.xlsx", footer="plan / 1")


ACTS: dict[str, Callable[[Path], None]] = {
    act.__name__: act for act in (save, save_elsewhere, attached, frozen, snapshot, reviewed)
}


def run(act: str, source: Path) -> list[Faulted]:
    """Every fault of one act on copies of a workbook."""
    command = [sys.executable, "-m", "tests.workbook.package.faults", act, str(source)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True, timeout=600)
    return [Faulted(**json.loads(line)) for line in done.stdout.splitlines()]


def _faulted(act: str, source: Path) -> Iterator[Faulted]:
    calls = _count(act, source)
    for number in range(1, calls + 1):
        for code in REFUSALS:
            yield _tried(
                act, source, f"{errno.errorcode[code]} at call {number}", lambda n=number, c=code: _refuse(n, c)
            )
        yield _tried(act, source, f"{KILLED} at call {number}", lambda n=number: _end(n))
    size = source.stat().st_size
    for length in (0, 1, 100, size // 3, size // 2, size - 200):
        yield _tried(act, source, f"no room past {length} bytes", lambda n=length: _no_room(n, signal.SIG_IGN))
        yield _tried(act, source, f"{KILLED} at {length} bytes", lambda n=length: _no_room(n, signal.SIG_DFL))
    yield _tried(act, source, "none", lambda: None)


def _count(act: str, source: Path) -> int:
    """How many calls the act makes when nothing fails."""
    with tempfile.TemporaryDirectory() as name:
        shutil.copy(source, Path(name) / NAME)
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            made = [0]

            def count(_: int) -> None:
                made[0] += 1

            _intercept(count)
            ACTS[act](Path(name))
            os.write(writing, str(made[0]).encode())
            os._exit(0)
        os.waitpid(child, 0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            return int(pipe.read())


def _tried(act: str, source: Path, fault: str, arm: Callable[[], object]) -> Faulted:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(source, folder / NAME)
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            outcome, said = "done", ""
            try:
                arm()
                ACTS[act](folder)
            except WorkbookError as error:
                outcome, said = "refused", error.sentence()
            except BaseException as error:
                outcome, said = "broken", f"{type(error).__name__}: {error}"
            os.write(writing, json.dumps((outcome, said)).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            text = pipe.read()
        os.waitpid(child, 0)
        outcome, said = json.loads(text) if text else (KILLED, "")
        found = sorted(path for path in folder.rglob("*") if path.is_file())
        files = {path.relative_to(folder).as_posix(): _state(path, source) for path in found}
        return Faulted(fault, outcome, said, files)


def _state(path: Path, source: Path) -> str:
    """``same`` as the workbook was, ``sound`` when it can be read, else ``part``."""
    if path.read_bytes() == source.read_bytes():
        return "same"
    try:
        FileBook.open(path)
    except WorkbookError:
        return "part"
    return "sound"


def _intercept(before: Callable[[int], None]) -> None:
    """Let something happen before every call that changes something on disk."""
    made = [0]

    def wrapped(name: str) -> Callable[..., Any]:
        true = getattr(os, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            if name != "open" or args[1] & (os.O_CREAT | os.O_WRONLY | os.O_RDWR):
                made[0] += 1
                before(made[0])
            return true(*args, **kwargs)

        return call

    for name in CALLS:
        setattr(os, name, wrapped(name))


def _refuse(number: int, code: int) -> None:
    def refuse(made: int) -> None:
        if made == number:
            raise OSError(code, os.strerror(code))

    _intercept(refuse)


def _end(number: int) -> None:
    def end(made: int) -> None:
        if made == number:
            os.kill(os.getpid(), signal.SIGKILL)

    _intercept(end)


def _no_room(length: int, on_signal: Any) -> None:
    signal.signal(signal.SIGXFSZ, on_signal)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, length))


if __name__ == "__main__":
    for found in _faulted(sys.argv[1], Path(sys.argv[2])):
        sys.stdout.write(json.dumps(found.__dict__) + "\n")
        sys.stdout.flush()
