from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hosts.calc.office import Office, Sheet

collect_ignore = ["driver.py"]
"""It runs under LibreOffice's Python; this one has no UNO."""


@pytest.fixture(scope="package")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One LibreOffice for all tests here; it takes two seconds to start."""
    running = Office(tmp_path_factory.mktemp("libreoffice"))
    yield running
    running.stop()


@pytest.fixture
def sheet(office: Office) -> Iterator[Sheet]:
    """An empty document."""
    opened = office.document()
    yield opened
    opened.close()
