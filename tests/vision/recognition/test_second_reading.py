"""The better of two readings is taken, and words that both recognisers read are confirmed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.core.document import Box
from vision.core.stages import CropWord, LineReading
from vision.recognition.calibration import calibrated
from vision.recognition.second_reading import choose

NOWHERE = Box(0, 0, 9, 9)
NOTHING = LineReading("", 0.3, engine="ppocr")


def read(
    text: str, confidence: float, engine: str = "lstm", listed: bool | None = None
) -> LineReading:
    words = tuple(CropWord(word, confidence, NOWHERE, listed=listed) for word in text.split())
    return LineReading(text, confidence, words, engine)


@pytest.mark.parametrize("text", ["7", "12.50", "on", "Total due", "6%"])
def test_text_that_the_second_reader_does_not_find_stays_and_is_disputed(text: str) -> None:
    kept = choose(read(text, 0.94), NOTHING)
    assert (kept.text, kept.engine, kept.disputed) == (text, "lstm", True)
    assert [word.confirmed for word in kept.words] == [False] * len(text.split())


@pytest.mark.parametrize("text", ["—", ".", "e", "| }—", "~ _"])
def test_specks_and_rules_that_the_second_reader_does_not_find_are_no_text(text: str) -> None:
    kept = choose(read(text, 0.94), NOTHING)
    assert (kept.text, kept.words) == ("", ())


def test_a_row_of_ornaments_that_the_second_reader_does_not_find_is_no_text() -> None:
    assert choose(read("DODOOOQOQOOOOQOO00000000", 0.9), NOTHING).text == ""
    assert choose(read("0000-0000-0000", 0.96), read("0000-0000-0000", 0.97, "ppocr")).text


def test_a_row_of_ornaments_that_neither_reader_is_certain_of_is_no_text() -> None:
    rings = read("D0000000000000000000", 0.74, "ppocr_tiny")
    assert choose(read("POODOOOOOOOOOOOOOOOO", 0.69), rings).text == ""


@pytest.mark.parametrize(
    ("second", "text"),
    [
        ("\u2022 Fill every lamp", "\u2022 Fill every lamp"),
        ("\u25cf Fill every lamp", "\u25cf Fill every lamp"),
        ("e Fill every lamp", "e Fill every lamp"),
    ],
)
def test_a_bullet_that_only_the_second_reader_knows_replaces_a_single_letter(
    second: str, text: str
) -> None:
    first = read("e Fill every lamp", 0.999, listed=True)
    assert choose(first, read(second, 0.98, "ppocr_tiny")).text == text
    assert choose(read("3 lamps", 0.999), read("\u2022 lamps", 0.2, "ppocr")).text == "3 lamps"


@pytest.mark.parametrize("engine", ["lstm", "an engine without weights"])
def test_every_word_of_a_disputed_line_is_doubtful_after_calibration(engine: str) -> None:
    sure = read("Confident words", 0.9995, engine, listed=True)
    others = [read("a clear page of text", 0.9995, engine, listed=True)] * 50
    line, *_ = calibrated([choose(sure, NOTHING), *others])
    assert all(0 < word.confidence <= 0.2 for word in line.words)
    assert line.confidence <= 0.2


@pytest.mark.parametrize(
    ("first", "second", "better"),
    [
        # Listed words against a long garble of the same confidence.
        (
            read("Operating Company", 0.94, listed=True),
            read("Opemg m", 0.6, "ppocr", False),
            "lstm",
        ),
        (
            read("lnvoice Dale", 0.8, listed=False),
            read("Invoice Date", 0.97, "ppocr", True),
            "ppocr",
        ),
        # Half of the line is missing.
        (
            read("within thirty days of sale", 0.94, listed=True),
            read("with", 0.99, "ppocr", True),
            "lstm",
        ),
        # Of the same letters the second reader has the better marks.
        (read("e Total", 0.94, listed=True), read("e. Total", 0.51, "ppocr"), "ppocr"),
        # Marks in place of digits.
        (read("§.&.0.£", 0.73), read("58.80", 0.87, "ppocr"), "ppocr"),
        # Nothing is known of these two: the second reading is the better one as a rule.
        (read("one", 0.94, "tesseract"), read("two", 0.6, "ppocr"), "ppocr"),
    ],
    ids=["garbled", "mended", "cut off", "same letters", "marks", "unknown pair"],
)
def test_the_more_plausible_reading_is_taken(
    first: LineReading, second: LineReading, better: str
) -> None:
    assert choose(first, second).engine == better


def test_a_first_reader_that_found_nothing_leaves_the_line_to_the_second() -> None:
    kept = choose(LineReading("", 0.65, engine="lstm"), read("text", 0.6, "ppocr"))
    assert (kept.text, kept.engine) == ("text", "ppocr")
    assert [word.confirmed for word in kept.words] == [None]


@pytest.mark.parametrize(
    ("text", "other", "confirmed"),
    [
        ("Total 12.50", "Total 12.50", [True, True]),
        ("Total 12.50", "TOTAL 12.80", [True, False]),
        ("RM9.00 paid", "RM 9.00 paid", [True, True]),
        ("RM 9.00", "RM9.00", [True, True]),
        ("Item one", "ltem one", [False, True]),
        ("450.00", "-450.00", [True]),
        ("-450.00", "450.00", [False]),
    ],
)
def test_words_are_confirmed_by_the_same_letters_in_the_other_reading(
    text: str, other: str, confirmed: list[bool]
) -> None:
    kept = choose(read(other, 0.8), read(text, 0.99, "ppocr"))
    assert kept.text == text
    assert [word.confirmed for word in kept.words] == confirmed


@pytest.mark.parametrize("engine", ["lstm", "ppocr"])
def test_agreement_raises_the_confidence_and_contradiction_lowers_it(engine: str) -> None:
    def chance(confirmed: bool | None) -> float:
        word = CropWord("Total", 0.9, NOWHERE, confirmed=confirmed)
        (line,) = calibrated([LineReading("Total", 0.9, (word,), engine)])
        return line.confidence

    assert chance(confirmed=False) < chance(confirmed=None) < chance(confirmed=True)


@given(st.text(max_size=20), st.text(max_size=20), st.floats(0.6, 1), st.floats(0.5, 1))
def test_the_choice_is_one_of_the_two_readings_word_for_word(
    one: str, other: str, first: float, second: float
) -> None:
    readings = [read(" ".join(one.split()), first), read(" ".join(other.split()), second, "ppocr")]
    kept = choose(*readings)
    texts = [[word.text for word in reading.words] for reading in readings]
    assert [word.text for word in kept.words] in [*texts, []]
    assert kept.text or not other.split()


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        ("Total 0% suppl ies:", "Total 0% supplies:"),
        ("Total 0%  supplies;", "Total 0%  supplies;"),  # only a mark differs
        ("To tal 0% supplies:", "Total 0% supplies:"),
    ],
)
@pytest.mark.parametrize("engine", ["ppocr", "ppocr_tiny"])
def test_a_reading_of_the_same_letters_that_parts_a_listed_word_is_not_taken(
    second: str, kept: str, engine: str
) -> None:
    first = read("Total 0% supplies:", 0.99, listed=True)
    assert choose(first, read(second, 0.9999, engine)).text == kept


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ("Take % cup of milk", "Take cup of milk", "first"),
        ("Take % cup of milk", "Take \u00bd cup of milk", "second"),
        ("Take | cup of milk", "Take cup of milk", "second"),
    ],
)
def test_a_second_reading_drops_no_sign_between_words(first: str, second: str, kept: str) -> None:
    chosen = choose(read(first, 0.97), read(second, 0.99, "ppocr"))
    assert chosen.text == (first if kept == "first" else second)


@pytest.mark.parametrize(("confidence", "text"), [(0.4, "beam loads"), (0.9, "beamloads")])
def test_a_word_in_doubt_does_not_stand_against_the_same_letters_in_two_words(
    confidence: float, text: str
) -> None:
    first = read("beamloads", confidence, listed=True)
    assert choose(first, read("beam loads", 0.99, "ppocr", listed=True)).text == text


@pytest.mark.parametrize(
    ("first", "second", "confidence", "taken"),
    [
        ("Antonin Dvofak", "Anton\u00edn Dvo\u0159\u00e1k", 0.99, "second"),
        ("Miller", "M\u00fcller", 0.99, "second"),
        ("Antonin Dvofak", "Anton\u00edn Dvo\u0159\u00e1k", 0.9, "first"),
        ("10* and laid'", "10\u00aa and laid", 0.99, "first"),
        ("Total Saving", "T\u00f6\u00efl S\u00e2g", 0.99, "first"),
    ],
)
def test_accents_that_only_the_second_reader_knows_are_taken(first, second, confidence, taken):
    readings = {
        "first": read(first, 0.998, listed=True),
        "second": read(second, confidence, "ppocr"),
    }
    assert choose(*readings.values()).text == readings[taken].text
