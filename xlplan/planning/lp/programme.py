"""Programme: columns, rows and named objectives, built from arrays and held by PuLP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Sense = Literal["<=", ">=", "="]
Term = tuple[ArrayLike, ArrayLike, ArrayLike]
"""Row numbers, column numbers and coefficients, broadcast against each other: part of a family of rows."""


@dataclass(frozen=True)
class Family:
    """Rows of one kind: where they stand in the programme, and their shape."""

    first: int
    shape: tuple[int, ...]

    def of(self, values: Floats) -> Floats:
        """Their values, in their shape, out of those of all rows."""
        return values[self.first : self.first + int(np.prod(self.shape, dtype=int))].reshape(self.shape)


class Programme:
    """A linear or mixed-integer programme to minimise, built family by family.

    Examples
    --------
    Two sites at 20 and 14 an hour serve 100 hours; the cheap one has 60.

    >>> from xlplan.planning.lp import Programme, solve
    >>> programme = Programme("two sites")
    >>> hours = programme.columns((2,), high=np.array([np.inf, 60.0]))
    >>> programme.rows("demand", (1,), ">=", 100.0, (0, hours, 1.0))
    >>> programme.price("cost", hours, np.array([20.0, 14.0]))
    >>> best = solve(programme, programme.objective("cost"))
    >>> best.status, best.objective, best.values.tolist(), best.prices["demand"].tolist()
    ('optimal', 1640.0, [40.0, 60.0], [20.0])
    """

    def __init__(self, name: str) -> None:
        import pulp

        self.problem = pulp.LpProblem("".join(letter if letter.isalnum() else "_" for letter in name))
        self.variables: list[Any] = []
        self.families: dict[str, Family] = {}
        self._low: list[Floats] = []
        self._high: list[Floats] = []
        self._whole: list[NDArray[np.bool_]] = []
        self._blocks: list[tuple[sp.csr_array, Floats, NDArray[np.int8]]] = []
        self._prices: dict[str, list[tuple[Ints, Floats]]] = {}
        self._matrix: tuple[sp.csr_array, Floats, NDArray[np.int8]] | None = None
        self.row_count = 0

    def columns(
        self, shape: tuple[int, ...], *, low: ArrayLike = 0.0, high: ArrayLike = np.inf, whole: ArrayLike = False
    ) -> Ints:
        """Add a block of variables.

        Parameters
        ----------
        shape : tuple of int
        low, high : array_like of float
            Bounds, broadcast to the shape; infinite where there is none.
        whole : array_like of bool
            True for integers.

        Returns
        -------
        ndarray of int
            Their column numbers, in the shape.
        """
        count, first = int(np.prod(shape, dtype=int)), len(self.variables)
        lows, highs = (np.broadcast_to(np.asarray(edge, dtype=float), shape).ravel() for edge in (low, high))
        wholes = np.broadcast_to(np.asarray(whole, dtype=bool), shape).ravel()
        add = self.problem.add_variable
        # Numbers, not labels, are the names: PuLP maps "Acme-EU" and "Acme EU" to one. Equal width keeps their order.
        self.variables += [
            add(
                f"v{first + place:09d}",
                None if low == -np.inf else low,
                None if high == np.inf else high,
                "Integer" if integer else "Continuous",
            )
            for place, (low, high, integer) in enumerate(
                zip(lows.tolist(), highs.tolist(), wholes.tolist(), strict=True)
            )
        ]
        self._low.append(lows)
        self._high.append(highs)
        self._whole.append(wholes)
        return np.arange(first, first + count).reshape(shape)

    def rows(self, family: str, shape: tuple[int, ...], sense: Sense, right: ArrayLike, *terms: Term) -> None:
        """Add a family of rows: the sum of the terms against the right side.

        Parameters
        ----------
        family : str
            Its name, once per programme.
        shape : tuple of int
        sense : str
            ``<=``, ``>=`` or ``=``.
        right : array_like of float
            Right side, broadcast to the shape.
        *terms : Term
            Row numbers (positions in the flattened shape), columns and coefficients. Coefficients that meet in one
            row and column are added.
        """
        import pulp

        if family in self.families:
            raise ValueError(f"the programme has rows {family} already")
        count = int(np.prod(shape, dtype=int))
        rights = np.broadcast_to(np.asarray(right, dtype=float), shape).ravel()
        parts = [np.broadcast_arrays(*map(np.asarray, term)) for term in terms]
        stacked = [np.concatenate([part[side].ravel() for part in parts] or [np.zeros(0)]) for side in range(3)]
        at, column = stacked[0].astype(np.int64), stacked[1].astype(np.int64)
        block = sp.coo_array((stacked[2].astype(float), (at, column)), shape=(count, len(self.variables))).tocsr()
        block.eliminate_zeros()
        start, value = block.indptr.tolist(), block.data.tolist()
        members = [self.variables[place] for place in block.indices.tolist()]
        signs = {"<=": pulp.LpConstraintLE, ">=": pulp.LpConstraintGE, "=": pulp.LpConstraintEQ}
        for place, rhs in enumerate(rights.tolist()):
            begin, end = start[place], start[place + 1]
            expression = pulp.LpAffineExpression(zip(members[begin:end], value[begin:end], strict=True))
            name = f"r{self.row_count + place:09d}"
            self.problem.addConstraint(pulp.LpConstraint(expression, signs[sense], name, rhs))
        self.families[family] = Family(self.row_count, shape)
        self._blocks.append((block, rights, np.full(count, signs[sense], dtype=np.int8)))
        self.row_count += count

    def price(self, objective: str, columns: ArrayLike, coefficients: ArrayLike) -> None:
        """Add columns to a named objective; what is priced twice is added."""
        column, coefficient = np.broadcast_arrays(np.asarray(columns), np.asarray(coefficients, dtype=float))
        self._prices.setdefault(objective, []).append((column.ravel().astype(np.int64), coefficient.ravel()))

    def objective(self, *names: str) -> Floats:
        """Coefficients of the sum of named objectives, one per column."""
        total = np.zeros(len(self.variables))
        for column, coefficient in chain.from_iterable(self._prices.get(name, []) for name in names):
            np.add.at(total, column, coefficient)
        return total

    def aim(self, objective: Floats) -> None:
        """Put an objective, one coefficient per column, into the PuLP problem."""
        import pulp

        priced = np.flatnonzero(objective)
        members = [self.variables[place] for place in priced.tolist()]
        coefficients = objective[priced].tolist()
        self.problem.setObjective(pulp.LpAffineExpression(list(zip(members, coefficients, strict=True))))

    def point(self) -> Floats:
        """Values that the last run left in the columns; NaN where it left none."""
        return np.array([member.varValue for member in self.variables], dtype=float)

    @contextmanager
    def held(self, columns: Ints, values: Floats) -> Iterator[None]:
        """Hold columns at values for as long as the block lasts."""
        members = [self.variables[place] for place in columns.tolist()]
        edges = [(member.lowBound, member.upBound) for member in members]
        for member, value in zip(members, values.tolist(), strict=True):
            member.bounds(value, value)
        try:
            yield
        finally:
            for member, (low, high) in zip(members, edges, strict=True):
                member.bounds(low, high)

    @property
    def bounds(self) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Lower bounds, upper bounds and integrality of the columns."""
        none = np.zeros(0)
        return (
            np.concatenate([none, *self._low]),
            np.concatenate([none, *self._high]),
            np.concatenate([none.astype(bool), *self._whole]),
        )

    def matrix(self) -> tuple[sp.csr_array, Floats, NDArray[np.int8]]:
        """All rows: coefficients, right sides and senses (-1 at most, 0 equal, 1 at least)."""
        width = len(self.variables)
        if self._matrix is None or self._matrix[0].shape != (self.row_count, width):
            blocks = [
                sp.csr_array((b.data, b.indices, b.indptr), shape=(b.shape[0], width)) for b, _, _ in self._blocks
            ]
            self._matrix = (
                sp.vstack(blocks, format="csr") if blocks else sp.csr_array((0, width)),
                np.concatenate([np.zeros(0), *(right for _, right, _ in self._blocks)]),
                np.concatenate([np.zeros(0, dtype=np.int8), *(sense for _, _, sense in self._blocks)]),
            )
        return self._matrix
