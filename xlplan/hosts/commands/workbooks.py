"""Commands on any workbook: put, tables, freeze."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from xlplan.errors import WorkbookError
from xlplan.hosts.commands.common import (
    OK,
    Commands,
    Report,
    below_flag,
    command,
    csv_flags,
    exit_code,
    progress,
    progress_flags,
    spelling_flags,
    workbook,
)


def put(options: argparse.Namespace) -> Report:
    """Write a CSV file into a named table; everything else in the workbook stays as it is."""
    from xlplan import macros
    from xlplan.hosts.acts import finding_lines

    source = Path(options.workbook)
    with progress(options) as report:
        done = macros.put(
            source,
            options.table,
            Path(options.data),
            out=workbook(options.out, ".xlsx", ".xlsm") if options.out else None,
            below=options.below,
            decimal=options.decimal,
            dates=options.dates,
            encoding=options.encoding,
            separator=options.separator,
            skip=options.skip,
            empty=options.empty,
            progress=report,
        )
    lines = [*finding_lines(done.findings), *done.sentences()]
    data = {
        "workbook": str(done.saved.path),
        "table": done.table,
        "sheet": done.sheet,
        "rows_before": done.rows_before,
        "rows_after": done.rows_after,
        "cells": done.cells,
        "columns": [asdict(taken) for taken in done.columns],
        "kept": done.kept,
        "calculated": done.calculated,
        "left_out": done.left_out,
        "sentences": done.sentences(),
        "findings": [asdict(finding) for finding in done.findings],
    }
    return OK, lines, data


def tables(options: argparse.Namespace) -> Report:
    """List the named tables of a workbook: where they stand, what a plan finds in them, whether they can be written."""
    from xlplan import macros

    found = macros.tables_of(options.workbook)
    lines = [table.sentence() for table in found] or [f"{options.workbook} has no named table."]
    return OK, lines, {"workbook": options.workbook, "tables": [asdict(table) for table in found]}


def freeze(options: argparse.Namespace) -> Report:
    """Write a copy that holds values only, for people without Python; the workbook stays as it is."""
    from xlplan.macros.answering import CellFunctions
    from xlplan.workbook.freeze import freeze as freeze_workbook

    source = Path(options.workbook)
    target = workbook(options.out, ".xlsx") if options.out else source.with_name(f"{source.stem}_values.xlsx")
    if target.exists() and not options.force:
        raise WorkbookError(f"{target} exists already", do="choose another name, or add --force to replace it")
    done = freeze_workbook(source, target, CellFunctions)
    data = {"workbook": str(done.path), "formulas": done.formulas, "without_value": done.without_value}
    return exit_code(passed=not done.without_value), list(done.lines), {**data, "sentences": done.lines}


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add these commands."""
    putting = command(commands, "put", put)
    putting.add_argument("workbook", metavar="FILE.xlsx", help="the workbook to read and write")
    putting.add_argument("table", metavar="TABLE", help="the named table, such as tblRates")
    putting.add_argument("data", metavar="DATA.csv", help="the file whose rows the table gets")
    putting.add_argument("-o", "--out", metavar="FILE", help="write here and leave FILE.xlsx as it is")
    below_flag(putting)
    csv_flags(putting)
    spelling_flags(putting)
    putting.add_argument(
        "--skip", action="append", default=[], metavar="COLUMN", help="leave this column of DATA out; may be repeated"
    )
    putting.add_argument("--empty", action="store_true", help="a file without rows empties the table")
    progress_flags(putting)

    listing = command(commands, "tables", tables)
    listing.add_argument("workbook", metavar="FILE.xlsx", help="the workbook to look into")

    freezing = command(commands, "freeze", freeze)
    freezing.add_argument("workbook", metavar="FILE.xlsx", help="the workbook; it stays as it is")
    freezing.add_argument("-o", "--out", metavar="FILE.xlsx", help="the copy to write; FILE_values.xlsx otherwise")
    freezing.add_argument("--force", action="store_true", help="replace the file if it exists")
