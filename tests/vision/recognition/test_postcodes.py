"""In British postcodes the place of each letter and digit is fixed."""

import pytest

from vision.core.document import Box
from vision.core.stages import CropWord, LineReading
from vision.recognition.postcodes import correct_postcodes


def line_of(text):
    words = tuple(CropWord(word, 0.9, Box(0, 0, 9, 9)) for word in text.split())
    return LineReading(text, 0.9, words)


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("Bath BAI 5QX", "Bath BA1 5QX"),
        ("HUS 2SN", "HU5 2SN"),
        ("HU5 OYP.", "HU5 0YP."),
        ("SW1A ORT", "SW1A 0RT"),
        ("$015 5YU", "SO15 5YU"),
        ("0X1 2JD, Oxford", "OX1 2JD, Oxford"),
        ("M6O 1AB", "M60 1AB"),
        ("OX61 ZSB", "OX61 ZSB"),  # may be the plate of a car
        ("THE SEA", "THE SEA"),
        ("HUS SIT", "HUS SIT"),
        ("QQS 2SN", "QQS 2SN"),
        ("Room 5AB", "Room 5AB"),
        ("5AB", "5AB"),
    ],
)
def test_a_postcode_is_read_as_it_can_only_have_been_printed(read, printed):
    assert correct_postcodes(line_of(read)).text == printed


def test_a_reading_without_words_of_its_own_stays():
    reading = LineReading("HUS 2SN", 0.9, ())
    assert correct_postcodes(reading) is reading
