"""Which tests of this folder a system can run, and what they run without.

What a change does to a package is looked at as if no calculation engine was installed; that has tests of its own.
"""

from __future__ import annotations

import os

import pytest

# these fork processes and limit them, which only POSIX systems can
collect_ignore = [] if hasattr(os, "fork") else ["test_watchdog.py", "test_faults.py"]


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlplan.workbook.package.file_book.find_engine", lambda: None)
