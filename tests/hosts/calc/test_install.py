"""The add-in put into LibreOffice by its own unopkg, looked at, and taken out again."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import xlplan
from tests.hosts.calc.office import soffice
from xlplan.hosts import shell

pytestmark = pytest.mark.xdist_group("office")
NOBODY = 65534


@pytest.fixture
def program() -> Iterator[Path]:
    """A program folder whose unopkg works on a profile of its own; it refuses root, so it runs as nobody then."""
    folder = Path(tempfile.mkdtemp(prefix="xlplan_calc_"))
    folder.chmod(0o755)
    profile = folder / "profile"
    profile.mkdir()
    become = ""
    if os.geteuid() == 0:
        os.chown(profile, NOBODY, NOBODY)
        become = f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups "
    real = soffice().parent
    for name, own in (("unopkg", f" -env:UserInstallation={profile.as_uri()}"), ("soffice", "")):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexport HOME={profile}\nexec {become if own else ""}{real / name} "$@"{own}\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    yield folder
    shutil.rmtree(folder)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = shell.main(["calc", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_install_status_and_uninstall(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = ("--office", str(program))
    code, before = run(capsys, "status", *office)
    assert (code, before["installed"]) == (shell.CHECKS_FAILED, "")
    assert before["problems"] == ["the add-in is not installed; run xlplan calc install"]
    code, said = run(capsys, "install", *office)
    assert (code, said["exit"]) == (shell.OK, 0)
    code, after = run(capsys, "status", *office)
    assert (code, after["installed"], after["problems"]) == (shell.OK, xlplan.__version__, [])
    assert after["worker"].startswith("Python 3")
    assert run(capsys, "install", *office)[0] == shell.OK  # again, over the first
    assert run(capsys, "uninstall", *office)[0] == shell.OK
    code, gone = run(capsys, "uninstall", *office)
    assert (code, "not installed" in gone["error"]) == (shell.ERROR, True)


def fake(folder: Path, says: str, code: int = 0) -> Path:
    """A LibreOffice that only says something."""
    for name in ("soffice", "unopkg"):
        (folder / name).write_text(f"#!/bin/sh\necho '{says}'\necho '{says}' >&2\nexit {code}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("says", "code", "wanted"),
    [
        ("LibreOffice 7.4.7.2 40(Build:2)", 0, "LibreOffice 7.4.7.2 is too old; install 25.2 or newer"),
        ("The profile is locked", 1, "The profile is locked; close LibreOffice"),
        ("Something else", 0, "install LibreOffice again"),
    ],
)
def test_a_libreoffice_that_will_not_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], says: str, code: int, wanted: str
) -> None:
    found, said = run(capsys, "install", "--office", str(fake(tmp_path, says, code)))
    assert found == shell.ERROR
    assert wanted in said["error"]


def test_no_libreoffice_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "status", "--office", str(tmp_path))
    assert (code, str(tmp_path) in said["error"]) == (shell.ERROR, True)


def test_build_writes_the_file_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "build", "-o", str(tmp_path / "mine.oxt"), "--seconds", "5")
    assert (code, said["out"]) == (shell.OK, str(tmp_path / "mine.oxt"))
    assert (tmp_path / "mine.oxt").stat().st_size > 10_000
    code, said = run(capsys, "build", "-o", str(tmp_path / "mine.zip"))
    assert (code, ".oxt" in said["error"]) == (shell.ERROR, True)


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "inf", "nan"])
def test_a_time_limit_that_is_none(seconds: str) -> None:
    with pytest.raises(SystemExit):
        shell.main(["calc", "build", "--seconds", seconds])
