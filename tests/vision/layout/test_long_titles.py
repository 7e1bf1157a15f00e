import cv2
import numpy as np
import pytest

from tests.support.readings import IDENTITY, read_line
from vision.core.document import Box
from vision.core.stages import Detection
from vision.layout.long_titles import with_long_titles
from vision.layout.placed_line import place_lines

HEADING = "Notice of a Hearing"
BODY = [("the text of the page goes on and", 100, 400 + 24 * row) for row in range(12)]
WHOLE = (100, 100, 290, 168)


def title(*box, confidence=0.5):
    return Detection("title", confidence, Box(*map(float, box)))


def text(*box, confidence=0.7):
    return Detection("text", confidence, Box(*map(float, box)))


def draw(page, line, weight):
    """Each letter as an upright stroke: 10 pixels a letter, 20 high."""
    words, x, y = line
    for at, letter in enumerate(words):
        if letter != " ":
            left = x + 10 * at + 3
            cv2.rectangle(page, (left, y + 3), (left + weight - 1, y + 16), (0, 0, 0), -1)


def joined(found, bold, plain=(), band=None):
    """What is left of `found` on a page with these lines above its body."""
    page = np.full((800, 600, 3), 255, np.uint8)
    if band:
        page[band[0] : band[1]] = (60, 90, 160)
    for weight, lines in ((4, bold), (2, (*plain, *BODY))):
        for line in lines:
            draw(page, line, weight)
    read = [read_line(*line) for line in (*bold, *plain, *BODY)]
    placed = place_lines(*zip(*read, strict=True), IDENTITY)
    kept = with_long_titles([("doc", each) for each in found], placed, page)
    return [(each.label, each.confidence, tuple(each.box)) for _, each in kept]


def unchanged(found):
    return [(each.label, each.confidence, tuple(each.box)) for each in found]


BOLD = [(HEADING, 100, 100), (HEADING, 100, 124), (HEADING, 100, 148)]
PARTS = [title(100, 100, 290, 120), text(100, 124, 290, 168)]


def test_a_title_and_the_bold_text_below_it_are_one_title():
    assert joined(PARTS, BOLD) == [("title", 0.5, WHOLE)]


def test_titles_that_reach_bold_text_by_others_belong_to_it_too():
    found = [
        title(100, 100, 290, 120),
        title(100, 124, 290, 144, confidence=0.8),
        text(100, 148, 290, 168),
    ]
    assert joined(found, BOLD) == [("title", 0.8, WHOLE)]


def test_centred_parts_are_one_title():
    lines = [("Of a Hearing", 135, 100), (HEADING, 100, 124), (HEADING, 100, 148)]
    found = [title(135, 100, 255, 120), text(100, 124, 290, 168)]
    assert joined(found, lines) == [("title", 0.5, WHOLE)]


def test_titles_of_two_ranks_without_bold_text_stay_two():
    found = [title(100, 100, 290, 120), title(100, 124, 290, 144)]
    assert joined(found, BOLD[:2]) == unchanged(found)


def test_the_plain_text_below_a_title_is_none_of_it():
    assert joined(PARTS, BOLD[:1], plain=BOLD[1:]) == unchanged(PARTS)


def test_text_whose_first_line_alone_is_bold_is_none_of_it():
    assert joined(PARTS, BOLD[:2], plain=BOLD[2:]) == unchanged(PARTS)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param("1. Read the notices", HEADING, id="a numbered item begins"),
        pytest.param("• Read the notices.", HEADING, id="a bullet begins"),
        pytest.param(HEADING, "Read every question.", id="a sentence ends"),
        pytest.param(HEADING, "Names of the three:", id="a label ends"),
    ],
)
def test_items_and_sentences_are_no_part_of_a_title(first, last):
    lines = [BOLD[0], (first, 100, 124), (last, 100, 148)]
    assert joined(PARTS, lines) == unchanged(PARTS)


@pytest.mark.parametrize(
    ("down", "across"), [pytest.param(60, 0, id="far below"), pytest.param(0, 60, id="aside")]
)
def test_bold_text_elsewhere_is_none_of_it(down, across):
    lines = [BOLD[0], *((words, x + across, y + down) for words, x, y in BOLD[1:])]
    found = [PARTS[0], text(100 + across, 124 + down, 290 + across, 168 + down)]
    assert joined(found, lines) == unchanged(found)


def test_a_title_on_a_coloured_band_ends_with_it():
    assert joined(PARTS, BOLD, band=(90, 122)) == unchanged(PARTS)


def test_more_than_nine_lines_are_no_title():
    lines = [(HEADING, 100, 100 + 24 * row) for row in range(10)]
    found = [
        title(100, 100, 290, 120),
        text(100, 124, 290, 240),
        text(100, 244, 290, 340),
    ]
    assert joined(found, lines) == unchanged(found)
    assert joined(found, lines[:9]) == [("title", 0.5, (100, 100, 290, 340))]


@pytest.mark.parametrize(("of_title", "of_text"), [(0.09, 0.7), (0.5, 0.24)])
def test_what_is_hardly_suspected_is_left_alone(of_title, of_text):
    found = [
        title(100, 100, 290, 120, confidence=of_title),
        text(100, 124, 290, 168, confidence=of_text),
    ]
    assert joined(found, BOLD) == unchanged(found)


def test_a_page_without_lines_keeps_its_findings():
    page = np.full((100, 100, 3), 255, np.uint8)
    assert with_long_titles([("doc", title(0, 0, 9, 9))], [], page) == [("doc", title(0, 0, 9, 9))]
