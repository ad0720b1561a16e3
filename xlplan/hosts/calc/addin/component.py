"""The services that LibreOffice finds in the add-in: the functions, and the handler of ``xlplan:`` addresses.

UNO is imported where it is needed, so that the modules of the add-in can be read and tested by any Python.
"""

from __future__ import annotations

import json
import logging
import os
from functools import partial
from typing import Any

from xlplan.hosts.calc.addin.commands import NAMES, Commands
from xlplan.hosts.calc.addin.document import Document, range_at, values_at
from xlplan.hosts.calc.addin.functions import Functions
from xlplan.hosts.calc.addin.process import Worker
from xlplan.hosts.calc.addin.window import Message

FUNCTIONS, HANDLER = "XP", "org.xlplan.Commands"
"""Names of the two services; the first stands before the dot in XP.AGENTS, as .ods files write XP_AGENTS."""

SETTINGS = os.path.join(os.path.dirname(__file__), "settings.json")
LOG_BYTES = 1_000_000


class Host:
    """What both services share: one worker for formulas, one log."""

    def __init__(self, context: Any) -> None:
        with open(SETTINGS, encoding="utf-8") as file:
            self.settings: dict[str, Any] = json.load(file)
        path = _log_path(context)
        log = _log(path)
        command = self.settings["command"]
        self.worker = Worker(command, path)
        readers = frozenset(name for name, what in self.settings["reads"].items() if what == "plan")
        self.functions = Functions(self.worker, float(self.settings["seconds"]), log, readers)
        self.commands = Commands(command, path, log, self.functions.failures)
        self._path = path

    def status(self) -> dict[str, Any]:
        """What is at work here, for whoever looks for a fault."""
        engine = self.worker.ask(("status",), seconds=float(self.settings["seconds"]))
        return {"log": self._path, "release": self.settings["release"], **engine}


_host: list[Host] = []


def host(context: Any) -> Host:
    """The one host of this LibreOffice, made when it is first asked for."""
    if not _host:
        _host.append(Host(context))
    return _host[0]


def _log_path(context: Any) -> str:
    import uno

    paths = context.ServiceManager.createInstanceWithContext("com.sun.star.util.PathSubstitution", context)
    return str(uno.fileUrlToSystemPath(paths.substituteVariables("$(user)/xlplan.log", True)))


def _log(path: str) -> logging.Logger:
    """A log of its own; the last megabyte or so is kept, in two files."""
    if os.path.exists(path) and os.path.getsize(path) > LOG_BYTES:
        os.replace(path, path + ".old")
    log = logging.getLogger("xlplan.calc")
    log.propagate = False
    log.setLevel(logging.INFO)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    return log


def implementations() -> Any:
    """What LibreOffice's Python loader asks a component for."""
    import unohelper

    helper = unohelper.ImplementationHelper()
    helper.addImplementation(_functions_class(), FUNCTIONS, (FUNCTIONS,))
    helper.addImplementation(_handler_class(), HANDLER, (HANDLER, "com.sun.star.frame.ProtocolHandler"))
    return helper


def _functions_class() -> Any:
    """A class with one method for every function of the registry, as the settings list them."""
    import unohelper
    from com.sun.star.lang import XServiceInfo
    from org.xlplan import XFunctions

    class CalcFunctions(unohelper.Base, XFunctions, XServiceInfo):  # type: ignore[misc]
        def __init__(self, context: Any) -> None:
            self.host = host(context)

        def getImplementationName(self) -> str:
            return FUNCTIONS

        def supportsService(self, name: str) -> bool:
            return name == FUNCTIONS

        def getSupportedServiceNames(self) -> tuple[str, ...]:
            return (FUNCTIONS,)

    with open(SETTINGS, encoding="utf-8") as file:
        settings = json.load(file)
    kinds = {"": _called, "plan": _reading, "log": _why}
    for method, name in settings["methods"].items():
        setattr(CalcFunctions, method, kinds[settings["reads"][name]](name))
    return CalcFunctions


def _called(name: str) -> Any:
    def method(self: Any, *arguments: Any) -> Any:
        return self.host.functions.call(name, arguments)

    return method


def _reading(name: str) -> Any:
    """A function that reads the plan is told its document."""

    def method(self: Any, document: Any, *arguments: Any) -> Any:
        return self.host.functions.read(name, arguments, Document(document))

    return method


def _why(name: str) -> Any:
    """XP_WHY is told its document, because it looks at a formula there."""

    def method(self: Any, document: Any, address: Any = None) -> Any:
        own, cell = Document(document), _cell(document, address)
        if cell is None:
            return self.host.functions.why(name, address, "", {}.__getitem__, own)
        cell.getError()  # a cell that waits for its calculation is calculated now
        return self.host.functions.why(name, address, cell.getFormula(), partial(values_at, cell.Spreadsheet), own)

    return method


def _cell(document: Any, address: Any) -> Any:
    """The cell at an address such as ``'My sheet'!B7``; None where there is none."""
    if not isinstance(address, str):
        return None
    sheet, _, place = address.strip().rpartition("!")
    sheet = sheet.strip().strip("'").replace("''", "'").casefold()
    found = [name for name in document.Sheets.ElementNames if name.casefold() == sheet]
    try:
        return range_at(document.Sheets.getByName(found[0]), place).getCellByPosition(0, 0) if found else None
    except LookupError:
        return None


def _handler_class() -> Any:
    """The handler of ``xlplan:check`` and ``xlplan:refresh``, and a job of the same names for macros."""
    import unohelper
    from com.sun.star.frame import XDispatch, XDispatchProvider
    from com.sun.star.lang import XInitialization, XServiceInfo
    from com.sun.star.task import XJob

    class Handler(unohelper.Base, XDispatchProvider, XDispatch, XInitialization, XJob, XServiceInfo):  # type: ignore[misc]
        def __init__(self, context: Any) -> None:
            self.host = host(context)
            self.frame: Any = None

        def initialize(self, arguments: Any) -> None:
            self.frame = arguments[0] if arguments else None

        def queryDispatch(self, url: Any, target: str, flags: int) -> Any:
            return self if url.Protocol == "xlplan:" and url.Path in NAMES else None

        def queryDispatches(self, requests: Any) -> Any:
            return tuple(self.queryDispatch(r.FeatureURL, r.FrameName, r.SearchFlags) for r in requests)

        def dispatch(self, url: Any, arguments: Any) -> None:
            self.host.commands.run(url.Path, self.frame.Controller.Model)

        def addStatusListener(self, listener: Any, url: Any) -> None:
            """The commands are always there; nothing to tell a listener."""

        def removeStatusListener(self, listener: Any, url: Any) -> None:
            """None is kept."""

        def execute(self, arguments: Any) -> Any:
            """For macros: Command and Document in, the message out; ``status`` tells what the worker did."""
            given = {argument.Name: argument.Value for argument in arguments}
            if given["Command"] == "status":
                return json.dumps(self.host.status())
            message: Message = self.host.commands.run(given["Command"], given["Document"])
            return message.text()

        def getImplementationName(self) -> str:
            return HANDLER

        def supportsService(self, name: str) -> bool:
            return name in self.getSupportedServiceNames()

        def getSupportedServiceNames(self) -> tuple[str, ...]:
            return (HANDLER, "com.sun.star.frame.ProtocolHandler")

    return Handler
