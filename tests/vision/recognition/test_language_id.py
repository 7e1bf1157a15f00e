import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.lines import crop_of
from vision.core.arrays import Image
from vision.core.document import ModelUse
from vision.core.options import ANY_LANGUAGE, ReadOptions
from vision.core.protocols import Stages
from vision.core.stages import (
    NEVER,
    FoundLine,
    FoundLines,
    Letters,
    LineCrop,
    LineReading,
    PageImage,
    Reread,
)
from vision.core.text_layer import LayerWord, TextLayer
from vision.pipeline import read_page
from vision.recognition.language_id import (
    SCRIPTS,
    detect_languages,
    first_guess,
    known_share,
    known_shares,
    language_of_text,
    script_of,
)

ROOT = Path(__file__).resolve().parents[3]
PASSAGES = tomllib.loads((ROOT / "benchmarks/passages.toml").read_text(encoding="utf-8"))
CROPS = [crop_of(np.zeros((20, 300 + 20 * at, 3), np.uint8)) for at in range(12)]


class Reader:
    """Reads one page's text: surely with models of its script, else as noise."""

    name = "reader"

    def __init__(self, text: str, installed: Sequence[str]) -> None:
        self.text, self.installed = text, tuple(installed)
        self.asked: list[str] = []

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        (code,) = {language for crop in crops for language in crop.languages}
        self.asked.append(code)
        sure = SCRIPTS[code] == script_of(self.text)
        reading = LineReading(self.text if sure else "il1 |;", 0.93 if sure else 0.4)
        return [replace(reading) for _ in crops]

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        return ()

    def languages(self) -> tuple[str, ...]:
        return self.installed


@pytest.mark.parametrize("code", PASSAGES)
def test_a_text_is_told_among_all_languages(code: str) -> None:
    assert language_of_text(PASSAGES[code], list(PASSAGES)) == code


@pytest.mark.parametrize(
    "code", ["eng", "deu", "fra", "rus", "ukr", "ell", "ara", "hin", "kor", "jpn"]
)
def test_a_page_is_told_by_what_the_models_make_of_it(code: str) -> None:
    reader = Reader(PASSAGES[code], list(PASSAGES))
    assert detect_languages(CROPS, reader).languages == (code,)


def test_english_pages_are_not_read_by_other_scripts() -> None:
    reader = Reader(PASSAGES["eng"], list(PASSAGES))
    detect_languages(CROPS, reader)
    assert {SCRIPTS[code] for code in reader.asked} == {"LATIN"}
    assert len(reader.asked) <= 4


@pytest.mark.parametrize(
    ("installed", "told"),
    [(["eng"], "eng"), (["deu"], "deu"), ([], "eng"), (["ara", "eng"], "eng")],
)
def test_without_lines_or_choice_nothing_is_read(installed: list[str], told: str) -> None:
    reader = Reader("", installed)
    assert detect_languages([], reader).languages == (told,)
    assert reader.asked == []


@pytest.mark.parametrize(
    ("text", "script"),
    [("word", "LATIN"), ("слово", "CYRILLIC"), ("ことば", "CJK"), ("语言", "CJK"), ("12 !", "")],
)
def test_a_script_is_that_of_most_letters(text: str, script: str) -> None:
    assert script_of(text) == script


def test_what_was_asked_for_is_not_guessed() -> None:
    assert first_guess(("deu", "eng"), None, Reader("", ["eng"])) == ("deu", "eng")


def test_a_stated_text_tells_its_language() -> None:
    quad = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    words = tuple(LayerWord(word, quad, 0) for word in PASSAGES["deu"].split())
    reader = Reader("", ["deu", "eng", "fra"])
    assert first_guess(ANY_LANGUAGE, TextLayer(words), reader) == ("deu",)
    assert first_guess(ANY_LANGUAGE, None, reader) == ("eng",)


class LineFinder:
    """Finds one line on every page."""

    name = "learned"

    def find(
        self, image: Image, languages: Sequence[str], letters: Letters | None = None
    ) -> FoundLines:
        return FoundLines((FoundLine(((10, 10), (390, 10), (390, 30), (10, 30))),), self.name)

    def models(self) -> tuple[ModelUse, ...]:
        return ()


@pytest.mark.parametrize(("asked", "told"), [(ANY_LANGUAGE, "deu"), (("eng",), "eng")])
def test_a_page_says_which_language_it_was_read_with(asked: tuple[str, ...], told: str) -> None:
    reader = Reader(PASSAGES["deu"], ["deu", "eng", "rus"])
    stages = Stages({"learned": LineFinder()}, {"reader": reader}, {})
    options = ReadOptions(
        languages=asked,
        lines="learned",
        recogniser="reader",
        second_reader="off",
        detectors=(),
        barcodes="off",
    )
    white = np.full((200, 400, 3), 255, np.uint8)
    page = read_page(PageImage(1, white), stages, options, None).page
    assert page.languages == (told,)
    assert page.text == PASSAGES["deu"]
    assert reader.asked[-1] == told


class SureOfNames(Reader):
    """Reads names and numbers, which say nothing of a language, surely with any model."""

    def __init__(self, surety: dict[str, float]) -> None:
        super().__init__("BENS TRADING 81100 JALAN SAGU 18", list(surety))
        self.surety = surety

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        (code,) = {language for crop in crops for language in crop.languages}
        return [LineReading(self.text, self.surety[code]) for _ in crops]


@pytest.mark.parametrize(("german", "told"), [(0.88, "eng"), (0.90, "deu")])
def test_names_and_numbers_stay_english_unless_another_model_is_clearly_surer(
    german: float, told: str
) -> None:
    reader = SureOfNames({"deu": german, "eng": 0.84, "ara": 0.6})
    assert detect_languages(CROPS, reader).languages == (told,)


def test_one_common_word_of_another_script_in_noise_is_chance() -> None:
    class Noise(SureOfNames):
        def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
            arabic = crops[0].languages == ("ara",)
            reading = LineReading("1200 8 من 81100", 0.51) if arabic else LineReading("x1", 0.57)
            return [reading, *(LineReading("", 0.5) for _ in crops[1:])]

    assert detect_languages(CROPS, Noise({"ara": 0.51, "eng": 0.57})).languages == ("eng",)


@pytest.mark.parametrize("code", ["eng", "deu", "chi_sim"])
def test_shares_of_many_languages_at_once_are_those_of_each(code: str):
    text = "The house and the garden by the sea. Das Haus. 我们的房子"
    readings = [LineReading(text, 1.0), LineReading(text.upper(), 1.0)]
    shares = known_shares(readings, ("eng", "deu", "chi_sim", "unknown"))
    assert shares[code] == known_share(readings, code) > 0
    assert shares["eng"] != shares["deu"]


def test_a_language_without_a_list_of_words_has_the_share_that_others_have_in_print():
    assert known_shares([LineReading("anything", 1.0)], ("unknown",)) == {"unknown": 0.1}
