"""Results remembered by formula text, as many as a weight allows: ten thousand long formulas must not fill memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")


def remembered(most: int, weigh: Callable[[Any], int]) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """Remember what a function of one text gave, until all that is remembered weighs more than ``most``.

    Then all of it is let go of: a workbook's formulas are asked for in rounds, and of what does not fit in one round
    nothing is worth more than the rest.

    Parameters
    ----------
    most : int
        Largest weight that is kept.
    weigh : callable
        Weight of one result.

    Examples
    --------
    >>> @remembered(2, weigh=len)
    ... def letters(text: str) -> list[str]:
    ...     return list(text)
    >>> letters("ab") is letters("ab"), letters("abc") is letters("abc")
    (True, False)
    """

    def decorate(compute: Callable[[str], T]) -> Callable[[str], T]:
        known: dict[str, T] = {}
        weight = 0

        @wraps(compute)
        def look_up(text: str) -> T:
            nonlocal weight
            found = known.get(text)
            if found is not None:
                return found
            result = compute(text)
            own = weigh(result)
            if weight + own > most:
                known.clear()
                weight = 0
            if own <= most:
                known[text] = result
                weight += own
            return result

        return look_up

    return decorate
