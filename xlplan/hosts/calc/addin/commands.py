"""What the menu and the buttons do: a macro of xlplan on the open document."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from xlplan.hosts.calc.addin.document import Document
from xlplan.hosts.calc.addin.process import Worker, WorkerFailed
from xlplan.hosts.calc.addin.window import Message, Stopped, Window

NAMES = ("check", "forecast", "refresh", "allocate", "review", "undo")
LONGEST_S = 3600.0
"""Time limit of a plan; Esc stops it long before."""

READS = frozenset({"facts", "tables", "names", "things", "read", "filled", "locked"})


class Commands:
    """The buttons of a plan.

    Parameters
    ----------
    command : sequence of str
        What starts a worker; every run has its own, so that formulas go on calculating meanwhile.
    path : str
        The log.
    log : logging.Logger
        The same, to write into.
    failures : callable
        What formulas of a document could not compute, for the log in it.
    """

    def __init__(
        self,
        command: Sequence[str],
        path: str,
        log: logging.Logger,
        failures: Callable[[Document], Sequence[tuple[str, str, str, str]]],
    ) -> None:
        self._command = command
        self._path = path
        self._log = log
        self._failures = failures
        self._running = False

    def run(self, name: str, model: Any) -> Message:
        """Do it on a document, and show and return what to tell the planner."""
        title, window = model.Title, Window(model.CurrentController)
        if self._running:  # a click on the button while the plan is being computed
            return Message("warning", "xlplan is at work already; press Esc to stop it")
        self._running = True
        try:
            message = self._done(name, Document(model), window)
        finally:
            self._running = False
        self._log.info("%s %s: %s", name, title, message.text())
        window.tell(message)
        return message

    def _done(self, name: str, document: Document, window: Window) -> Message:
        def answer(kind: str, *content: Any) -> Any:
            if kind == "progress":
                return window.show(*content)
            if kind == "write":
                return document.apply(content[0])
            if kind in READS:
                return getattr(document, kind)(*content)
            raise EOFError(f"the worker asked for {kind}")

        failures = list(self._failures(document))  # before the worker of the command begins to ask
        window.begin("xlplan")
        try:
            worker = Worker(self._command, self._path)
            return Message(*worker.converse((name, failures), seconds=LONGEST_S, answer=answer, tick=window.glance))
        except Stopped:
            return Message("warning", "Stopped; nothing was written.")
        except WorkerFailed as failed:
            return Message("error", str(failed))
        finally:
            window.end()
