"""Signatures by their ink, on pages with printed lines and written strokes."""

import cv2
import numpy as np
import pytest

from vision.core.document import Box, Line, Word
from vision.core.stages import Detection
from vision.layout.signatures.refine import distinct, with_signatures

WRITTEN = Box(420, 500, 600, 546)  # what `sign` fills


def print_line(page, x, y, text, confidence=0.97):
    """Draws a printed line and returns it as it was read."""
    words = []
    for word in text.split():
        (width, height), _ = cv2.getTextSize(word, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1)
        cv2.putText(page, word, (x, y + height), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1)
        words.append(Word(word, confidence, Box(x, y, x + width, y + height + 3)))
        x += width + 8
    boxes = [word.box for word in words]
    box = Box(boxes[0].x0, boxes[0].y0, boxes[-1].x1, boxes[-1].y1)
    return Line(text, confidence, box, tuple(words))


def sign(page):
    """Connected writing: loops that rise, fall and lean."""
    x = np.arange(420, 600)
    y = 523 + 20 * np.sin((x - 420) / 7) * np.cos((x - 420) / 40)
    lean = np.column_stack([x + 6 * np.cos((x - 420) / 7), y]).astype(np.int32)
    cv2.polylines(page, [lean], False, (20, 20, 60), 2)


def letter(*, signed):
    page = np.full((800, 700, 3), 255, np.uint8)
    lines = [
        print_line(page, 60, 100 + 24 * at, "Thank you for your order of the second of May")
        for at in range(8)
    ]
    lines.append(print_line(page, 420, 460, "Sincerely yours,"))
    lines.append(print_line(page, 420, 570, "Joan Miller, Director"))
    if signed:
        sign(page)
    return page, lines


def signature(box, confidence):
    return "doc", Detection("signature", confidence, box)


def signatures(page, lines, *found):
    given = with_signatures(found, lines, page)
    return sorted(
        (each for _, each in given if each.label == "signature"), key=lambda each: -each.confidence
    )


def test_handwriting_below_a_closing_gains_confidence_and_the_box_of_its_ink():
    page, lines = letter(signed=True)
    (best,) = signatures(page, lines, signature(Box(415, 495, 605, 550), 0.3))[:1]
    assert best.confidence > 0.5
    assert np.abs(np.array(best.box) - np.array(WRITTEN)).max() < 8


def test_a_box_that_cuts_off_half_of_the_ink_does_not_gain_as_much():
    page, lines = letter(signed=True)
    whole = signatures(page, lines, signature(Box(415, 495, 605, 550), 0.3))[0]
    half = signatures(page, lines, signature(Box(415, 495, 480, 530), 0.3))[0]
    assert half.confidence < whole.confidence


@pytest.mark.parametrize("box", [Box(55, 95, 420, 140), Box(415, 455, 560, 480)])
def test_print_that_was_read_is_no_signature(box):
    page, lines = letter(signed=False)
    given = signatures(page, lines, signature(box, 0.5))
    assert all(each.confidence < 0.25 for each in given)


def test_a_page_on_which_no_detector_found_a_signature_is_left_alone():
    page, lines = letter(signed=True)
    others = [("doc", Detection("text", 0.9, Box(50, 90, 500, 300)))]
    assert with_signatures(others, lines, page) == others


def test_of_boxes_that_overlap_the_best_stays_in_the_mean_of_those_like_it():
    scored = [(0.8, Box(0, 0, 100, 40)), (0.8, Box(4, 0, 104, 40)), (0.4, Box(0, 0, 300, 40))]
    assert distinct(scored) == [(0.8, Box(2, 0, 102, 40))]
