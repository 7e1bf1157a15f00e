"""Heads of arrows and arcs of balloons are no text."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vision.core.stages import LineCrop, LineReading
from vision.recognition.drawn_shapes import without_shapes


def crop(sheet: Image.Image) -> LineCrop:
    return LineCrop(np.asarray(sheet), np.eye(2, 3), ("eng",))


def sheet(width: int, height: int) -> Image.Image:
    return Image.new("RGB", (width, height), "white")


def texts(drawn: Image.Image, read: str) -> list[str]:
    """What stays of a reading on a page whose other lines are 40 pixels high."""
    crops = [crop(sheet(300, 40)), crop(drawn), crop(sheet(300, 40))]
    others = LineReading("Measuring the room", 0.99)
    return [each.text for each in without_shapes(crops, [others, LineReading(read, 0.98), others])]


@pytest.mark.parametrize("points", [[(8, 8), (8, 30), (28, 19)], [(6, 9), (30, 9), (18, 29)]])
@pytest.mark.parametrize("read", [">", "v"])
def test_a_filled_triangle_is_no_text_even_with_its_stroke(points, read):
    drawn = sheet(40, 40)
    ImageDraw.Draw(drawn).polygon(points, "black")
    assert texts(drawn, read)[1] == ""
    ImageDraw.Draw(drawn).line((0, 19, 20, 19), "black", 3)
    assert texts(drawn, read)[1] == ""


@pytest.mark.parametrize("read", list("<>^vVyYA4"))
@pytest.mark.parametrize("name", ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"])
def test_characters_of_a_like_shape_stay(read, name):
    drawn = sheet(40, 40)
    font = ImageFont.truetype(name, 30)
    ImageDraw.Draw(drawn).text((8, 30), read, "black", font, anchor="ls")
    assert texts(drawn, read)[1] == read


@pytest.mark.parametrize(("height", "kept"), [(60, ")"), (160, "")])
def test_a_bracket_four_lines_high_is_a_drawn_arc(height, kept):
    drawn = sheet(40, height)
    ImageDraw.Draw(drawn).arc((-60, 4, 30, height - 4), -60, 60, "black", 3)
    assert texts(drawn, ")")[1] == kept
    assert texts(drawn, "?")[1] == "?"
