"""Commands that bring xlplan into Excel and Calc: attach, upgrade, doctor, calc."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from xlplan.errors import WorkbookError
from xlplan.hosts.commands.common import OK, Commands, Report, command, exit_code, workbook


def attach(options: argparse.Namespace) -> Report:
    """Give a workbook buttons and functions for Excel."""
    from xlplan.hosts.excel.attach import attach as attach_workbook

    source = Path(options.plan)
    target = workbook(options.out, ".xlsm") if options.out else source.with_suffix(".xlsm")
    if target.exists() and target != source and not options.force:
        raise WorkbookError(f"{target} exists already", do="choose another name, or add --force to replace it")
    done = attach_workbook(source, target)
    return OK, list(done.lines), {"plan": str(done.path), "modules": list(done.modules), "changed": done.changed}


def upgrade(options: argparse.Namespace) -> Report:
    """Renew the buttons and functions of an attached workbook after an update."""
    from xlplan.hosts.excel.attach import upgrade as upgrade_workbook

    done = upgrade_workbook(Path(options.plan))
    return OK, list(done.lines), {"plan": str(done.path), "modules": list(done.modules), "changed": done.changed}


def doctor(options: argparse.Namespace) -> Report:
    """Find what keeps Excel from calling Python, and say the mend."""
    from xlplan.hosts.excel.doctor import examine

    remarks = examine(Path(options.plan) if options.plan else None)
    problems = sum(remark.state == "problem" for remark in remarks)
    lines = [remark.line() for remark in remarks]
    return exit_code(passed=not problems), lines, {"remarks": [asdict(remark) for remark in remarks]}


def calc(options: argparse.Namespace) -> Report:
    """The add-in for LibreOffice Calc: install it, take it out, look whether all is well, or only build its file."""
    from xlplan.hosts.calc import install, package

    if options.action == "build":
        target = workbook(options.out or "xlplan.oxt", ".oxt")
        package.build(target, seconds=options.seconds)
        return OK, [f"{target} is built; LibreOffice installs it on a double click."], {"out": str(target)}
    if options.action == "install":
        where = install.install(options.office, seconds=options.seconds)
        return OK, [f"The add-in is installed in {where}.", "Start LibreOffice again."], {"office": where}
    if options.action == "uninstall":
        install.uninstall(options.office)
        return OK, ["The add-in is gone from LibreOffice."], {}
    found = install.status(options.office)
    lines = [found.office, f"add-in: {found.installed or 'none'}", f"worker: {found.worker or 'none'}", *found.problems]
    return exit_code(passed=not found.problems), lines, asdict(found)


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add these commands."""
    attaching = command(commands, "attach", attach)
    attaching.add_argument("plan", metavar="PLAN.xlsx", help="the workbook; it stays as it is")
    attaching.add_argument("-o", "--out", metavar="PLAN.xlsm", help="the workbook to write; PLAN.xlsm otherwise")
    attaching.add_argument("--force", action="store_true", help="replace the file if it exists")

    upgrading = command(commands, "upgrade", upgrade)
    upgrading.add_argument("plan", metavar="PLAN.xlsm", help="a workbook made by xlplan attach")

    examining = command(commands, "doctor", doctor)
    examining.add_argument("plan", nargs="?", metavar="PLAN.xlsm", help="look at this workbook too")

    adding = command(commands, "calc", calc)
    adding.add_argument(
        "action",
        choices=["install", "uninstall", "status", "build"],
        metavar="ACTION",
        help="install, uninstall, status or build",
    )
    adding.add_argument("-o", "--out", metavar="FILE.oxt", help="file that build writes (default xlplan.oxt)")
    adding.add_argument("--office", metavar="DIR", help="LibreOffice's program folder, where it is not found by itself")
    adding.add_argument(
        "--seconds", type=_seconds, default=60.0, metavar="S", help="time limit of one formula (default 60)"
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"found {text!r}, expected seconds above 0")
    return seconds
