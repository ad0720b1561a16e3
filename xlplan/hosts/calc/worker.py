"""The worker: a process of the planner's own Python that computes for the add-in, message by message."""

from __future__ import annotations

import faulthandler
import os
import platform
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from xlplan import __version__
from xlplan.functions import CellError, call, errorlog
from xlplan.functions.errorlog import Entry
from xlplan.functions.plan.state import PlanSource
from xlplan.hosts.calc.addin.wire import PROTOCOL, error_number, receive, send
from xlplan.hosts.calc.buttons import BUTTONS, press
from xlplan.hosts.calc.plan_source import AskedPlan, Question, Wanted

FAULTS = (ArithmeticError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)
"""What a fault of xlplan itself may raise: it fails one cell, not the worker with every other cell."""

TICK_S = 0.1

Rows = tuple[tuple[Any, ...], ...]


class Engine:
    """Answers the messages of one LibreOffice."""

    def __init__(self) -> None:
        self.runs = 0

    def answer(self, kind: str, *content: Any) -> Any:
        """One message."""
        if kind == "call":
            return self.call(*content)
        if kind == "read":
            return self.read(*content)
        if kind == "why":
            return self.why(*content)
        return {"runs": self.runs, "pid": os.getpid(), "python": sys.executable, "version": platform.python_version(),
                "xlplan": __version__}  # fmt: skip

    def read(
        self, name: str, arguments: Sequence[Any], facts: Mapping[str, Any], answers: Mapping[Question, Any]
    ) -> tuple[Question | None, tuple[Rows, str, str] | None]:
        """A question to the document, or the answer of a function that reads the plan."""
        try:
            return None, self.call(name, arguments, plan=AskedPlan(facts, answers))
        except Wanted as wanted:
            self.runs -= 1  # no run yet: it comes again with the answer
            return wanted.question, None

    def call(
        self, name: str, arguments: Sequence[Any], cell: str = "", plan: PlanSource | None = None
    ) -> tuple[Rows, str, str]:
        """Rows for the cells, and code and sentence of the first error among them."""
        self.runs += 1
        try:
            result = call(name, *arguments, cell=cell, plan=plan)
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


class Pipe:
    """Messages to and from LibreOffice; a second thread may send, too."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._sending = threading.Lock()

    def send(self, message: Any) -> None:
        """One message."""
        with self._sending:
            send(self._outgoing, message)

    def receive(self) -> Any:
        """One message."""
        return receive(self._incoming)

    def ask(self, kind: str, *content: Any) -> Any:
        """A question in the middle of a command, and the answer."""
        self.send((kind, *content))
        return self.receive()


@contextmanager
def ticking(pipe: Pipe) -> Iterator[None]:
    """Ticks for LibreOffice while a command computes: each lets it draw, and lets the planner stop us."""
    done = threading.Event()

    def tick() -> None:
        while not done.wait(TICK_S):
            pipe.send(("tick",))

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        done.set()
        ticker.join()


def serve(pipe: Pipe) -> None:
    """Answer until the other side has gone; a message that takes too long ends the process, whatever it is doing."""
    engine = Engine()
    pipe.send(PROTOCOL)
    while True:
        faulthandler.cancel_dump_traceback_later()
        try:
            seconds, kind, *content = pipe.receive()
        except EOFError:
            return
        faulthandler.dump_traceback_later(seconds, exit=True)
        if kind in BUTTONS:
            with ticking(pipe):
                told = press(kind, pipe.ask, [Entry(*failure) for failures in content for failure in failures])
            pipe.send(("done", told))
        else:
            pipe.send(engine.answer(kind, *content))


def main() -> None:
    """Keep standard output for messages; what anything prints goes to the log."""
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(Pipe(sys.stdin.buffer, outgoing))
