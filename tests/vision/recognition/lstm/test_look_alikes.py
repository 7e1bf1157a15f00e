"""Upright strokes between words."""

import pytest

from vision.core.document import Box
from vision.core.stages import CropWord
from vision.recognition.lstm.look_alikes import correct_strokes

LISTED = {"I", "is", "it", "in", "have", "week", "out", "own"}


def words(text: str, height: float = 10.0) -> list[CropWord]:
    """Strokes are `height` high, all other words 10 pixels."""
    return [
        CropWord(each, 0.9, Box(0, 0, 10, height if each == "|" else 10.0)) for each in text.split()
    ]


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("| have read", "I have read"),
        ("week 1s out", "week is out"),
        ("Total | 12", "Total | 12"),
        ("| Total", "| Total"),
        ("| 5 km", "| 5 km"),
        ("takes 1m out", "takes 1m out"),
        ("1s out", "1s out"),
        ("1", "1"),
        ("|", "|"),
        ("", ""),
    ],
)
def test_a_stroke_becomes_the_word_that_it_can_only_be(read: str, expected: str) -> None:
    corrected = correct_strokes(words(read), LISTED.__contains__)
    assert " ".join(word.text for word in corrected) == expected


def test_a_rule_beside_a_line_stays_a_rule() -> None:
    (rule, _) = correct_strokes(words("| have", height=18.0), LISTED.__contains__)
    assert rule.text == "|"


def test_a_language_without_such_a_word_keeps_the_stroke() -> None:
    (stroke, _) = correct_strokes(words("| have"), {"have"}.__contains__)
    assert stroke.text == "|"
