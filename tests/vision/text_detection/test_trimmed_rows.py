"""Line images of a network's rectangles lose the rows that their letters do not need."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.support.lines import prepared
from vision.core.geometry import transform_points
from vision.core.stages import FoundLine
from vision.text_detection.crops import cut_lines
from vision.text_detection.trimmed_rows import trimmed_rows

Draw = Callable[[ImageDraw.ImageDraw], None]


def image(height: int, baseline: int, *extra: Draw, text: str = "Paper 44.46") -> np.ndarray:
    page = Image.new("RGB", (300, height), (250, 236, 120))
    draw = ImageDraw.Draw(page)
    draw.text((10, baseline), text, "black", ImageFont.truetype("DejaVuSans.ttf", 28), anchor="ls")
    for each in extra:
        each(draw)
    return np.asarray(page)


@pytest.mark.parametrize(
    ("height", "baseline", "first", "end"),
    [(90, 50, 23, 63), (90, 70, 43, 83), (120, 60, 33, 73), (34, 25, 0, 34)],
)
def test_letters_keep_a_quarter_of_their_height_as_room(height, baseline, first, end):
    rows = trimmed_rows(image(height, baseline))
    assert rows.start == pytest.approx(first, abs=1)
    assert rows.stop == pytest.approx(end, abs=1)


def test_what_the_edges_cut_belongs_to_other_lines():
    def neighbours(draw):
        font = ImageFont.truetype("DejaVuSans.ttf", 28)
        draw.text((10, 8), "gypsy", "black", font, anchor="ls")
        draw.text((10, 110), "Tilt", "black", font, anchor="ls")

    rows = trimmed_rows(image(96, 58, neighbours))
    assert rows.start >= 20
    assert rows.stop <= 80


def test_halves_of_split_letters_are_all_kept():
    def split(draw):
        draw.line((0, 50, 300, 50), fill=(250, 236, 120), width=3)

    rows = trimmed_rows(image(90, 60, split, text="DEPART"))
    assert rows.start <= 40
    assert rows.stop >= 60


@pytest.mark.parametrize("grey", [255, 0])
def test_an_empty_image_is_left_as_it_is(grey):
    assert trimmed_rows(np.full((40, 90, 3), grey, np.uint8)) == slice(0, 40)


@pytest.mark.parametrize("degrees", [0, 12])
def test_places_in_a_trimmed_crop_are_those_of_the_page(degrees):
    page = Image.fromarray(image(300, 150)).rotate(degrees, fillcolor=(250, 236, 120))
    turn = np.radians(-degrees)
    right = np.array([np.cos(turn), np.sin(turn)])
    down = np.array([-right[1], right[0]])
    corners = [np.array([150, 150]) + x * right + y * down
               for x, y in ((-145, -60), (145, -60), (145, 60), (-145, 60))]  # fmt: skip
    line = FoundLine(tuple((float(x), float(y)) for x, y in corners), loose=True)
    (crop,) = cut_lines(prepared(np.asarray(page)), [line], ("eng",))
    assert len(crop.pixels) < 70
    dark = np.argwhere(crop.pixels.min(axis=2) < 60)[:, ::-1]
    places = np.array(transform_points(crop.to_page, [tuple(each + 0.5) for each in dark[::37]]))
    seen = np.asarray(page)[places[:, 1].astype(int), places[:, 0].astype(int)]
    assert (seen.min(axis=1) < 110).mean() > 0.9


def test_lines_of_ink_are_never_trimmed():
    line = FoundLine(((0.0, 0.0), (300.0, 0.0), (300.0, 90.0), (0.0, 90.0)))
    (crop,) = cut_lines(prepared(image(90, 50)), [line], ("eng",))
    assert len(crop.pixels) == 90
