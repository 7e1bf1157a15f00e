"""A dash beside a number that no recogniser read becomes its sign, or makes the number doubtful."""

from dataclasses import replace

import numpy as np
import pytest

from tests.support.lines import crop_of, written
from vision.core.document import Box
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.calibration import calibrated
from vision.recognition.number_signs import with_lost_signs

MARGIN = 6


def line_with(printed: str, size: int = 32) -> LineCrop:
    return crop_of(written(printed, size, MARGIN))


def reading_of(crop: LineCrop, read: str) -> LineReading:
    """One word over all ink of the crop, as recognisers place the only word that they read."""
    rows, columns = np.nonzero(crop.pixels[:, :, 0] < 200)
    box = Box(*map(float, (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)))
    return LineReading(read, 0.999, (CropWord(read, 0.999, box),), "lstm")


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("-350.00", "350.00"),
        ("-7", "7"),
        ("-$1.76", "$1.76"),
        ("-50.7%", "50.7%"),
    ],
)
@pytest.mark.parametrize("size", [20, 32, 60])
def test_a_dash_right_before_a_number_is_its_sign(printed: str, read: str, size: int) -> None:
    crop = line_with(printed, size)
    found = with_lost_signs(crop, reading_of(crop, read))
    assert found.text == found.words[0].text == f"-{read}"
    assert not found.words[0].incomplete


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("350.00", "350.00"),
        ("- 350.00", "- 350.00"),
        ("-350.00", "-350.00"),
        ("+350.00", "350.00"),
        ("_ 350.00", "350.00"),
        (". . . 350.00", "350.00"),
        ("- - - - 350.00", "350.00"),
        ("= 350.00", "350.00"),
        ("-total", "total"),
    ],
)
def test_nothing_else_becomes_a_sign(printed: str, read: str) -> None:
    crop = line_with(printed)
    assert with_lost_signs(crop, reading_of(crop, read)).text == read


def test_the_sign_may_stand_before_the_image_of_the_line() -> None:
    whole = written("-17.69", 32, MARGIN)
    for cut in range(MARGIN, MARGIN + 8):  # before, within and behind the dash
        crop = replace(crop_of(whole[:, cut:]), before=whole[:, :cut])
        assert with_lost_signs(crop, reading_of(crop, "17.69")).text == "-17.69"


def test_light_print_on_dark_paper_has_its_signs_too() -> None:
    crop = line_with("-350.00")
    dark = replace(crop, pixels=255 - crop.pixels)
    assert with_lost_signs(dark, reading_of(crop, "350.00")).text == "-350.00"


@pytest.mark.parametrize(
    ("printed", "read"), [("350.00-", "350.00"), ("-350.00", "~350.00"), ("-40.00", "40.00")]
)
def test_a_dash_that_may_be_something_else_makes_the_number_doubtful(
    printed: str, read: str
) -> None:
    crop = line_with(printed)
    found = with_lost_signs(crop, reading_of(crop, read))
    assert found.text == read
    (word,) = calibrated([found])[0].words
    assert word.confidence <= 0.5


def test_a_dash_close_behind_a_word_makes_the_number_doubtful() -> None:
    crop = line_with("Ab-50")
    reading = reading_of(crop, "Ab")
    (word,) = reading.words
    start = written("Ab-", 32, MARGIN).shape[1] - MARGIN
    split = (
        replace(word, box=word.box._replace(x1=float(start - 12))),
        replace(word, text="50", box=word.box._replace(x0=float(start))),
    )
    found = with_lost_signs(crop, replace(reading, text="Ab 50", words=split))
    assert found.text == "Ab 50"
    assert [each.incomplete for each in found.words] == [False, True]


def test_the_bar_of_a_broken_four_is_no_sign() -> None:
    pixels = np.full((46, 60, 3), 255, np.uint8)
    pixels[24:28, 10:19] = 0
    pixels[6:40, 20:25] = 0
    crop = crop_of(pixels)
    found = with_lost_signs(crop, reading_of(crop, "4"))
    assert found.text == "4"
    assert with_lost_signs(crop, reading_of(crop, "1")).text == "-1"


def test_lines_without_contrast_and_lines_written_from_right_to_left_stay_as_they_are() -> None:
    crop = line_with("-350.00")
    reading = reading_of(crop, "350.00")
    pale = replace(crop, pixels=np.full_like(crop.pixels, 250))
    assert with_lost_signs(pale, reading) == reading
    turned = replace(reading, text="00.054")
    assert with_lost_signs(crop, turned) is turned
