import json
import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.support.documents import pdf, save, text_page
from tests.support.text_pdfs import (
    A4,
    LETTER,
    PICTURE_OVER_ALL,
    rows_of,
    shifted,
    text_pdf,
    written,
)
from vision.core.document import Box, ModelUse, PageReading
from vision.core.geometry import bounding_box
from vision.core.limits import Limits
from vision.core.options import ReadOptions
from vision.core.stages import FoundLine, LineCrop, LineReading, PageImage, Recogniser, Stages
from vision.core.stages import Image as Pixels
from vision.core.text_layer import MAX_WORDS, LayerWord, TextLayer
from vision.imaging.connected_components import find_letters
from vision.input.pdf import render_page
from vision.input.sandbox.pool import DecoderPool
from vision.input.sandbox.text_layer_codec import layer_answer, layer_of
from vision.pipeline import read_page
from vision.recognition.tesseract import native_recogniser
from vision.text_layer.lines import layer_lines, not_covered
from vision.text_layer.policy import LayerOrienter
from vision.text_layer.verification import judge
from vision.text_layer.witnesses import font_groups

ROWS = rows_of()
PLAIN = text_pdf()


class PageFinder:
    """Finds the whole page as one line, and remembers that it was asked."""

    name = "learned"

    def __init__(self) -> None:
        self.asked = 0

    def find(self, image: Pixels, languages: Sequence[str]) -> list[FoundLine]:
        self.asked += 1
        return []

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
    assert LayerOrienter(lines).turn_needed(blank) == (turn, 1.0)


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


def two_fonts(first: Sequence[str], second: Sequence[str], to_unicode: bytes) -> bytes:
    """A page in Helvetica as /F1 above, and below in Times as /F2 with this map."""
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding%s>>"
    cmap = b"<</Length %d>>stream\n%s\nendstream" % (len(to_unicode), to_unicode)
    content = written(first) + written(second, top=500).replace(b"/F1", b"/F2")
    plain = font.replace(b"Times-Roman", b"Helvetica") % b""
    return pdf(
        [A4],
        content=content,
        page_entries=b"/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>",
        extra=[plain, font % b"/ToUnicode 7 0 R", cmap],
    )


NUMBERS = ["41.20 1350.00", "17.85 410.60", "22.30 298.75"]


def shifted_digits(by: int) -> bytes:
    """A map that is right but for its digits, which are `by` too high."""
    codes = {code: code for code in range(33, 123)}
    codes |= {48 + digit: 48 + (digit + by) % 10 for digit in range(10)}
    pairs = b"".join(b"<%02x> <%04x>\n" % pair for pair in codes.items())
    head, _, tail = shifted(0).partition(b"58 beginbfchar\n")
    return head + b"90 beginbfchar\n" + pairs + tail[tail.index(b"endbfchar") :]


@pytest.mark.parametrize(
    ("second", "to_unicode"),
    [
        (NUMBERS, shifted_digits(3)),
        (NUMBERS[:1], shifted_digits(1)),
        (["Invoice number 4471", *NUMBERS], shifted_digits(5)),
        (["Twelve boxes of paper", "will arrive in April"], shifted(1)),
        (["Twelve boxes of paper"], shifted(0xE000)),
    ],
    ids=["numbers", "one number", "digits among letters", "letters", "no codes"],
)
def test_a_font_with_false_codes_is_refused_and_recognised_alone(
    second: list[str], to_unicode: bytes, recogniser: Recogniser, tmp_path: Path
) -> None:
    page = drawn(tmp_path, two_fonts(ROWS, second, to_unicode), 200)
    assert page.text_layer is not None
    verdict = judge(page, page.text_layer.words, recogniser, ("eng",))
    assert verdict.fault == ""
    assert [word.text for word in verdict.believed] == LETTER.split()
    assert {word.fonts for word in verdict.refused} == {(1,)}
    finder = PageFinder()
    read = reading(page, recogniser, finder)
    assert read.page.text.split() == [*LETTER.split(), *" ".join(second).split()]
    assert finder.asked == 0, "the layer says where these words are"
    assert "recognised" in read.receipt.preparation[0].detail


def test_a_font_with_true_codes_is_believed_beside_others(
    recogniser: Recogniser, tmp_path: Path
) -> None:
    page = drawn(tmp_path, two_fonts(ROWS, NUMBERS, shifted_digits(0)), 200)
    assert page.text_layer is not None
    verdict = judge(page, page.text_layer.words, recogniser, ("eng",))
    assert (verdict.fault, verdict.refused) == ("", ())


def test_marks_for_letters_are_no_text(recogniser: Recogniser, tmp_path: Path) -> None:
    codes = {code: 33 + code % 14 for code in range(33, 123)}  # of ASCII only marks
    pairs = b"".join(b"<%02x> <%04x>\n" % pair for pair in codes.items())
    head, _, tail = shifted(0).partition(b"58 beginbfchar\n")
    marks = head + b"90 beginbfchar\n" + pairs + tail[tail.index(b"endbfchar") :]
    page = drawn(tmp_path, text_pdf(written(["Telephone 7"]), to_unicode=marks), 200)
    assert page.text_layer is not None
    assert (
        judge(page, page.text_layer.words, recogniser, ("eng",)).fault == "not what the page shows"
    )


