from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.documents import pdf, save
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
from vision.core.text_layer import LayerWord
from vision.input.sandbox.pool import DecoderPool
from vision.recognition.tesseract import native_recogniser
from vision.text_layer.verification import judge
from vision.text_layer.witnesses import font_groups


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return native_recogniser(None)


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


def test_words_under_a_scan_that_shows_others_are_not_believed(
    recogniser: Recogniser, tmp_path: Path
) -> None:
    under = written(["quite other words that nobody will ever see"] * 6)
    page = drawn(tmp_path, text_pdf(under + PICTURE_OVER_ALL, picture=scan(tmp_path)))
    assert page.text_layer is not None
    assert judge(page, page.text_layer.words, recogniser, ("eng",)).fault
