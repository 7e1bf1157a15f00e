"""Titles in huge letters are noticed; frames and pictures are not taken for them."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vision.imaging.connected_components import find_letters
from vision.text_detection.huge_print import has_huge_print


def page(title: str, em: int, frames: int = 0) -> np.ndarray:
    sheet = Image.new("RGB", (900, 420), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((20, 180), title, "black", ImageFont.truetype("DejaVuSans.ttf", em), anchor="ls")
    font = ImageFont.truetype("DejaVuSans.ttf", 20)
    for at in range(5):
        draw.text((20, 220 + at * 36), "over and over the moon he rode to the sea", "black", font)
    for at in range(frames):
        draw.rectangle((20 + at * 200, 40, 170 + at * 200, 180), outline="black", width=2)
    return np.asarray(sheet)


@pytest.mark.parametrize(
    ("title", "em", "frames", "found"),
    [("Rules", 160, 0, True), ("Rules", 40, 0, False), ("", 20, 4, False), ("", 20, 0, False)],
)
def test_three_letters_much_higher_than_the_text_are_huge_print(title, em, frames, found):
    assert has_huge_print(find_letters(page(title, em, frames))) is found


def test_a_blank_page_has_none():
    assert not has_huge_print(find_letters(np.full((200, 300, 3), 255, np.uint8)))