def test_more_fonts_than_are_judged_alone_are_judged_together() -> None:
    words = [LayerWord("word" * (20 - n // 2), (), 0, fonts=(n,)) for n in range(30)]
    groups = font_groups(words)
    assert len(groups) == 30
    assert groups[0,] == (0,)
    assert len(set(groups.values())) == 13


@pytest.mark.parametrize(
    "unseen",
    [
        b"1 1 1 rg\n" + written(["white on white"], top=400) + b"0 0 0 rg\n",
        written(["under a white box"], top=400) + b"1 1 1 rg 40 300 500 130 re f 0 0 0 rg\n",
        written(["under a black box"], top=400) + b"0 0 0 rg 40 300 500 130 re f\n",
        written(["off the page"], top=-90),
        written(["in no colour"], top=400, mode=3),
    ],
)
def test_words_that_nobody_sees_are_dropped_one_by_one(
    unseen: bytes, recogniser: Recogniser, tmp_path: Path
) -> None:
    page = drawn(tmp_path, text_pdf(unseen + written(ROWS)))
    assert reading(page, recogniser, PageFinder()).page.text.split() == LETTER.split()


def test_what_a_crop_box_cuts_off_is_no_text_of_the_page(
    recogniser: Recogniser, tmp_path: Path
) -> None:
    path = save(tmp_path, "a.pdf", text_pdf(entries=b"/CropBox[0 740 595 842]"))
    with DecoderPool(size=1) as pool:
        page = pool.decode(path, 1, 150)
    for ocr in ("auto", "off"):
        text = reading(page, recogniser, PageFinder(), ocr=ocr).page.text
        assert text.split() == " ".join(ROWS[:3]).split()


@pytest.mark.parametrize("degrees", [-170, -90, -70, -20, -3, 3, 20, 45, 44.9, 60, 89, 135])
def test_words_of_tilted_text_are_as_large_as_level_ones(degrees: float, tmp_path: Path) -> None:
    def measured(angle: float) -> tuple[list[float], list[float]]:
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        content = b"BT /F1 14 Tf %f %f %f %f 300 400 Tm (Agjust the words) Tj ET\n"
        page = drawn(tmp_path, text_pdf(content % (cos, sin, -sin, cos)))
        assert page.text_layer is not None
        quads = [np.array(word.quad) for word in page.text_layer.words]
        covered = page.pixels[:, :, 0].copy()
        for quad in quads:
            cv2.fillPoly(covered, [np.rint(quad).astype(np.int32)], 255)
        assert (covered < 128).sum() < 10, "no letter lies outside its word's quad"
        along = [float(np.hypot(*(quad[1] - quad[0]))) for quad in quads]
        return along, [float(np.hypot(*(quad[3] - quad[0]))) for quad in quads]

    for tilted, level in zip(measured(degrees), measured(0.0), strict=True):
        assert tilted == pytest.approx(level, rel=0.05)


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


GOOD = ["word", 0, False, 0, [0, 0, 9, 0, 9, 9, 0, 9], [0], False]
NOT_A_NUMBER = float("nan")


def with_quad(*edges: object) -> dict[str, object]:
    return {"words": [[*GOOD[:4], list(edges), *GOOD[5:]]], "pictures": 0.0, "more": False}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        {"words": [GOOD], "pictures": 2.0, "more": False},
        {"words": [GOOD], "pictures": NOT_A_NUMBER, "more": False},
        {"words": [GOOD], "pictures": 0.0, "more": 1},
        {"words": [GOOD[:5]], "pictures": 0.0, "more": False},
        {"words": [["", *GOOD[1:]]], "pictures": 0.0, "more": False},
        {"words": [["a" * 101, *GOOD[1:]]], "pictures": 0.0, "more": False},
        {"words": [["\ud800", *GOOD[1:]]], "pictures": 0.0, "more": False},
        {"words": [["word", -1, *GOOD[2:]]], "pictures": 0.0, "more": False},
        {"words": [["word", 10**400, *GOOD[2:]]], "pictures": 0.0, "more": False},
        {"words": [[*GOOD[:3], 10**400, *GOOD[4:]]], "pictures": 0.0, "more": False},
        {"words": [[*GOOD[:5], [0] * 5, False]], "pictures": 0.0, "more": False},
        {"words": [[*GOOD[:5], [-1], False]], "pictures": 0.0, "more": False},
        {"words": [[*GOOD[:6], 1]], "pictures": 0.0, "more": False},
        with_quad(0, 0, 9, 0, 9, 9, 0),
        with_quad(0, 0, 9, 0, 9, 9, 0, 1e9),
        with_quad(0, 0, 9, 0, 9, 9, 0, 10**400),
        with_quad(0, 0, 9, 0, 9, 9, 0, "9"),
        with_quad(0, 0, 9, 0, 9, 9, 0, NOT_A_NUMBER),
        with_quad(0, 0, 9, 0, 9, 9, 0, float("inf")),
        {"words": [GOOD] * 20_001, "pictures": 0.0, "more": False},
    ],
)
def test_a_layer_that_no_sound_helper_writes_is_refused(answer: object) -> None:
    with pytest.raises(ValueError, match="text layer"):
        layer_of(answer, 100, 100)


@given(st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=8))
def test_no_word_leaves_the_sandbox_beyond_the_edges_of_its_page(edges: list[float]) -> None:
    layer = layer_of(with_quad(*edges), 100, 60)
    for word in layer.words if layer else ():
        assert all(0 <= x <= 100 and 0 <= y <= 60 for x, y in word.quad)


