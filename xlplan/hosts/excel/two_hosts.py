"""xlwings' VBA made readable for LibreOffice too, where one module that cannot be compiled silences all of them.

LibreOffice takes the lines that begin with # for remarks and reads every branch of a condition. What it trips over is
taken away: branches for Word and Access, which this workbook never runs in, and four places where both branches of a
condition declare or open the same thing. Excel runs the same code as before.
"""

from __future__ import annotations

import re

_IF = re.compile(r"\s*#(If|ElseIf|Else|End If)\b(.*)")
_EXCEL = re.compile(r'\s*App = "Microsoft Excel" Then')
_OTHER_APP = re.compile(r'\s*App = "[^"]*" Then')

_PLACES = (
    # Both branches declare d: the declaration moves out of the condition.
    (
        re.compile(
            r"#If Mac Then\n(\s*)Dim d As Dictionary\n(\s*Set d = New Dictionary\n\s*#Else\n)\s*Dim d As Object\n"
        ),
        r"Dim d As Object\n\1#If Mac Then\n\2",
    ),
    # Both branches open the same block; and nothing in a workbook calls the function: the ribbon of an add-in does.
    (re.compile(r"^Function SaveConfigToFile\(.*?^End Function\n", re.DOTALL | re.MULTILINE), ""),
    # LibreOffice wants numbers in an enumeration.
    (re.compile(r"= VBA\.vbBinaryCompare\b"), "= 0"),
    (re.compile(r"= VBA\.vbTextCompare\b"), "= 1"),
    (re.compile(r"= VBA\.vbDatabaseCompare\b"), "= 2"),
)


def for_both_hosts(text: str) -> str:
    """The module as it goes into the workbook; a place that a newer xlwings no longer has is left alone."""
    text = _only_excel(text.replace("\r\n", "\n"))
    for pattern, instead in _PLACES:
        text = pattern.sub(instead, text)
    return text


def _only_excel(text: str) -> str:
    """The text with every condition on the application decided for Excel.

    >>> print(_only_excel('#If App = "Microsoft Excel" Then\\na\\n#Else\\nb\\n#End If\\n#If Mac Then\\nc\\n#End If'))
    a
    #If Mac Then
    c
    #End If
    """
    kept: list[str] = []
    open_groups: list[bool | None] = []
    """One per condition around the line: None where it stays, else whether its branch is Excel's."""
    for line in text.split("\n"):
        found = _IF.match(line)
        word, condition = (found[1], found[2]) if found else ("", "")
        if word == "If" and _OTHER_APP.match(condition):
            open_groups.append(_EXCEL.match(condition) is not None)
        elif word and word != "If" and open_groups and open_groups[-1] is not None:
            if word == "End If":
                open_groups.pop()
            else:
                open_groups[-1] = word == "ElseIf" and _EXCEL.match(condition) is not None
        else:
            if word == "If":
                open_groups.append(None)
            elif word == "End If" and open_groups:
                open_groups.pop()
            if False not in open_groups:
                kept.append(line)
    return "\n".join(kept)
