"""A file replaced as a whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from xlplan.errors import WorkbookError

ELSEWHERE = "close it there, or give another output path"


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


def check_target(path: Path, seen: Seen | None) -> None:
    """Refuse a target that must not be overwritten now.

    Parameters
    ----------
    path : Path
        Where to save.
    seen : Seen, optional
        What the file was when it was read, if it was.

    Raises
    ------
    WorkbookError
        When the file is open elsewhere, read-only, changed since it was read, or its folder is missing.
    """
    if not path.parent.is_dir():
        raise WorkbookError(f"there is no folder {path.parent}", where=path.name, do="create it, or check the path")
    for owner in (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#")):
        if owner.exists():
            raise WorkbookError(
                f"the workbook is open elsewhere ({owner.name} stands beside it)", where=path.name, do=ELSEWHERE
            )
    if not path.exists():
        return
    if path.is_dir():
        raise WorkbookError("the path is a folder", where=str(path), do="give a file name")
    if not path.stat().st_mode & stat.S_IWUSR or not os.access(path, os.W_OK):
        raise WorkbookError("the file is read-only", where=path.name, do="give another output path")
    if seen is not None and (path.stat().st_size != seen.size or Seen.of(path) != seen):
        raise WorkbookError(
            "the file changed on disk since it was read", where=path.name, do="read it again, or give another path"
        )


def replace_file(path: Path, write: Callable[[BinaryIO], None], check: Callable[[Path], None]) -> None:
    """Write a file beside its target, check it, and put it in the target's place in one step.

    Parameters
    ----------
    path : Path
        The target; it is as it was whatever fails.
    write : callable
        Writes the content.
    check : callable
        Looks at the written file and raises when it is not sound.

    Raises
    ------
    WorkbookError
        When the disk or the operating system refuses.
    """
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=".xlplan-", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        check(temporary)
        temporary.chmod(_mode(path))
        os.replace(temporary, path)
        temporary = None
        _sync_folder(path.parent)
    except OSError as error:
        raise _explained(error, path) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def _mode(path: Path) -> int:
    """Permissions of the file to be replaced, or those a new file gets."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
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
