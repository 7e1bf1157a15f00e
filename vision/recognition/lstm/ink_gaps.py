"""How far the ink of a line's neighbouring letters is apart."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vision.recognition.lstm.charset import SPACE, Glyph

# Ink whose centre is nearer to the crop's upper or lower edge belongs to other lines.
_EDGE = 0.15


def gaps_after(
    glyphs: Sequence[Glyph], ink: NDArray[np.int32], height: float, step: float
) -> NDArray[np.float64]:
    """The widest gap in the ink from the centre of each letter to that of the next [glyphs].

    In pixels of the crop, whose height is given, with the width of a time step; `ink` as
    `ink_boxes` gives it. A space's is 0; the letter before it has the gap between the words.
    """
    letters = [at for at, glyph in enumerate(glyphs) if glyph.character != SPACE]
    middles = [(glyphs[at].start + glyphs[at].end) / 2 * step for at in letters]
    off_centre = np.abs((ink[:, 1] + ink[:, 3]) / 2 - height / 2)
    pieces = ink[off_centre < (0.5 - _EDGE) * height]
    pieces = pieces[np.argsort(pieces[:, 0])]
    ends, starts = np.maximum.accumulate(pieces[:, 2])[:-1], pieces[1:, 0]
    left = np.searchsorted(middles, (ends + starts) / 2) - 1
    gaps = np.zeros(len(glyphs))
    inside = (starts > ends) & (left >= 0) & (left < len(letters) - 1)
    np.maximum.at(gaps, np.array(letters)[left[inside]], (starts - ends)[inside])
    return gaps
