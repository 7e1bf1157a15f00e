"""Rows of dots between an entry and its amount belong to neither line."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.support.lines import level_line
from vision.imaging.connected_components import find_letters
from vision.text_detection.leaders import find_leaders, without_leaders

LETTER = 10.0


def dots(count: int, step: float = 6, x: float = 0, y: float = 50, size: int = 2) -> np.ndarray:
    rows = [(round(x + step * at), y, size, size) for at in range(count)]
    return np.array(rows, np.int32).reshape(-1, 4)


@pytest.mark.parametrize(
    ("pieces", "found"),
    [
        (dots(6), [(0, 50, 32, 52)]),
        (dots(5), []),
        (dots(20, size=5), []),
        (dots(20, step=16), []),
        (np.concatenate([dots(8), dots(8, x=200)]), [(0, 50, 44, 52), (200, 50, 244, 52)]),
        (np.concatenate([dots(8), dots(8, y=70)]), [(0, 50, 44, 52), (0, 70, 44, 72)]),
        (np.concatenate([dots(2, x=at) for at in (0, 20, 33, 51, 72)]), []),
        (dots(0), []),
    ],
    ids=["six", "five", "large", "far apart", "two", "two rows", "uneven", "none"],
)
def test_a_leader_is_six_and_more_small_even_dots(pieces, found):
    assert [tuple(box) for box in find_leaders(pieces, LETTER).tolist()] == found


def page(*rows: tuple[str, int]) -> Image.Image:
    """Rows of text, each with its left edge."""
    sheet = Image.new("RGB", (900, 70 + 60 * len(rows)), "white")
    font = ImageFont.truetype("DejaVuSans.ttf", 28)
    for at, (text, x) in enumerate(rows):
        ImageDraw.Draw(sheet).text((x, 40 + 60 * at), text, "black", font)
    return sheet


@pytest.mark.parametrize(
    ("text", "cut", "kept"),
    [
        ("Batteries..............................", (40, 300), (40, 170)),
        ("Wait for it...", (40, 210), (40, 210)),
        ("Total 12.50", (40, 200), (40, 200)),
    ],
    ids=["leader", "ellipsis", "plain"],
)
def test_a_line_ends_where_its_leader_begins(text, cut, kept):
    letters = find_letters(np.asarray(page((text, 40), ("Anything else below", 40))))
    (line,) = without_leaders([level_line(cut[0], 38, cut[1], 78)], letters)
    assert line.quad[0][0] == pytest.approx(kept[0], abs=1)
    assert line.quad[1][0] == pytest.approx(kept[1], abs=6)


def test_a_line_begins_behind_its_leader_and_one_of_dots_alone_is_left_out():
    letters = find_letters(np.asarray(page(("....................12.50", 40), ("Below it", 40))))
    dots_end = 40 + ImageFont.truetype("DejaVuSans.ttf", 28).getlength("." * 20)
    lines = [level_line(dots_end - 40, 38, dots_end + 85, 78), level_line(60, 38, 200, 78)]
    (line,) = without_leaders(lines, letters)
    assert line.quad[0][0] == pytest.approx(dots_end, abs=6)
    assert line.quad[1][0] == pytest.approx(dots_end + 85, abs=1)


def test_a_dotted_rule_under_text_takes_no_letter_away():
    sheet = page(("08:48:09", 40), ("Below it", 40))
    for x in range(20, 120, 8):
        ImageDraw.Draw(sheet).rectangle((x, 70, x + 2, 72), fill="black")
    line = level_line(40, 38, 170, 78)
    assert without_leaders([line], find_letters(np.asarray(sheet))) == [line]


def test_lines_stay_on_paper_whose_pattern_of_fine_strokes_is_larger_than_its_letters():
    sheet = page(("Payable to the bearer", 40), ("496982 46-86-95", 40))
    for at in range(-200, 900, 9):
        ImageDraw.Draw(sheet).line((at, 130, at + 60, 190), (120, 140, 120))
    text = find_letters(np.asarray(sheet))
    assert np.median(text.boxes[:, 3]) > 40
    lines = [level_line(38, 38, 400, 80), level_line(38, 98, 330, 138)]
    assert without_leaders(lines, text) == lines
