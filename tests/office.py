"""A real LibreOffice for tests: headless, in a profile of its own, asked through its Python bridge.

The bridge belongs to LibreOffice's Python and not to ours, so ``office_reader.py`` runs there, in a process of its own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE_S = 240
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


def told(script: Path, argument: str, folder: Path) -> Any:
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
    """
    pipe = f"xlplan{uuid.uuid4().hex}"
    office = subprocess.Popen([*_office(folder), "--nodefault", f"--accept=pipe,name={pipe};urp;"])
    try:
        command = [_python(), str(script), argument, pipe]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE_S, check=False, encoding="utf-8"
        )
        assert done.returncode == 0, done.stderr
        office.wait(PATIENCE_S)
    finally:
        office.kill()
        office.wait()
    return json.loads(done.stdout)


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
