"""Queues: the backlog of every workstream, its age and turnaround, and the warning before a goal breaks.

- ``fluid`` is the first-in-first-out queue, ``turnaround`` judges it, ``walk`` puts both behind one function on arrays.
- ``work`` reads a plan's tables, ``project`` walks them, ``step`` writes tblBacklog and tblAge.
- ``breach`` says when a goal breaks and how likely, ``lack`` how many hours would keep it, ``fixes`` what they are and
  cost, ``causes`` where the breach comes from: tblBlowout.
"""

from xlplan.planning.queues.walk import Backlog, backlog_walk, first_breach

__all__ = ["Backlog", "backlog_walk", "first_breach"]
