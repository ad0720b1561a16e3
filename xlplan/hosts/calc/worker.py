"""The worker: a process of the planner's own Python that computes for the add-in, message by message."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from collections.abc import Sequence
from typing import Any, BinaryIO

from xlplan import __version__
from xlplan.functions import CellError, call, errorlog
from xlplan.hosts.calc.addin.wire import PROTOCOL, error_number, receive, send

FAULTS = (ArithmeticError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)
"""What a fault of xlplan itself may raise: it fails one cell, not the worker with every other cell."""

Rows = tuple[tuple[Any, ...], ...]


class Engine:
    """Answers the messages of one LibreOffice."""

    def __init__(self) -> None:
        self.runs = 0

    def answer(self, kind: str, *content: Any) -> Any:
        """One message."""
        if kind == "call":
            return self.call(*content)
        if kind == "why":
            return self.why(*content)
        return {"runs": self.runs, "pid": os.getpid(), "python": sys.executable, "version": platform.python_version(),
                "xlplan": __version__}  # fmt: skip

    def call(self, name: str, arguments: Sequence[Any], cell: str = "") -> tuple[Rows, str, str]:
        """Rows for the cells, and code and sentence of the first error among them."""
        self.runs += 1
        try:
            result = call(name, *arguments, cell=cell)
        except CellError as error:
            return ((error_number(error.code),),), error.code, error.sentence
        except FAULTS as error:
            traceback.print_exc()
            sentence = f"a fault of xlplan ({type(error).__name__}: {error}); please report it"
            return ((error_number("#VALUE!"),),), "#VALUE!", sentence
        rows = result if isinstance(result, list) else [[result]]
        first = next((item for row in rows for item in row if isinstance(item, CellError)), None)
        shown = tuple(tuple(_shown(item) for item in row) for row in rows)
        return (shown, first.code, first.sentence) if first is not None else (shown, "", "")

    def why(self, name: str, address: Any, asked: Sequence[tuple[str, Sequence[Any]]], note: str) -> Rows:
        """What XP_WHY says of a cell whose formula asks so."""
        if isinstance(address, str):
            errorlog.forget(address)
            for function, arguments in asked:
                if self.call(function, arguments, cell=address)[1]:
                    break
            else:
                if note:
                    return ((note,),)
        return self.call(name, [address])[0]


def _shown(item: Any) -> Any:
    """A result as LibreOffice takes it: numbers, texts, and the NaN of an error."""
    if isinstance(item, CellError):
        return error_number(item.code)
    if item is None:
        return ""
    return item if isinstance(item, str) else float(item)


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answer until the other side has gone."""
    from xlplan.hosts.calc.buttons import BUTTONS, press

    def ask(kind: str, *content: Any) -> Any:
        send(outgoing, (kind, *content))
        return receive(incoming)

    engine = Engine()
    send(outgoing, PROTOCOL)
    while True:
        try:
            kind, *content = receive(incoming)
        except EOFError:
            return
        if kind in BUTTONS:
            send(outgoing, ("done", press(kind, ask)))
        else:
            send(outgoing, engine.answer(kind, *content))


def main() -> None:
    """Keep standard output for messages; what anything prints goes to the log."""
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, outgoing)
