import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.documents import save, text_page
from tests.support.text_pdfs import (
    LETTER,
    PICTURE_OVER_ALL,
    rows_of,
    shifted,
    text_pdf,
    written,
)
from vision.core.document import ModelUse, PageReading
from vision.core.geometry import bounding_box
from vision.core.limits import Limits
from vision.core.options import ReadOptions
from vision.core.stages import (
    FoundLine,
    FoundLines,
    Letters,
    Orientation,
    PageImage,
    Recogniser,
    Stages,
)
from vision.core.stages import Image as Pixels
from vision.core.text_layer import LayerWord, TextLayer
from vision.imaging.connected_components import find_letters
from vision.input.pdf import render_page
from vision.input.sandbox.pool import DecoderPool
from vision.input.sandbox.text_layer_codec import layer_answer, layer_of
from vision.pipeline import read_page
from vision.recognition.tesseract import native_recogniser
from vision.text_layer.lines import layer_lines, not_covered
from vision.text_layer.policy import LayerOrienter
from vision.text_layer.verification import judge

ROWS = rows_of()
PLAIN = text_pdf()


class PageFinder:
    """Finds the whole page as one line, and remembers that it was asked."""

    name = "learned"

    def __init__(self) -> None:
        self.asked = 0

    def find(
        self, image: Pixels, languages: Sequence[str], letters: Letters | None = None
    ) -> FoundLines:
        self.asked += 1
        return FoundLines((), self.name)

    def models(self) -> tuple[ModelUse, ...]:
        return ()


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return native_recogniser(None)


def drawn(tmp_path: Path, document: bytes, dpi: int = 150) -> PageImage:
    return render_page(save(tmp_path, "a.pdf", document), 1, dpi, Limits())


def layer_of_pdf(tmp_path: Path, document: bytes, dpi: int = 150) -> TextLayer:
    layer = drawn(tmp_path, document, dpi).text_layer
    assert layer is not None
    return layer


def scan(tmp_path: Path) -> Image.Image:
    return Image.fromarray(drawn(tmp_path, PLAIN, 150).pixels)


def reading(
    page: PageImage, recogniser: Recogniser, finder: PageFinder, **options: object
) -> PageReading:
    stages = Stages({"learned": finder}, {"tesseract": recogniser}, {})
    engines = {"lines": "learned", "recogniser": "tesseract", "second_reader": "off"}
    chosen = ReadOptions(detectors=(), barcodes="off", **engines, **options)  # type: ignore[arg-type]
    return read_page(page, stages, chosen, None)


def test_a_pdf_states_its_words_where_they_are_drawn(tmp_path: Path) -> None:
    page = drawn(tmp_path, PLAIN)
    assert page.text_layer is not None
    words = page.text_layer.words
    assert [word.text for word in words] == LETTER.split()
    for word in words:
        box = bounding_box(word.quad)
        ink = page.pixels[int(box.y0) : int(box.y1) + 1, int(box.x0) : int(box.x1) + 1]
        assert ink.min() < 128
    everything = page.pixels.copy()
    for word in words:
        box = bounding_box(word.quad)
        everything[int(box.y0) : int(box.y1) + 2, int(box.x0) - 1 : int(box.x1) + 2] = 255
    assert everything.min() > 200, "no letter lies outside its word's box"


def test_far_too_much_text_is_not_looked_at(tmp_path: Path) -> None:
    flood = b"BT /F1 2 Tf 2 TL 20 830 Td\n" + b"(abcdefghi klmnopqrs) Tj T*\n" * 3_100 + b"ET\n"
    assert drawn(tmp_path, text_pdf(flood)).text_layer is None


def test_a_page_without_text_has_no_layer(tmp_path: Path) -> None:
    assert drawn(tmp_path, text_pdf(b"")).text_layer is None


