"""Grids are found from ruling lines of any kind, and frames and text are none."""

from functools import partial

import numpy as np
import pytest

from tests.support.drawn_grids import TEXTS, XS, YS, cell_texts, dashed, drawn, plain, strokes_of
from tests.support.lines import page_of_text
from vision.core.document import Box
from vision.core.grid import GridCell
from vision.imaging.connected_components import find_letters
from vision.text_detection.ruled_grid import find_grids

EACH = {GridCell(row, column) for row in range(4) for column in range(3)}
SHIFTED = [(x0 + 5, y0, x1 + 5, y1) if x0 == x1 else (x0, y0 + 5, x1, y1 + 5)
           for x0, y0, x1, y1 in strokes_of()]  # fmt: skip


def grids_of(page, *tables):
    return find_grids(find_letters(page), tables)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(drawn(strokes_of(), cell_texts(TEXTS)), id="plain"),
        pytest.param(drawn(strokes_of(frame=False), cell_texts(TEXTS)), id="without a frame"),
        pytest.param(
            drawn(strokes_of(), cell_texts(TEXTS), partial(plain, ink=190, width=1)),
            id="light grey",
        ),
        pytest.param(drawn([*strokes_of(), *SHIFTED], cell_texts(TEXTS)), id="doubled"),
        pytest.param(drawn(strokes_of(), cell_texts(TEXTS), turn=0.4), id="tilted"),
        pytest.param(drawn(strokes_of(), cell_texts(TEXTS), turn=-1.2), id="tilted the other way"),
        pytest.param(drawn(strokes_of(), cell_texts(TEXTS[:1])), id="filled in its first row only"),
    ],
)
def test_rules_draw_a_grid(page):
    (grid,) = grids_of(page)
    assert (grid.rows, grid.columns) == (4, 3)
    assert set(grid.cells) == EACH
    assert np.allclose(grid.box, (XS[0], YS[0], XS[-1], YS[-1]), atol=9)


@pytest.mark.parametrize(("on", "off"), [(5, 3), (2, 3)])
def test_dashed_and_dotted_rules_draw_a_grid_where_a_detector_found_a_table(on, off):
    page = drawn(strokes_of(), cell_texts(TEXTS), partial(dashed, on=on, off=off))
    (grid,) = grids_of(page, Box(95, 95, 645, 345))
    assert set(grid.cells) == EACH


def test_places_without_a_wall_between_them_are_one_cell():
    (x0, x1, x2, x3), (y0, y1, y2, y3, y4) = XS, YS
    strokes = [
        (x0, y0, x3, y0), (x1, y1, x3, y1), (x0, y2, x3, y2), (x0, y3, x3, y3), (x0, y4, x3, y4),
        (x0, y0, x0, y4), (x1, y0, x1, y4), (x2, y1, x2, y4), (x3, y0, x3, y4),
    ]  # fmt: skip
    (grid,) = grids_of(drawn(strokes, cell_texts(TEXTS)))
    spans = {cell for cell in grid.cells if max(cell.row_span, cell.column_span) > 1}
    assert spans == {GridCell(0, 0, 2, 1), GridCell(0, 1, 1, 2)}
    assert len(grid.cells) == 10


def test_every_place_of_a_grid_belongs_to_one_cell():
    (grid,) = grids_of(drawn(strokes_of(), cell_texts(TEXTS)))
    boxes = [box for _, box in grid.boxes()]
    assert sum(box.area for box in boxes) == pytest.approx(grid.box.area, rel=0.02)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(drawn(strokes_of((100, 640), (100, 340)), cell_texts(TEXTS)), id="a box"),
        pytest.param(drawn([(100, 70, 640, 70), (100, 340, 640, 340)]), id="two rules"),
        pytest.param(drawn(strokes_of((100, 640), YS), cell_texts(TEXTS)), id="rows alone"),
        pytest.param(drawn(strokes_of(XS, (100, 340)), cell_texts(TEXTS)), id="columns alone"),
        pytest.param(page_of_text(), id="text"),
        pytest.param(np.full((300, 300, 3), 255, np.uint8), id="blank"),
    ],
)
def test_boxes_rules_and_text_are_no_grid(page):
    height, width = page.shape[:2]
    assert grids_of(page) == ()
    assert grids_of(page, Box(0, 0, width, height)) == ()
