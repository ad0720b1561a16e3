from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def bank() -> ModuleType:
    """The module `bank.py` of this folder, which tests and benchmarks share."""
    spec = importlib.util.spec_from_file_location("bank_calls", Path(__file__).with_name("bank.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
