"""Runs as a script in a process of its own: a package comes in, values of its formula cells go out as JSON.

First line of the input: the cells asked for, ``{sheet: [[row, column], ...]}``; the rest is the package. The output is
a list of sheet, row, column, kind and value. No time and no seed is given to the engine, so that nothing that changes
by itself gets a value.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import cellrune

KINDS = {"number", "text", "logical", "error"}


def letters(column: int) -> str:
    """Letters of a 1-based column number."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def main() -> None:
    """Answer one request."""
    asked, _, package = sys.stdin.buffer.read().partition(b"\n")
    workbook = cellrune.Workbook.from_bytes(package)
    workbook.calculate()
    found = []
    for sheet, places in json.loads(asked).items():
        for row, column in places:
            address = f"{letters(column)}{row}"
            value: Any = workbook.read_values(sheet, address, address)[0][0]
            if value["kind"] in KINDS:
                found.append((sheet, row, column, value["kind"], value["value"]))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
