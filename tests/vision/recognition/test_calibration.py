from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.lines import crop_of
from vision.core.document import Box
from vision.core.stages import CropWord, LineReading
from vision.recognition.calibration import Print, calibrated, chance, features
from vision.recognition.low_confidence import set_doubtful_aside

CONFIDENCES = st.floats(0, 1)
WEIGHTS = (0.5, 0.8, 0.3, 0.4, -0.1, 0.2, -0.4, 0.5, 0.6)
NOWHERE = Box(0, 0, 9, 9)
OLD = "le capitaine fe promene fur le rivage, il eft trifte & fon efprit eft ailleurs"
MODERN = "the first of five fishes is soft, so some staff refuse it for safety"


def reading(*words: tuple[str, float], engine: str = "") -> LineReading:
    text = " ".join(word for word, _ in words)
    boxes = [Box(10.0 * at, 0, 10.0 * at + 8, 9) for at in range(len(words))]
    crop_words = [CropWord(word, sure, box) for (word, sure), box in zip(words, boxes, strict=True)]
    return LineReading(text, 0.9, tuple(crop_words), engine)


@given(CONFIDENCES, CONFIDENCES, CONFIDENCES, st.text(max_size=30))
def test_a_chance_lies_between_0_and_1(word: float, line: float, page: float, text: str) -> None:
    read = CropWord(text, word, NOWHERE)
    assert 0 < chance(WEIGHTS, features(read, line, Print(page, 0.0))) < 1


@given(CONFIDENCES, CONFIDENCES)
def test_a_surer_word_is_never_less_likely(one: float, other: float) -> None:
    low, high = sorted((one, other))
    words = [CropWord("a", raw, NOWHERE) for raw in (low, high)]
    chances = [chance(WEIGHTS, features(word, 0.9, Print(0.9, 0.0))) for word in words]
    assert chances == sorted(chances)


def test_an_engine_that_was_not_fitted_keeps_its_confidences() -> None:
    line = reading(("one", 0.4), ("two", 0.9), engine="someone else")
    assert calibrated([line]) == [line]


@pytest.mark.parametrize("engine", ["tesseract", "lstm", "ppocr"])
def test_a_fitted_engine_gets_chances_that_rise_with_what_it_says(engine: str) -> None:
    (line,) = calibrated([reading(("word", 0.3), ("word", 0.99), engine=engine)])
    doubtful, sure = (word.confidence for word in line.words)
    assert doubtful < sure
    assert line.confidence == pytest.approx((doubtful + sure) / 2)
    assert line.text == "word word"


def test_a_word_of_another_recogniser_has_its_curve() -> None:
    line = reading(("word", 0.9), ("word", 0.9), engine="lstm")
    first, second = line.words
    (mixed,) = calibrated([replace(line, words=(first, replace(second, engine="ppocr")))])
    (other,) = calibrated([replace(line, engine="ppocr")])
    assert mixed.words[1].confidence == other.words[1].confidence != mixed.words[0].confidence


@pytest.mark.parametrize("engine", ["tesseract", "lstm"])
def test_a_known_word_is_likelier_right_than_an_unknown_one(engine: str) -> None:
    (line,) = calibrated([reading(("word", 0.9), ("vvord", 0.9), ("wurd", 0.9), engine=engine)])
    words = [
        replace(word, confidence=0.9, listed=listed)
        for word, listed in zip(line.words, (True, None, False), strict=True)
    ]
    (judged,) = calibrated([replace(line, words=tuple(words), confidence=0.9)])
    known, nobody_looked, unknown = (word.confidence for word in judged.words)
    assert known > nobody_looked > unknown


def test_an_f_is_doubtful_where_a_long_s_was_read_as_one() -> None:
    line = reading(*((word, 0.99) for word in OLD.split()), engine="ppocr")
    (judged,) = calibrated([replace(line, confidence=0.99)])
    sure = {word.text: word.confidence for word in judged.words}
    assert max(sure["fe"], sure["eft"], sure["trifte"]) < 0.5 < sure["le"]
    assert sure["rivage,"] > 0.8


def test_an_f_is_as_sure_as_other_letters_in_modern_print() -> None:
    line = reading(*((word, 0.99) for word in MODERN.split()), engine="ppocr")
    (judged,) = calibrated([replace(line, confidence=0.99)])
    sure = {word.text: word.confidence for word in judged.words}
    assert min(sure["first"], sure["staff"], sure["refuse"]) > 0.8


def test_listed_words_with_f_are_no_sign_of_a_long_s() -> None:
    texts = ("four", "forms", "from", "off", "five", "flat", "after", "fold")
    line = reading(*((word, 0.99) for word in texts), engine="ppocr")
    words = tuple(replace(word, listed=True) for word in line.words)
    (judged,) = calibrated([replace(line, words=words, confidence=0.99)])
    assert min(word.confidence for word in judged.words) > 0.8


def test_an_empty_reading_stays_empty() -> None:
    empty = LineReading("", 0.2, engine="tesseract")
    assert calibrated([empty]) == [empty]


def test_doubtful_words_are_listed_where_they_stand_on_the_page() -> None:
    crop = replace(
        crop_of(np.zeros((10, 60, 3), np.uint8)), to_page=np.array([[1.0, 0, 100], [0, 1.0, 50]])
    )
    line = reading(("sure", 0.95), ("odd", 0.5), ("worse", 0.1))
    kept, doubtful = set_doubtful_aside([crop], [line], 0.0)
    assert kept == [line]
    assert [(word.text, word.left_out) for word in doubtful] == [("worse", False), ("odd", False)]
    assert doubtful[1].box == Box(110, 50, 118, 59)


@pytest.mark.parametrize(
    ("least", "text"),
    [(0.0, "sure odd worse"), (0.1, "sure odd worse"), (0.3, "sure odd"), (0.99, "")],
)
def test_words_under_the_least_confidence_are_left_out_of_the_text(least: float, text: str) -> None:
    line = reading(("sure", 0.95), ("odd", 0.5), ("worse", 0.1))
    (kept,), doubtful = set_doubtful_aside([crop_of(np.zeros((9, 9, 3), np.uint8))], [line], least)
    assert kept.text == text
    assert " ".join(word.text for word in kept.words) == text
    assert {word.text for word in doubtful if word.left_out} == set(line.text.split()) - set(
        text.split()
    )


def test_a_script_without_blanks_gets_none() -> None:
    line = replace(reading(("東", 0.9), ("京", 0.1), ("都", 0.9)), text="東京都")
    (kept,), _ = set_doubtful_aside([crop_of(np.zeros((9, 9, 3), np.uint8))], [line], 0.5)
    assert kept.text == "東都"


def test_nothing_read_gives_nothing_doubtful() -> None:
    assert set_doubtful_aside([], [], 0.5) == ([], ())
