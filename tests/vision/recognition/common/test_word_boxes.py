import numpy as np

from vision.core.document import Box
from vision.recognition.common.word_boxes import fit_to_ink


def test_a_piece_belongs_to_the_window_its_middle_is_in():
    ink = np.array([[2, 4, 12, 10], [11, 3, 20, 12], [30, 5, 34, 9]], np.int32)
    boxes = fit_to_ink([(0, 11), (11, 28), (28, 60)], ink, (60, 20))
    assert boxes == [Box(2, 4, 12, 10), Box(11, 3, 20, 12), Box(30, 5, 34, 9)]


def test_a_window_without_ink_keeps_its_width():
    empty = np.zeros((0, 4), np.int32)
    assert fit_to_ink([(-2, 70)], empty, (60, 20)) == [Box(0, 0, 60, 20)]
    assert fit_to_ink([], empty, (60, 20)) == []
