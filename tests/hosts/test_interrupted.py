"""Ctrl-C while a plan is refreshed: the workbook is what it was, and nothing else is left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tqdm import tqdm

from xlplan import macros
from xlplan.errors import Cancelled
from xlplan.hosts import shell
from xlplan.workbook.package.file_book import FileBook

ROOT = Path(__file__).resolve().parents[2]
CALLS = ROOT / "workbooks" / "data" / "calls_bank_us_30min.csv"


def told(plan: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the bar says during a refresh, in order."""
    said: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(tqdm, "set_description_str", lambda _, text, refresh=True: said.append(text))
        assert shell.main(["refresh", str(plan), "--progress", "-o", str(plan.with_name("told.xlsx"))]) == shell.OK
    plan.with_name("told.xlsx").unlink()
    shutil.rmtree(plan.with_name(".xlplan"))
    return said


def test_ctrl_c_at_any_stage_leaves_the_file_as_it_was(
    plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = plan.read_bytes()
    stages = told(plan, monkeypatch)
    assert len(stages) > 3
    assert stages[-1] == "saving"
    capsys.readouterr()
    for stage in stages:

        def stop(_: object, text: str, refresh: bool = True, stage: str = stage) -> None:
            if text == stage:
                raise KeyboardInterrupt

        monkeypatch.setattr(tqdm, "set_description_str", stop)
        assert shell.main(["refresh", str(plan), "--progress"]) == shell.ERROR
        assert capsys.readouterr().err.endswith("stopped during refresh; nothing was written\n")
        assert plan.read_bytes() == before
        assert [path.name for path in plan.parent.iterdir()] == ["plan.xlsx"]


def test_a_callback_that_cancels_leaves_the_book_as_it_was(plan: Path, tmp_path: Path) -> None:
    import datetime as dt

    book = FileBook.open(plan)

    def stop(says: str, share: float) -> None:
        if share > 0.5:
            raise Cancelled(says)

    with pytest.raises(Cancelled, match="nothing was written"):
        macros.refresh(book, now=dt.datetime(2026, 3, 2, tzinfo=dt.UTC), progress=stop)
    book.save(tmp_path / "copy.xlsx")
    assert (tmp_path / "copy.xlsx").read_bytes() == plan.read_bytes()


@pytest.mark.parametrize("out", [False, True])
def test_a_real_interrupt_leaves_the_file_as_it_was(tmp_path: Path, out: bool) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    plan = folder / "plan.xlsx"
    assert shell.main(["new", str(plan), "--volumes", str(CALLS), "--hold-back", "8"]) == shell.OK
    before = plan.read_bytes()
    command = [sys.executable, "-m", "xlplan.hosts.shell", "refresh", str(plan), "--progress"]
    command += ["-o", str(folder / "out.xlsx")] if out else []
    known = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what a job in the background inherits ignores Ctrl+C
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=known) as process:
        assert process.stderr is not None
        shown = b""
        while b"orecast" not in shown and process.poll() is None:
            shown += os.read(process.stderr.fileno(), 4096)
        process.send_signal(signal.SIGINT)
        stdout, rest = process.communicate(timeout=60)
    assert process.returncode == shell.ERROR, (shown + rest).decode()
    assert rest.decode().rstrip().endswith("stopped during refresh; nothing was written")
    assert stdout == b""
    assert plan.read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["plan.xlsx"]
