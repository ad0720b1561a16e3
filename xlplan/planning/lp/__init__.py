"""Linear programmes: the one place that knows PuLP, and how a programme reaches HiGHS or CBC.

A :class:`Programme` is built family by family from arrays; PuLP holds the definition (numbered variables, one
``LpConstraint`` per row). HiGHS gets it in arrays through a ``pulp.LpSolver`` of our own, CBC through PuLP's files. No
status is believed: every point is checked against the rows before it is returned.
"""

from xlplan.planning.lp.programme import Family, Programme, Sense, Term
from xlplan.planning.lp.solution import Solution, Status, relative_gap
from xlplan.planning.lp.solve import PROVEN, Runs, Solver, solve

__all__ = [
    "PROVEN",
    "Family",
    "Programme",
    "Runs",
    "Sense",
    "Solution",
    "Solver",
    "Status",
    "Term",
    "relative_gap",
    "solve",
]
