"""Write templates/ and workbooks/us_bank_calls.xlsx: the plan of the tutorial, made from real calls.

The last four weeks of the calls are held back, so that the workbook shows the plan beside what came. Its run is
stamped with a fixed time and no duration: the same code makes the same file.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import tempfile
from pathlib import Path

from xlplan import macros
from xlplan.hosts import shell
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.template.build import write_templates
from xlplan.workbook.template.catalogue import LAYOUTS

ROOT = Path(__file__).resolve().parents[1]
CALLS = ROOT / "workbooks" / "data" / "calls_bank_us_30min.csv"
SAMPLE = ROOT / "workbooks" / "us_bank_calls.xlsx"
STAMPED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def build_sample(path: Path) -> None:
    """Make the workbook and refresh it."""
    made = ["new", str(path), "--volumes", str(CALLS), "--hold-back", "4", "--time-zone", "America/New_York"]
    if shell.main([*made, "--force"]) != shell.OK:
        raise SystemExit(f"{path} was not made")
    book = FileBook.open(path)
    done = macros.refresh(book, now=STAMPED)
    if not done.passed:
        raise SystemExit(f"{done.failed} checks fail on {path}")
    book.write("tblRun", {"seconds": [0.0]})
    book.save(path)


def main() -> int:
    """Write the templates and the workbook."""
    for path in write_templates(ROOT / "templates", LAYOUTS):
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / SAMPLE.name
        build_sample(made)
        shutil.copyfile(made, SAMPLE)
    sys.stdout.write(f"{SAMPLE.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