@pytest.mark.parametrize(
    ("entries", "content", "direction"),
    [
        (b"", None, (1, 0)),
        (b"/Rotate 90", None, (0, 1)),
        (b"/Rotate 180", None, (-1, 0)),
        (b"/Rotate 270", None, (0, -1)),
        (b"", b"0 1 -1 0 595 0 cm\n" + written(ROWS, top=500), (0, -1)),
        (b"/CropBox[40 500 400 800]", None, (1, 0)),
    ],
)
def test_words_run_as_the_page_shows_them(
    entries: bytes, content: bytes | None, direction: tuple[int, int], tmp_path: Path
) -> None:
    layer = layer_of_pdf(tmp_path, text_pdf(content, entries))
    quad = np.array(layer.words[0].quad)
    along = quad[1] - quad[0]
    assert np.allclose(along / np.hypot(*along), direction, atol=0.02)
    page = drawn(tmp_path, text_pdf(content, entries))
    box = bounding_box(layer.words[0].quad)
    ink = page.pixels[int(box.y0) : int(box.y1) + 1, int(box.x0) : int(box.x1) + 1]
    assert ink.min() < 128


@pytest.mark.parametrize(
    ("quarter", "turn"), [((1, 0), 0), ((0, 1), 270), ((-1, 0), 180), ((0, -1), 90)]
)
def test_letters_say_which_way_is_up(quarter: tuple[int, int], turn: int) -> None:
    x, y = quarter
    quad = (
        (0.0, 0.0),
        (40.0 * x, 40.0 * y),
        (40.0 * x - 9 * y, 40.0 * y + 9 * x),
        (-9.0 * y, 9.0 * x),
    )
    lines = layer_lines([LayerWord("word", quad, 0)])
    blank = find_letters(np.zeros((9, 9, 3), np.uint8))
    assert LayerOrienter(lines).turn_needed(blank) == Orientation(turn, 1.0)


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (PLAIN, ""),
        (text_pdf(to_unicode=shifted(0)), ""),
        (text_pdf(to_unicode=shifted(1)), "not what the page shows"),
        (text_pdf(to_unicode=shifted(0xE000)), "letters without codes"),
        (text_pdf(written(ROWS, mode=3)), "hidden behind a picture"),
        (text_pdf(written(ROWS, top=2000)), "not where the page shows text"),
        (text_pdf(b"1 1 1 rg\n" + written(ROWS)), "not where the page shows text"),
    ],
    ids=["sound", "mapped", "shifted", "private", "hidden", "off the page", "white on white"],
)
def test_a_layer_is_checked_against_the_page(
    document: bytes, fault: str, recogniser: Recogniser, tmp_path: Path
) -> None:
    page = drawn(tmp_path, document)
    assert page.text_layer is not None
    assert judge(page, page.text_layer.words, recogniser, ("eng",)).fault == fault


def test_words_under_a_scan_that_shows_others_are_not_believed(
    recogniser: Recogniser, tmp_path: Path
) -> None:
    under = written(["quite other words that nobody will ever see"] * 6)
    page = drawn(tmp_path, text_pdf(under + PICTURE_OVER_ALL, picture=scan(tmp_path)))
    assert page.text_layer is not None
    assert judge(page, page.text_layer.words, recogniser, ("eng",)).fault


def test_a_sound_layer_spares_the_page_the_search_for_lines(
    recogniser: Recogniser, tmp_path: Path
) -> None:
    finder = PageFinder()
    read = reading(drawn(tmp_path, PLAIN), recogniser, finder)
    assert read.page.text.split() == LETTER.split()
    assert finder.asked == 0
    report = read.receipt.preparation[0]
    assert (report.stage, report.applied, report.detail) == ("text_layer", True, "used")
    words = [word for block in read.page.blocks for line in block.lines for word in line.words]
    assert [word.text for word in words] == LETTER.split()
    assert all(0 <= word.box.x0 < word.box.x1 <= read.page.width for word in words)


@pytest.mark.parametrize("ocr", ["auto", "force"])
def test_the_picture_is_read_where_the_layer_is_wrong_or_unwanted(
    ocr: str, recogniser: Recogniser, tmp_path: Path
) -> None:
    finder = PageFinder()
    document = text_pdf(to_unicode=shifted(1)) if ocr == "auto" else PLAIN
    read = reading(drawn(tmp_path, document), recogniser, finder, ocr=ocr)
    assert finder.asked == 1
    assert read.page.text == ""
    assert [each.applied for each in read.receipt.preparation if each.stage == "text_layer"] == (
        [False] if ocr == "auto" else []
    )


