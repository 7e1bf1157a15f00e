"""Ohms after numbers."""

import pytest

from vision.core.document import Box
from vision.core.stages import CropWord, LineReading
from vision.recognition.units import correct_units


def reading(text):
    words = tuple(CropWord(word, 0.9, Box(0, 0, 9, 9)) for word in text.split())
    return LineReading(text, 0.9, words)


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("37.5 °C and 20 kQ", "37.5 °C and 20 kΩ"),
        ("a resistor of 4.7 MQ.", "a resistor of 4.7 MΩ."),
        ("(10kQ)", "(10kΩ)"),
        ("the year 2024 MQX", "the year 2024 MQX"),
        ("3 Q 2024", "3 Q 2024"),
        ("type kQ", "type kQ"),
        ("20 k", "20 k"),
    ],
)
def test_a_q_is_an_ohm_only_behind_a_number_and_its_multiple(read, printed):
    corrected = correct_units(reading(read))
    assert corrected.text == printed
    assert [word.text for word in corrected.words] == printed.split()
