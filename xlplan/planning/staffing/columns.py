"""What a staffing function accepts: numbers in columns of one shape, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xlplan.errors import SHOWN, PlanError

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)

# Rows handled at a time: the temporaries of a block stay in the processor's cache.
BLOCK = 8192


def where(name: str, bad: Flags) -> str:
    """Name an argument and its first bad rows, counted from 1, with the total.

    Parameters
    ----------
    name : str
        The argument as typed.
    bad : ndarray of bool
        True where the argument is at fault; 0-d for a single value.

    Examples
    --------
    >>> where("volume", np.array([True, False, True]))
    'volume, rows 1, 3 (2 of 3)'
    """
    if bad.ndim == 0:
        return name
    places = np.argwhere(bad) + 1
    shown = ", ".join(
        str(place[0]) if bad.ndim == 1 else "(" + ", ".join(map(str, place)) + ")" for place in places[:SHOWN]
    )
    more = ", ..." if len(places) > SHOWN else ""
    noun = "row" if len(places) == 1 else "rows"
    return f"{name}, {noun} {shown}{more} ({len(places)} of {bad.size})"


def refuse(name: str, values: Floats, bad: Flags, expected: str, do: str | Callable[[float], str] = "") -> None:
    """Raise a PlanError when any value is bad; the sentence shows the first of them.

    Parameters
    ----------
    name : str
        The argument as typed.
    values, bad : ndarray
        The values and, in the same shape, True where they are at fault.
    expected : str
        What would have been right.
    do : str or callable, optional
        What to type instead; a callable is given the first bad value.
    """
    if not bad.any():
        return
    first = float(values[bad][0])
    advice = do if isinstance(do, str) else do(first)
    raise PlanError(f"found {first:g}, expected {expected}", where=where(name, bad), do=advice)


def numbers(name: str, given: ArrayLike, *, blank: bool = False) -> Floats:
    """Return an argument as float64; text, dates and (unless blank is meant) NaN are refused.

    Parameters
    ----------
    name : str
        The argument as typed.
    given : array_like
        A number or a column of numbers.
    blank : bool, optional
        Whether NaN has a meaning here.

    Returns
    -------
    ndarray of float64
        In the shape of ``given``.
    """
    try:
        raw: NDArray[Any] = np.asarray(given)
        if isinstance(given, np.ma.MaskedArray):
            raw = np.where(np.ma.getmaskarray(given), np.nan, raw)
    except ValueError as fault:
        raise PlanError("found rows of unequal length, expected one number per row", where=name) from fault
    text = raw.dtype.kind == "O" and any(isinstance(item, str | bytes) for item in raw.flat)
    if raw.dtype.kind not in "biufO" or text:
        raise PlanError(f"found {raw.dtype} values, expected numbers", where=name, do="type numbers, not text")
    try:
        values = raw.astype(np.float64)
    except (TypeError, ValueError) as fault:
        raise PlanError(f"found values that are not numbers ({fault})", where=name) from fault
    if not blank:
        refuse(name, values, np.isnan(values), "a number", "fill the blank or take the row out")
    return values


def amounts(name: str, given: ArrayLike, *, limit: bool = True, blank: bool = False, do: str = "") -> Floats:
    """Numbers from 0 up; with ``limit`` also below infinity."""
    values = numbers(name, given, blank=blank)
    refuse(name, values, values < 0, "0 or more", do)
    if limit:
        refuse(name, values, np.isposinf(values), "a finite number", do)
    return values


def rates(name: str, given: ArrayLike, *, blank: bool = False) -> Floats:
    """Shares from 0 to 1; 80 is refused with the advice to type 0.80."""
    values = numbers(name, given, blank=blank)
    refuse(name, values, values > 1, "a share from 0 to 1", as_share)
    refuse(name, values, values < 0, "a share from 0 to 1")
    return values


def as_share(percent: float) -> str:
    """Advise how to type a percentage as a share.

    Examples
    --------
    >>> as_share(80), as_share(12.5)
    ('type 0.80 for 80 %', 'type 0.125 for 12.5 %')
    """
    if not percent <= 100:
        return "type a share, such as 0.80 for 80 %"
    share = f"{percent / 100:.2f}" if percent == round(percent) else f"{percent / 100:g}"
    return f"type {share} for {percent:g} %"


def common_shape(**columns: Floats) -> tuple[int, ...]:
    """Return the shape all arguments broadcast to, or say which do not fit.

    Examples
    --------
    >>> common_shape(volume=np.ones(3), aht_s=np.array(180.0))
    (3,)
    """
    try:
        return np.broadcast_shapes(*(values.shape for values in columns.values()))
    except ValueError as fault:
        shapes = ", ".join(f"{name} {values.shape}" for name, values in columns.items() if values.ndim)
        raise PlanError(
            f"shapes do not fit: {shapes}", where=", ".join(columns), do="give columns of one length, or single values"
        ) from fault


def wide(values: NDArray[Scalar], shape: tuple[int, ...]) -> NDArray[Scalar]:
    """Return the argument in ``shape``, without a copy."""
    return values if values.shape == shape else np.broadcast_to(values, shape)


def flat(values: Floats, shape: tuple[int, ...]) -> Floats:
    """Return the argument as one row per element of ``shape``."""
    return wide(values, shape).reshape(-1)


def blocks(rows: int) -> Iterator[slice]:
    """Yield slices of at most BLOCK rows that cover ``rows``."""
    for start in range(0, rows, BLOCK):
        yield slice(start, min(start + BLOCK, rows))
