"""A drop capital begins the first word of the line beside it."""

import numpy as np
import pytest

from vision.core.document import Box
from vision.core.geometry import translation
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.drop_capitals import join_drop_capitals


def crop(x: int, y: int, width: int, height: int) -> LineCrop:
    return LineCrop(np.zeros((height, width, 3), np.uint8), translation(x, y), ("eng",))


def reading(text: str, listed: bool | None = None) -> LineReading:
    words = text.split()
    boxes = (Box(5.0 + 60 * at, 5, 55.0 + 60 * at, 25) for at in range(len(words)))
    read = (CropWord(word, 0.9, box, listed=listed) for word, box in zip(words, boxes, strict=True))
    return LineReading(text, 0.9, tuple(read))


CROPS = [crop(100, 100, 70, 90), crop(180, 95, 500, 30), crop(180, 131, 500, 30)]


@pytest.mark.parametrize(
    ("capital", "first", "listed", "text"),
    [
        ("T", "he roof was sound", None, "The roof was sound"),
        ("A", "nd then it rained", False, "And then it rained"),
        ("A", "deposit is taken", True, "A deposit is taken"),
        ("T", "Roofs of slate", None, "Roofs of slate"),
        ("7", "days later", None, "days later"),
    ],
)
def test_a_capital_becomes_the_first_letter_of_the_highest_line_beside_it(
    capital, first, listed, text
):
    readings = [reading(capital), reading(first, listed), reading("and found to be dry")]
    joined = join_drop_capitals(CROPS, readings)
    assert [each.text for each in joined[1:]] == [text, "and found to be dry"]
    assert joined[0].text == ("" if text != first else capital)


def test_the_word_has_the_ink_of_the_capital_in_its_box():
    _, line, _ = join_drop_capitals(CROPS, [reading("T"), reading("he roof"), reading("of")])
    assert line.words[0].box == Box(-75, 5, 55, 30)


def test_a_capital_as_high_as_the_line_beside_it_stays_a_line():
    crops = [crop(100, 95, 30, 30), *CROPS[1:]]
    readings = [reading("T"), reading("he roof"), reading("of slate")]
    assert join_drop_capitals(crops, readings) == readings
