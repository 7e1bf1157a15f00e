"""Rules are taken out of ink; what stands beside them and crosses them stays."""

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from vision.core.arrays import Image
from vision.imaging.connected_components import find_letters
from vision.text_detection import rules

LETTER = 20.0


def form(*strokes: tuple[int, int, int, int], size: int = 28) -> Image:
    """Rows of print, with these strokes through them."""
    page = Pillow.new("RGB", (900, 700), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size)
    for row in range(6):
        draw.text((60, 40 + 100 * row), "gypsum, quay and jetty by the pond", "black", font)
    for x0, y0, x1, y1 in strokes:
        draw.rectangle((x0, y0, x1, y1), fill="black")
    return np.asarray(page)


APART = ((50, 68, 400, 70), (300, 268, 700, 270), (500, 440, 502, 640))
CROSSED = ((50, 68, 800, 70), (50, 30, 52, 640), (798, 30, 800, 640), (50, 638, 800, 640))


@pytest.mark.parametrize("strokes", [APART, CROSSED, APART + CROSSED])
def test_rules_are_the_same_whether_looked_for_apart_or_all_at_once(
    strokes: tuple[tuple[int, int, int, int], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = find_letters(form(*strokes))
    apart = rules.ink_without_rules(text, LETTER, 6)
    monkeypatch.setattr(rules, "_MOST_AREAS", 0)
    whole = rules.ink_without_rules(text, LETTER, 6)

    assert len(apart.searched) >= len(whole.searched) == 1
    np.testing.assert_array_equal(apart.mask, whole.mask)
    np.testing.assert_array_equal(
        rules.pieces_beside_rules(text, apart, LETTER),
        rules.pieces_beside_rules(text, whole, LETTER),
    )


def test_strokes_far_from_each_other_are_looked_for_apart_and_go() -> None:
    text = find_letters(form(*APART))
    plain = rules.ink_without_rules(text, LETTER, 6)

    assert len(plain.searched) == len(APART)
    for x0, y0, x1, y1 in APART:
        assert plain.mask[y0 : y1 + 1, x0 : x1 + 1].mean() < 0.4  # letters cross them


def test_print_without_strokes_is_not_searched() -> None:
    assert rules.ink_without_rules(find_letters(form()), LETTER, 6).searched == []
