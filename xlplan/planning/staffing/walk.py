"""Fewest whole agents under Erlang C, by walking up from the load.

The recursion of Erlang B costs six multiplications a step, and a queue of ordinary size takes a handful of steps.
"""

from __future__ import annotations

import numpy as np

from xlplan.planning.staffing.columns import Floats
from xlplan.planning.staffing.erlang_b import blocking_one_fewer
from xlplan.planning.staffing.goals import Goals

# A walk takes a few square roots of the load; above this the bracketing search is shorter.
LARGEST_WALK = 2000.0
# A load this near below a whole number is that number: so many agents would never catch up.
_NEARLY = 1e-12


def least_stable(load: Floats) -> Floats:
    """Fewest whole agents that are more than the load."""
    return np.floor(load * (1 + _NEARLY)) + 1.0


def walk(load: Floats, target: Floats, goals: Goals) -> Floats:
    """Fewest whole agents that meet the goals under Erlang C.

    With i = 1 / B(n, A), the share that waits is n / ((n - A) i + A), and i(n + 1) = 1 + i(n) (n + 1) / A.

    Parameters
    ----------
    load, target : ndarray
        Erlangs above 0 and answer target in units of aht, 1-d, of one length.
    goals : Goals
        One row each; the abandonment goal is met, as nobody abandons.
    """
    answer = least_stable(load)
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        n, a = answer.copy(), load
        inverse = 1.0 / blocking_one_fewer(n + 1.0, a)
        beyond, decay = np.exp((a - n) * target), np.exp(-target)
        late, mean_wait = goals.late, goals.mean_wait
        rows = np.arange(load.size)
        open_rows = np.ones(load.size, dtype=np.bool_)
        while True:
            spare = n - a
            room = spare * inverse + a
            open_rows &= (n * beyond > late * room) | (n > mean_wait * spare * room)
            left = int(np.count_nonzero(open_rows))
            if not left:
                return answer
            if left < 0.6 * rows.size:
                rows = rows[open_rows]
                n, a, inverse, beyond, decay, late, mean_wait = (
                    column[open_rows] for column in (n, a, inverse, beyond, decay, late, mean_wait)
                )
                open_rows = np.ones(left, dtype=np.bool_)
            n += 1.0
            answer[rows] += open_rows
            inverse *= n / a
            inverse += 1.0
            beyond *= decay
