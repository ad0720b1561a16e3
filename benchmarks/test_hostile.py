"""Hostile and awkward files: what each one costs, from opening to saving, and what came of it.

Run with ``pytest benchmarks/test_hostile.py -s``. Every file has a process of its own, whose processor seconds and peak
memory are those that the system counted; the interpreter with its libraries is in them. The worst are to stay below two
seconds and 300 MB.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SECONDS, MEGABYTES = 2.0, 300.0

if hasattr(os, "fork"):  # the files are looked at in forked processes, which only POSIX systems have
    from tests.workbook.package.exercise import Outcome, run
    from tests.workbook.package.hostile import MAKERS, make

    @pytest.fixture(scope="module")
    def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
        folder = tmp_path_factory.mktemp("hostile")
        found = []
        for name in MAKERS:
            path = make(name, folder)
            found += run([path], memory=1 << 30)
            path.unlink()
        return found

    def test_what_they_cost(outcomes: list[Outcome]) -> None:
        print()
        for outcome in sorted(outcomes, key=lambda o: -o.seconds):
            over = "over" if outcome.seconds > SECONDS or outcome.peak_mb > MEGABYTES else ""
            print(
                f"{Path(outcome.file).stem:<46} {outcome.seconds:6.2f} s {outcome.peak_mb:6.0f} MB {over:<5}"
                f"{outcome.outcome:<8} {outcome.said[:110]}"
            )
        within = sum(o.seconds <= SECONDS and o.peak_mb <= MEGABYTES for o in outcomes)
        print(f"{within} of {len(outcomes)} within {SECONDS:.0f} s and {MEGABYTES:.0f} MB")
        assert all(outcome.fine for outcome in outcomes)
