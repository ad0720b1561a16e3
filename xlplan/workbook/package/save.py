"""A file replaced as a whole or not at all; beside one that must not be replaced now, a file of its own."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO

from xlplan.errors import WorkbookError
from xlplan.workbook.book import Saved

ELSEWHERE = "close it there, or give another output path"
_COUNTED = re.compile(r"\.xlplan-[0-9]+$")
PREFIX, SUFFIX = ".xlplan-", ".tmp"
ABANDONED_S = 3600


@dataclass(frozen=True)
class Seen:
    """A file as it was when it was read."""

    size: int
    digest: bytes

    @classmethod
    def of(cls, path: Path, data: bytes | None = None) -> Seen:
        """State of a file now; ``data`` is its content when that is at hand."""
        content = path.read_bytes() if data is None else data
        return cls(len(content), hashlib.sha256(content).digest())


def kept_because(path: Path, seen: Seen | None) -> str:
    """Why a file must not be overwritten now; empty when it may be.

    Parameters
    ----------
    path : Path
        Where to save.
    seen : Seen, optional
        What the file was when it was read, if it was.

    Raises
    ------
    WorkbookError
        When no file can stand there: its folder is missing, or the path is a folder.
    """
    if not path.parent.is_dir():
        raise WorkbookError(f"there is no folder {path.parent}", where=path.name, do="create it, or check the path")
    if path.is_dir():
        raise WorkbookError("the path is a folder", where=str(path), do="give a file name")
    owner = next((owner for owner in _owner_files(path) if owner.exists()), None)
    if owner is not None:
        return f"{path.name} is open elsewhere ({owner.name} stands beside it)"
    if not path.exists():
        return ""
    if not path.stat().st_mode & stat.S_IWUSR or not os.access(path, os.W_OK):
        return f"{path.name} is read-only"
    if seen is not None and (path.stat().st_size != seen.size or Seen.of(path) != seen):
        return f"{path.name} changed on disk since it was read"
    return ""


def _owner_files(path: Path) -> tuple[Path, Path]:
    """What Excel and LibreOffice put beside a file that is open."""
    return path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#")


def free_name(path: Path) -> Path:
    """The first name beside a file that is not taken.

    Counted and not dated, so that the same act gives the same name: ``Plan.xlplan-1.xlsx`` beside ``Plan.xlsx``, and
    ``Plan.xlplan-2.xlsx`` beside that.
    """
    stem = _COUNTED.sub("", path.stem)
    names = (path.with_name(f"{stem}.xlplan-{number}{path.suffix}") for number in count(1))
    return next(name for name in names if not any(p.exists() for p in (name, *_owner_files(name))))


def save_file(
    path: Path, write: Callable[[BinaryIO], None], check: Callable[[Path], None], *, seen: Seen | None = None
) -> Saved:
    """Write a file beside its target, check it, and put it in the target's place in one step.

    A target that must not be overwritten now is left alone: the new file gets a free name beside it.

    Parameters
    ----------
    path : Path
        The target; it is as it was whatever fails. A link is followed.
    write : callable
        Writes the content.
    check : callable
        Looks at the written file and raises when it is not sound.
    seen : Seen, optional
        What the target was when it was read, if it was.

    Returns
    -------
    Saved
        Where the file now stands, and why not in the target's place.

    Raises
    ------
    WorkbookError
        When the folder is missing, or the disk or the operating system refuses.
    """
    asked, path = path, path.resolve()
    reason = kept_because(path, seen)
    target = free_name(path) if reason else path
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=SUFFIX, dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        check(temporary)
        temporary.chmod(_mode(path))
        _remove_abandoned(temporary)
        try:
            os.replace(temporary, target)
        except PermissionError:
            if reason or not path.exists():
                raise
            reason, target = f"{path.name} is held by another program", free_name(path)
            os.replace(temporary, target)
        temporary = None
        _sync_folder(path.parent)
    except OSError as error:
        raise _explained(error, path) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
    return Saved(_as_asked(asked, target), reason)


def _remove_abandoned(temporary: Path) -> None:
    """Remove what earlier saves left in this folder when they were ended from outside.

    A younger one may be another save at work. Both times are those of the disk, so that no clock has to be right.
    """
    now = temporary.stat().st_mtime
    for other in temporary.parent.glob(f"{PREFIX}*{SUFFIX}"):
        with contextlib.suppress(OSError):
            if now - other.stat().st_mtime > ABANDONED_S:
                other.unlink()


def _as_asked(asked: Path, target: Path) -> Path:
    """The file written, spelled as the caller spells paths where that is the same place."""
    spelled = asked.with_name(target.name)
    return asked if asked.resolve() == target else spelled if spelled.resolve() == target else target


def _mode(path: Path) -> int:
    """Permissions of the file to be replaced, or those a new file gets; its owner may always write again."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode) | stat.S_IWUSR
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Make the replacement itself durable, where the system allows it."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):  # the new file stands already; some network disks refuse this
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _explained(error: OSError, path: Path) -> WorkbookError:
    if error.errno == errno.ENOSPC:
        do = "free some space on the disk; the file is as it was"
    elif isinstance(error, PermissionError):
        do = f"{ELSEWHERE}; the file is as it was"
    else:
        do = "the file is as it was; give another output path"
    return WorkbookError(f"the workbook cannot be saved ({error.strerror or error})", where=path.name, do=do)


def check_ending(path: Path, *, macros: bool) -> None:
    """Refuse an ending under which Excel would not open the workbook.

    Parameters
    ----------
    path : Path
        Where it is to be written.
    macros : bool
        Whether it holds macros.
    """
    right, wrong = (".xlsm", ".xlsx") if macros else (".xlsx", ".xlsm")
    if path.suffix.lower() == wrong:
        raise WorkbookError(
            f"Excel would not open this workbook under the ending {path.suffix}",
            where=path.name,
            do=f"give it the ending {right}",
        )
