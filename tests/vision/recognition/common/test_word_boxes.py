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


def test_a_rule_under_several_words_widens_none_of_them():
    ink = np.array([[2, 4, 20, 14], [34, 4, 52, 14], [66, 4, 90, 14], [0, 16, 95, 17]], np.int32)
    boxes = fit_to_ink([(0, 27), (27, 59), (59, 96)], ink, (96, 20))
    assert boxes == [Box(2, 4, 20, 14), Box(34, 4, 52, 14), Box(66, 4, 90, 14)]


def test_words_whose_letters_all_touch_are_cut_at_their_windows():
    ink = np.array([[2, 4, 90, 14]], np.int32)
    boxes = fit_to_ink([(0, 27), (27, 59), (59, 96)], ink, (96, 20))
    assert boxes[1] == Box(27, 4, 59, 14)
