"""Lines of text are kept within the cells that ruling lines draw."""

import numpy as np

from tests.support.drawn_grids import TEXTS, cell_texts, drawn, strokes_of
from tests.support.lines import level_line
from vision.core.geometry import bounding_box
from vision.imaging.connected_components import find_letters
from vision.text_detection.cell_lines import lines_by_cell
from vision.text_detection.ruled_grid import find_grids

PAGE = drawn(strokes_of(), cell_texts(TEXTS))
LETTERS = find_letters(PAGE)
GRIDS = find_grids(LETTERS, ())


def boxes_of(*lines, page=PAGE, letters=LETTERS, grids=GRIDS):
    made = lines_by_cell(lines, grids, letters)
    boxes = [bounding_box(line.quad) for line in made]
    return sorted(boxes, key=lambda box: (box.y0 // 30, box.x0))


def inside(box, x0, x1):
    return x0 < box.x0 < box.x1 < x1


def test_a_line_across_walls_is_split_at_them_and_blank_pieces_are_dropped():
    whole = level_line(105, 235, 560, 265)
    pieces = [box for box in boxes_of(whole) if box.y0 == 235]
    assert len(pieces) == 2
    assert inside(pieces[0], 100, 260)
    assert inside(pieces[1], 420, 640)


def test_the_ink_of_a_cell_without_a_line_becomes_one():
    lines = [level_line(115, y, 640, y + 30) for y in (115, 175, 295)]
    (digit, other) = [box for box in boxes_of(*lines) if 220 < box.y0 < 280]
    assert inside(digit, 100, 260)
    assert inside(other, 420, 640)
    assert digit.width < 40


def test_lines_outside_of_grids_stay_as_they_are():
    above = level_line(100, 35, 500, 70)
    assert above in lines_by_cell([above], GRIDS, LETTERS)
    assert lines_by_cell([above], (), LETTERS) == (above,)


def test_a_lone_sign_gets_a_line_as_high_as_a_letter():
    page = drawn(strokes_of(), [*cell_texts(TEXTS), (290, 260, "-")])
    letters = find_letters(page)
    (sign,) = [
        box
        for box in boxes_of(page=page, letters=letters, grids=find_grids(letters, ()))
        if 220 < box.y0 < 280 and inside(box, 260, 420)
    ]
    assert sign.height >= np.median(letters.boxes[:, 3])
