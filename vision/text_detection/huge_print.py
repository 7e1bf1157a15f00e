"""Titles in letters many times as high as those of the text, which are taken for pictures."""

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes
from vision.core.stages import Letters
from vision.imaging.order import median

# In heights of the page's commonest letters: higher ones are pictures.
_HIGH = (6.0, 25.0)
_WIDE = (0.12, 1.5)  # of their height
_INK = (0.12, 0.8)  # share of their box: frames have less, photographs and bars more
_FEWEST = 3  # letters on one line
_LEVEL = 0.08  # of their height, between their feet


def has_huge_print(text: Letters) -> bool:
    """Whether letters much higher than the others stand on one line."""
    letter = median(text.boxes[:, 3]) if len(text.boxes) else 0.0
    width, height = text.pieces[:, 2], text.pieces[:, 3]
    like = (height >= _HIGH[0] * letter) & (height <= _HIGH[1] * letter)
    like &= (width >= _WIDE[0] * height) & (width <= _WIDE[1] * height)
    if np.count_nonzero(like) < _FEWEST:
        return False
    inked = [
        at for at in np.flatnonzero(like) if _INK[0] <= _share_of_ink(text, int(at)) <= _INK[1]
    ]
    return bool(inked) and _on_one_line(text.pieces[inked])


def _share_of_ink(text: Letters, at: int) -> float:
    x, y, width, height = text.pieces[at].tolist()
    return float((text.labels[y : y + height, x : x + width] == at + 1).mean())


def _on_one_line(pieces: Boxes) -> bool:
    feet: NDArray[np.float64] = (pieces[:, 1] + pieces[:, 3]).astype(np.float64)
    level = np.abs(feet - feet[:, None]) <= _LEVEL * pieces[:, 3]
    alike = np.abs(pieces[:, 3] - pieces[:, 3][:, None]) <= pieces[:, 3] / 2
    return bool((level & alike).sum(axis=1).max() >= _FEWEST)
