"""A dash alone in a column is found, and rules, broken letters and dust are not."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.support.lines import level_line
from vision.imaging.connected_components import find_letters
from vision.text_detection.lone_dashes import lone_dashes, with_lone_dashes
from vision.text_detection.morphology import find_lines

DASH = (325, 107, 10, 3)  # x, y, width, height
ROWS = ("Kendal", "13:33", "", "11:08"), ("Ashford", "13:39", "07:25", "11:29")


def table(*marks: tuple[int, int, int, int]):
    """Two rows of a table, the third column of the first without text, and black boxes."""
    sheet = Image.new("RGB", (700, 320), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype("DejaVuSans.ttf", 22)
    for row, cells in enumerate(ROWS):
        for column, cell in enumerate(cells):
            draw.text((40 + 130 * column, 96 + 50 * row), cell, "black", font)
    draw.text((40, 250), "Trains run daily except on the dates below", "black", font)
    for x, y, width, height in marks:
        draw.rectangle((x, y, x + width - 1, y + height - 1), fill="black")
    text = find_letters(np.asarray(sheet))
    return find_lines(text).lines, text


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        ([DASH], 1),
        ([], 0),
        ([DASH, (345, 107, 10, 3), (365, 107, 10, 3)], 0),
        ([(325, 100, 10, 12)], 0),
        ([(325, 107, 60, 3)], 0),
        ([DASH, (328, 112, 4, 6)], 0),
        ([(600, 107, 10, 3)], 0),
        ([(325, 205, 10, 3)], 0),
    ],
    ids=[
        "dash",
        "none",
        "rule of dashes",
        "square",
        "rule",
        "part of a sign",
        "no column",
        "no row",
    ],
)
def test_a_dash_has_a_row_and_a_column_and_nothing_beside_it(marks, found):
    lines, text = table(*marks)
    dashes = lone_dashes(lines, text)
    assert len(dashes) == found
    for box in dashes:
        assert tuple(box) == pytest.approx((325, 107, 335, 110), abs=1)


def test_a_dash_becomes_a_line_whose_text_is_known():
    lines, text = table(DASH)
    *others, dash = with_lone_dashes(lines, text)
    assert others == lines
    assert dash.text == "-"
    (left, top), _, (right, bottom), _ = dash.quad
    assert left < 325
    assert right > 335
    assert top < 107
    assert bottom > 110


def test_without_lines_or_letters_there_is_no_table():
    _, text = table(DASH)
    assert lone_dashes([], text) == []
    blank = find_letters(np.full((60, 60, 3), 255, np.uint8))
    assert with_lone_dashes([level_line(0, 0, 9, 9)], blank) == [level_line(0, 0, 9, 9)]
