import numpy as np
import pytest

from tests.vision.object_detection.test_checkboxes import form
from vision.core.document import Block, Box, Line, Page, Word
from vision.extraction.checkboxes import CheckboxAnalysis

BLANK = np.full((300, 700, 3), 255, np.uint8)


def page_of(*lines):
    """A page from lines of (text, x, y); words are ten pixels a letter and 28 high."""
    made = []
    for text, x, y in lines:
        words, at = [], x
        for part in text.split():
            words.append(Word(part, 0.9, Box(at, y, at + 14 * len(part), y + 28)))
            at += 14 * (len(part) + 1)
        box = Box(x, y, at - 14, y + 28)
        made.append(Line(text, 0.9, box, tuple(words)))
    blocks = (Block("b1", "text", tuple(made)),)
    return Page(1, 700, 300, None, 0, 0.0, ("eng",), "", blocks=blocks)


def marks_of(page, image=BLANK):
    found = CheckboxAnalysis().analyse(page, image).value
    return [(each["kind"], each["state"], each["label"]) for each in found]


def test_a_drawn_box_has_the_words_right_of_it_as_label():
    page = page_of(("Married", 90, 36), ("Single person", 90, 96))
    found = CheckboxAnalysis().analyse(page, form("crossed", "empty")).value
    assert [(each["state"], each["label"]) for each in found] == [
        ("crossed", "Married"), ("empty", "Single person"),
    ]  # fmt: skip
    assert found[1]["words"] == [["b1", 1, 0], ["b1", 1, 1]]


@pytest.mark.parametrize(
    ("glyph", "kind", "state"),
    [("☐", "checkbox", "empty"), ("☑", "checkbox", "ticked"), ("☒", "checkbox", "crossed"),
     ("◉", "radio", "filled"), ("[x]", "checkbox", "crossed")],
)  # fmt: skip
def test_glyphs_of_the_text_are_marks_with_a_label(glyph, kind, state):
    assert marks_of(page_of((f"{glyph} I agree", 40, 40))) == [(kind, state, "I agree")]


def test_labels_end_at_the_next_mark_and_may_stand_left():
    assert marks_of(page_of(("☐ yes ☑ no", 40, 40))) == [
        ("checkbox", "empty", "yes"), ("checkbox", "ticked", "no"),
    ]  # fmt: skip
    assert marks_of(page_of(("Smoker ☑", 40, 40))) == [("checkbox", "ticked", "Smoker")]


def test_bullets_alone_are_no_marks():
    assert marks_of(page_of(("○ one", 40, 40), ("■ two", 40, 90))) == []


def test_a_letter_of_a_word_that_was_read_is_no_mark():
    assert marks_of(page_of(("OMarried", 36, 36)), form("empty")) == []


def test_frames_of_a_drawing_without_labels_are_no_marks():
    assert marks_of(page_of(("far away", 500, 250)), form("empty")) == []
