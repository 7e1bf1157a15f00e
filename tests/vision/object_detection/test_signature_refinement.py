import cv2
import numpy as np
import pytest

from vision.core.document import Box
from vision.core.stages import Detection
from vision.object_detection.signature_refinement import whole_signature, with_whole_ink

LABELS = ("signature",)
CUT_OFF = Box(60, 60, 200, 100)  # of a stroke that runs from 60 to 210 across


def paper(height=160, width=320, shade=255):
    return np.full((height, width, 3), shade, np.uint8)


def wave(page, x0, x1, ink=0):
    """One connected stroke from `x0` to `x1` that fills the rows 60 to 100."""
    x = np.arange(x0, x1 + 1)
    y = 80 + 19 * np.sin((x - x0) / 9)
    cv2.polylines(page, [np.column_stack([x, y]).astype(np.int32)], False, (ink,) * 3, 2)
    return page


def near(box, other, within=2.0):
    return np.abs(np.array(box) - np.array(other)).max() <= within


def test_a_stroke_that_is_cut_off_is_taken_in_whole():
    assert near(whole_signature(wave(paper(), 60, 210), CUT_OFF), Box(60, 60, 211, 101))


def test_ink_that_ends_within_the_box_leaves_the_box_alone():
    assert whole_signature(wave(paper(), 80, 180), CUT_OFF) == CUT_OFF


def test_a_box_grows_by_a_tenth_of_its_side_at_most():
    grown = whole_signature(wave(paper(), 60, 300), Box(60, 60, 200, 100))
    assert near(grown, Box(60, 60, 214, 101))


def test_a_stroke_that_mostly_lies_elsewhere_is_not_followed():
    assert whole_signature(wave(paper(), 190, 300), CUT_OFF) == CUT_OFF


def test_printed_letters_at_the_edge_are_not_taken_in():
    page, box = wave(paper(), 70, 180), Box(60, 60, 200, 108)
    for x in range(70, 180, 12):  # letters a sixth as high as the box, more than half in it
        cv2.rectangle(page, (x, 103), (x + 6, 110), (0, 0, 0), -1)
    assert whole_signature(page, box) == box


def test_the_line_to_sign_on_is_not_taken_in():
    page = wave(paper(), 70, 180)
    cv2.line(page, (20, 104), (300, 104), (0, 0, 0), 2)
    assert whole_signature(page, CUT_OFF) == CUT_OFF


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(paper(), id="blank paper"),
        pytest.param(paper(shade=0), id="black all over"),
        pytest.param(wave(paper(shade=200), 60, 210, ink=175), id="ink that is hardly darker"),
    ],
)
def test_where_ink_is_not_told_from_paper_the_box_stays(page):
    assert whole_signature(page, CUT_OFF) == CUT_OFF


@pytest.mark.parametrize(
    "box",
    [
        pytest.param(Box(60, 60, 66, 100), id="narrower than eight pixels"),
        pytest.param(Box(60, 60, 60, 60), id="empty"),
        pytest.param(Box(900, 900, 1000, 950), id="outside of the image"),
        pytest.param(Box(-90, -90, -10, -50), id="before the image"),
    ],
)
def test_a_box_that_shows_nothing_stays(box):
    assert whole_signature(wave(paper(), 60, 210), box) == box


def test_a_box_at_the_corner_of_the_image_grows_into_it():
    page = wave(paper(), 60, 210)[60:, 60:]
    assert near(whole_signature(page, Box(0, 0, 140, 40)), Box(0, 0, 151, 41))


def test_a_large_scan_gives_the_same_box_at_its_scale():
    page = cv2.resize(wave(paper(), 60, 210), None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    grown = whole_signature(page, Box(*(8 * v for v in CUT_OFF)))
    assert near(grown, Box(480, 480, 1688, 808), within=24)


def test_only_signatures_are_fitted_and_the_order_stays():
    found = (Detection("text", 0.9, CUT_OFF), Detection("signature", 0.8, CUT_OFF))
    text, signature = with_whole_ink(wave(paper(), 60, 210), found, LABELS, 0.65)
    assert text == found[0]
    assert (signature.label, signature.confidence) == ("signature", 0.8)
    assert signature.box.x1 > 209


def test_of_signatures_that_grow_to_the_same_ink_the_surest_stays():
    page, left, right = wave(paper(), 60, 210), CUT_OFF, Box(70, 60, 211, 100)
    found = (Detection("signature", 0.8, left), Detection("signature", 0.5, right))
    assert [one.confidence for one in with_whole_ink(page, found, LABELS, 0.9)] == [0.8]
    assert len(with_whole_ink(paper(), found, LABELS, 0.9)) == 2
