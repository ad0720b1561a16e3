"""Runs in LibreOffice's own Python: opens an attached workbook, asks its VBA, clicks its buttons, and prints JSON.

Called with the URL of the workbook, the name of the pipe on which the office listens, and the captions of the buttons.
"""

from __future__ import annotations

import sys
from typing import Any

RUN_MACROS = 4
ASKED = "vnd.sun.star.script:VBAProject.XlplanFunctions.XP_WHY?language=Basic&location=document"


def main(url: str, pipe: str, captions: list[str]) -> None:
    """Ask, click, print, and let the office go."""
    from office_reader import connect, leave

    desktop = connect(pipe)
    document = desktop.loadComponentFromURL(url, "_blank", 0, (with_macros(),))
    controller = document.CurrentController
    addin = stand_in()
    controller.Frame.registerDispatchProviderInterceptor(addin)
    why = document.getScriptProvider().getScript(ASKED).invoke(("Sheet1!A1",), (), ())[0]
    for caption in captions:
        click(document, caption)
    modules = sorted(document.BasicLibraries.getByName("VBAProject").ElementNames)
    controller.Frame.releaseDispatchProviderInterceptor(addin)
    leave(desktop, document, {"why": why, "asked": addin.asked, "modules": modules})


def with_macros() -> Any:
    """The option that lets macros run."""
    from com.sun.star.beans import PropertyValue

    option = PropertyValue()
    option.Name, option.Value = "MacroExecutionMode", RUN_MACROS
    return option


def stand_in() -> Any:
    """Where the add-in of LibreOffice would answer to ``xlplan:``: notes what it is asked."""
    import unohelper
    from com.sun.star.frame import XDispatch, XDispatchProviderInterceptor

    class StandIn(unohelper.Base, XDispatchProviderInterceptor, XDispatch):
        def __init__(self) -> None:
            self.asked: list[str] = []
            self.below: Any = None

        def getSlaveDispatchProvider(self) -> Any:
            return self.below

        def setSlaveDispatchProvider(self, provider: Any) -> None:
            self.below = provider

        def getMasterDispatchProvider(self) -> Any:
            return None

        def setMasterDispatchProvider(self, provider: Any) -> None:
            """There is nobody above."""

        def queryDispatch(self, url: Any, target: str, flags: int) -> Any:
            return self if url.Protocol == "xlplan:" else self.below.queryDispatch(url, target, flags)

        def queryDispatches(self, requests: Any) -> Any:
            return self.below.queryDispatches(requests)

        def dispatch(self, url: Any, arguments: Any) -> None:
            self.asked.append(url.Complete)

        def addStatusListener(self, listener: Any, url: Any) -> None:
            """Nothing changes."""

        def removeStatusListener(self, listener: Any, url: Any) -> None:
            """None is kept."""

    return StandIn()


def click(document: Any, caption: str) -> None:
    """Click the button of that caption, on whichever sheet it stands."""
    for sheet in document.Sheets:
        for form in sheet.DrawPage.Forms:
            for control in form:
                if getattr(control, "Label", "") == caption:
                    document.CurrentController.setActiveSheet(sheet)
                    view = document.CurrentController.getControl(control)
                    view.AccessibleContext.doAccessibleAction(0)
                    return
    raise SystemExit(f"there is no button {caption}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
