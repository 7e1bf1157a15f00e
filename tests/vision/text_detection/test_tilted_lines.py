"""A page with text at an angle is not for the finder of level lines."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vision.imaging.connected_components import find_letters
from vision.text_detection.morphology import find_lines


def page_with_stamp(degrees: float, *rows: str, size: int = 34) -> Image.Image:
    """A letter with a stamp that is turned counter-clockwise."""
    page = Image.new("RGB", (1000, 800), "white")
    canvas = ImageDraw.Draw(page)
    for row in range(12):
        text = "Plain text with Capitals, numbers 1234 and more, in a level line"
        canvas.text((60, 40 + 40 * row), text, "black", ImageFont.load_default(26))
    stamp = Image.new("RGB", (420, 30 + 50 * len(rows)), "white")
    for row, text in enumerate(rows):
        at = (30, 15 + 50 * row)
        ImageDraw.Draw(stamp).text(at, text, (150, 20, 20), ImageFont.load_default(size))
    turned = stamp.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    page.paste(turned, (350, 540))
    return page


def tilted(page: Image.Image) -> int:
    return find_lines(find_letters(np.asarray(page))).tilted


@pytest.mark.parametrize("degrees", [-22, -12, 12, 15, 25])
@pytest.mark.parametrize("rows", [("RECEIVED",), ("Received on", "11 MAR 2026")])
def test_text_at_an_angle_is_noticed(degrees: float, rows: tuple[str, ...]) -> None:
    assert tilted(page_with_stamp(degrees, *rows)) > 0


@pytest.mark.parametrize("rows", [("Received on", "11 MAR 2026"), ("Tp" * 8,), ("1", "22", "333")])
@pytest.mark.parametrize("size", [20, 34, 60])
@pytest.mark.parametrize("degrees", [-1, 0, 1])
def test_level_text_of_any_size_is_not(rows: tuple[str, ...], size: int, degrees: float) -> None:
    assert tilted(page_with_stamp(degrees, *rows, size=size)) == 0
