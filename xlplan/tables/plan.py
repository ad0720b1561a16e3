"""Plan: the frozen set of a plan's tables and named cells, each of them typed by the dictionary."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd

from xlplan.errors import PlanError, TableError
from xlplan.tables import dictionary
from xlplan.tables.checks import check, conform, nearest, to_type
from xlplan.tables.schema import NAMES, Column, Finding, Table, errors
from xlplan.tables.settings import SETTINGS
from xlplan.tables.typed import blank, show, typed

VOLATILE_NAMES = frozenset({"Stamp", "MasterCheck", "InputHash", "BaselineHash"})


@dataclass(frozen=True)
class Plan:
    """A plan: tables by name and the values of the named cells.

    Use ``plan["tblQueue"]`` for a table as it was given and ``plan.filled("tblQueue")`` with the documented
    meanings of blanks put in. A table that the plan does not hold reads as an empty one.
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    names: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))
        object.__setattr__(self, "names", MappingProxyType(dict(self.names)))

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name in self.tables:
            return self.tables[name].copy()
        return conform({}, dictionary.table(name))[0]

    def __contains__(self, name: str) -> bool:
        return name in self.tables

    def filled(self, name: str) -> pd.DataFrame:
        """A table with each blank replaced where the dictionary's meaning of blank is a plain value.

        >>> Plan.sample().filled("tblQueue")["severity"].tolist()
        [4]
        """
        frame = self[name]
        for column in dictionary.table(name).columns:
            default = _default(column)
            if default is not None and frame[column.name].isna().any():
                frame[column.name] = frame[column.name].fillna(default)
        return frame

    def name(self, name: str) -> Any:
        """The value of a named cell.

        Raises
        ------
        PlanError
            The plan needs it and it is blank.
        """
        value = self.names.get(name)
        if blank(value):
            column = dictionary.names()[name]
            raise PlanError(f"the named cell {name} is blank, expected {column.expects}", do=column.fix)
        return value

    def setting(self, name: str) -> Any:
        """An engine setting: the planner's row of tblSetting, or the documented default."""
        setting = SETTINGS[name]
        rows = self["tblSetting"]
        typed_in = rows.loc[rows["setting"].eq(name), "value"].dropna()
        if typed_in.empty:
            return setting.default
        text = typed_in.iloc[-1]
        return text if isinstance(setting.default, str) else float(text)

    def with_table(self, name: str, frame: pd.DataFrame | Mapping[str, Any]) -> Plan:
        """The plan with one table replaced.

        Raises
        ------
        TableError
            The frame breaks the dictionary; the error holds every finding.
        """
        table = dictionary.table(name)
        typed_frame, findings = conform(frame, table)
        broken = errors(findings + check(typed_frame, table, misfits=findings))
        if broken:
            raise TableError(broken)
        return Plan({**self.tables, name: typed_frame}, self.names)

    def without(self, *names: str) -> Plan:
        """The plan less some tables."""
        return Plan({name: frame for name, frame in self.tables.items() if name not in names}, self.names)

    def with_names(self, **values: Any) -> Plan:
        """The plan with named cells replaced.

        Raises
        ------
        TableError
            A value breaks the dictionary.
        """
        typed_values, findings = conform_names(values)
        broken = errors(findings)
        if broken:
            raise TableError(broken)
        return Plan(self.tables, {**self.names, **typed_values})

    def check(self) -> list[Finding]:
        """Every finding of the planner's tables, alone and against each other."""
        from xlplan.tables.rules import check_plan

        found = conform_names(self.names)[1]
        for name, frame in self.tables.items():
            table = dictionary.table(name)
            if not table.by_engine:
                found += check(frame, table)
        return found + check_plan(self)

    def input_hash(self) -> str:
        """SHA-256 over all the planner's tables and named cells: equal inputs, equal hash."""
        digest = hashlib.sha256()
        for name in sorted(self.names):
            if name not in VOLATILE_NAMES:
                digest.update(f"{name}={self.names[name]!s}\n".encode())
        for name in sorted(self.tables):
            frame = self.tables[name]
            owned = [column.name for column in dictionary.table(name).columns if not column.by_engine]
            if is_input(dictionary.table(name)) and not frame.empty:
                digest.update(f"{name}\n{frame[owned].to_csv(index=False)}".encode())
        return digest.hexdigest()

    @classmethod
    def empty(cls) -> Plan:
        """A plan with the named cells' defaults and no rows at all."""
        return cls(names=conform_names(dict(NAME_DEFAULTS))[0])

    @classmethod
    def sample(cls) -> Plan:
        """A small plan that is always valid: one live support queue, thirteen weeks of half-hours, one site."""
        from xlplan.tables.sample import sample

        return sample()


NAME_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "Scenario": "BASE",
        "PlanCurrency": "USD",
        "RateType": "budget",
        "Objective": "cost_and_penalty",
        "ObjectiveTolerance": 0.0,
        "Seed": 1,
        "PlanTimeZone": "UTC",
        "FiscalPattern": "calendar",
        "State": "draft",
    }
)
"""Values of named cells in a new plan."""


def is_input(table: Table) -> bool:
    """True for tables whose rows the planner owns; logs and registers that runs write are not."""
    return table.kind == "input" or table.name in {"tblSetting", "tblScenario", "tblAssumption"}


def conform_names(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Named cells as typed values, with a finding for each that does not fit; unknown names are left out."""
    known = dictionary.names()
    result: dict[str, Any] = {}
    findings: list[Finding] = []
    for name, value in values.items():
        if name not in known:
            continue
        column = known[name]
        series, misfits = typed([value], column)
        outside = column.allowed.bad(series, series.to_frame()).any()
        if misfits or outside:
            rule = "type" if misfits else "range"
            near = nearest(value, column.allowed.choices) if isinstance(value, str) else ""
            fix = near or (to_type(column, value) if misfits else column.fix)
            findings.append(Finding(rule, "error", NAMES, name, None, show(value), column.expects, fix))
        item = series.iloc[0]
        result[name] = None if blank(item) else item.item() if hasattr(item, "item") else item
    return result, findings


def _default(column: Column) -> Any:
    """The value that a blank stands for, where the dictionary's words are just that value."""
    if column.required or not column.blank:
        return None
    text = column.blank
    if column.type == "boolean":
        return {"TRUE": True, "FALSE": False}.get(text)
    if column.type == "enum":
        return text if text in column.allowed.choices else None
    if column.numeric and text.replace(".", "", 1).isdigit():
        return int(text) if column.type == "integer" else float(text)
    return None
