"""Lines on curled and crumpled paper are found with their bend and cut straight."""

import cv2
import numpy as np
import pytest

from vision.core.document import Box
from vision.core.geometry import corners, scaling
from vision.core.stages import CropWord, FoundLine, LineReading, PreparedPage
from vision.recognition.bent_words import in_place
from vision.text_detection.crops import cut_lines
from vision.text_detection.dbnet_postprocess import quads_of_map

WIDTH, HEIGHT, THICK = 400, 160, 8


def sagging(x, depth):
    return 80 + depth * np.sin(np.pi * (x - 20) / 360)


def band(middle):
    """A map of one line from 20 to 380, 8 thick around `middle(x)`."""
    probability = np.zeros((HEIGHT, WIDTH), np.float32)
    xs = np.arange(20, 380)
    points = np.stack([xs, middle(xs)], axis=1).round().astype(np.int32)
    cv2.polylines(probability, [points.reshape(-1, 1, 2)], isClosed=False, color=0.9,
                  thickness=THICK)  # fmt: skip
    return probability


@pytest.mark.parametrize("depth", [-24, 14, 30])
def test_a_line_that_bends_is_found_with_its_middle_and_the_height_of_its_text(depth):
    (line,) = quads_of_map(band(lambda x: sagging(x, depth)))
    assert line.bent is not None
    x, y = line.bent.middle.T
    assert np.abs(y - sagging(x, depth)).max() < 2
    (straight,) = quads_of_map(band(lambda x: sagging(x, 0)))
    height = np.ptp(straight.quad[:, 1])
    assert line.bent.thickness == pytest.approx(height, rel=0.25)
    assert np.ptp(line.quad[:, 1]) > 1.3 * height
    assert line.score > 0.6


@pytest.mark.parametrize("rise", [0.0, 0.08, -0.2, 0.5])
def test_a_straight_line_of_any_tilt_does_not_bend(rise):
    (line,) = quads_of_map(band(lambda x: 80 + rise * (x - 200) / 2))
    assert line.bent is None


def test_a_bent_line_is_cut_straight_and_its_words_keep_their_places():
    pixels = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    marks = (60, 200, 340)
    for x in marks:
        y = round(float(sagging(x, 30)))
        pixels[y - 4 : y + 4, x - 3 : x + 3] = 0
    xs = np.linspace(20, 380, 24)
    middle = tuple(zip(xs.tolist(), sagging(xs, 30).tolist(), strict=True))
    line = FoundLine(corners(Box(10, 60, 390, 130)), middle=middle, height=24.0)
    page = PreparedPage(1, pixels, pixels, scaling(1.0, 1.0), None, 0, 0.0)
    (crop,) = cut_lines(page, [line], ("eng",))
    rows = np.flatnonzero((crop.pixels < 128).any(axis=(1, 2)))
    assert len(crop.pixels) == 24
    assert 7 <= rows[0] <= rows[-1] <= 17
    words = tuple(CropWord("x", 0.9, Box(x - 13, 8, x - 7, 16)) for x in marks)
    placed = in_place(crop, LineReading("x x x", 0.9, words)).words
    for x, word in zip(marks, placed, strict=True):
        top = word.box.y0 + crop.to_page[1, 2]
        assert top == pytest.approx(float(sagging(x, 30)) - 4, abs=1.5)
