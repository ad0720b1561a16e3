"""Put the add-in into LibreOffice, take it out, and see whether all is well."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import xlplan
from xlplan.errors import HostError
from xlplan.hosts.calc.addin.process import Worker, WorkerFailed
from xlplan.hosts.calc.package import IDENTIFIER, SECONDS, build, command

LEAST = (25, 2)
"""The oldest LibreOffice in which a formula of an .xlsx file leads to an add-in."""

USUAL_PLACES = (
    "/usr/lib/libreoffice/program",
    "/usr/lib64/libreoffice/program",
    "/Applications/LibreOffice.app/Contents/MacOS",
    r"C:\Program Files\LibreOffice\program",
)
ANSWER_S = 60.0


@dataclass(frozen=True)
class Status:
    """What was found.

    Parameters
    ----------
    office : str
        LibreOffice's version and folder.
    installed : str
        Release of the add-in that LibreOffice holds, empty where there is none.
    worker : str
        The Python that answers, empty where none does.
    problems : tuple of str
        What to do, one sentence each.
    """

    office: str
    installed: str
    worker: str
    problems: tuple[str, ...]


def install(office: str | None = None, *, seconds: float = SECONDS) -> str:
    """Build the add-in for this Python and give it to LibreOffice.

    Parameters
    ----------
    office : str, optional
        LibreOffice's program folder; looked for otherwise.
    seconds : float, optional
        Time limit of one formula.

    Returns
    -------
    str
        LibreOffice's version and folder.

    Raises
    ------
    HostError
        There is no LibreOffice, it is too old, or it refuses the add-in.
    """
    folder = _folder(office)
    version = _version(folder)
    if _numbers(version) < LEAST:
        least = ".".join(map(str, LEAST))
        raise HostError(f"LibreOffice {version} is too old", where=str(folder), do=f"install {least} or newer")
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)  # where LibreOffice runs under another user, it has to read the file
        file = Path(place) / "xlplan.oxt"
        build(file, seconds=seconds)
        _unopkg(folder, "add", "--force", "--suppress-license", str(file))
    return f"LibreOffice {version} in {folder}"


def uninstall(office: str | None = None) -> None:
    """Take the add-in out of LibreOffice.

    Raises
    ------
    HostError
        There is no LibreOffice, or it does not hold the add-in.
    """
    folder = _folder(office)
    if not _installed(folder):
        raise HostError("the add-in is not installed", where=str(folder))
    _unopkg(folder, "remove", IDENTIFIER)


def status(office: str | None = None) -> Status:
    """Look at LibreOffice, the add-in and the worker."""
    folder = _folder(office)
    version, installed = _version(folder), _installed(folder)
    problems = []
    if _numbers(version) < LEAST:
        problems.append(f"LibreOffice {version} is too old; install {'.'.join(map(str, LEAST))} or newer")
    if not installed:
        problems.append("the add-in is not installed; run xlplan calc install")
    elif installed != xlplan.__version__:
        problems.append(f"the add-in is of release {installed}; run xlplan calc install again")
    worker = Worker(command(), os.devnull)
    try:
        answer = worker.ask(("status",), seconds=ANSWER_S)
    except WorkerFailed:
        problems.append("no worker starts with this Python; run xlplan call XP_OCCUPANCY 80 100 to see why")
        answer = None
    finally:
        worker.stop()
    python = f"Python {answer['version']} ({answer['python']})" if answer else ""
    return Status(f"LibreOffice {version} in {folder}", installed, python, tuple(problems))


def _folder(office: str | None) -> Path:
    """LibreOffice's program folder."""
    if office is not None:
        places = [office]
    else:
        found = shutil.which("soffice")
        places = [*([str(Path(found).resolve().parent)] if found else []), *USUAL_PLACES]
    for place in places:
        if _program(Path(place)).exists():
            return Path(place)
    raise HostError(
        f"no LibreOffice in {office}" if office else "LibreOffice is not found",
        do="install it, or name its program folder with --office",
    )


def _program(folder: Path) -> Path:
    return folder / ("unopkg.com" if sys.platform == "win32" else "unopkg")


def _version(folder: Path) -> str:
    said = _run([str(folder / "soffice"), "--version"])
    found = re.search(r"LibreOffice (\d+(?:\.\d+)+)", said)
    if found is None:
        raise HostError(
            f"soffice --version says {said.strip()[:100]!r}", where=str(folder), do="install LibreOffice again"
        )
    return found[1]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


def _installed(folder: Path) -> str:
    """Release of the add-in that LibreOffice holds."""
    said = _unopkg(folder, "list")
    found = re.search(rf"Identifier: {re.escape(IDENTIFIER)}\s+Version: (\S+)", said)
    return found[1] if found else ""


def _unopkg(folder: Path, *arguments: str) -> str:
    return _run([str(_program(folder)), *arguments])


def _run(arguments: list[str]) -> str:
    """What a program of LibreOffice prints.

    Raises
    ------
    HostError
        It fails; the sentence holds its last words.
    """
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        words = " ".join((done.stderr or done.stdout).split())[:300] or f"exit code {done.returncode}"
        raise HostError(
            words, where=Path(arguments[0]).name, do="close LibreOffice, and run it as the user who works with it"
        )
    return done.stdout
