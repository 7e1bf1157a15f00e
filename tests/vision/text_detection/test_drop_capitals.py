"""A drop capital is a line of its own, and no part of the lines beside it."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vision.imaging.connected_components import find_letters
from vision.text_detection.drop_capitals import with_drop_capitals
from vision.text_detection.morphology import find_lines


def page(capital: str, indents: tuple[int, ...] = (84, 84, 84, 0)):
    """A paragraph beside a letter three lines high, as its lines were found."""
    sheet = Image.new("RGB", (800, 320), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((100, 188), capital, "black", ImageFont.truetype("DejaVuSans.ttf", 120), anchor="ls")
    font = ImageFont.truetype("DejaVuSans.ttf", 24)
    for at, indent in enumerate(indents):
        draw.text((100 + indent, 95 + at * 36), "over and over the moon he rode", "black", font)
    text = find_letters(np.asarray(sheet))
    return find_lines(text).lines, text


def test_a_capital_beside_lines_of_its_paragraph_is_a_line_and_they_begin_after_it():
    lines = with_drop_capitals(*page("T"))
    *others, capital = (np.array(line.quad) for line in lines)
    assert 90 <= capital[:, 0].min() <= 105
    assert 165 <= capital[:, 0].max() <= 185
    assert np.ptp(capital[:, 1]) > 70
    starts = sorted(other[:, 0].min() for other in others if np.ptp(other[:, 0]) > 100)
    assert len(starts) == 4
    assert starts[0] < 105
    assert starts[1] > 165


def test_a_high_sign_is_no_drop_capital_where_no_line_goes_on_below_it():
    lines, text = page("T", indents=(84, 84, 84))
    assert with_drop_capitals(lines, text) == lines
    lines, text = page("", indents=(84, 84, 84, 0))
    assert with_drop_capitals(lines, text) == lines
