"""The buttons: what is told whatever goes wrong, and where runs are kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from xlplan.errors import HostError
from xlplan.hosts import acts
from xlplan.hosts.acts import ACTS, Press
from xlplan.workbook.memory import MemoryBook


class Open(MemoryBook):
    """A workbook in memory that lies in a folder."""

    folder: Path | None = None


def pressed(folder: Path | None = None, **more: Any) -> Press:
    book = Open()
    book.folder = folder
    return Press(book, **more)


def test_names_are_used_once() -> None:
    for names in zip(*((act.label, act.macro, act.entry, act.tip) for act in ACTS), strict=True):
        assert len(set(names)) == len(ACTS)


@pytest.mark.parametrize("entry", [act.entry for act in ACTS])
def test_a_workbook_without_a_plan_is_told_so(entry: str, tmp_path: Path) -> None:
    level, headline, lines = acts.press(entry, pressed(tmp_path))
    assert level == "error"
    assert headline in {"Not ready", "Nothing was written"}
    assert lines
    assert list(tmp_path.iterdir()) == []


def test_a_host_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Press) -> acts.Told:
        raise HostError("the sheet is shared", do="close it elsewhere")

    monkeypatch.setitem(acts.BY_ENTRY, "check", acts.Act("Check", "", "", "check", "", refuse))
    assert acts.press("check", pressed()) == (
        "error",
        "The results were not taken",
        ["the sheet is shared; close it elsewhere"],
    )


def test_runs_are_kept_beside_the_workbook_where_one_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pressed(tmp_path).folder == tmp_path
    assert pressed(None).folder == Path.home()
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert pressed(tmp_path).folder == Path.home()
