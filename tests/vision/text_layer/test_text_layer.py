import math
from pathlib import Path

import numpy as np
import pytest

from tests.support.documents import pdf
from tests.support.text_layers import PLAIN, ROWS, PageFinder, drawn, reading, scan
from tests.support.text_pdfs import (
    A4,
    LETTER,
    PICTURE_OVER_ALL,
    shifted,
    text_pdf,
    written,
)
from vision.core.protocols import Recogniser
from vision.core.stages import FoundLine, Orientation
from vision.core.text_layer import LayerWord
from vision.imaging.connected_components import find_letters
from vision.recognition.tesseract import native_recogniser
from vision.text_layer.lines import layer_lines, not_covered
from vision.text_layer.policy import LayerOrienter


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return native_recogniser(None)


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


@pytest.mark.parametrize("degrees", [20, -35])
def test_a_tilted_line_of_a_layer_is_read_as_stated(
    degrees: float, recogniser: Recogniser, tmp_path: Path
) -> None:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    content = b"BT /F1 14 Tf %f %f %f %f 200 400 Tm (Twelve boxes of paper) Tj ET\n"
    page = drawn(tmp_path, text_pdf(content % (cos, sin, -sin, cos)))
    read = reading(page, recogniser, PageFinder(), deskew="off").page
    assert read.text == "Twelve boxes of paper"
    (line,) = read.blocks[0].lines
    assert line.polygon is not None
    top_left, _, _, bottom_left = np.array(line.polygon)
    assert 28 < np.hypot(*(bottom_left - top_left)) < 45


def test_the_state_of_check_boxes_is_stated(recogniser: Recogniser, tmp_path: Path) -> None:
    page = drawn(tmp_path, form_pdf())
    assert page.pixels[296:321, 131:156].min() < 128, "its mark is drawn"
    text = reading(page, recogniser, PageFinder()).page.text
    assert [line for line in text.split("\n") if line[:1] in "☑☐◉○" and line] == [
        "☑ by post",
        "☐ by mail",
        "◉ today",
    ]
    assert "hidden" not in text


def form_pdf() -> bytes:
    """Labels with a checked and an empty box, a chosen radio button, and one box that is hidden."""
    rows = [("by post", b"/Yes", 0, 4), ("by mail", b"/Off", 0, 4), ("today", b"/Now", 1 << 15, 4)]
    rows.append(("hidden", b"/Yes", 0, 2))
    content, fields = b"", []
    for at, (label, state, flags, shown) in enumerate(rows):
        y = 690 - 40 * at
        content += written([label] if label != "hidden" else [], top=y, left=90)
        fields.append(
            b"<</Type/Annot/Subtype/Widget/FT/Btn/T(f%d)/V%s/AS%s/Ff %d/F %d/Rect[62 %d 76 %d]"
            b"/MK<</CA(4)/BC[0 0 0]>>>>" % (at, state, state, flags, shown, y - 3, y + 11)
        )
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    entries = b"/Resources<</Font<</F1 5 0 R>>>>/Annots[6 0 R 7 0 R 8 0 R 9 0 R]"
    made = pdf([A4], content=content, page_entries=entries, extra=[font, *fields])
    form = b"/AcroForm<</Fields[6 0 R 7 0 R 8 0 R 9 0 R]/NeedAppearances true>>"
    return made.replace(b"/Pages 2 0 R", b"/Pages 2 0 R" + form, 1)


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
