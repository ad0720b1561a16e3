"""Esc pressed in the window of Excel, while Python and not Excel is at work."""

from __future__ import annotations

import ctypes
from typing import Any

ESCAPE, PRESSED = 0x1B, 0x8001
"""The key, and what Windows answers of it: it is down, or was pressed since somebody last asked."""


def escape_pressed(app: Any) -> bool:
    """True when Esc is down, or was pressed since this was last asked, in Excel's window; only Windows can tell.

    Parameters
    ----------
    app : xlwings.App
        Excel.
    """
    windows = getattr(ctypes, "windll", None)
    if windows is None:
        return False
    pressed = bool(windows.user32.GetAsyncKeyState(ESCAPE) & PRESSED)
    return pressed and windows.user32.GetForegroundWindow() == app.hwnd
