"""Web addresses have two strokes behind their scheme."""

import pytest

from vision.core.document import Box
from vision.core.stages import CropWord, LineReading
from vision.recognition.web_addresses import correct_web_addresses


def reading(text):
    words = tuple(CropWord(word, 0.9, Box(0, 0, 9, 9)) for word in text.split())
    return LineReading(text, 0.9, words)


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("see https:/Awww.example.org/a now", "see https://www.example.org/a now"),
        ("http:/lwww.example.org", "http://www.example.org"),
        ("https:/www.example.org", "https://www.example.org"),
        ("https:/example.org/index.htm!", "https://example.org/index.html"),
        ("https://example.org/a.htm|", "https://example.org/a.html"),
        ("https: //example.org/a", "https://example.org/a"),
        ("https://example.org/b?id= 7 &x=1", "https://example.org/b?id=7&x=1"),
        ("https: //example.org /a or b", "https://example.org/a or b"),
    ],
)
def test_a_stroke_that_was_lost_or_read_as_a_letter_is_put_back(read, printed):
    corrected = correct_web_addresses(reading(read))
    assert corrected.text == printed
    assert [word.text for word in corrected.words] == printed.split()


@pytest.mark.parametrize(
    "text",
    ["https://example.org/?a=b!", "http:", "https:/", "the http header", "and/or", "x:/y",
     "https://Apple.example"],
)  # fmt: skip
def test_anything_else_stays_as_it_is(text):
    assert correct_web_addresses(reading(text)) == reading(text)
