"""Lines set so close that their letters touch are two lines, and large type is one."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vision.imaging.connected_components import find_letters
from vision.text_detection.morphology import find_lines
from vision.text_detection.touching_rows import part_touching

LETTER, HIGHEST = 10.0, 1.75


def drawn(*letters: tuple[int, int, int, int]) -> np.ndarray:
    """Ink of filled boxes: x, y, width, height."""
    ink = np.zeros((max(y + h for _, y, _, h in letters), 200), np.uint8)
    for x, y, w, h in letters:
        ink[y : y + h, x : x + w] = 1
    return ink


def row(y: int, height: int = 10, count: int = 10) -> list[tuple[int, int, int, int]]:
    return [(15 * at, y, 9, height) for at in range(count)]


STROKES = [(15 * at, 8, 2, 4) for at in range(2)]  # from one row into the other


@pytest.mark.parametrize(
    ("letters", "rows"),
    [
        ([*row(0), *row(11), *STROKES], [(0, 11), (11, 21)]),
        ([*row(0), *row(11), *row(22)], [(0, 10), (10, 21), (21, 32)]),
        (row(0, 20), [(0, 20)]),
        ([*row(0, 20), *row(0)], [(0, 20)]),
        ([*row(0), *row(14, 4)], [(0, 18)]),
        ([*row(0), *row(10, count=3)], [(0, 20)]),
        (row(0), [(0, 10)]),
    ],
    ids=["two", "three", "large", "large and small", "underlined", "a few below", "one"],
)
def test_rows_are_parted_where_both_have_letters_and_few_cross(letters, rows):
    ink = drawn(*letters)
    found = part_touching(ink, (0, len(ink)), LETTER, HIGHEST)
    assert len(found) == len(rows)
    assert found[0][0] == 0
    assert found[-1][1] == len(ink)
    for one, other in zip(found, rows, strict=True):
        assert one == pytest.approx(other, abs=2)


def test_two_lines_that_touch_are_found_as_two():
    page = Image.new("L", (900, 300), 255)
    draw, font = ImageDraw.Draw(page), ImageFont.truetype("DejaVuSans-Bold.ttf", 22)
    for at, text in enumerate(
        ("PLEASE RETURN TWO COPIES OF (2) JQ,", "THIS REPORT TO THE ATTENTION OF J.")
    ):
        draw.text((40, 60 + 17 * at), text, 0, font)
    draw.text((40, 200), "A line that stands by itself", 0, font)
    image = np.repeat(np.asarray(page)[:, :, None], 3, axis=2)
    assert len(find_lines(find_letters(image)).lines) == 3
