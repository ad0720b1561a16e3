"""What the function wizard of Calc says about each function, from the registry."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from xlplan.functions.registry import Argument, Function

CATEGORY = "Add-In"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
DATA = (
    '<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" oor:name="{name}" oor:package="org.openoffice.Office">\n'
)


def method_of(name: str) -> str:
    """The method behind a function.

    >>> method_of("XP_AGENTS")
    'AGENTS'
    """
    return name.removeprefix("XP_")


def described(argument: Argument) -> str:
    """One argument in a line: what it is, its unit, and what a blank means."""
    text = f"{argument.meaning} ({argument.unit})" if argument.unit else argument.meaning
    if not argument.optional:
        return text
    blank = argument.default_words or ("TRUE" if argument.default is True else f"{argument.default}")
    return f"{text}; blank: {blank}"


def wizard(functions: Iterable[Function], service: str) -> str:
    """CalcAddIns.xcu: display names, descriptions, arguments in their order.

    ``CompatibilityName`` is what makes the formula text of an .xlsx file lead to the add-in.
    """
    nodes = "".join(_function(function) for function in functions)
    return (
        HEAD
        + DATA.format(name="CalcAddIns")
        + f'<node oor:name="AddInInfo"><node oor:name={quoteattr(service)} oor:op="replace">'
        + f'<node oor:name="AddInFunctions">\n{nodes}</node></node></node>\n</oor:component-data>\n'
    )


def _function(function: Function) -> str:
    parameters = "".join(
        f'<node oor:name={quoteattr(argument.name)} oor:op="replace">'
        + _text("DisplayName", argument.name)
        + _text("Description", described(argument))
        + "</node>\n"
        for argument in function.arguments
    )
    return (
        f'<node oor:name={quoteattr(method_of(function.name))} oor:op="replace">\n'
        + _text("DisplayName", function.name)
        + _text("Description", f"{function.summary} Returns {function.returns}.")
        + f'<prop oor:name="Category"><value>{CATEGORY}</value></prop>'
        + _text("CompatibilityName", function.name)
        + f'\n<node oor:name="Parameters">\n{parameters}</node></node>\n'
    )


def _text(name: str, text: str) -> str:
    return f'<prop oor:name="{name}"><value xml:lang="en-US">{escape(text)}</value></prop>'
