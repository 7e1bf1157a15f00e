"""Short words and numbers that run up the page are found by their neighbours or their shape."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vision.imaging.connected_components import find_letters
from vision.text_detection.morphology import find_lines
from vision.text_detection.stacked_letters import part_stacked

FONT = ImageFont.truetype("DejaVuSans.ttf", 26)


def sheet_with(*turned: tuple[str, int, int]) -> np.ndarray:
    """Words turned by 90 degrees, each above its left edge and foot, over rows of numbers."""
    sheet = Image.new("RGB", (900, 420), "white")
    draw = ImageDraw.Draw(sheet)
    for row in range(4):
        for column in range(6):
            draw.text((60 + column * 130, 240 + row * 44), f"{row + 3}{column}7", "black", FONT)
    for text, x, foot in turned:
        word = Image.new("RGB", (round(FONT.getlength(text)), 34), "white")
        ImageDraw.Draw(word).text((0, 26), text, "black", FONT, anchor="ls")
        sheet.paste(word.rotate(90, expand=True), (x, foot - word.width))
    return np.asarray(sheet)


def rising(pixels: np.ndarray) -> list[tuple[float, float]]:
    """The left edges and feet of lines that run up."""
    lines = (np.array(line.quad) for line in find_lines(find_letters(pixels)).lines)
    return sorted(
        (float(quad[:, 0].min()), float(quad[:, 1].max()))
        for quad in lines
        if abs(quad[1, 1] - quad[0, 1]) > abs(quad[1, 0] - quad[0, 0])
    )


def test_short_heads_of_columns_beside_a_long_one_run_up_too():
    found = rising(sheet_with(("Electricity", 80, 210), ("Rent", 210, 210), ("Water", 340, 210)))
    assert [round(x / 130) for x, _ in found] == [1, 2, 3]
    assert all(foot == pytest.approx(212, abs=8) for _, foot in found)


def test_a_number_of_three_digits_runs_up_and_a_column_of_digits_does_not():
    assert len(rising(sheet_with(("778", 80, 150)))) == 1
    column = Image.fromarray(sheet_with())
    for at in range(3):
        ImageDraw.Draw(column).text((80, 30 + at * 34), str(at + 4), "black", FONT)
    assert not rising(np.asarray(column))


@pytest.mark.parametrize("text", ["Form 44-B, edition 3", "Form 44-B, page 3", "Rev. 12 of 2026"])
def test_text_that_runs_up_is_found_once(text):
    assert len(rising(sheet_with((text, 850, 400)))) == 1


@pytest.mark.parametrize(("labels", "found"), [(8, 8), (60, 40)])
def test_of_hundreds_of_chains_as_grain_has_only_some_are_looked_at(labels, found):
    places = [(40 * at, 160 * at + 20 * step) for at in range(labels) for step in range(5)]
    cores = np.array([(x, y, x + 16, y + 15) for x, y in places])
    pieces = np.array([(x, y, 16, 15) for x, y in places])
    level, rising = part_stacked(cores, cores, pieces, 15.0)
    assert len(rising) == found
    assert len(level) == 5 * (labels - found)
