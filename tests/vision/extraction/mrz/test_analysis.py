"""The zone of a drawn document, whose lines a recogniser read with faults."""

import cv2
import numpy as np
import pytest

from tests.vision.extraction.mrz.test_zone import TD1, TD3
from vision.core.document import Block, Box, Line, Page
from vision.extraction.mrz import glyphs
from vision.extraction.mrz.analysis import MrzAnalysis

PITCH, HIGH = 30, 28


def drawn(lines, turn=0.0):
    """A page with the shapes of the letters at their pitch, and its lines' boxes."""
    sheet = cv2.imread(glyphs.__file__.replace("glyphs.py", "ocr_b.png"), cv2.IMREAD_GRAYSCALE)
    page = np.full((400, 60 + PITCH * len(lines[0])), 255, np.uint8)
    boxes = []
    for row, line in enumerate(lines):
        y = 120 + 60 * row
        for at, letter in enumerate(line):
            place = glyphs.ALPHABET.index(letter)
            shape = sheet[:, place * 20 : place * 20 + 20]
            wide = max(2, round(glyphs._ASPECTS[place] * HIGH))
            x = 30 + PITCH * at + (PITCH - wide) // 2
            page[y : y + HIGH, x : x + wide] = cv2.resize(shape, (wide, HIGH))
        boxes.append(Box(28, y - 2, 32 + PITCH * len(line), y + HIGH + 2))
    return cv2.cvtColor(page, cv2.COLOR_GRAY2RGB), boxes


def page_of(texts, boxes):
    lines = tuple(Line(text, 0.9, box) for text, box in zip(texts, boxes, strict=True))
    return Page(1, 1400, 400, 300.0, 0, 0.0, ("eng",), "", blocks=(Block("b1", "text", lines),))


def zone_of(texts, printed):
    image, boxes = drawn(printed)
    return MrzAnalysis().analyse(page_of(texts, boxes), image).value


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(TD3, id="as printed"),
        pytest.param(
            ("P<UTOERIKSSON<<ANNA<XMARIA<<<<<<<<K<<<<<<<<", TD3[1].replace("0", "O")),
            id="likenesses",
        ),
        pytest.param(("P<UT0ER1KSS0N<<ANNA<MAR1A", TD3[1]), id="fillers lost"),
    ],
)
def test_a_zone_is_read_by_its_shapes_where_its_text_has_faults(texts):
    found = zone_of(texts, TD3)
    assert tuple(found["lines"]) == TD3
    assert found["valid"] is True
    assert found["fields"]["surname"] == "ERIKSSON"
    assert found["confidence"] == 0.99


def test_lines_in_pieces_are_one():
    image, boxes = drawn(TD1)
    first = boxes[0]
    pieces = [first._replace(x1=28 + PITCH * 16), first._replace(x0=30 + PITCH * 16)]
    texts = [TD1[0][:16], TD1[0][16:], *TD1[1:]]
    found = MrzAnalysis().analyse(page_of(texts, [*pieces, *boxes[1:]]), image).value
    assert tuple(found["lines"]) == TD1


def test_a_page_without_a_zone_has_none():
    image, boxes = drawn(TD3)
    assert (
        MrzAnalysis().analyse(page_of(("some text of a letter", "and more"), boxes), image).value
        is None
    )
    empty = Page(1, 100, 100, None, 0, 0.0, ("eng",), "")
    assert MrzAnalysis().analyse(empty, image).value is None
