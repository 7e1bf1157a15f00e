"""Single characters in the cells of combs are read as one line, without the walls."""

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from tests.support.lines import level_line
from vision.core.stages import PreparedPage
from vision.imaging.connected_components import find_letters, ink_boxes
from vision.text_detection.combs import find_combs
from vision.text_detection.crops import cut_lines

PITCH, TOP, LEFT, HIGH = 44, 100, 300, 50


def form(cells, *, teeth=False, pitches=None):
    """A form with one comb, and its label beside it."""
    page = Pillow.new("RGB", (1200, 300), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(34)
    draw.text((60, TOP + 8), "Surname", "black", font)
    edges = LEFT + np.cumsum([0, *(pitches or [PITCH] * len(cells))])
    for x in edges.tolist():
        draw.line((x, TOP + (30 if teeth else 0), x, TOP + HIGH), "black", 2)
    for y in (TOP + HIGH,) if teeth else (TOP, TOP + HIGH):
        draw.line((LEFT, y, int(edges[-1]), y), "black", 2)
    for x, right, text in zip(edges[:-1].tolist(), edges[1:].tolist(), cells, strict=True):
        middle = ((x + right) / 2, TOP + HIGH - (14 if teeth else 12))
        draw.text(middle, text, "black", font, anchor="ms")
    return np.asarray(page)


def combs_of(page):
    return find_combs(find_letters(page))


@pytest.mark.parametrize("teeth", [False, True])
@pytest.mark.parametrize(
    ("cells", "filled"),
    [
        (list("HALVORSEN"), "xxxxxxxxx"),
        (["4", "0", "9", "1", "7", "", "", ""], "xxxxx"),
        (["", "", "4", "2", "", "7", "", ""], "xx x"),
    ],
    ids=["full", "empty cells after", "empty cells around and between"],
)
def test_the_cells_of_a_comb_are_found(cells, filled, teeth):
    (comb,) = combs_of(form(cells, teeth=teeth))
    assert "".join(" " if cell is None else "x" for cell in comb.cells) == filled


@pytest.mark.parametrize(
    "page",
    [
        form(["", "", "", "", ""]),
        form(["4", "2", "7"]),
        form(["400", "217", "398", "112", "560"], pitches=[90] * 5),
        form(list("HALVO"), pitches=[44, 44, 90, 44, 44]),
        np.full((300, 400, 3), 255, np.uint8),
    ],
    ids=["empty cells", "three cells", "numbers in cells", "uneven cells", "blank page"],
)
def test_other_frames_are_no_combs(page):
    assert combs_of(page) == []


def test_a_comb_is_cut_as_one_line_without_walls_and_spaces():
    page = form(list("HALVORSEN"))
    working = PreparedPage(1, page, page, np.eye(2, 3), None, 0, 0.0, text=find_letters(page))
    label = level_line(55, TOP, 200, TOP + HIGH)
    cells = [
        level_line(x + 4, TOP + 4, x + 40, TOP + HIGH - 4)
        for x in range(LEFT, LEFT + 9 * PITCH, PITCH)
    ]
    first, comb = cut_lines(working, [label, *cells], ("eng",))
    assert first.pixels.shape[1] == 145
    letters = ink_boxes(np.ascontiguousarray(comb.pixels[:, :, 1]), 128, light_on_dark=False)
    assert len(letters) == 9
    letters = letters[np.argsort(letters[:, 0])]
    height = np.ptp(letters[:, [1, 3]])
    assert (letters[1:, 0] - letters[:-1, 2]).max() < 0.3 * height
    place = comb.to_page @ [letters[0, 0], letters[0, 1], 1]
    assert place == pytest.approx([LEFT + 10, TOP + 14], abs=8)
    end = comb.to_page @ [letters[-1, 2], letters[-1, 3], 1]
    assert end == pytest.approx([LEFT + 9 * PITCH - 10, TOP + HIGH - 12], abs=8)


def test_a_comb_without_a_line_that_is_to_be_read_is_not_cut():
    page = form(list("HALVORSEN"))
    working = PreparedPage(1, page, page, np.eye(2, 3), None, 0, 0.0, text=find_letters(page))
    assert len(cut_lines(working, [level_line(55, TOP, 200, TOP + HIGH)], ("eng",))) == 1
