"""Pages that training never sees: labelled within the sheet, and the same again for a seed."""

import shutil

import numpy as np
import pytest

from models.training.labels import CLASSES
from models.training.synthetic.held_out_pages import SIZE, draw

pytestmark = pytest.mark.skipif(
    shutil.which("fc-match") is None, reason="fonts are found with fontconfig's fc-match"
)


@pytest.mark.parametrize("seed", range(2))
def test_labels_lie_on_the_page_and_on_ink(seed: int) -> None:
    image, labels = draw(seed)
    assert image.shape == (SIZE[1], SIZE[0], 3)
    paper = np.median(image)
    for name, (x0, y0, x1, y1) in labels:
        assert name in CLASSES
        assert 0 <= x0 < x1 <= SIZE[0]
        assert 0 <= y0 < y1 <= SIZE[1]
        assert image[int(y0) : int(y1), int(x0) : int(x1)].min() < paper - 60


def test_the_classes_without_real_pages_are_all_drawn() -> None:
    drawn = {name for seed in range(4) for name, _ in draw(seed)[1]}
    assert {"stamp", "barcode", "qr_code", "checkbox", "logo", "handwriting"} <= drawn


def test_a_seed_gives_the_same_page_again() -> None:
    (first, labels), (again, same) = draw(4), draw(4)
    assert np.array_equal(first, again)
    assert labels == same
