"""The registry of functions, and ``call``: the one door through which every host comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from xlplan.errors import PlanError
from xlplan.functions import cellvalues, errorlog
from xlplan.functions.cellvalues import NA, NUM, VALUE, CellError, Grid, grid
from xlplan.functions.eachcell import common_shape
from xlplan.functions.plan.state import state_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlplan.functions.plan.state import PlanSource

MODULES = (
    *("forecasting", "outlooks", "seasons", "automation", "staffing", "deferred", "teams", "supply", "queues"),
    *("blowout", "comparisons", "erlang_names"),
    *("plan.money", "plan.figures", "plan.waterfall", "readouts"),
)
"""Modules of this package whose marked functions make up the registry."""

Kind = Literal["number", "single", "numbers", "date", "dates", "text", "texts", "flag", "cells"]
Reads = Literal["", "plan", "log"]
REQUIRED = object()
MOST_FAILURES = 5_000
"""Cells of one answer that may fail each with an error of its own; finding them one by one takes time."""
MARK = "_cell_function"
NOTHING = "there is no such value for these arguments"

_RANGES = ("numbers", "dates", "texts")
_CONVERT: dict[str, Callable[[str, Any], Any]] = {
    "dates": cellvalues.date,
    "texts": cellvalues.label,
    "date": cellvalues.date,
    "text": cellvalues.text,
    "flag": cellvalues.flag,
}


@dataclass(frozen=True)
class Argument:
    """One argument of a function.

    Parameters
    ----------
    name, meaning, unit : str
        For the help text; ``[name]`` in help where there is a default.
    kind : str
        ``number`` is one value per cell of the answer and broadcasts; ``numbers``, ``dates`` and ``texts`` take a whole
        range; ``single`` (a number), ``date``, ``text`` and ``flag`` are single values; ``cells`` are rows as they are.
    default : object, optional
        What a blank or missing argument means; required otherwise.
    default_words : str, optional
        The default in words, where the value alone says little.
    """

    name: str
    meaning: str
    unit: str = ""
    kind: Kind = "number"
    default: Any = REQUIRED
    default_words: str = ""
    nullable: bool = False
    """A blank has a meaning of its own and comes as None; the argument still stands in every call."""
    inside: tuple[str, ...] = ()
    """What the calculation calls it, where its sentences must be told in the words of the formula."""

    @property
    def optional(self) -> bool:
        """True when the argument may be left out."""
        return self.default is not REQUIRED

    def number(self, name: str, cell: Any) -> float | CellError | None:
        """A cell of the argument as a number, None for a blank; seconds that are a part of a day are refused."""
        value = cellvalues.number(name, cell)
        return cellvalues.seconds(name, value) if self.unit == "seconds" and isinstance(value, float) else value


@dataclass(frozen=True)
class Function:
    """A function that a cell may call."""

    name: str
    group: str
    summary: str
    arguments: tuple[Argument, ...]
    returns: str
    example: tuple[Any, ...]
    formula: str
    errors: tuple[tuple[str, str], ...]
    run: Callable[..., Any]
    reads: Reads = ""

    @property
    def signature(self) -> str:
        """Name and arguments, optional ones in brackets."""
        shown = [f"[{a.name}]" if a.optional else a.name for a in self.arguments]
        return f"{self.name}({', '.join(shown)})"

    def sentence(self, error: PlanError) -> str:
        """An error of the calculation, with the argument by the name that the formula has for it."""
        said = error.sentence()
        for argument in self.arguments:
            for name in argument.inside:
                if error.where == name or error.where.startswith(f"{name},"):
                    return argument.name + said.removeprefix(name)
        return said


def cell_function(
    name: str,
    *,
    group: str,
    arguments: Sequence[Argument],
    returns: str,
    example: Sequence[Any],
    formula: str,
    errors: Sequence[tuple[str, str]] = (),
    reads: Reads = "",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a callable as a cell function; its docstring is the help text.

    Parameters
    ----------
    name : str
        ``XP_...``.
    group : str
        Heading in the catalogue.
    arguments : sequence of Argument
        Positional; required ones first.
    returns : str
        What comes back, with its unit.
    example : sequence
        Arguments of the example, as ``call`` takes them.
    formula : str
        The example as typed into a cell.
    errors : sequence of (code, when)
        Errors beyond those of wrong types.
    reads : str, optional
        What it reads beside its arguments, and gets before them: ``plan``, the state of the plan; ``log``, the
        calling cell. Answers of the former are good until the plan is refreshed, of the latter for the moment only.
    """

    def mark(run: Callable[..., Any]) -> Callable[..., Any]:
        summary = (run.__doc__ or "").strip().splitlines()[0]
        function = Function(
            name, group, summary, tuple(arguments), returns, tuple(example), formula, tuple(errors), run, reads
        )
        setattr(run, MARK, function)
        return run

    return mark


