"""A real LibreOffice with the add-in in it, for tests: documents, formulas, commands."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlplan.hosts.calc.addin.wire import receive, send
from xlplan.hosts.calc.package import files

ROOT = Path(__file__).resolve().parents[3]
PYTHONS = ("/usr/bin/python3", "/Applications/LibreOffice.app/Contents/Resources/python")


def with_uno() -> str:
    """The Python that has LibreOffice's bridge; tools/install_libreoffice.sh puts it there."""
    for python in PYTHONS:
        if Path(python).exists() and not subprocess.run([python, "-c", "import uno"], capture_output=True).returncode:
            return python
    raise RuntimeError("no Python with UNO; run tools/install_libreoffice.sh")


def soffice() -> Path:
    """LibreOffice's program itself, not the script in front of it."""
    found = shutil.which("soffice") or "/Applications/LibreOffice.app/Contents/MacOS/soffice"
    folder = Path(found).resolve().parent
    return next(path for path in (folder / "soffice.bin", folder / "soffice") if path.exists())


def unpacked(folder: Path, **options: Any) -> Path:
    """The add-in as LibreOffice finds what it is shipped with."""
    for name, content in files(**options).items():
        path = folder / "xlplan.oxt" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


class Office:
    """LibreOffice, driven over a pipe.

    Parameters
    ----------
    folder : Path
        For its profile, its log, and the add-in.
    """

    def __init__(self, folder: Path, **options: Any) -> None:
        extensions = unpacked(folder / "extensions", **options)
        self.profile = folder / "profile"
        command = [with_uno(), str(Path(__file__).with_name("driver.py")), str(soffice())]
        self._driver = subprocess.Popen(
            [*command, str(self.profile), str(extensions)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert receive(self._driver.stdout) == "ready"

    def ask(self, method: str, *arguments: Any) -> Any:
        """Have something done in LibreOffice."""
        send(self._driver.stdin, (method, *arguments))
        good, answer = receive(self._driver.stdout)
        if not good:
            raise RuntimeError(answer)
        return answer

    def stop(self) -> None:
        """End it."""
        self._driver.stdin.close()
        self._driver.wait(60)
        self._driver.stdout.close()

    def document(self, path: Path | None = None, *, hidden: bool = True) -> Sheet:
        """Open a document, a new one without a path."""
        return Sheet(self, self.ask("open", None if path is None else str(path), hidden))

    @property
    def runs(self) -> int:
        """Calls that reached the engine."""
        return int(self.ask("status")["runs"])

    @property
    def log(self) -> str:
        """What the add-in has written down."""
        return (self.profile / "user" / "xlplan.log").read_text(encoding="utf-8")


class Sheet:
    """An open document; cells are those of its first sheet unless another is named."""

    def __init__(self, office: Office, number: int) -> None:
        self.office = office
        self.number = number
        self.first = str(self.ask("sheets")[0])

    def ask(self, method: str, *arguments: Any) -> Any:
        return self.office.ask(method, self.number, *arguments)

    def put(self, area: str, rows: Sequence[Sequence[Any]], sheet: str = "") -> None:
        """Values into cells."""
        self.ask("put", sheet or self.first, area, rows)

    def type(self, cell: str, formula: str) -> Any:
        """A formula into a cell; returns what the cell shows then."""
        self.ask("formula", self.first, cell, formula, False)
        return self.cells(cell)[0][0]

    def type_array(self, area: str, formula: str) -> Any:
        """An array formula over an area; returns what its cells show then."""
        self.ask("formula", self.first, area, formula, True)
        return self.cells(area)

    def cells(self, area: str, sheet: str = "") -> list[list[Any]]:
        """Values; an error is the NaN that stands for it."""
        return self.ask("cells", sheet or self.first, area)

    def close(self) -> None:
        self.ask("close")