def test_without_recognition_the_layer_is_taken_as_it_is(
    recogniser: Recogniser, tmp_path: Path
) -> None:
    finder = PageFinder()
    page = drawn(tmp_path, text_pdf(written(ROWS, mode=3)))
    assert reading(page, recogniser, finder, ocr="off").page.text.split() == LETTER.split()
    empty = reading(drawn(tmp_path, text_pdf(b"")), recogniser, finder, ocr="off").page
    assert empty.text == ""
    assert "no_text_layer" in {warning.code for warning in empty.warnings}
    assert finder.asked == 0


def test_a_stamp_on_a_scan_does_not_stand_for_the_whole_page(
    recogniser: Recogniser, tmp_path: Path
) -> None:
    finder = PageFinder()
    content = PICTURE_OVER_ALL + written(["Received by the office in April"], top=200)
    page = drawn(tmp_path, text_pdf(content, picture=scan(tmp_path)))
    read = reading(page, recogniser, finder)
    assert read.page.text == "Received by the office in April"
    assert finder.asked == 1, "the rest of the page is looked at"


def test_only_lines_that_the_layer_lacks_are_read() -> None:
    line = (((10.0, 10.0), (200.0, 10.0), (200.0, 30.0), (10.0, 30.0)),)
    known = FoundLine(((12, 11), (190, 11), (190, 29), (12, 29)))
    longer = FoundLine(((12, 11), (900, 11), (900, 29), (12, 29)))
    below = FoundLine(((12, 61), (190, 61), (190, 79), (12, 79)))
    assert not_covered([known, longer, below], line) == [longer, below]
    assert not_covered([known], ()) == [known]


@pytest.mark.parametrize(
    ("gap", "drop", "row", "lines"),
    [(4, 0, 0, 1), (30, 0, 0, 2), (4, 15, 0, 2), (4, 0, 1, 2), (-30, 0, 0, 2)],
    ids=["close", "wide gap", "lower", "other row", "back again"],
)
def test_words_join_to_lines(gap: float, drop: float, row: int, lines: int) -> None:
    def word(x: float, y: float, at: int) -> LayerWord:
        return LayerWord("word", ((x, y), (x + 40, y), (x + 40, y + 20), (x, y + 20)), at)

    assert len(layer_lines([word(0, 0, 0), word(40 + gap, drop, row)])) == lines


def test_the_layer_comes_through_the_sandbox_unchanged(tmp_path: Path) -> None:
    path = save(tmp_path, "a.pdf", PLAIN)
    with DecoderPool(size=1) as pool:
        outside = pool.decode(path, 1, 150).text_layer
    inside = layer_of_pdf(tmp_path, PLAIN)
    assert outside is not None
    assert [word.text for word in outside.words] == [word.text for word in inside.words]
    for one, other in zip(outside.words, inside.words, strict=True):
        assert np.allclose(one.quad, other.quad, atol=0.01)


GOOD = ["word", 0, False, 0, [0, 0, 9, 0, 9, 9, 0, 9]]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        {"words": [GOOD], "pictures": 2.0, "more": False},
        {"words": [GOOD], "pictures": 0.0, "more": 1},
        {"words": [["", *GOOD[1:]]], "pictures": 0.0, "more": False},
        {"words": [["a" * 101, *GOOD[1:]]], "pictures": 0.0, "more": False},
        {"words": [[*GOOD[:4], [0, 0, 9, 0, 9, 9, 0]]], "pictures": 0.0, "more": False},
        {"words": [[*GOOD[:4], [0, 0, 9, 0, 9, 9, 0, 1e9]]], "pictures": 0.0, "more": False},
        {"words": [[*GOOD[:4], [0, 0, 9, 0, 9, 9, 0, "9"]]], "pictures": 0.0, "more": False},
        {"words": [GOOD] * 20_001, "pictures": 0.0, "more": False},
    ],
)
def test_a_layer_that_no_sound_helper_writes_is_refused(answer: object) -> None:
    with pytest.raises(ValueError, match="text layer"):
        layer_of(answer, 100, 100)


def test_a_layer_survives_json() -> None:
    layer = TextLayer((LayerWord("wörd", ((0, 0), (9, 0), (9, 9), (0, 9)), 3, True, 2),), 0.5, True)
    assert layer_of(json.loads(json.dumps(layer_answer(layer))), 100, 100) == layer
    assert layer_of(layer_answer(None), 100, 100) is None


def test_a_picture_of_a_page_has_no_layer(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    text_page(600, 400).save(path)
    with DecoderPool(size=1) as pool:
        assert pool.decode(path, 1, 150).text_layer is None