def test_words_off_the_page_do_not_leave_the_sandbox_and_the_edge_cuts_the_others() -> None:
    inside, across, beyond = ([x, 10, x + 20, 10, x + 20, 20, x, 20] for x in (10, 85, 99))
    words = [[*GOOD[:4], quad, *GOOD[5:]] for quad in (inside, across, beyond)]
    layer = layer_of({"words": words, "pictures": 0.0, "more": False}, 100, 100)
    assert layer is not None
    boxes = [bounding_box(word.quad) for word in layer.words]
    assert boxes == [Box(10, 10, 30, 20), Box(85, 10, 100, 20)]
    only_beyond = {"words": words[2:], "pictures": 0.0, "more": False}
    assert layer_of(only_beyond, 100, 100) is None


def test_a_file_may_place_words_anywhere_and_keeps_its_other_words(tmp_path: Path) -> None:
    far = written(ROWS[:1], top=30_000_000) + written(ROWS[:1], left=-9_000) + written(ROWS[1:2])
    with DecoderPool(size=1) as pool:
        layer = pool.decode(save(tmp_path, "a.pdf", text_pdf(far)), 1, 72).text_layer
    assert layer is not None
    assert [word.text for word in layer.words] == ROWS[1].split()


def hostile_layers() -> list[list[float]]:
    """Quads that no line of text has, all on a page of 842 x 595 pixels."""
    page = [0.0, 0.0, 842.0, 0.0, 842.0, 595.0, 0.0, 595.0]
    diamond = [421.0, 0.0, 842.0, 297.0, 421.0, 595.0, 0.0, 297.0]
    return [
        page,
        page[2:] + page[:2],  # on its side
        page[4:] + page[:4],
        diamond,
        [0.0, 0.0, 842.0, 595.0, 842.0, 595.0, 0.0, 0.0],  # no height
        [9.0] * 8,
        [842.0, 595.0, 0.0, 0.0, 842.0, 0.0, 0.0, 595.0],  # crossed
    ]


@pytest.mark.parametrize("edges", hostile_layers())
def test_hostile_quads_allocate_no_more_than_a_page(
    edges: list[float], recogniser: Recogniser
) -> None:
    ink = np.random.default_rng(1).integers(0, 256, (595, 842, 1), np.uint8).repeat(3, axis=2)
    layer = layer_of(with_quad(*edges), 842, 595)
    page = PageImage(1, ink, 72.0, text_layer=layer)
    seen: list[int] = []

    class Watched:
        name = "tesseract"

        def recognise(self, crops: Sequence[LineCrop]) -> list[LineReading]:
            seen.extend(crop.pixels.size for crop in crops)
            return recogniser.recognise(crops)

        def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
            return recogniser.models(languages)

        def languages(self) -> tuple[str, ...]:
            return recogniser.languages()

    read = reading(page, Watched(), PageFinder())
    assert read.page.width == 842
    assert all(size <= ink.size for size in seen)


def test_thousands_of_hostile_words_are_judged_in_bounded_time(recogniser: Recogniser) -> None:
    page = np.full((1000, 800, 3), 255, np.uint8)
    page[::50] = 0
    whole = ((0.0, 0.0), (800.0, 0.0), (800.0, 1000.0), (0.0, 1000.0))
    words = [LayerWord("word", whole, row, fonts=(row,)) for row in range(MAX_WORDS)]
    verdict = judge(PageImage(1, page), words, recogniser, ("eng",))
    assert len(verdict.believed) + len(verdict.refused) in {0, MAX_WORDS}


def test_a_layer_survives_json() -> None:
    quad = ((0, 0), (9, 0), (9, 9), (0, 9))
    word = LayerWord("wörd", quad, 3, True, 2, (0, 4), True)
    layer = TextLayer((word,), 0.5, True)
    assert layer_of(json.loads(json.dumps(layer_answer(layer))), 100, 100) == layer
    assert layer_of(layer_answer(None), 100, 100) is None


def test_a_picture_of_a_page_has_no_layer(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    text_page(600, 400).save(path)
    with DecoderPool(size=1) as pool:
        assert pool.decode(path, 1, 150).text_layer is None
