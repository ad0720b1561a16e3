"""The plan that a formula reads: single tables and named cells, as they are asked for, remembered until a refresh.

The workbook is the state. A host says where the plan is by a :class:`PlanSource`; nothing here knows of workbooks.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from xlplan.functions.cellvalues import NA, CellError

if TYPE_CHECKING:
    import pandas as pd

    from xlplan.tables.plan import Plan

PLANS_KEPT = 4
"""Plans whose tables stay in memory: the open workbooks, and a stamp before the present one."""

NO_PLAN = (
    "this function reads a plan and there is none here; use it in a cell of the planning workbook, "
    "or type xlplan call ... --plan PLAN.xlsx"
)
NEVER_RUN = "has never been refreshed, so there are no results to read; press Refresh plan"

Made = TypeVar("Made")
_numbers = count(1)


class PlanSource(Protocol):
    """Where a plan can be read from: an open workbook, a file, a plan in memory."""

    @property
    def label(self) -> str:
        """What to call it in a sentence."""

    @property
    def key(self) -> str:
        """What tells it from other plans that are open; two sources of one key hold the same plan."""

    def table(self, name: str) -> pd.DataFrame | None:
        """A table typed by the dictionary; None where the plan has none of that name.

        Raises
        ------
        PlanError
            Cells do not hold what their columns ask for.
        """

    def name(self, name: str) -> Any:
        """The value of a named cell; None where it is blank or absent."""


class PlanInMemory:
    """A computed plan of a Python caller.

    Parameters
    ----------
    plan : Plan
        After a run.
    label : str, optional
    """

    def __init__(self, plan: Plan, *, label: str = "the plan") -> None:
        self.plan = plan
        self.label = label
        self.key = f"in memory {next(_numbers)}"

    def table(self, name: str) -> pd.DataFrame | None:
        """A table of the plan."""
        return self.plan.tables.get(name)

    def name(self, name: str) -> Any:
        """A named value of the plan."""
        found = self.plan.names.get(name)
        return self.key if name == "Stamp" and found is None else found  # only a refresh writes a Stamp


class PlanState:
    """What is known of a plan so far.

    Parameters
    ----------
    source : PlanSource
        Asked for what is not known yet.
    """

    def __init__(self, source: PlanSource) -> None:
        self.source = source
        self._made: dict[Any, Any] = {}

    def remembered(self, key: Any, make: Callable[[], Made]) -> Made:
        """What is made of the plan once and then kept with it."""
        if key not in self._made:
            self._made[key] = make()
        return cast(Made, self._made[key])

    def holds(self, name: str) -> bool:
        """True when the plan has the table."""
        return self._table(name) is not None

    def table(self, name: str) -> pd.DataFrame:
        """A table that an answer needs; not to be changed.

        Raises
        ------
        CellError
            The plan does not have it.
        """
        found = self._table(name)
        if found is None:
            raise CellError(
                NA, f"{self.source.label} has no table {name}; start from a workbook of xlplan new that has it"
            )
        return found

    def columns(self, name: str, *columns: str) -> pd.DataFrame:
        """A table with columns that an answer needs; a workbook need not show all columns of a result.

        Raises
        ------
        CellError
            It does not show them.
        """
        frame = self.table(name)
        absent = [column for column in columns if column not in frame]
        if absent:
            raise CellError(
                NA,
                f"{name} shows no column {absent[0]}; type {absent[0]} beside its last heading and press Refresh plan",
            )
        return frame

    def plan(self, *tables: str, names: tuple[str, ...] = ()) -> Plan:
        """A plan of some tables and named cells; those that are absent are empty."""
        from xlplan.tables.plan import Plan

        frames = {name: self._table(name) for name in tables}
        return Plan(
            {name: frame for name, frame in frames.items() if frame is not None},
            {name: self.name(name) for name in names},
        )

    def name(self, name: str) -> Any:
        """The value of a named cell."""
        return self.remembered(("name", name), lambda: self.source.name(name))

    def _table(self, name: str) -> pd.DataFrame | None:
        return self.remembered(("table", name), lambda: self.source.table(name))


_known: OrderedDict[tuple[str, str], PlanState] = OrderedDict()


def state_of(source: PlanSource | None) -> PlanState:
    """What is known of a plan since its last refresh; the stamp in it tells one refresh from the next.

    Raises
    ------
    CellError
        There is no plan, or it has no results yet.
    """
    if source is None:
        raise CellError(NA, NO_PLAN)
    stamp = source.name("Stamp")
    if not stamp:
        raise CellError(NA, f"{source.label} {NEVER_RUN}")
    key = (source.key, str(stamp))
    state = _known.get(key)
    if state is None:
        state = _known[key] = PlanState(source)
        if len(_known) > PLANS_KEPT:
            _known.popitem(last=False)
    _known.move_to_end(key)
    state.source = source  # the way into a workbook may be another one for every call
    return state
