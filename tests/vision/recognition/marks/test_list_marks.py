"""What stands before a line and may be a bullet or a box."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vision.core.geometry import scaling
from vision.core.stages import LineCrop
from vision.recognition.marks.list_marks import before_text


def line(height, text, at=0.0, dot=None, paper="white", ink="black"):
    """A line image with its text from `at` on and a disc at its start, in colour `dot`."""
    sheet = Image.new("RGB", (20 * height, height), paper)
    draw = ImageDraw.Draw(sheet)
    if dot:
        draw.ellipse((2, height * 0.35, 2 + height * 0.3, height * 0.65), dot)
    font = ImageFont.truetype("DejaVuSans.ttf", height * 0.75)
    draw.text((at + 3, height * 0.8), text, ink, font, anchor="ls")
    return LineCrop(np.asarray(sheet), scaling(1.0, 1.0), ("eng",))


@pytest.mark.parametrize("height", [15, 16, 17, 18, 20, 24, 40])
@pytest.mark.parametrize("text", ["Price", "Flour", "Tray", "Liter", "17.15", "f(x)"])
def test_the_first_letters_of_a_word_are_no_mark_however_small(text, height):
    assert not before_text([line(height, text)])


@pytest.mark.parametrize(
    ("paper", "dot", "ink"),
    [
        ("white", (200, 90, 20), "black"),
        ("white", (60, 130, 220), "black"),
        ((20, 30, 60), (170, 110, 40), "white"),
    ],
)
def test_a_bullet_in_a_paler_colour_looks_like_one_in_the_colour_of_the_text(paper, dot, ink):
    lines = [line(36, "Trains leave on time", 36, colour, paper, ink) for colour in (dot, ink)]
    (_, pale), (_, plain) = before_text(lines)
    assert np.abs(pale.window[0] - plain.window[0]).mean() < 0.02


@pytest.mark.parametrize(("points", "marks"), [("cross", 0), ("box", 1)])
def test_what_crosses_the_whole_line_is_a_mark_only_if_it_has_upright_sides(points, marks):
    crop = line(36, "12%", 60)
    sheet = Image.fromarray(crop.pixels)
    draw = ImageDraw.Draw(sheet)
    if points == "box":
        draw.rectangle((8, -2, 40, 37), outline="black", width=3)
    else:
        draw.line((8, -2, 40, 38), "black", 3)
        draw.line((8, 38, 40, -2), "black", 3)
    assert len(before_text([replace(crop, pixels=np.asarray(sheet))])) == marks
