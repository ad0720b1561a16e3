"""Backlog in a cell against three lines of arithmetic, and against the walk of the plan."""

import pytest

from xlplan.functions import CellError, call


def test_walk_conserves_items() -> None:
    inflow, capacity, opening = [100, 160, 0, 90], 120, 60
    rows = call("XP_BACKLOG_WALK", opening, [[v] for v in inflow], capacity)
    backlog = opening
    for items, (done, closing) in zip(inflow, rows, strict=True):
        assert done == pytest.approx(min(capacity, backlog + items))
        backlog = backlog + items - done
        assert closing == pytest.approx(backlog)


def test_ages_sum_to_the_backlog() -> None:
    inflow = [[100], [160], [90], [80]]
    rows = call("XP_AGE_PROFILE", inflow, 70, 30, 24, [[0], [24], [48]])
    closing = [row[1] for row in call("XP_BACKLOG_WALK", 30, inflow, 70)]
    assert [sum(row) for row in rows] == pytest.approx(closing)


def test_compliance_falls_when_work_piles_up() -> None:
    found = call("XP_COMPLIANCE", [[100], [160], [100], [0], [0]], 120, 0, 1, 0.25)
    shares = [row[0] for row in found]
    assert shares[0] == pytest.approx(1.0)
    assert shares[1] == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((0, [[100], [None]], 50), "#VALUE!"),
        ((-5, [[100]], 50), "#NUM!"),
        ((0, [[100], [100], [100]], [[50], [50]]), "#NUM!"),
    ],
)
def test_bad_ranges(arguments: tuple[object, ...], code: str) -> None:
    with pytest.raises(CellError) as error:
        call("XP_BACKLOG_WALK", *arguments)
    assert error.value.code == code


def test_headcount_walk_of_the_catalogue() -> None:
    rows = call("XP_HC_WALK", 100, [[0], [10]], None, 0.02)
    assert rows[1] == pytest.approx([98.0, 1.96, 0.0, 0.0, 106.04])
    with pytest.raises(CellError, match="100 %"):
        call("XP_HC_WALK", 100, [[0]], None, 1.5)


def test_act_by_counts_back_whole_weeks() -> None:
    assert call("XP_ACT_BY", 46113, 6, 3, 2) == 46113 - 77
    assert call("XP_ACT_BY", [[46113], [46120]], 6, 3, 2) == [[46036.0], [46043.0]]
