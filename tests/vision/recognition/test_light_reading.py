"""Lines of which only a mark is in question go to the lighter reader, where it can read them."""

from dataclasses import replace

import pytest

from tests.support.lines import crop_of, written
from vision.core.document import ModelUse
from vision.core.stages import NEVER, LineReading
from vision.recognition.light_reading import LightForMarks


class Reader:
    """Reads every line as its own name and the width of the line."""

    def __init__(self, name, *languages):
        self.name = name
        self.known = languages

    def recognise(self, crops, reread=NEVER):
        return [
            LineReading(f"{self.name} {crop.pixels.shape[1]}", 1.0, engine=self.name)
            for crop in crops
        ]

    def models(self, languages):
        known = set(languages) <= set(self.known)
        return (ModelUse(self.name, "1", "", "CPUExecutionProvider"),) if known else ()

    def languages(self):
        return self.known


READER = LightForMarks(Reader("main", "ara", "eng"), Reader("light", "eng"))
WORD = crop_of(written("one"))


@pytest.mark.parametrize(
    ("only_marks", "language", "engine"),
    [
        (True, "eng", "light"),
        (False, "eng", "main"),
        (True, "ara", "main"),
        (False, "ara", "main"),
    ],
)
def test_the_light_reader_has_lines_with_marks_in_its_languages(only_marks, language, engine):
    crop = replace(WORD, only_marks=only_marks, languages=(language,))
    (reading,) = READER.recognise([crop])
    assert reading.engine == engine


def test_readings_come_in_the_order_of_their_crops():
    crops = [crop_of(written(text)) for text in ("a", "longer", "longest of all", "short")]
    asked = [replace(crop, only_marks=at % 2 == 0) for at, crop in enumerate(crops)]
    names = ("light", "main", "light", "main")
    expected = [f"{name} {crop.pixels.shape[1]}" for name, crop in zip(names, crops, strict=True)]
    assert [reading.text for reading in READER.recognise(asked)] == expected
    assert READER.recognise([]) == []


def test_it_reads_what_the_main_reader_reads():
    assert READER.name == "main"
    assert READER.languages() == ("ara", "eng")
    assert [use.name for use in READER.models(("ara",))] == ["main"]
