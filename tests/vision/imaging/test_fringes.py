"""Coloured edges of letters on screens are no stamp over print."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vision.imaging.coloured_ink import part_overprint

SIZE = (500, 90)


def window(shift: int = 1) -> np.ndarray:
    """Three lines of small print, the colours of each pixel a third of it beside each other."""
    wide = Image.new("L", (SIZE[0] * 3, SIZE[1] * 3), "white")
    font = ImageFont.truetype("DejaVuSans.ttf", 42)
    for at, text in enumerate(("Visitors sign the book at the gate", "and wear a badge", "of tin")):
        ImageDraw.Draw(wide).text((30, 20 + at * 75), text, "black", font)
    soft = cv2.blur(np.asarray(wide), (3, 1)).reshape(SIZE[1], 3, -1).mean(axis=1)
    return soft.reshape(SIZE[1], SIZE[0], 3)[:, :, ::shift].astype(np.uint8)


@pytest.mark.parametrize("order", [1, -1])
def test_print_with_red_and_blue_edges_stays_whole(order):
    assert part_overprint(np.ascontiguousarray(window(order))) is None
