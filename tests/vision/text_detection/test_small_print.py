"""Print less than half as high as the page's commonest letters is found in its own size."""

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from vision.imaging.connected_components import find_letters
from vision.text_detection.morphology import find_lines
from vision.text_detection.small_print import has_tiny_words

VALUES = ("LINDAU", "KEMPTEN", "17B")


def ticket(labels: tuple[str, ...], small: int) -> Pillow.Image:
    """Three large values with a small label above each."""
    page = Pillow.new("RGB", (1200, 240), "white")
    draw = ImageDraw.Draw(page)
    for at, (label, value) in enumerate(zip(labels, VALUES, strict=True)):
        x = 60 + at * 380
        draw.text((x, 50), label, "black", ImageFont.load_default(small))
        draw.text((x, 100), value, "black", ImageFont.load_default(60))
    return page


def tops(page: Pillow.Image) -> list[int]:
    lines = find_lines(find_letters(np.asarray(page))).lines
    return sorted(round(line.quad[0][1]) for line in lines)


@pytest.mark.parametrize("small", [18, 20, 24])
def test_small_labels_above_large_values_are_lines(small: int) -> None:
    found = tops(ticket(("FROM", "TO", "SEAT"), small))
    assert len(found) == 6
    assert all(top < 80 for top in found[:3])


@pytest.mark.parametrize("label", ["", ". . . .", "- - - -", "x"])
def test_dots_dashes_and_single_specks_are_no_small_print(label: str) -> None:
    assert len(tops(ticket((label,) * 3, 20))) == 3


@pytest.mark.parametrize(
    ("text", "em", "found"),
    [("Gas", 26, True), ("Pulse", 22, True), ("", 26, False), (". . . . . .", 26, False),
     ("Gas", 60, False)],
)  # fmt: skip
def test_words_too_small_to_be_found_beside_a_display_are_noticed(text, em, found) -> None:
    page = Pillow.new("RGB", (900, 300), "white")
    draw = ImageDraw.Draw(page)
    draw.text((200, 60), "31249", "black", ImageFont.load_default(180))
    draw.text((40, 140), text, "black", ImageFont.load_default(em))
    assert has_tiny_words(find_letters(np.asarray(page))) is found
