"""The Checks sheet: every rule and tie-out with its result, and every finding with its cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from xlplan.planning.tie_outs import tie_outs
from xlplan.tables.plan import Plan
from xlplan.tables.rules import rules
from xlplan.tables.schema import Finding

OWN_RULES = (
    ("type", "Every cell holds the kind of value that its column asks for", "error"),
    ("blank", "No required cell is blank", "error"),
    ("range", "Every value is in its range", "error"),
    ("duplicate", "No key stands twice", "error"),
    ("implausible", "No value looks like a slip of the unit", "warning"),
    ("renamed", "No table or column of the plan stands under another name", "warning"),
)


def checks_table(plan: Plan, findings: Sequence[Finding], places: dict[str, str]) -> pd.DataFrame:
    """tblCheck: one row per rule of the inputs and per tie-out of the results.

    Parameters
    ----------
    plan : Plan
        After a run.
    findings : sequence of Finding
        Of the inputs, located.
    places : dict
        ``sheet!cell`` of each table that the workbook holds, for links.
    """
    counts = Counter(finding.rule for finding in findings)
    first: dict[str, str] = {}
    for finding in findings:
        if finding.sheet and finding.cell:
            first.setdefault(finding.rule, f"{finding.sheet}!{finding.cell}")
    listed = [*OWN_RULES, *((rule.id, rule.what, rule.severity) for rule in rules())]
    rows = [
        {
            "check": check,
            "what": what,
            "tolerance": 0.0,
            "failures": counts[check],
            "severity": severity,
            "status": "fail" if counts[check] else "pass",
            "link": first.get(check),
        }
        for check, what, severity in listed
    ]
    rows += [
        {
            "check": tie.check,
            "what": tie.what,
            "left": tie.left,
            "right": tie.right,
            "difference": None if tie.left is None or tie.right is None else tie.left - tie.right,
            "tolerance": tie.tolerance,
            "failures": tie.failures,
            "severity": tie.severity,
            "status": "pass" if tie.passed else "fail",
            "link": None if tie.passed else places.get(tie.table),
        }
        for tie in tie_outs(plan)
    ]
    return pd.DataFrame(rows)


def findings_table(findings: Sequence[Finding]) -> pd.DataFrame:
    """tblFinding: every finding, numbered."""
    columns = ["finding", "kind", "rule", "severity", "sheet", "table", "cell", "found", "expected", "fix"]
    rows = [
        {
            "finding": number,
            "kind": "check",
            "rule": finding.rule,
            "severity": finding.severity,
            "sheet": finding.sheet or "not in the workbook",
            "table": finding.table,
            "cell": finding.cell or finding.where,
            "found": finding.found,
            "expected": finding.expected,
            "fix": finding.fix,
        }
        for number, finding in enumerate(findings, start=1)
    ]
    return pd.DataFrame(rows, columns=columns)


def all_pass(checks: pd.DataFrame) -> bool:
    """True when no check of severity error fails: the master flag."""
    return not (checks["severity"].eq("error") & checks["status"].eq("fail")).any()
