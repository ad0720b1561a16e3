"""Run what README and docs show: their `>>>` lines, their `xlplan` commands, and the output printed below those.

A document runs from top to bottom in one folder that holds a copy of ``workbooks/``:

- in a ``sh`` block whose first line begins with ``xlplan``, every line is a command; ``# exit 1`` behind it says which
  exit code it gives, 0 otherwise;
- a ``text`` block directly below is what those commands print, word for word;
- a ``python`` block is a doctest that goes on from the one before;
- a comment ``<!-- type: FILE SHEET!CELL VALUE -->`` types a value into a workbook, as a planner does between commands.

Run ``python tools/documents.py`` to write the outputs that the commands give now into the documents.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import re
import shlex
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlplan.hosts import shell
from xlplan.workbook.package.file_book import FileBook

ROOT = Path(__file__).resolve().parents[1]
FENCED = r"^```(\w*)\n((?:.*\n)*?)```$"
TYPED = r"^<!-- type: (\S+) (.+?)!([A-Z]+\d+) (.+) -->$"
BLOCK = re.compile(f"{FENCED}|{TYPED}", re.MULTILINE)
EXIT = re.compile(r"\s+# exit (\d)$")
LOCKS = shutil.ignore_patterns("~$*", ".~lock.*")  # a workbook that is open here is not open there
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@dataclass(frozen=True)
class Shown:
    """An output that a document shows: where it stands, what it says, and what the commands print."""

    start: int
    end: int
    said: str
    printed: str


def documents() -> list[Path]:
    """README and every page of docs."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def run_document(path: Path, folder: Path) -> list[Shown]:
    """Run a document in a folder.

    Returns
    -------
    list of Shown
        Every output that it shows.

    Raises
    ------
    AssertionError
        A command gives another exit code than the document says, or a doctest fails.
    """
    shutil.copytree(ROOT / "workbooks", folder / "workbooks", ignore=LOCKS)
    text = path.read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    shown: list[Shown] = []
    printed, end = "", -1
    with contextlib.chdir(folder):
        for block in BLOCK.finditer(text):
            kind, body, file, sheet, cell, value = block.groups()
            if file:
                _type(Path(file), sheet, cell, value)
            elif kind == "sh" and body.startswith("xlplan"):
                printed, end = "".join(map(_command, body.splitlines())), block.end()
            elif kind == "text" and end >= 0 and not text[end : block.start()].strip():
                shown.append(Shown(block.start(2), block.end(2), body, printed))
            elif kind == "python" and ">>>" in body:
                _doctest(body, names, path, text.count("\n", 0, block.start(2)))
    return shown


def _type(path: Path, sheet: str, cell: str, value: str) -> None:
    book = FileBook.open(path)
    book.write_cells(sheet, {cell: json.loads(value)})
    book.save(path)


def _command(line: str) -> str:
    """What a command prints; its exit code is the one that the document says."""
    code = EXIT.search(line)
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            found: object = shell.main(shlex.split(EXIT.sub("", line))[1:])
        except SystemExit as stopped:  # --version and --help
            found = stopped.code
    expected = int(code[1]) if code else 0
    assert found == expected, f"{line}\nexit code {found}, expected {expected}\n{output.getvalue()}"
    return output.getvalue()


def _doctest(body: str, names: dict[str, Any], path: Path, line: int) -> None:
    test = doctest.DocTestParser().get_doctest(body, names, path.name, str(path), line)
    report = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    failed = runner.run(test, out=report.write, clear_globs=False).failed
    names.update(test.globs)
    assert not failed, report.getvalue()


def rewritten(path: Path, shown: list[Shown]) -> str:
    """The document with the outputs that its commands print now."""
    text = path.read_text(encoding="utf-8")
    for output in reversed(shown):
        text = text[: output.start] + output.printed + text[output.end :]
    return text


def main() -> int:
    """Write the outputs of every document again."""
    for path in documents():
        with tempfile.TemporaryDirectory() as folder:
            text = rewritten(path, run_document(path, Path(folder)))
        if text != path.read_text(encoding="utf-8"):
            path.write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
