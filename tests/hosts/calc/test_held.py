"""Changes that are held back, against a sheet kept as plain lists: what moves, what is read, what stands where."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from xlplan.hosts.calc.held import HeldSheet, Put, Rows
from xlplan.hosts.calc.shifts import Shift, resizing, torn
from xlplan.workbook.package.references import LAST_ROW, Area
from xlplan.workbook.package.slide import Band, Slide

HEIGHT, WIDTH = 14, 6
WHOLE = Area(1, 1, HEIGHT, WIDTH)


class Grid:
    """A small sheet: columns as lists, from row and column 1."""

    def __init__(self) -> None:
        self.columns = {column: [f"{column}.{row}" for row in range(1, 61)] for column in range(1, WIDTH + 1)}

    def make(self, change: Shift | Put) -> None:
        if isinstance(change, Shift):
            for column in range(change.left, change.right + 1):
                cells, at = self.columns[column], change.row - 1
                if change.rows > 0:
                    cells[at:at] = [None] * change.rows
                else:
                    del cells[at : at - change.rows]
        else:
            for row, column in change.area.places():
                rows = change.rows
                self.columns[column][row - 1] = rows and rows[row - change.area.top][column - change.area.left]

    def read(self, area: Area) -> Rows:
        rows = range(area.top - 1, area.bottom)
        return [[self.columns[column][row] for column in range(area.left, area.right + 1)] for row in rows]


def areas(height: int = HEIGHT) -> st.SearchStrategy[Area]:
    rows, columns = st.integers(1, height), st.integers(1, WIDTH)
    return st.tuples(rows, rows, columns, columns).map(
        lambda edges: Area(min(edges[:2]), min(edges[2:]), max(edges[:2]), max(edges[2:]))
    )


@st.composite
def shifts(draw: st.DrawFn) -> Shift:
    area = draw(areas())
    return Shift(area.left, area.right, area.top, draw(st.integers(-4, 4).filter(bool)))


@st.composite
def puts(draw: st.DrawFn) -> Put:
    area = draw(areas())
    if draw(st.booleans()):
        return Put(area, None)
    value = st.one_of(st.none(), st.integers(0, 9))
    return Put(
        area, [[draw(value) for _ in range(area.left, area.right + 1)] for _ in range(area.top, area.bottom + 1)]
    )


CHANGES = st.lists(st.one_of(shifts(), puts()), max_size=6)


@settings(max_examples=300, deadline=None)
@given(CHANGES, areas())
def test_a_held_sheet_reads_as_the_sheet_after_the_changes(changes: list[Shift | Put], area: Area) -> None:
    before, after, held = Grid(), Grid(), HeldSheet()
    for change in changes:
        after.make(change)
        held.changes.append(change)
    assert held.read(area, before.read) == after.read(area)


@settings(max_examples=300, deadline=None)
@given(CHANGES, areas())
def test_what_stands_in_an_area_is_what_will_be_read_there(changes: list[Shift | Put], area: Area) -> None:
    held, after = HeldSheet(), Grid()
    for change in changes:
        held.changes.append(change)
        if isinstance(change, Put) and change.rows is None:  # a formula counts as content
            filler = [[7] * (change.area.right - change.area.left + 1)] * (change.area.bottom - change.area.top + 1)
            change = change._replace(rows=filler)
        after.make(change)
    found = held.filled(area, lambda part: [Area(*place, *place) for place in part.places()])
    rows_told = {row for one in found for row in range(one.top, one.bottom + 1)}
    assert rows_told == {
        row for row, line in enumerate(after.read(area), start=area.top) if any(value is not None for value in line)
    }
    assert all(area.union(one) == area for one in found)


@settings(max_examples=300, deadline=None)
@given(st.lists(shifts(), max_size=5), st.integers(1, HEIGHT), st.integers(1, WIDTH))
def test_a_cell_is_found_where_it_went(changes: list[Shift], row: int, column: int) -> None:
    held, after = HeldSheet(), Grid()
    for change in changes:
        held.changes.append(change)
        after.make(change)
    place = held.cell_after(row, column)
    cells = after.columns[column]
    text = f"{column}.{row}"
    assert place == ((cells.index(text) + 1, column) if text in cells else None)


@settings(max_examples=300, deadline=None)
@given(areas(), shifts())
def test_an_area_is_torn_where_some_of_its_cells_move_and_others_do_not(area: Area, change: Shift) -> None:
    crossed = [change.cell_after(*place) != place for place in area.places() if place[0] >= change.row]
    assert change.tears(area) == (len(set(crossed)) == 2)
    if change.rows > 0 and not change.tears(area) and area.top >= change.row:
        assert change.area_after(area).top == change.cell_after(area.top, area.left)[0]  # type: ignore[index]


def test_rows_beyond_the_foot_are_no_rows() -> None:
    shift = Shift(1, 1, 10, 3)
    assert shift.cell_after(LAST_ROW - 3, 1) == (LAST_ROW, 1)
    assert shift.cell_after(LAST_ROW - 2, 1) is None
    foot = Area(LAST_ROW - 1, 1, LAST_ROW, 1)
    assert list(Shift(1, 1, 10, -1).origins(foot)) == [
        (Area(LAST_ROW - 1, 1, LAST_ROW - 1, 1), Area(LAST_ROW, 1, LAST_ROW, 1)),
        (Area(LAST_ROW, 1, LAST_ROW, 1), None),
    ]


# ---- the shifts of a table ------------------------------------------------------------------------------------------


@st.composite
def growths(draw: st.DrawFn) -> tuple[Area, int, int, Slide]:
    """A body, its rows afterwards, its totals, and bands of which those of its columns begin just below it."""
    body = draw(areas(6))
    totals, more = draw(st.integers(0, 1)), draw(st.integers(1, 4))
    needed = body.bottom + totals + 1
    tops = [needed if body.left <= column <= body.right else 0 for column in range(1, WIDTH + 1)]
    for column in range(body.left - 1, 0, -1):
        tops[column - 1] = draw(st.integers(2, HEIGHT)) if tops[column] and draw(st.booleans()) else 0
    for column in range(body.right + 1, WIDTH + 1):
        tops[column - 1] = draw(st.integers(2, HEIGHT)) if tops[column - 2] and draw(st.booleans()) else 0
    bands: list[Band] = []
    for column, top in enumerate(tops, start=1):
        if bands and bands[-1].right == column - 1 and bands[-1].top == top:
            bands[-1] = bands[-1]._replace(right=column)
        elif top:
            bands.append(Band(column, column, top))
    return body, body.bottom - body.top + 1 + more, totals, Slide(tuple(bands), more)


@settings(max_examples=400, deadline=None)
@given(growths())
def test_a_table_that_grows_gets_rows_before_its_last_and_the_bands_move(growth: tuple[Area, int, int, Slide]) -> None:
    body, rows, totals, slide = growth
    wanted, found = Grid(), Grid()
    for band in slide.bands:
        wanted.make(Shift(band.left, band.right, band.top, slide.rows))
    last = body.bottom + (body.top == body.bottom)
    for column in range(body.left, body.right + 1):  # within the table: new cells before the last row
        cells = wanted.columns[column]
        del cells[body.bottom + totals : body.bottom + totals + slide.rows]
        cells[last - 1 : last - 1] = [None] * slide.rows
    for shift in resizing(body, rows, slide, totals):
        found.make(shift)
    assert found.columns == wanted.columns


@settings(max_examples=300, deadline=None)
@given(areas(6), st.integers(1, 8), st.integers(0, 1))
def test_with_free_rows_nothing_but_the_table_changes(body: Area, rows: int, totals: int) -> None:
    before, after = Grid(), Grid()
    for shift in resizing(body, rows, None, totals):
        after.make(shift)
    more = rows - (body.bottom - body.top + 1)
    below = body.bottom + totals + max(more, 0)
    for column, cells in after.columns.items():
        assert cells[: body.top] == before.columns[column][: body.top]
        assert cells[below:60] == before.columns[column][below:]
        if not body.left <= column <= body.right:
            assert cells == before.columns[column]


def test_bands_that_begin_in_different_rows_move_from_the_lowest_up() -> None:
    slide = Slide((Band(3, 4, 6), Band(5, 5, 9)), rows=2)
    found = resizing(Area(3, 3, 5, 4), 5, slide)
    assert found == [Shift(3, 5, 9, 2), Shift(3, 4, 9, -2), Shift(3, 4, 5, 2)]
    assert torn(Area(12, 4, 12, 5), found)
    assert not torn(Area(12, 3, 12, 4), found)
    assert not torn(Area(8, 5, 8, 6), found)
