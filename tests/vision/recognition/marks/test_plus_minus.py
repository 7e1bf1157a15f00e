"""A plus with a second bar below is a plus-minus sign."""

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from vision.core.document import Box
from vision.recognition.marks.plus_minus import is_plus_minus, sign_of
from vision.recognition.marks.window import levels_of


def drawn(sign, size, dark, light):
    font = ImageFont.load_default(size)
    page = Pillow.new("L", (6 * size, round(1.3 * size)), light)
    draw = ImageDraw.Draw(page)
    draw.text((4, 0), "mmmm", dark, font)
    draw.text((5 * size, 0), sign, dark, font)
    return np.asarray(page), Box(*draw.textbbox((5 * size, 0), sign, font))


@pytest.mark.parametrize("size", [18, 26, 40])
@pytest.mark.parametrize("colours", [(0, 255), (240, 30)])
@pytest.mark.parametrize("sign", ["\u00b1", "+", "t", "=", "1"])
def test_only_a_plus_with_a_bar_below_is_one(sign, size, colours):
    line, box = drawn(sign, size, *colours)
    assert is_plus_minus(line, box, levels_of(line)) is (sign == "\u00b1")


@pytest.mark.parametrize("size", [18, 26, 40])
def test_a_plus_that_stands_on_a_rule_is_none(size):
    line, box = drawn("\u00b1", size, 0, 255)
    assert is_plus_minus(line, box, levels_of(line))
    ruled = line.copy()
    lowest = np.flatnonzero((line[:, int(box.x0) :] < 128).any(axis=1))[-1]
    ruled[lowest, int(box.x0) - size // 2 : int(box.x1) + size // 2] = 0
    ruled[lowest - 1, int(box.x0) - size // 2 : int(box.x1) + size // 2] = 0
    assert not is_plus_minus(ruled, box, levels_of(line))


def test_a_box_without_ink_or_beside_the_line_holds_none():
    line, _ = drawn("+", 26, 0, 255)
    levels = levels_of(line)
    assert not is_plus_minus(line, Box(2, 2, 12, 12), levels)
    assert not is_plus_minus(line, Box(-30, 2, -12, 12), levels)


@pytest.mark.parametrize("size", [24, 40])
@pytest.mark.parametrize("colours", [(0, 255), (240, 30)])
@pytest.mark.parametrize(
    ("sign", "read"),
    [("\u2265", ">"), ("\u2264", "<"), (">", ">"), ("<", "<"), ("\u00f7", "+"), ("+", "+")],
)
def test_a_sign_is_known_by_its_bar_or_dots(sign, read, size, colours):
    page = Pillow.new("L", (6 * size, round(1.3 * size)), colours[1])
    font, draw = ImageFont.truetype("DejaVuSans.ttf", size), ImageDraw.Draw(page)
    draw.text((4, 0), "mmm", colours[0], font)
    draw.text((5 * size, 0), sign, colours[0], font)
    line, box = np.asarray(page), Box(*draw.textbbox((5 * size, 0), sign, font))
    assert sign_of(line, box, levels_of(line), read) == sign
