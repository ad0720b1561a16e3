"""The worker seen from LibreOffice: a child process, started when it is needed and restarted once.

No thread runs here. When Python's garbage collector runs in a thread and meets a UNO object, it waits for
LibreOffice's own lock while it holds Python's; whoever holds the first and waits for the second waits for ever. So the
worker watches its time limit itself, and it is the worker who ticks while it computes.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, cast

from xlplan.hosts.calc.addin.wire import PROTOCOL, receive, send

FOREIGN = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What LibreOffice sets for its own Python would mislead another one."""

FAILURES, PAUSE_S = 2, 30.0
"""After so many failures in a row every cell is answered at once for a while, or a sheet of formulas would freeze."""


class WorkerFailed(Exception):
    """The worker gave no answer; the text says why and what to do."""


class Worker:
    """A process of the planner's Python that answers messages.

    Parameters
    ----------
    command : sequence of str
        What starts it.
    log : str
        File that takes what it prints.
    """

    def __init__(self, command: Sequence[str], log: str) -> None:
        self._command = list(command)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._alone = threading.Lock()
        self._failures, self._closed_until, self._why = 0, 0.0, ""

    def ask(self, message: Sequence[Any], *, seconds: float) -> Any:
        """Send a message and return the answer; a worker that ends is restarted once.

        Raises
        ------
        WorkerFailed
            It could not be started, ended twice, or took longer than ``seconds``.
        """
        with self._alone:
            if time.monotonic() < self._closed_until:
                raise WorkerFailed(self._why)
            try:
                try:
                    answer = self._asked(message, seconds)
                except (OSError, EOFError):
                    self._failures += 1
                    answer = self._asked(message, seconds)
            except (OSError, EOFError, WorkerFailed) as error:
                self._failures += 1
                self._why = self._sentence(error)
                if self._failures >= FAILURES:
                    self._closed_until = time.monotonic() + PAUSE_S
                raise WorkerFailed(self._why) from error
            self._failures = 0
            return answer

    def converse(
        self, message: Sequence[Any], *, seconds: float, answer: Callable[..., Any], tick: Callable[[], None]
    ) -> Any:
        """Send a message and answer what the worker asks until it is done; it is ended then.

        Parameters
        ----------
        message : sequence
            What is to be done.
        seconds : float
            Time limit.
        answer : callable
            Given what the worker asks; returns what to send back.
        tick : callable
            Called again and again while the worker computes; may raise to end it.

        Raises
        ------
        WorkerFailed
            The worker ended or took too long.
        """
        try:
            self._start()
            send(self._to, (seconds, *message))
            while True:
                kind, *content = receive(self._from)
                if kind == "done":
                    return content[0]
                if kind == "tick":
                    tick()
                else:
                    send(self._to, answer(kind, *content))
        except (OSError, EOFError) as error:
            raise WorkerFailed(self._sentence(error)) from error
        finally:
            self.stop()

    def stop(self) -> None:
        """End the process, if it runs."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):  # what was not sent to a process that has ended is of no use
                    cast(BinaryIO, stream).close()

    def _asked(self, message: Sequence[Any], seconds: float) -> Any:
        began = time.monotonic()
        try:
            self._start()
            send(self._to, (seconds, *message))
            return receive(self._from)
        except (OSError, EOFError) as error:
            self.stop()
            if time.monotonic() - began >= seconds:
                raise WorkerFailed(f"xlplan took longer than {seconds:g} seconds; give it fewer cells") from error
            raise

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self.stop()
        environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        if receive(self._from) != PROTOCOL:
            self.stop()
            raise WorkerFailed("the add-in and xlplan are of different releases; run xlplan calc install again")

    @property
    def _to(self) -> BinaryIO:
        return cast(BinaryIO, cast("subprocess.Popen[bytes]", self._process).stdin)

    @property
    def _from(self) -> BinaryIO:
        return cast(BinaryIO, cast("subprocess.Popen[bytes]", self._process).stdout)

    def _sentence(self, error: Exception) -> str:
        if isinstance(error, WorkerFailed):
            return str(error)
        return f"xlplan's worker gave no answer ({error}); see {self._log}, or run xlplan calc install again"
