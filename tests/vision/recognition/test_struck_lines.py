"""Lines with a stroke through all of their letters, and what only looks like one."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vision.core.document import Box
from vision.core.geometry import scaling
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.struck_lines import is_struck, with_struck_doubt


def line(text, rows=(), colours=("white", "black")):
    """A line image with strokes from end to end at these rows."""
    paper, ink = colours
    font = ImageFont.truetype("DejaVuSans.ttf", 24)
    width = round(font.getlength(text)) + 12
    sheet = Image.new("RGB", (width, 34), paper)
    draw = ImageDraw.Draw(sheet)
    draw.text((6, 26), text, ink, font, anchor="ls")
    for row in rows:
        draw.line((2, row, width - 2, row), ink, 2)
    return LineCrop(np.asarray(sheet), scaling(1.0, 1.0), ("eng",))


@pytest.mark.parametrize("text", ["40.78", "85.49", "was 12", "Total due today"])
@pytest.mark.parametrize("colours", [("white", "black"), ("navy", "white")])
def test_letters_with_a_stroke_through_them_are_struck(text, colours):
    assert is_struck(line(text, [17], colours))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("40.78", []),
        ("40.78", [31]),
        ("40.78", [17, 31]),
        ("________", []),
        ("\u2014\u2014\u2014\u2014", []),
        ("     ", [17]),
        ("E", [17]),
    ],
)
def test_plain_and_underlined_text_rules_and_single_letters_are_not(text, rows):
    assert not is_struck(line(text, rows))


@pytest.mark.parametrize(
    ("text", "rows", "confirmed", "doubtful"),
    [("was 57.65", [17], False, ["57.65"]), ("was 57.65", [17], None, ["57.65"]),
     ("was 57.65", [17], True, []), ("was 57.65", [], False, []),
     ("was there", [17], False, []), ("row 7", [17], False, [])],
)  # fmt: skip
def test_numbers_of_struck_lines_are_incomplete_unless_both_read_them_alike(
    text, rows, confirmed, doubtful
):
    box = Box(0, 0, 9, 9)
    words = tuple(CropWord(word, 0.97, box, confirmed=confirmed) for word in text.split())
    found = with_struck_doubt(line(text, rows), LineReading(text, 0.97, words))
    assert [word.text for word in found.words if word.incomplete] == doubtful
    assert found.text == text
