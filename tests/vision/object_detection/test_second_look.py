import pytest

from vision.core.document import Box
from vision.core.stages import Detection
from vision.object_detection.second_look import is_suspected, merged

CODES = ("qr_code",)


def found(confidence, *box, label="qr_code"):
    return Detection(label, confidence, Box(*map(float, box)))


@pytest.mark.parametrize(
    ("finds", "suspected"),
    [
        ([], False),
        ([found(0.09, 0, 0, 9, 9)], False),
        ([found(0.9, 0, 0, 9, 9, label="table")], False),
        ([found(0.02, 0, 0, 9, 9), found(0.1, 0, 0, 9, 9)], True),
    ],
)
def test_a_page_is_looked_at_again_where_something_of_the_labels_may_be(finds, suspected):
    assert is_suspected(finds, CODES) == suspected


def test_what_both_looks_find_has_the_mean_of_both():
    first, second = [found(0.6, 0, 0, 100, 100)], [found(0.2, 20, 0, 100, 100)]
    for looks in ((first, second), (second, first)):
        (both,) = merged(*looks, CODES)
        assert (both.label, both.confidence) == ("qr_code", pytest.approx(0.4))
        assert tuple(both.box) == pytest.approx((5, 0, 100, 100))


def test_what_one_look_finds_has_half_its_confidence():
    first, second = [found(0.6, 0, 0, 100, 100)], [found(0.8, 200, 0, 300, 100)]
    confidences = [(each.confidence, each.box.x0) for each in merged(first, second, CODES)]
    assert confidences == [(0.4, 200), (0.3, 0)]


def test_two_of_one_look_stay_two():
    first = [found(0.6, 0, 0, 100, 100), found(0.5, 0, 10, 100, 100)]
    both = merged(first, [found(0.4, 0, 0, 100, 100)], CODES)
    assert [each.confidence for each in both] == [0.5, 0.25]


def test_other_labels_are_those_of_the_first_look():
    first = [found(0.3, 0, 0, 9, 9), found(0.2, 0, 0, 9, 9, label="table")]
    second = [found(0.9, 0, 0, 9, 9, label="table"), found(0.9, 0, 0, 9, 9, label="title")]
    labels = [(each.label, each.confidence) for each in merged(first, second, CODES)]
    assert labels == [("table", 0.2), ("qr_code", 0.15)]
