"""Lines of a stamp keep their order and stay apart, at any angle."""

import pytest

from tests.support.readings import blank_page, read_line
from tests.vision.layout.test_line_merging import turned
from vision.layout.assemble import assemble


def lines_of(lines):
    crops, readings = zip(*lines, strict=True)
    page = blank_page()
    return [
        line.text
        for block in assemble(page, crops, readings, (), (), ("eng",)).blocks
        for line in block.lines
    ]


@pytest.mark.parametrize("degrees", [-40, -25, -12, -7, 7, 12, 25, 40])
def test_two_lines_of_a_stamp_are_two_lines(degrees):
    frame = turned(degrees)
    lines = [
        read_line("RECEIVED", 420, 680, width=200, height=30, to_frame=frame),
        read_line("11 MAR 2026", 430, 722, width=180, height=24, to_frame=frame),
    ]
    assert lines_of(lines) == ["RECEIVED", "11 MAR 2026"]
    assert lines_of(lines[::-1]) == ["RECEIVED", "11 MAR 2026"]


@pytest.mark.parametrize("degrees", [-25, -12, 12, 25])
def test_two_pieces_of_one_line_at_an_angle_are_one_line(degrees):
    frame = turned(degrees)
    lines = [
        read_line("PAID", 420, 680, width=100, height=30, to_frame=frame),
        read_line("TODAY", 535, 680, width=120, height=30, to_frame=frame),
    ]
    assert lines_of(lines) == ["PAID TODAY"]


def test_stamps_at_two_angles_are_ordered_each_by_itself():
    left, right = turned(-15, about=(200, 300)), turned(20, about=(800, 300))
    lines = [
        read_line("SENT", 150, 280, width=100, height=24, to_frame=left),
        read_line("by post", 150, 315, width=100, height=24, to_frame=left),
        read_line("PAID", 750, 280, width=100, height=24, to_frame=right),
        read_line("in full", 750, 315, width=100, height=24, to_frame=right),
    ]
    texts = lines_of(lines)
    assert texts.index("SENT") < texts.index("by post")
    assert texts.index("PAID") < texts.index("in full")
    assert len(texts) == 4
