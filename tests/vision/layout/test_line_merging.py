import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.readings import blank_page, read_line
from vision.core.document import Box, Line
from vision.core.geometry import bounding_box, compose, corners, transform_points, translation
from vision.layout.assemble import assemble
from vision.layout.line_merging import join_polygons, join_row
from vision.layout.placed_line import PlacedLine
from vision.layout.rows import rows_of

sides = st.floats(1, 400)
places = st.floats(-2000, 2000)
boxes = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), places, places, sides, sides)


def turned(degrees, about=(500, 700)):
    """Clockwise on the page, whose y runs down."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
    return compose(translation(*about), compose(turn, translation(-about[0], -about[1])))


def covers(outer, points, slack=0.01):
    contour = np.array(outer, np.float32)
    return all(cv2.pointPolygonTest(contour, point, True) >= -slack for point in points)


@given(st.lists(boxes, min_size=1, max_size=6), st.floats(-180, 180), st.randoms())
def test_a_joined_polygon_covers_all_its_pieces_in_any_order_at_any_tilt(pieces, degrees, random):
    frame = turned(degrees)
    polygons = [transform_points(frame, corners(box)) for box in pieces]
    random.shuffle(polygons)
    joined = join_polygons(polygons)
    assert covers(joined, [point for polygon in polygons for point in polygon], slack=0.05)
    whole = bounding_box([point for box in pieces for point in corners(box)])
    area = cv2.contourArea(np.array(joined, np.float32))
    assert area == pytest.approx(whole.area, rel=0.01, abs=1), "and nothing else"


@given(boxes, st.floats(-180, 180))
def test_a_joined_polygon_starts_at_the_texts_own_top_left(box, degrees):
    polygon = transform_points(turned(degrees), corners(box))
    assert np.allclose(join_polygons([polygon]), polygon, atol=1e-6)


def test_pieces_without_extent_are_joined_as_upright():
    point = ((3.0, 4.0),) * 4
    assert join_polygons([point, point]) == point
    assert join_polygons([]) is None


def test_an_upright_piece_leaves_the_joined_line_to_its_box():
    tilted = ((0.0, 0.0), (50.0, 5.0), (49.0, 15.0), (-1.0, 10.0))
    pieces = [
        PlacedLine(Line("one", 0.9, Box(-1, 0, 50, 15), polygon=tilted), Box(0, 0, 50, 10), True),
        PlacedLine(Line("two", 0.9, Box(60, 5, 99, 15)), Box(60, 0, 99, 10), True),
    ]
    (line,) = join_row(pieces)
    assert (line.text, line.polygon, line.box) == ("one two", None, Box(-1, 0, 99, 15))


@pytest.mark.parametrize("degrees", [-35, -8, -2, 2, 8, 35])
@pytest.mark.parametrize(("left", "right"), [("hello", "world"), ("עולם", "שלום")])
def test_the_polygon_of_a_tilted_line_covers_its_words_in_both_reading_directions(
    degrees, left, right
):
    frame = turned(degrees)
    lines = [
        read_line(left, 50, 700, width=200, to_frame=frame),
        read_line(right, 260, 700, width=200, to_frame=frame),
    ]
    crops, readings = zip(*lines, strict=True)
    page = assemble(blank_page(to_page=frame), crops, readings, (), (), ("eng",))
    (line,) = page.blocks[0].lines
    words = [
        point
        for crop, reading in lines
        for word in reading.words
        for point in transform_points(crop.to_page, corners(word.box))
    ]
    assert len(line.words) == 2
    assert covers(line.polygon, words)


def test_a_stamp_over_two_lines_neither_joins_them_nor_becomes_a_part_of_one():
    boxes = [Box(0, 100, 600, 128), Box(300, 100, 500, 170), Box(0, 142, 600, 170)]
    assert rows_of(boxes, range(3)) == [[0, 1], [2]]
    placed = [
        PlacedLine(Line(text, 0.9, box), box, True)
        for text, box in zip(("over", "PAID"), boxes[:2], strict=True)
    ]
    assert [line.text for line in join_row(placed)] == ["over", "PAID"]
