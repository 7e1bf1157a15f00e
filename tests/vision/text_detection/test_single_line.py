from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vision.core.document import Box
from vision.core.geometry import bounding_box
from vision.imaging.connected_components import find_letters
from vision.text_detection.morphology import ClassicalLineFinder
from vision.text_detection.single_line import only_line

PROSE = "Lines of text go on and on, with gaps and jumping descenders, to the end of"
FORM = "Name            of the                     owner                      Date"


def strip(
    rows: Sequence[str], size: int = 40, width: int = 1800, pitch: float = 1.4, top: float = 0.2
) -> np.ndarray:
    """Rows of text in an image that is just high enough; `pitch` and `top` in letter sizes."""
    height = round(size * (top + 0.2 + pitch * len(rows)))
    picture = Image.new("RGB", (width, height), "white")
    font = ImageFont.truetype("DejaVuSans.ttf", size)
    for at, row in enumerate(rows):
        place = (20, size * (top + pitch * at))
        ImageDraw.Draw(picture).text(place, row, font=font, fill="black")
    return np.array(picture)


def ink_of(image: np.ndarray) -> Box:
    y, x = np.nonzero(image[:, :, 0] < 128)
    return Box(float(x.min()), float(y.min()), float(x.max()) + 1, float(y.max()) + 1)


@pytest.mark.parametrize("size", [12, 40, 90])
@pytest.mark.parametrize("text", [PROSE, FORM, "2024-117"])
def test_all_ink_of_a_long_low_image_is_its_line(text: str, size: int):
    image = strip([text], size, width=45 * size)
    line = only_line(find_letters(image))
    assert line is not None
    box, ink = bounding_box(line.quad), ink_of(image)
    assert box.x0 <= ink.x0 < ink.x1 <= box.x1
    assert box.y0 <= ink.y0 < ink.y1 <= box.y1
    assert box.height < 1.5 * ink.height + 2
    assert 0 <= box.x0 < box.x1 <= image.shape[1]
    assert 0 <= box.y0 < box.y1 <= image.shape[0]


@pytest.mark.parametrize("pitch", [1.15, 1.4, 2.0])
@pytest.mark.parametrize("rows", [2, 3])
def test_two_rows_and_more_are_no_single_line(rows: int, pitch: float):
    image = strip([PROSE] * rows, size=20, pitch=pitch)
    assert image.shape[1] > 8 * image.shape[0]
    assert only_line(find_letters(image)) is None


@pytest.mark.parametrize("pitch", [1.15, 1.4, 2.0])
@pytest.mark.parametrize("rows", [(PROSE, "end of"), ("No.", PROSE)])
def test_a_short_second_row_is_not_lost(rows: tuple[str, str], pitch: float):
    image = strip(rows, size=30, width=2400, pitch=pitch)
    assert image.shape[1] > 8 * image.shape[0]
    assert only_line(find_letters(image)) is None


def test_remains_of_the_lines_above_and_below_make_no_second_row():
    image = strip([PROSE], top=0.5)
    image[:5, 100:130] = image[-5:, 300:330] = 0
    assert only_line(find_letters(image)) is not None


def test_a_line_with_room_around_is_cut_to_its_ink():
    image = strip([PROSE], top=2.0, width=2400)
    line = only_line(find_letters(image))
    assert line is not None
    assert bounding_box(line.quad).height < 0.5 * image.shape[0]


def test_a_page_with_one_line_of_text_is_searched_as_any():
    assert only_line(find_letters(strip([PROSE], top=8.0))) is None


@pytest.mark.parametrize("ground", [255, 0, 128])
def test_an_empty_strip_has_no_line(ground: int):
    assert only_line(find_letters(np.full((40, 900, 3), ground, np.uint8))) is None


def test_wide_gaps_do_not_part_the_only_line():
    (line,) = ClassicalLineFinder().find(strip([FORM]), ["eng"]).lines
    assert bounding_box(line.quad).width > 0.5 * ink_of(strip([FORM])).width


def test_letters_that_join_and_their_dots_stay_one_line():
    """As in Arabic: long strokes on a base line, dots above and below."""
    image = np.full((80, 1000, 3), 255, np.uint8)
    for number, x in enumerate(range(20, 960, 60)):
        cv2.ellipse(image, (x + 25, 34), (22, 16), 0, 0, 180, (0, 0, 0), 5)
        cv2.line(image, (x + 47, 34), (x + 47, 14), (0, 0, 0), 5)
        for dot in (x + 20, x + 30):
            cv2.circle(image, (dot, 64 if number % 2 else 22), 3, (0, 0, 0), -1)
    (line,) = ClassicalLineFinder().find(image, ["ara"]).lines
    box = bounding_box(line.quad)
    assert box.y0 <= 12
    assert box.y1 >= 68
