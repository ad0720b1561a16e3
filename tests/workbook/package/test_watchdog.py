"""Hostile and awkward files under a watchdog: each is used or refused in a sentence, in bounded time and memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbook.package.exercise import DONE, REFUSED, run
from tests.workbook.package.hostile import MAKERS, damaged, make

SHARES = 6
AWKWARD = {
    "part_names_in_another_case", "another_encoding", "far_cell", "claimed_dimension", "merge_of_everything",
    "merges_by_the_hundred_thousand", "rows_by_the_hundred_thousand", "spaces_between_rows", "strings_by_the_million",
    "text_beyond_what_a_cell_holds", "control_characters", "names_by_the_hundred_thousand", "formulas_in_a_circle",
    "names_in_a_long_chain", "sheets_by_the_thousand", "tables_by_the_thousand",
    "conditional_formats_by_the_hundred_thousand",
}  # fmt: skip
"""Files that are large or odd and yet sound: they must be used, not refused."""


@pytest.mark.parametrize("share", range(SHARES))
def test_hostile_files_are_used_or_refused(tmp_path: Path, share: int) -> None:
    names = sorted(MAKERS)[share::SHARES]
    found = run([make(name, tmp_path) for name in names])
    assert [outcome for outcome in found if not outcome.fine] == []
    assert [outcome.file for outcome in found] == [f"{name}.xlsx" for name in names]
    assert [o for o in found if o.file.removesuffix(".xlsx") in AWKWARD and o.outcome != DONE] == []


def test_the_awkward_files_are_among_them() -> None:
    assert set(MAKERS) >= AWKWARD


def test_damaged_files_are_used_or_refused(tmp_path: Path) -> None:
    paths = []
    for name, content in damaged():
        paths.append(tmp_path / f"{name}.xlsx")
        paths[-1].write_bytes(content)
    found = run(paths)
    assert len(found) == len(paths) > 250
    assert [outcome for outcome in found if not outcome.fine] == []
    cut = [outcome for outcome in found if not outcome.file.startswith("bit")]
    assert {outcome.outcome for outcome in cut} == {REFUSED}


def test_the_watchdog_bites(tmp_path: Path) -> None:
    """A file that needs more memory than the limit is told apart from one that is refused."""
    starved = run([make("strings_by_the_million", tmp_path)], memory=16 << 20)
    assert [outcome.fine for outcome in starved] == [False]
