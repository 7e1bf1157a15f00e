"""Words under a stamp that lets no print show through are doubtful, whatever was read of them."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vision.core.document import Box
from vision.core.geometry import compose, invert, scaling, translation
from vision.core.stages import CropWord, Hidden, LineCrop, LineReading
from vision.imaging.coloured_ink import part_overprint
from vision.recognition.hidden_words import partly_hidden

TEXT = "The fee is due on the first of the month"


def page():
    sheet = Image.new("RGB", (900, 500), "white")
    font = ImageFont.truetype("DejaVuSerif.ttf", 30)
    for row in range(2):
        ImageDraw.Draw(sheet).text((40, 50 + 60 * row), TEXT, "black", font)
    return sheet


def test_words_under_an_opaque_stamp_are_incomplete_and_others_are_not():
    sheet = page()
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.truetype("DejaVuSans-Bold.ttf", 60)
    draw.rectangle((250, 45, 560, 145), outline=(178, 30, 44), width=6)
    draw.text((290, 60), "PAID", (178, 30, 44), font)
    parted = part_overprint(np.asarray(sheet))
    assert parted is not None
    assert parted.hidden is not None
    hidden = Hidden(parted.hidden, invert(scaling(0.5, 0.5)))
    to_page = compose(scaling(0.5, 0.5), translation(0.0, 25.0))
    crop = LineCrop(np.zeros((40, 900, 3), np.uint8), to_page, ("eng",), hidden=hidden)
    words = (CropWord("The", 1, Box(40, 25, 110, 60)), CropWord("due", 1, Box(300, 25, 380, 60)))
    reading = LineReading("The due", 1.0, words)
    assert [word.incomplete for word in partly_hidden(crop, reading).words] == [False, True]
