"""The worker seen from LibreOffice: a child process, started when it is needed, watched, and restarted once."""

from __future__ import annotations

import contextlib
import os
import queue
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

GLANCE_S = 0.1
"""How often the clock is looked at, and how often the planner may press Esc."""


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
        self._deadline: float | None = None
        self._late = False
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
        self, message: Sequence[Any], *, seconds: float, answer: Callable[..., Any], idle: Callable[[], None]
    ) -> Any:
        """Send a message and answer what the worker asks until it is done.

        Parameters
        ----------
        message : sequence
            What is to be done.
        seconds : float
            Longest time between two messages of the worker.
        answer : callable
            Given what the worker asks; returns what to send back.
        idle : callable
            Called while the worker computes; may raise to end it.

        Raises
        ------
        WorkerFailed
            The worker ended or took too long.
        """
        with self._alone:
            try:
                self._start(seconds)
                send(self._to, message)
                while True:
                    kind, *content = self._patiently(seconds, idle)
                    if kind == "done":
                        return content[0]
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
                if stream is not None:
                    _close(stream)

    def _asked(self, message: Sequence[Any], seconds: float) -> Any:
        try:
            self._start(seconds)
            send(self._to, message)
            return self._receive(seconds)
        except (OSError, EOFError) as error:
            self.stop()
            if self._late:
                raise WorkerFailed(f"xlplan took longer than {seconds:g} seconds; give it fewer cells") from error
            raise

    def _start(self, seconds: float) -> None:
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
        threading.Thread(target=self._watch, args=[self._process], daemon=True).start()
        protocol = self._receive(seconds)
        if protocol != PROTOCOL:
            self.stop()
            raise WorkerFailed("the add-in and xlplan are of different releases; run xlplan calc install again")

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """End a process that is late: reading from a pipe knows no time limit of its own."""
        while process.poll() is None:
            if self._process is process and self._deadline is not None and time.monotonic() > self._deadline:
                self._late = True
                process.kill()
            time.sleep(GLANCE_S)

    def _receive(self, seconds: float) -> Any:
        self._late, self._deadline = False, time.monotonic() + seconds
        try:
            return receive(self._from)
        finally:
            self._deadline = None

    def _patiently(self, seconds: float, idle: Callable[[], None]) -> Any:
        """The next message, with a look at the planner in between."""
        found: queue.Queue[Any] = queue.Queue()

        def read() -> None:
            try:
                found.put(self._receive(seconds))
            except (OSError, EOFError, ValueError) as error:
                found.put(error)

        threading.Thread(target=read, daemon=True).start()
        while True:
            try:
                message = found.get(timeout=GLANCE_S)
            except queue.Empty:
                idle()
                continue
            if isinstance(message, Exception):
                raise EOFError(str(message)) from message
            return message

    @property
    def _to(self) -> BinaryIO:
        return cast(BinaryIO, self._stream("stdin"))

    @property
    def _from(self) -> BinaryIO:
        return cast(BinaryIO, self._stream("stdout"))

    def _stream(self, name: str) -> Any:
        stream = getattr(self._process, name, None)
        if stream is None:
            raise EOFError("the worker was stopped")
        return stream

    def _sentence(self, error: Exception) -> str:
        if isinstance(error, WorkerFailed):
            return str(error)
        return f"xlplan's worker gave no answer ({error}); see {self._log}, or run xlplan calc install again"


def _close(stream: Any) -> None:
    """Close a pipe; what was not sent to a process that has ended is of no use."""
    with contextlib.suppress(OSError):
        stream.close()
