"""The reference organisation: seconds by step, and how they grow with each doubling of its workstreams."""

from __future__ import annotations

import resource
import sys
import time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from xlplan.planning.pipeline import STEPS
from xlplan.planning.reference.build import reference_plan
from xlplan.tables.plan import Plan


def part(plan: Plan, share: int) -> Plan:
    """The plan with every ``share``-th workstream, its people as they are."""
    streams = plan["tblWorkstream"].iloc[::share]
    keep = streams[["queue", "language"]]
    cut = {
        name: plan[name].merge(keep, on=["queue", "language"])
        for name in ("tblActual", "tblInterval", "tblBacklogOpening")
    }
    return Plan({**plan.tables, **cut, "tblWorkstream": streams}, plan.names)


def by_step(plan: Plan) -> dict[str, float]:
    seconds = {}
    for step in STEPS:
        began = time.perf_counter()
        results = step.run(plan)
        seconds[step.name] = time.perf_counter() - began
        for name, frame in results.items():
            plan = plan.with_table(name, frame)
    return seconds


@pytest.mark.benchmark(group="organisation")
def test_steps_by_doubling(benchmark: BenchmarkFixture) -> None:
    whole = reference_plan()
    found = {share: by_step(part(whole, share)) for share in (4, 2)}
    found[1] = benchmark.pedantic(by_step, args=(whole,), rounds=1, iterations=1)
    print("\nseconds by step for a quarter, half and all of the workstreams; growth of the last doubling")
    for step in STEPS:
        quarter, half, full = (found[share][step.name] for share in (4, 2, 1))
        print(f"  {step.name:<12} {quarter:7.2f} {half:7.2f} {full:7.2f}   x {full / max(half, 1e-9):.2f}")
    total = {share: sum(seconds.values()) for share, seconds in found.items()}
    print(f"  {'all':<12} {total[4]:7.2f} {total[2]:7.2f} {total[1]:7.2f}   x {total[1] / total[2]:.2f}")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    print(f"  peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit:.0f} MB")
    assert total[1] > 0
