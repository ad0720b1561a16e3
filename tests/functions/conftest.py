from __future__ import annotations

import pytest

from xlplan.functions import errorlog


@pytest.fixture(autouse=True)
def _own_error_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test lets fail is forgotten with it."""
    monkeypatch.setattr(errorlog, "_noted", type(errorlog._noted)())