@cache
def functions() -> dict[str, Function]:
    """Every function by name, in the order of the catalogue."""
    found: dict[str, Function] = {}
    for module in MODULES:
        for item in vars(import_module(f"xlplan.functions.{module}")).values():
            function = getattr(item, MARK, None)
            if function is not None:
                found[function.name] = function
    return found


def call(name: str, *cells: Any, cell: str = "", plan: PlanSource | None = None) -> Any:
    """Call a function with cells as a host sends them.

    Parameters
    ----------
    name : str
        Name of the function, in any case.
    *cells
        Numbers, texts, booleans, dates, None for blanks, or rows of those.
    cell : str, optional
        ``Sheet!B7`` or ``[Book]Sheet!B7`` of the calling cell, where the host knows it: its error is kept for XP_WHY
        and tblLog.
    plan : PlanSource, optional
        For functions that read a plan: where it is.

    Returns
    -------
    float, str, bool or list of lists
        A single value, or rows for an array; a cell that fails holds its :class:`CellError`.

    Raises
    ------
    CellError
        The whole call fails.

    Examples
    --------
    >>> call("XP_OCCUPANCY", 80, 100)
    0.8
    >>> call("XP_WORKLOAD_HOURS", [[10], [20]], 180)
    [[0.5], [1.0]]
    """
    named = name.upper()
    known = functions().get(named)
    logged = "" if known is not None and known.reads == "log" else cell  # to ask why is no failure of the plan
    try:
        result = _call(name, cells, cell, plan)
    except CellError as error:
        errorlog.record(logged, named, error)
        raise
    errorlog.record(logged, named, result)
    return result


def _call(name: str, cells: Sequence[Any], caller: str, plan: PlanSource | None) -> Any:
    function = functions().get(name.upper())
    if function is None:
        from difflib import get_close_matches

        near = get_close_matches(name.upper(), functions(), n=1)
        raise CellError("#NAME?", f"{name} is no function of xlplan" + (f"; did you mean {near[0]}?" if near else ""))
    if len(cells) > len(function.arguments):
        raise CellError(VALUE, f"{function.signature} was given {len(cells)} arguments")
    whole: dict[str, Any] = {}
    each: dict[str, Grid] = {}
    for position, argument in enumerate(function.arguments):
        cell = cells[position] if position < len(cells) else None
        if argument.kind == "number":
            each[argument.name] = grid(argument.name, cell)
        else:
            whole[argument.name] = _whole(argument, cell)
    if function.reads == "plan":
        try:
            return _shaped(function.run(state_of(plan), **whole))
        except PlanError as error:  # what the plan lacks is not available
            raise CellError(NA, error.sentence()) from error
    if function.reads == "log":
        return function.run(caller, **whole)
    try:
        if not each:
            return _shaped(function.run(**whole))
        return _cellwise(function, each, whole)
    except PlanError as error:
        raise CellError(NUM, function.sentence(error)) from error


def _whole(argument: Argument, cell: Any) -> Any:
    """A single value, or a range as one list; the first bad cell fails the call."""
    cells = grid(argument.name, cell)
    if argument.kind == "cells":
        blank = all(cellvalues.is_blank(item) for row in cells for item in row)
        return cells if not blank else None if argument.nullable else _default(argument)
    convert: Callable[[str, Any], Any] = _CONVERT.get(argument.kind, argument.number)
    if argument.kind in _RANGES:
        if len(cells) == 1 and len(cells[0]) == 1 and cellvalues.is_blank(cells[0][0]):
            return [None] if argument.nullable else _default(argument)
        items = [item for row in cells for item in row]
        if len(items) == 1:
            return [_raised(convert(argument.name, items[0]))]
        plain = cellvalues.plain_numbers(items) if argument.kind == "numbers" else None
        if plain is not None and argument.unit != "seconds":
            return plain.tolist()
        found = [convert(argument.name, item) for item in items]
        for place, value in enumerate(found):
            if isinstance(value, CellError):
                raise convert(f"cell {place + 1} of {argument.name}", items[place])
        return found
    if len(cells) * len(cells[0]) > 1:
        raise CellError(VALUE, f"{argument.name} takes one value; give a single cell")
    value = _raised(convert(argument.name, cells[0][0]))
    if value is None:
        return None if argument.nullable else _default(argument)
    return value


