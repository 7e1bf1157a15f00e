"""A page in another language than it was read in does not go unnoticed."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from jobs.settings import Settings
from tests.support.lines import crop_of
from vision.core.document import Box, ModelUse
from vision.core.options import ReadOptions
from vision.core.stages import (
    NEVER,
    CropWord,
    LineCrop,
    LineReading,
    PageImage,
    Reread,
    ScriptGuess,
)
from vision.pipeline import read_page
from vision.recognition.language_check import check_language
from workers.engine.engine import Engine, build_engine

ROOT = Path(__file__).resolve().parents[3]
PASSAGES = tomllib.loads((ROOT / "benchmarks/passages.toml").read_text(encoding="utf-8"))
USE = ModelUse("arabic", "1", "", "CPUExecutionProvider")


class TwoLanguages:
    """Reads Arabic with confidence, and nothing with English."""

    name = "two"

    def __init__(self, installed: Sequence[str]) -> None:
        self._installed = tuple(installed)

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        arabic = LineReading("في من على إلى هذا", 0.93, models=(USE,))
        return [arabic if crop.languages == ("ara",) else LineReading("", 0.4) for crop in crops]

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        return ()

    def languages(self) -> tuple[str, ...]:
        return self._installed


def line(width: int) -> LineCrop:
    return crop_of(np.full((40, width, 3), 255, np.uint8))


def readings(*confidences: float) -> list[LineReading]:
    return [LineReading("plain text " * 12 if each >= 0.6 else "", each) for each in confidences]


@pytest.mark.parametrize(
    ("confidences", "codes"),
    [
        ((0.4, 0.4, 0.4), ["other_language"]),
        ((0.4, 0.4, 0.9), ["other_language"]),
        ((0.4, 0.9, 0.9), []),
        ((0.9, 0.9, 0.9), []),
        ((), []),
    ],
)
def test_a_page_is_doubted_where_most_of_it_was_read_with_low_confidence(confidences, codes):
    crops = [line(600) for _ in confidences]
    found = check_language(crops, readings(*confidences), ("eng",), TwoLanguages(["ara", "eng"]))
    assert [warning.code for warning in found.warnings] == codes
    assert found.models == ((USE,) if codes else ())


def test_a_long_line_weighs_more_than_a_short_one():
    crops = [line(1600), line(200), line(200), line(200)]
    recogniser = TwoLanguages(["ara", "eng"])
    (warning,) = check_language(crops, readings(0.4, 0.9, 0.9, 0.9), ("eng",), recogniser).warnings
    assert "'ara'" in warning.message
    assert check_language(crops, readings(0.9, 0.4, 0.4, 0.4), ("eng",), recogniser).warnings == ()


def test_a_word_or_two_may_be_anything():
    found = check_language([line(200)], readings(0.3), ("eng",), TwoLanguages(["ara", "eng"]))
    assert found.warnings == ()


def test_where_no_installed_language_fits_better_the_page_is_called_doubtful():
    found = check_language([line(900)], readings(0.3), ("eng",), TwoLanguages(["eng"]))
    assert [warning.code for warning in found.warnings] == ["low_confidence"]


class KnownScript:
    """A script detector with a fixed opinion, which counts how often it was asked."""

    def __init__(self, script: str, confidence: float = 9.0) -> None:
        self._guess = ScriptGuess(script, confidence, (USE,))
        self.asked = 0

    def script_of(self, crops: Sequence[LineCrop]) -> ScriptGuess | None:
        self.asked += 1
        return self._guess if self._guess.script else None


def words(text: str, listed: bool | None = None, confidence: float = 0.95) -> LineReading:
    """A reading whose words are all in the word list, or all not, or were not looked up."""
    box = Box(0, 0, 1, 1)
    read = tuple(CropWord(each, confidence, box, listed=listed) for each in text.split())
    return LineReading(text, confidence, read)


def check(
    reading: LineReading, installed: Sequence[str], detector: KnownScript, *asked: str
) -> list[str]:
    """Messages about a page of three such lines."""
    recogniser = TwoLanguages(installed)
    crops, lines = [line(1600)] * 3, [reading] * 3
    found = check_language(crops, lines, asked or ("eng",), recogniser, detector)
    return [warning.message for warning in found.warnings]


ENGLISH = "the boxes of paper will be at your office and this is for you in the second week"
GERMAN = "die Kisten mit Papier werden in der zweiten Woche bei Ihnen sein und es ist nicht zu viel"
FRENCH = "les boites de papier arriveront dans votre bureau pour la semaine et nous vous prions de"
NONSENSE = "Bnarogapum Bac sakas YeTBEPTOrO MapTa JBeHagaLia Kopobok nanepy npunvvzyTb Baworo odi"


@pytest.mark.parametrize(
    ("reading", "installed", "asked", "parts"),
    [
        (words(ENGLISH, True), ["eng", "deu"], "eng", []),
        (words(ENGLISH, None), ["eng", "deu"], "eng", []),
        (words(GERMAN, True), ["eng", "deu"], "deu", []),
        (words(GERMAN, False), ["eng", "deu"], "eng", ["'deu'", "set languages to 'deu'"]),
        (words(GERMAN, None), ["eng", "deu"], "eng", ["'deu'", "'auto'"]),
        (words(FRENCH, False), ["eng"], "eng", ["'fra'", "install", "tesseract-ocr-fra"]),
        (words(ENGLISH, False), ["deu", "eng"], "deu", ["'eng'", "was read as 'deu'"]),
    ],
)
def test_words_of_another_language_are_noticed_however_confidently_they_are_read(
    reading: LineReading, installed: list[str], asked: str, parts: list[str]
) -> None:
    detector = KnownScript("LATIN")
    messages = check(reading, installed, detector, asked)
    assert bool(messages) == bool(parts)
    assert all(part in message for message in messages for part in parts)
    assert detector.asked == 0, "words suffice"


@pytest.mark.parametrize(
    ("script", "confidence", "installed", "parts"),
    [
        ("CYRILLIC", 3.0, ["eng"], ["Cyrillic script", "install 'rus'", "tesseract-ocr-rus"]),
        ("CYRILLIC", 3.0, ["eng", "ukr"], ["Cyrillic script", "set languages to 'ukr'"]),
        ("CHEROKEE", 3.0, ["eng"], ["Cherokee script", "install its language"]),
        ("CYRILLIC", 0.5, ["eng"], ["Few words of the page are of 'eng'"]),
        ("LATIN", 9.0, ["eng"], ["Few words of the page are of 'eng'"]),
        ("", 0.0, ["eng"], ["Few words of the page are of 'eng'"]),
    ],
)
def test_where_few_words_are_known_the_script_is_looked_at(
    script: str, confidence: float, installed: list[str], parts: list[str]
) -> None:
    detector = KnownScript(script, confidence)
    (message,) = check(words(NONSENSE, False), installed, detector)
    assert all(part in message for part in parts)
    assert detector.asked == 1


def test_lines_with_hardly_a_letter_are_doubted_too() -> None:
    assert "Greek" in check(words(". , -"), ["eng"], KnownScript("GREEK"))[0]
    assert check(words(". , -"), ["eng"], KnownScript("GREEK", 3.0)) == []
    assert check(words(". , -"), ["eng"], KnownScript("LATIN")) == []


def test_low_confidence_in_words_that_are_known_is_no_other_language() -> None:
    poor = words(ENGLISH, True, confidence=0.5)
    assert check(poor, ["eng", "ara"], KnownScript("CYRILLIC")) == []


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("engine")
    return build_engine(Settings(_env_file=None, device="cpu", data_dir=folder))


def read(engine: Engine, path: Path, *languages: str):
    with Image.open(path) as image:
        page = PageImage(1, np.asarray(image.convert("RGB")))
    options = ReadOptions(languages=languages, detectors=(), barcodes="off")
    return read_page(page, engine.stages, options, engine.orienter)


def test_a_chinese_page_read_as_english_names_chinese_which_needs_no_package(
    engine: Engine, data_dir: Path
) -> None:
    path = data_dir / "omnidoc" / "images" / "omni_839d98cd.jpg"
    warnings = read(engine, path, "eng").page.warnings
    assert [warning.code for warning in warnings] == ["other_language"]
    assert "'chi_sim'" in warnings[0].message
    chinese = read(engine, path, "chi_sim")
    assert chinese.page.warnings == ()
    assert "天气与气候" in chinese.page.text
    assert set(chinese.receipt.lines_read) == {"ppocr"}


@pytest.mark.parametrize("name", ["sroie_230.jpg", "sroie_033.jpg"])
def test_a_poor_english_receipt_is_not_doubted(engine: Engine, data_dir: Path, name: str) -> None:
    assert read(engine, data_dir / "sroie" / "images" / name, "eng").page.warnings == ()


DEJAVU = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("eng", []),
        ("deu", ["'deu'", "set languages"]),
        ("fra", ["'fra'", "install", "tesseract-ocr-fra"]),
        ("pol", ["'pol'", "install"]),
        ("rus", ["Cyrillic script", "install"]),
        ("ell", ["Greek script", "install"]),
        ("ara", ["'ara'", "set languages"]),
    ],
)
def test_a_letter_in_any_of_these_languages_is_noticed_when_read_as_english(
    engine: Engine, language: str, parts: list[str]
) -> None:
    rows = wrap(" ".join([PASSAGES[language]] * 2), 68)
    image = Image.new("RGB", (1240, 120 + 42 * len(rows)), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(DEJAVU, 26)
    for at, row in enumerate(rows):
        draw.text((60, 60 + 42 * at), row, "black", font)
    options = ReadOptions(detectors=(), barcodes="off")
    page = PageImage(1, np.asarray(image))
    warnings = read_page(page, engine.stages, options, engine.orienter).page.warnings
    assert len(warnings) == bool(parts)
    assert all(part in warnings[0].message for part in parts)
