import numpy as np
import pytest

from vision.core.document import Box
from vision.recognition.common.word_boxes import fit_to_ink, ink_boxes


def paper() -> np.ndarray:
    return np.full((20, 60), 230, np.uint8)


@pytest.mark.parametrize("light_on_dark", [False, True])
def test_pieces_of_ink_are_found_on_both_papers(light_on_dark: bool):
    grey = paper()
    grey[5:15, 10:14] = 20
    grey = 255 - grey if light_on_dark else grey
    assert ink_boxes(grey, 128, light_on_dark=light_on_dark).tolist() == [[10, 5, 14, 15]]


def test_specks_are_not_ink():
    grey = paper()
    grey[3:5, 3:5] = 0
    assert len(ink_boxes(grey, 128, light_on_dark=False)) == 0


def test_a_piece_belongs_to_the_window_its_middle_is_in():
    ink = np.array([[2, 4, 12, 10], [11, 3, 20, 12], [30, 5, 34, 9]], np.int32)
    boxes = fit_to_ink([(0, 11), (11, 28), (28, 60)], ink, (60, 20))
    assert boxes == [Box(2, 4, 12, 10), Box(11, 3, 20, 12), Box(30, 5, 34, 9)]


def test_a_window_without_ink_keeps_its_width():
    empty = np.zeros((0, 4), np.int32)
    assert fit_to_ink([(-2, 70)], empty, (60, 20)) == [Box(0, 0, 60, 20)]
    assert fit_to_ink([], empty, (60, 20)) == []
