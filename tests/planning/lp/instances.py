"""Published programmes of tests/truth/lp as a Programme."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from xlplan.planning.lp import Programme

TRUTH = Path(__file__).parents[2] / "truth" / "lp"
NAMES = sorted(path.stem for path in TRUTH.glob("*.json") if path.stem != "index" and "bpo" not in path.stem)


def read(name: str) -> dict[str, Any]:
    return json.loads((TRUTH / f"{name}.json").read_text(encoding="utf-8"))


def programme_of(lp: dict[str, Any]) -> tuple[Programme, float]:
    """The programme to minimise, and the sign that turns its objective back."""
    sign = -1.0 if lp["sense"] == "max" else 1.0
    low = np.array([-np.inf if edge is None else edge for edge in lp["lb"]], dtype=float)
    high = np.array([np.inf if edge is None else edge for edge in lp["ub"]], dtype=float)
    programme = Programme("truth")
    columns = programme.columns((len(low),), low=low, high=high, whole=np.array(lp["integer"], dtype=bool))
    programme.price("goal", columns, sign * np.array(lp["c"], dtype=float))
    equal = [row for row in lp["rows"] if row["lo"] is not None and row["lo"] == row["up"]]
    _add(programme, "equal", "=", equal, "lo")
    _add(programme, "least", ">=", [row for row in lp["rows"] if row["lo"] is not None and row not in equal], "lo")
    _add(programme, "most", "<=", [row for row in lp["rows"] if row["up"] is not None and row not in equal], "up")
    return programme, sign


def _add(programme: Programme, family: str, sense: Any, rows: Sequence[dict[str, Any]], side: str) -> None:
    terms = [(at, column, value) for at, row in enumerate(rows) for column, value in row["terms"]]
    at, column, value = np.array(terms, dtype=float).reshape(-1, 3).T
    right = np.array([row[side] for row in rows], dtype=float)
    programme.rows(family, (len(rows),), sense, right, (at, column.astype(int), value))


def mps(name: str) -> Programme:
    """A free-format MPS file with N, E, L and G rows, bounds and integer markers."""
    section, goal, integer = "", "", False
    sense: dict[str, str] = {}
    cost: dict[str, float] = {}
    entries: list[tuple[str, str, float]] = []
    right: dict[str, float] = {}
    edges: dict[str, tuple[float, float]] = {}
    whole: dict[str, bool] = {}
    for line in (TRUTH / f"{name}.mps").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if not words or line.startswith("*"):
            continue
        if not line.startswith(" "):
            section = words[0]
        elif section == "ROWS":
            sense[words[1]] = {"E": "=", "L": "<=", "G": ">=", "N": ""}[words[0]]
            goal = goal or (words[1] if words[0] == "N" else "")
        elif "'MARKER'" in words:
            integer = "'INTORG'" in words
        elif section == "COLUMNS":
            whole[words[0]] = integer
            for row, value in zip(words[1::2], words[2::2], strict=True):
                if row == goal:
                    cost[words[0]] = float(value)
                else:
                    entries.append((row, words[0], float(value)))
        elif section == "RHS":
            pairs = words if len(words) % 2 == 0 else words[1:]
            right |= {row: float(value) for row, value in zip(pairs[::2], pairs[1::2], strict=True)}
        elif section == "BOUNDS":
            low, high = edges.get(words[2], (0.0, np.inf))
            bound = {"UP": (low, float(words[-1])), "LO": (float(words[-1]), high), "FX": (float(words[-1]),) * 2}
            edges[words[2]] = bound[words[0]]
    names = {name: place for place, name in enumerate(whole)}
    low, high = np.array([edges.get(column, (0.0, np.inf)) for column in names]).T
    programme = Programme(name)
    columns = programme.columns((len(names),), low=low, high=high, whole=np.array(list(whole.values())))
    programme.price("goal", columns, np.array([cost.get(column, 0.0) for column in names]))
    for sign in ("=", "<=", ">="):
        own = {row: place for place, row in enumerate(row for row, kind in sense.items() if kind == sign)}
        terms = [(own[row], names[column], value) for row, column, value in entries if row in own]
        at, column, value = np.array(terms, dtype=float).reshape(-1, 3).T
        limits = np.array([right.get(row, 0.0) for row in own])
        programme.rows(sign, (len(own),), sign, limits, (at, column.astype(int), value))
    return programme
