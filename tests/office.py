"""A real LibreOffice for tests: headless, in a profile of its own, asked through its Python bridge.

The bridge belongs to LibreOffice's Python and not to ours, so ``office_reader.py`` runs there, in a process of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE_S = 240
ATTEMPTS = 3
READER = Path(__file__).with_name("office_reader.py")
MAC = Path("/Applications/LibreOffice.app/Contents")


@dataclass(frozen=True)
class Shown:
    """What LibreOffice shows of a workbook after it has recalculated every cell.

    ``charts`` has, by title, ``series`` (values by source range) and ``axes`` (the titles of x and y).
    """

    sheets: dict[str, list[list[Any]]]
    charts: dict[str, dict[str, Any]]
    errors: list[str]

    def column(self, sheet: str, name: str) -> list[Any]:
        """Filled cells below the first cell of a sheet that says ``name``."""
        rows = self.sheets[sheet]
        top, left = next((r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell == name)
        return [row[left] for row in rows[top + 1 :] if row[left] != ""]


def recalculated(path: Path, folder: Path) -> Shown:
    """Open a workbook in LibreOffice, recalculate it, and read every sheet.

    Parameters
    ----------
    path : Path
        The workbook; a copy of it is opened.
    folder : Path
        For the copy and the profile.
    """
    copy = Path(shutil.copy(path, folder / f"shown_{path.name}"))
    return Shown(**told(READER, copy.as_uri(), folder))


def told(script: Path, argument: str, folder: Path, *more: str) -> Any:
    """What a script prints as JSON that talks to a LibreOffice of its own.

    Parameters
    ----------
    script : Path
        Runs in LibreOffice's Python, with the argument and the name of the pipe on which the office listens; it ends
        the office when it is done.
    argument : str
        What the script is to work on.
    folder : Path
        For the profile.
    *more : str
        Further arguments of the script.
    """
    for _ in range(ATTEMPTS):
        pipe = f"xlplan{uuid.uuid4().hex}"
        done = _asked([str(script), argument, pipe, *more], pipe, folder)
        if done.stdout.endswith("\n"):
            return json.loads(done.stdout)
        # Only LibreOffice's bridge runs in that process: killed by a signal, it has said nothing about the workbook.
        if done.returncode >= 0:
            break
    raise AssertionError(f"exit code {done.returncode}: {done.stderr}")


def _asked(command: list[str], pipe: str, folder: Path) -> subprocess.CompletedProcess[str]:
    office = subprocess.Popen(
        [*_office(folder), "--nodefault", f"--accept=pipe,name={pipe};urp;"], start_new_session=True
    )
    try:
        done = subprocess.run(
            [_python(), *command],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE_S,
            check=False,
            env={**os.environ, "PYTHONPATH": str(READER.parent)},
        )
        if done.returncode == 0:
            office.wait(PATIENCE_S)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(office.pid, signal.SIGKILL)
        office.wait()
    return done


def pages(path: Path, folder: Path, *, dpi: int = 60) -> list[Path]:
    """Print a workbook as LibreOffice does, one picture a page.

    Parameters
    ----------
    path : Path
        The workbook.
    folder : Path
        For the pictures and the profile.
    dpi : int, optional
        Dots per inch.
    """
    copy = Path(shutil.copy(path, folder / f"printed_{path.name}"))
    command = [*_office(folder), "--convert-to", "pdf", "--outdir", str(folder), str(copy)]
    subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=True)
    command = ["pdftoppm", "-r", str(dpi), "-png", str(copy.with_suffix(".pdf")), str(folder / "page")]
    subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=True)
    return sorted(folder.glob("page-*.png"))


def page_texts(path: Path, folder: Path) -> list[str]:
    """The text of each page of the print that :func:`pages` made of a workbook."""
    pdf = folder / f"printed_{path.stem}.pdf"
    done = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, timeout=PATIENCE_S, check=True)
    return done.stdout.decode().split("\f")[:-1]


def _office(folder: Path) -> list[str]:
    program = shutil.which("soffice") or str(MAC / "MacOS" / "soffice")
    profile = (folder / "profile").as_uri()
    return [program, "--headless", "--norestore", "--nologo", f"-env:UserInstallation={profile}"]


def _python() -> str:
    """LibreOffice's Python: the system's on Linux, its own on a Mac."""
    return str(MAC / "Resources" / "python") if sys.platform == "darwin" else "/usr/bin/python3"
