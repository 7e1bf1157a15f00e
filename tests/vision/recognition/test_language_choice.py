from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.support.lines import crop_of
from vision.core.document import Box, ModelUse
from vision.core.stages import NEVER, CropWord, LineCrop, LineReading, Reread
from vision.recognition.cascade import LineTexts
from vision.recognition.language_choice import read_in_own_language

ENGLISH = "the boxes of paper will be at your office and this is for you in the second week"
GERMAN = "die Kisten mit Papier werden in der zweiten Woche da sein und es ist nicht zu viel"
CROPS = [crop_of(np.zeros((40, 1600, 3), np.uint8)) for _ in range(4)]


class Page:
    """Reads one text, confidently in its own language; remembers what it was read in."""

    name = "page"

    def __init__(self, text: str, own: str, listed: bool | None) -> None:
        self._text, self._own, self._listed = text, own, listed
        self.asked: list[str] = []

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        (code,) = {language for crop in crops for language in crop.languages}
        self.asked.append(code)
        listed = None if self._listed is None else self._listed or code == self._own
        words = tuple(
            CropWord(word, 0.9, Box(0, 0, 1, 1), listed=listed) for word in self._text.split()
        )
        confidence = 0.97 if code == self._own else 0.8
        reading = LineReading(self._text, confidence, words, models=self.models((code,)))
        return [replace(reading) for _ in crops]

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        return tuple(ModelUse(code, "1", "", "CPU") for code in languages)

    def languages(self) -> tuple[str, ...]:
        return ("deu", "eng")

    def read(self, crops: Sequence[LineCrop]) -> LineTexts:
        readings = self.recognise(crops)
        return LineTexts(list(crops), readings, readings[0].models)


def test_a_page_whose_words_are_of_the_guessed_language_is_read_once() -> None:
    page = Page(ENGLISH, "eng", listed=True)
    choice = read_in_own_language(CROPS, ("eng",), page, page.read)
    assert (choice.languages, page.asked) == (("eng",), ["eng"])
    assert [model.name for model in choice.models] == ["eng"]


@pytest.mark.parametrize("listed", [False, None])
def test_a_page_in_another_installed_language_is_read_again_in_it(listed: bool | None) -> None:
    page = Page(GERMAN, "deu", listed)
    choice = read_in_own_language(CROPS, ("eng",), page, page.read)
    assert choice.languages == ("deu",)
    assert {crop.languages for crop in choice.texts.crops} == {("deu",)}
    assert page.asked[0] == "eng"
    assert page.asked[-1] == "deu"
    assert {model.name for model in choice.models} == {"eng", "deu"}


def test_a_page_in_doubt_keeps_its_first_reading_where_nothing_fits_better() -> None:
    page = Page("4711 0815 12.50 1999 2001 42", "eng", listed=None)
    choice = read_in_own_language(CROPS, ("eng",), page, page.read)
    assert choice.languages == ("eng",)
    assert choice.texts.crops[0].languages == ("eng",)


def test_a_page_without_lines_is_in_the_guessed_language() -> None:
    page = Page("", "eng", listed=None)
    choice = read_in_own_language([], ("eng",), page, lambda _: LineTexts([], [], ()))
    assert (choice.languages, choice.models) == (("eng",), ())
