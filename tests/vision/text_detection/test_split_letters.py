"""Letters that a row without ink splits are noticed, and lines set close are not taken for them."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vision.imaging.connected_components import find_letters
from vision.text_detection.split_letters import has_split_letters


def page(pitch: float, scratch: int, text: str = "DEPARTURE 18:45 HXQ") -> np.ndarray:
    sheet = Image.new("RGB", (700, 400), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.truetype("DejaVuSans.ttf", 30)
    for at in range(6):
        y = 40 + at * 30 * pitch
        draw.text((20, y), text, "black", font, anchor="ls")
        if scratch:
            draw.line((0, y - 11, 700, y - 11), fill="white", width=scratch)
    return np.asarray(sheet)


@pytest.mark.parametrize("scratch", [1, 2, 3])
def test_a_row_without_ink_through_all_lines_splits_their_letters(scratch):
    assert has_split_letters(find_letters(page(1.6, scratch)))


@pytest.mark.parametrize("text", ["DEPARTURE 18:45 HXQ", "glyph joins a happy quip"])
@pytest.mark.parametrize("pitch", [1.0, 1.15, 1.6])
def test_whole_letters_are_not_split_however_close_their_lines_are(text, pitch):
    assert not has_split_letters(find_letters(page(pitch, 0, text)))


def test_a_page_with_few_letters_is_never_split():
    assert not has_split_letters(find_letters(page(1.6, 2, "")))
