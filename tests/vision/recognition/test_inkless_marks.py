"""Marks read from empty paper at the ends of a line are left out; printed ones stay."""

import numpy as np
import pytest

from tests.support.lines import crop_of
from vision.core.document import Box
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.inkless_marks import without_inkless_marks


def line(text: str, printed: set[str], grey: int = 40, *, light: bool = False) -> tuple:
    """A line with 20 columns for each word: blocks for words of letters, dashes in `grey`.

    Of the marks only those in `printed` are on it; the paper has faint stripes.
    """
    pixels = np.full((30, 40 * len(text.split()) + 20, 3), 235, np.uint8)
    pixels[:, ::6] = 222
    words = []
    for at, word in enumerate(text.split()):
        x = 20 + 40 * at
        if word.isalnum():
            pixels[2:28, x : x + 20] = 40
        elif word in printed:
            pixels[14:17, x : x + 20] = grey
        words.append(CropWord(word, 0.9, Box(x, 6, x + 20, 24)))
    pixels = 255 - pixels if light else pixels
    return crop_of(pixels), LineReading(text, 0.9, tuple(words))


@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize(
    ("text", "left"),
    [("Pay Marchetti \u2014", "Pay Marchetti"), (". Date", "Date"), ("| one two _", "one two"),
     ("a - b", "a - b"), ("\u2014", "\u2014"), ("one two", "one two")],
)  # fmt: skip
def test_only_marks_at_the_ends_without_ink_are_left_out(text, left, light):
    reading = without_inkless_marks(*line(text, set(), light=light))
    assert reading.text == left
    assert [word.text for word in reading.words] == left.split()


@pytest.mark.parametrize("grey", [40, 120, 150])
def test_printed_marks_stay_however_pale_they_are(grey):
    crop, reading = line("- Rent 40 -", {"-"}, grey)
    assert without_inkless_marks(crop, reading) is reading


def test_ink_of_a_mark_whose_word_box_its_neighbour_covers_counts():
    crop, reading = line("CF #", {"#"})
    wide = CropWord("CF", 0.9, Box(20, 6, 80, 24))
    reading = LineReading(reading.text, 0.9, (wide, reading.words[1]))
    assert without_inkless_marks(crop, reading) is reading


def test_an_empty_reading_stays() -> None:
    crop: LineCrop = line("one", set())[0]
    empty = LineReading("", 0.0)
    assert without_inkless_marks(crop, empty) is empty
