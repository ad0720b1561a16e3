"""Runs as a script in a process of its own: a package comes in, values of its formula cells go out as JSON.

First line of the input: ``asked``, the cells asked for (``{sheet: [[row, column], ...]}``), and ``given``, what cells
hold instead (sheet, row, column, kind, value; a sheet that is not there is made); the rest is the package. The output
is a list of sheet, row, column, kind and value. No time and no seed is given to the engine, so that nothing that
changes by itself gets a value.
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


def change(sheet: str, row: int, column: int, kind: str, value: Any) -> Any:
    """What a cell holds instead, as cellrune is told."""
    place = {"sheet": sheet, "address": f"{letters(column)}{row}"}
    if kind == "formula":
        return {"kind": "set_formula", "formula": f"={value}", **place}
    held = {"kind": kind} if kind == "blank" else {"kind": kind, "value": value}
    return {"kind": "set_value", "value": held, **place}


def main() -> None:
    """Answer one request."""
    line, _, package = sys.stdin.buffer.read().partition(b"\n")
    request = json.loads(line)
    workbook = cellrune.Workbook.from_bytes(package)
    known = {sheet["name"] for sheet in workbook.summary()["sheets"]}
    for sheet in {given[0] for given in request["given"]} - known:
        workbook.add_sheet(sheet)
    if request["given"]:
        revision = workbook.summary()["semantic_revision"]
        workbook.apply_changes(revision, [change(*given) for given in request["given"]])
    workbook.calculate()
    found = []
    for sheet, places in request["asked"].items():
        for row, column in places:
            address = f"{letters(column)}{row}"
            value: Any = workbook.read_values(sheet, address, address)[0][0]
            if value["kind"] in KINDS:
                found.append((sheet, row, column, value["kind"], value["value"]))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
