"""xlwings as it runs on Windows, in a process of its own on any system: the stand-ins for pywin32 hold no logic.

Everything of xlwings between Excel's call and the Python function is real: its converters, its decorators and the
``CallUDF`` of its COM server. Reads calls as JSON from standard input, writes the answers to standard output::

    [["XP_AGENTS", [100.0, 180.0, 30.0, 0.8, 20.0]], ...]

A range comes as ``{"rows": [[...]]}``, since COM sends tuples of tuples and JSON has none.
"""

from __future__ import annotations

import asyncio  # noqa: F401 - what xlwings imports is imported before the platform is changed
import concurrent.futures  # noqa: F401
import ctypes
import datetime as dt
import importlib
import json
import logging  # noqa: F401
import subprocess  # noqa: F401
import sys
import tempfile  # noqa: F401
import types
from typing import Any

import numpy  # noqa: F401
import pandas  # noqa: F401


class ComError(Exception):
    """What pywin32 raises."""


class TimeType(dt.datetime):
    """A date as pywin32 gives it."""


class StandIn(types.ModuleType):
    """A module of pywin32 whose functions do nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_args, **_named: None


class Library:
    """A library of Windows whose functions return 0."""

    def __init__(self, *_: Any) -> None:
        self.restype = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = Library()
        setattr(self, name, found)
        return found

    def __call__(self, *_: Any) -> int:
        return 0


MODULES: dict[str, dict[str, Any]] = {
    "pywintypes": {"com_error": ComError, "error": ComError, "TimeType": TimeType, "IID": str},
    "pythoncom": {
        "ole_error": ComError,
        "com_error": ComError,
        "IID_IDispatch": "IDispatch",
        "IID_IEnumVARIANT": "IEnum",
        "TypeIIDs": {"IDispatch": type("PyIDispatch", (), {})},
        "__file__": "pythoncom.dll",
    },
    "win32api": {},
    "win32con": {},
    "win32gui": {},
    "win32event": {},
    "win32process": {},
    "win32timezone": {"TimeZoneInfo": type("Zone", (), {"utc": staticmethod(lambda: dt.UTC)})},
    "win32com": {},
    "win32com.client": {
        "CDispatch": type("CDispatch", (), {}),
        "DispatchBaseClass": type("DispatchBaseClass", (), {}),
        "CoClassBaseClass": object,
        "Dispatch": lambda thing, *_: thing,
        "DispatchEx": lambda thing, *_: thing,
    },
    "win32com.client.gencache": {},
    "win32com.server": {},
    "win32com.server.util": {"wrap": lambda thing, *_: thing},
    "win32com.server.dispatcher": {},
    "win32com.server.policy": {},
    "win32com.server.exception": {},
}


def import_for_windows() -> Any:
    """The COM server's class of xlwings."""
    for name, content in MODULES.items():
        module = StandIn(name)
        module.__dict__.update(content, __path__=[])
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
    for name in ("oledll", "windll"):
        setattr(ctypes, name, Library())
    real, platform = ctypes.PyDLL, sys.platform
    ctypes.PyDLL = lambda name, *rest, **named: (  # type: ignore[misc, assignment]
        Library() if name == "pythoncom.dll" else real(name, *rest, **named)
    )
    sys.platform = "win32"
    try:
        importlib.import_module("xlwings")
        return importlib.import_module("xlwings.com_server").XLPython
    finally:
        sys.platform, ctypes.PyDLL = platform, real  # type: ignore[misc]


def as_com(value: Any) -> Any:
    """JSON as COM sends it."""
    if isinstance(value, dict):
        return tuple(tuple(row) for row in value["rows"])
    return value


def main() -> None:
    calls = json.load(sys.stdin)
    server = import_for_windows()()
    answers = [server.CallUDF("xlplan.hosts.excel.udfs", name, tuple(map(as_com, cells))) for name, cells in calls]
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
