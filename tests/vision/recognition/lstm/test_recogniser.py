"""Reading with the installed English model, converted; each line is rendered here."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from models.loaders.tesseract_lstm import open_lstm_recogniser
from tests.support.parts import require
from tests.support.traineddata import ModelBytes
from vision.core.document import ModelUse
from vision.core.errors import BadInput, EngineFailure, VisionError
from vision.core.stages import NEVER, LineCrop, LineReading, Reread
from vision.engines.tessdata import find_tessdata, installed_languages
from vision.recognition.lstm.recogniser import LstmRecogniser

LINES = (
    "The quick brown fox jumps over the lazy dog.",
    "Invoice 2024-117, due in 30 days",
    "a",
    "Total: $1,250.00 (net)",
    "Chapter 12",
)


class NoNative:
    """Stands for native Tesseract, and remembers what it was asked to read."""

    name = "tesseract"

    def __init__(self) -> None:
        self.asked = 0

    def recognise(self, crops: list[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        self.asked += len(crops)
        return [LineReading("read natively", 1.0) for _ in crops]

    def models(self, languages: tuple[str, ...]) -> tuple[ModelUse, ...]:
        return tuple(ModelUse(each, "5", "", "tesseract") for each in languages)

    def languages(self) -> tuple[str, ...]:
        return ("eng",)


def tessdata() -> Path:
    try:
        folder = find_tessdata(None)
    except VisionError:
        folder = Path()
    require((folder / "eng.traineddata").is_file(), "Tesseract's English model")
    return folder


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> LstmRecogniser:
    cache = tmp_path_factory.mktemp("converted")
    return open_lstm_recogniser(tessdata(), cache, "cpu", native=NoNative())


def crop(
    text: str, size: int = 40, ink: str = "black", paper: str = "white",
    languages: tuple[str, ...] = ("eng",),
) -> LineCrop:  # fmt: skip
    font = ImageFont.truetype("DejaVuSans.ttf", size)
    picture = Image.new("RGB", (int(font.getlength(text)) + 20, int(size * 1.5)), paper)
    ImageDraw.Draw(picture).text((10, size * 0.15), text, font=font, fill=ink)
    pixels = np.array(picture)
    return LineCrop(pixels, np.eye(2, 3), languages)


def test_clean_lines_are_read_as_they_stand(recogniser: LstmRecogniser):
    readings = recogniser.recognise([crop(text) for text in LINES])
    assert [reading.text for reading in readings] == list(LINES)
    assert all(reading.confidence > 0.8 for reading in readings)


def test_nothing_to_read_gives_nothing(recogniser: LstmRecogniser):
    assert recogniser.recognise([]) == []
    blank = LineCrop(np.full((40, 200, 3), 255, np.uint8), np.eye(2, 3), ("eng",))
    sliver = LineCrop(np.zeros((60, 1, 3), np.uint8), np.eye(2, 3), ("eng",))
    rule = LineCrop(np.zeros((3, 3000, 3), np.uint8), np.eye(2, 3), ("eng",))
    for reading in recogniser.recognise([blank, sliver, rule]):
        assert (reading.text, reading.confidence, reading.words) == ("", 0.0, ())


def test_readings_do_not_depend_on_their_company(recogniser: LstmRecogniser):
    crops = [crop(text, size) for text in LINES for size in (17, 30, 44)]
    together = recogniser.recognise(crops)
    assert [recogniser.recognise([each])[0] for each in crops] == together
    assert recogniser.recognise(crops[::-1]) == together[::-1]


def test_what_is_too_unsure_to_be_believed_has_no_text(tmp_path: Path):
    doubting = open_lstm_recogniser(
        tessdata(), tmp_path, "cpu", native=NoNative(), min_confidence=1.01
    )
    (reading,) = doubting.recognise([crop("text")])
    assert reading.text == ""
    assert reading.words == ()
    assert reading.confidence > 0.5


def test_light_text_on_dark_paper_is_read(recogniser: LstmRecogniser):
    (reading,) = recogniser.recognise([crop(LINES[0], ink="white", paper="black")])
    assert reading.text == LINES[0]


@pytest.mark.parametrize("size", [14, 20, 40])
@pytest.mark.parametrize("border", [0, 4, 8])
def test_light_text_in_a_dark_bar_is_read(recogniser: LstmRecogniser, size: int, border: int):
    bar = crop("Offer Description", size, ink="white", paper="black")
    around = np.pad(bar.pixels, ((border, border), (border, border), (0, 0)), constant_values=255)
    [reading] = recogniser.recognise([replace(bar, pixels=around)])
    assert "Description" in reading.text


def ink_of(word: str, left: float) -> tuple[int, int, int, int]:
    """Where `crop` puts the ink of a word that begins at `left`."""
    picture = Image.new("L", (800, 60), 0)
    font = ImageFont.truetype("DejaVuSans.ttf", 40)
    ImageDraw.Draw(picture).text((left, 6), word, font=font, fill=255)
    box = picture.point(lambda level: 255 * (level > 127)).getbbox()
    assert box is not None
    return box


def test_boxes_stand_around_their_words(recogniser: LstmRecogniser):
    words = ("Boxes", "around", "words")
    (reading,) = recogniser.recognise([crop(" ".join(words))])
    font = ImageFont.truetype("DejaVuSans.ttf", 40)
    assert tuple(word.text for word in reading.words) == words
    for at, word in enumerate(reading.words):
        left = 10 + font.getlength("".join(f"{each} " for each in words[:at]))
        assert word.box == pytest.approx(ink_of(word.text, left), abs=1.5)


def test_words_tell_whether_the_language_lists_them(recogniser: LstmRecogniser):
    (reading,) = recogniser.recognise([crop("The quick brown Xqzvw, 2024")])
    listed = {word.text: word.listed for word in reading.words}
    assert listed == {
        "The": True, "quick": True, "brown": True, "Xqzvw,": False, "2024": None,
    }  # fmt: skip


@pytest.mark.parametrize(("word", "listed"), [("quick", True), ("Xqzvw", False), ("", False)])
def test_the_word_list_of_a_language_can_be_asked(
    recogniser: LstmRecogniser, word: str, listed: bool
):
    is_listed = recogniser.word_list(("eng",))
    assert is_listed is not None
    assert is_listed(word) is listed


def test_a_language_that_is_not_installed_has_no_word_list(recogniser: LstmRecogniser):
    assert recogniser.word_list(("eng", "xxx")) is None


def test_an_unknown_language_is_the_callers_error(recogniser: LstmRecogniser):
    with pytest.raises(BadInput) as caught:
        recogniser.recognise([crop("text", languages=("xxx",))])
    assert caught.value.code == "unknown_language"


def test_models_say_what_is_read_with(recogniser: LstmRecogniser):
    (use,) = recogniser.models(("eng",))
    assert (use.name, use.provider) == ("tesseract-eng", "CPUExecutionProvider")


def test_of_two_languages_each_line_takes_the_surer(tmp_path: Path):
    folder = tessdata()
    require("deu" in installed_languages(folder), "Tesseract's German model")
    both = open_lstm_recogniser(folder, tmp_path, "cpu", native=NoNative())
    lines = ("Größe und Länge übermäßig schön", "which was the weather there")
    readings = both.recognise([crop(text, languages=("eng", "deu")) for text in lines])
    assert [reading.text for reading in readings] == list(lines)


def test_a_model_that_is_not_converted_is_read_natively(tmp_path: Path):
    (tmp_path / "eng.traineddata").write_bytes(ModelBytes(window="Convolute").file())
    native = NoNative()
    recogniser = open_lstm_recogniser(tmp_path, tmp_path / "cache", "cpu", native=native)
    assert recogniser.recognise([crop("text")])[0].text == "read natively"
    assert native.asked == 1
    assert recogniser.models(("eng",))[0].provider == "tesseract"


def test_a_broken_model_is_the_operators_error(tmp_path: Path):
    (tmp_path / "eng.traineddata").write_bytes(ModelBytes().file()[:500])
    recogniser = open_lstm_recogniser(tmp_path, tmp_path / "cache", "cpu", native=NoNative())
    with pytest.raises(EngineFailure) as caught:
        recogniser.recognise([crop("text")])
    assert caught.value.code == "model_unreadable"


def ink_columns(pixels: np.ndarray) -> list[tuple[int, int]]:
    """Where runs of columns with ink begin and end."""
    inked = np.concatenate([[False], (pixels[:, :, 0] < 128).any(axis=0), [False]])
    turns = np.flatnonzero(inked[1:] != inked[:-1]).tolist()
    return list(zip(turns[::2], turns[1::2], strict=True))


def test_each_character_stands_around_its_own_ink(recogniser: LstmRecogniser):
    plain = crop("Seven boxes and eleven pens")
    (reading,) = recogniser.recognise([replace(plain, characters=True)])
    assert reading.text == "Seven boxes and eleven pens"
    letters = [each for word in reading.words for each in word.characters]
    assert "".join(each.text for each in letters) == "Sevenboxesandelevenpens"
    for letter, (start, end) in zip(letters, ink_columns(plain.pixels), strict=True):
        assert letter.box.x0 == pytest.approx(start, abs=2)
        assert letter.box.x1 == pytest.approx(end, abs=2)
        assert 0.5 < letter.confidence <= 1


def test_characters_change_nothing_else_and_come_only_where_asked_for(recogniser: LstmRecogniser):
    plain = [crop(text) for text in LINES]
    mixed = [replace(each, characters=at % 2 == 0) for at, each in enumerate(plain)]
    without, some = recogniser.recognise(plain), recogniser.recognise(mixed)
    bare = [
        replace(reading, words=tuple(replace(word, characters=()) for word in reading.words))
        for reading in some
    ]
    assert bare == without
    for at, reading in enumerate(some):
        for word in reading.words:
            assert "".join(each.text for each in word.characters) == word.text * (at % 2 == 0)


def test_characters_of_right_to_left_words_come_as_they_are_read_and_stand_as_printed(
    tmp_path: Path,
):
    folder = tessdata()
    require("ara" in installed_languages(folder), "Tesseract's Arabic model")
    arabic = open_lstm_recogniser(folder, tmp_path, "cpu", native=NoNative())
    line = replace(crop("دار ورد", 60, languages=("ara",)), characters=True)
    (reading,) = arabic.recognise([line])
    assert reading.text == "دار ورد"
    letters = [each for word in reading.words for each in word.characters]
    assert "".join(each.text for each in letters) == "دارورد"
    middles = [(each.box.x0 + each.box.x1) / 2 for each in letters]
    assert middles == sorted(middles, reverse=True)
