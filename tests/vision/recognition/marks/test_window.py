"""Whether a character in its window is several letters, or one mark."""

import numpy as np
import pytest

from vision.core.document import Box
from vision.recognition.marks.window import glyph_window, has_gap


@pytest.mark.parametrize(("drawn", "gap"), [("box", False), ("letters", True)])
def test_a_box_has_ink_in_each_column_and_letters_have_gaps(drawn, gap):
    line = np.full((32, 90), 255, np.uint8)
    if drawn == "box":
        line[6:26, 10:30] = 0
        line[8:24, 12:28] = 255
    else:
        line[6:26, 10:16] = 0
        line[12:26, 20:30] = 0
    line[10:26, 40:80] = 0
    assert has_gap(glyph_window(line, Box(10, 6, 30, 26))) is gap
