"""Supply: the headcount walk of every pool, a pool being a language, a site and a role.

- ``walk`` is the array core and the order of operations; ``weeks`` its grid, which adds up to weeks and to months.
- ``cohorts`` spreads the roster over tenure, ``attrition`` says who leaves, ``classes`` who joins, ``movements`` who
  changes pool; ``pools`` names them all.
- ``headcount`` puts a plan's tables together, ``step`` writes tblWalk, ``flows`` tells the allocation what it starts
  from.

Classes count by the day. Attrition and movements count by the week: those who leave or move in a week do so on its
first day. Opening heads are those of the roster; nobody leaves between its day and the start of the plan.
"""

from xlplan.planning.supply.flows import pool_supply
from xlplan.planning.supply.headcount import Headcount, headcount
from xlplan.planning.supply.walk import Joins, Moves, Walk, walk
from xlplan.planning.supply.weeks import Weeks, week_grid

__all__ = ["Headcount", "Joins", "Moves", "Walk", "Weeks", "headcount", "pool_supply", "walk", "week_grid"]