def _default(argument: Argument) -> Any:
    if argument.default is REQUIRED:
        raise CellError(VALUE, f"{argument.name} is blank; type {argument.meaning}")
    return argument.default


def _raised(value: Any) -> Any:
    if isinstance(value, CellError):
        raise value
    return value


def _cellwise(function: Function, each: dict[str, Grid], whole: dict[str, Any]) -> Any:
    """One answer per cell of the common shape."""
    rows, columns = common_shape(each)
    count = rows * columns
    failed: list[CellError | None] = [None] * count
    numbers: dict[str, Any] = {}
    for argument in function.arguments:
        if argument.kind == "number":
            numbers[argument.name] = _column(argument, each[argument.name], rows, columns, failed)
    good = [place for place in range(count) if failed[place] is None]
    answers: list[Any] = list(failed)
    nothing = next((f"there is no value: {when}" for code, when in function.errors if code == NA), NOTHING)
    failures: list[CellError] = []
    for place, value in zip(good, _answers(function, numbers, whole, good, failures), strict=True):
        answers[place] = value
    if count == 1:
        return _raised(_plain_number(answers[0], nothing))
    return [[_plain_number(answers[r * columns + c], nothing) for c in range(columns)] for r in range(rows)]


def _answers(
    function: Function, numbers: dict[str, Any], whole: dict[str, Any], places: list[int], failures: list[CellError]
) -> list[Any]:
    """Answers at ``places``: in one call, and half by half around cells that fail, so that one costs little."""
    import numpy as np

    if len(places) < 2:
        return [_one(function, numbers, whole, place, failures) for place in places]
    chosen = {name: values[places] for name, values in numbers.items()}
    try:
        return list(np.asarray(function.run(**chosen, **whole), dtype=float).tolist())
    except PlanError:
        middle = len(places) // 2
        first, second = places[:middle], places[middle:]
        answers = _answers(function, numbers, whole, first, failures)
        return answers + _answers(function, numbers, whole, second, failures)


def _one(
    function: Function, numbers: dict[str, Any], whole: dict[str, Any], place: int, failures: list[CellError]
) -> float | CellError:
    try:
        return float(function.run(**{name: float(values[place]) for name, values in numbers.items()}, **whole))
    except PlanError as error:
        failures.append(CellError(NUM, function.sentence(error)))
    if len(failures) > MOST_FAILURES:
        raise CellError(NUM, f"more than {MOST_FAILURES:,} cells fail, the first because {failures[0].sentence}")
    return failures[-1]


def _column(argument: Argument, cells: Grid, rows: int, columns: int, failed: list[CellError | None]) -> Any:
    """The argument as one number per cell of the answer; bad cells are noted in ``failed``."""
    import numpy as np

    plain = cellvalues.plain_numbers([cell for row in cells for cell in row])
    if plain is not None and not (argument.unit == "seconds" and ((plain > 0) & (plain < 1)).any()):
        return np.broadcast_to(plain.reshape(len(cells), -1), (rows, columns)).ravel()
    found = [[_number(argument, cell) for cell in row] for row in cells]
    if len(found) == len(found[0]) == 1 and not isinstance(found[0][0], CellError):
        return np.full(rows * columns, found[0][0])
    values = np.empty(rows * columns)
    tall, wide = len(cells) > 1, len(cells[0]) > 1
    for place in range(rows * columns):
        row, column = divmod(place, columns)
        value = found[row if tall else 0][column if wide else 0]
        if isinstance(value, CellError):
            failed[place] = failed[place] or value
            value = np.nan
        values[place] = value
    return values


def _number(argument: Argument, cell: Any) -> Any:
    """A cell of an argument that is one number for each answer: the number, its default, or its error."""
    value = argument.number(argument.name, cell)
    if value is not None:
        return value
    if argument.optional:
        return argument.default
    return CellError(VALUE, f"{argument.name} is blank; type {argument.meaning}")


def _plain_number(value: Any, nothing: str = NOTHING) -> Any:
    """A host's number: NaN is the error of a result that does not exist, infinity one that is out of range."""
    if isinstance(value, float) and value != value:
        return CellError(NA, nothing)
    if value in (float("inf"), float("-inf")):
        return CellError(NUM, "the result is infinite: the queue never settles; type more agents")
    return value


def _shaped(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        rows = [row if isinstance(row, list) else [row] for row in value]
        return [[_plain_number(item) for item in row] for row in rows]
    return _raised(_plain_number(value))


def plain(value: Any) -> Any:
    """A result as JSON holds it: errors inside arrays as their codes."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.code if isinstance(value, CellError) else value
