"""Readings to assemble and documents to export, made by hand or by hypothesis."""

import numpy as np
from hypothesis import strategies as st

from vision.core.document import (
    Barcode,
    Block,
    Box,
    Character,
    Document,
    DocumentInfo,
    Line,
    ModelUse,
    Page,
    PageFailure,
    PageReading,
    PageReceipt,
    PageWarning,
    Preparation,
    Receipt,
    Region,
    Table,
    TableCell,
    Word,
)
from vision.core.stages import CropWord, LineCrop, LineReading, PreparedPage

IDENTITY = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
MODEL = ModelUse("tesseract-eng", "5.5.0", "ab" * 32, "tesseract")


def blank_page(width=1000, height=1400, to_page=IDENTITY):
    pixels = np.full((height, width, 3), 255, np.uint8)
    return PreparedPage(1, pixels, pixels, to_page, 150.0, 0, 0.0)


def read_line(text, x, y, width=None, height=20, to_frame=IDENTITY):
    """A crop and its reading: text at (x, y), ten pixels a letter unless `width` says otherwise.

    `to_frame` maps the coordinates given here to the page.
    """
    width = width or 10 * len(text)
    scale = width / max(len(text), 1)
    words, at = [], 0
    for word in text.split(" "):
        end = at + len(word)
        if word:
            words.append(CropWord(word, 0.9, Box(at * scale, 0, end * scale, height)))
        at = end + 1
    linear = to_frame[:, :2]
    to_page = np.column_stack([linear, linear @ [x, y] + to_frame[:, 2]])
    pixels = np.full((round(height), max(round(width), 1), 3), 255, np.uint8)
    return LineCrop(pixels, to_page, ("eng",)), LineReading(text, 0.9, tuple(words))


def small_document():
    """One page that has one of everything, numbers already rounded as JSON keeps them."""
    region = Region("r1", "table", 0.8123, Box(1.0, 2.0, 30.5, 40.25), "pagesight-doc")
    word = Word("Grüße", 0.9, Box(1.0, 2.0, 11.0, 12.0))
    tilted = Line("Grüße", 0.9, word.box, (word,), ((1.0, 2.0), (11.0, 2.5), (11.0, 12.0)))
    page = Page(
        number=2,
        width=100,
        height=200,
        dpi=None,
        rotation=90,
        skew=-1.25,
        languages=("deu", "eng"),
        text="Grüße\n\nplain",
        regions=(region,),
        blocks=(
            Block("b1", "table", (tilted,), "r1"),
            Block("b2", "text", (Line("plain", 1.0, word.box),)),
        ),
        tables=(Table("t1", region.box, 1, 2, (TableCell(0, 0, "Grüße", word.box),), "r1"),),
        barcodes=(Barcode("QRCode", "https://example.org", word.box),),
        warnings=(PageWarning("low_contrast", "the print is faint"),),
    )
    receipt = PageReceipt(
        2, (MODEL,), {"prepare": 1.5}, (Preparation("deskew", 1.25, "degrees", True),), "w1", 2
    )
    return Document(
        document=DocumentInfo("application/pdf", "cd" * 32, 3),
        pages=(page,),
        receipt=Receipt("pagesight", "0.1.0", {"pages": "2-3"}, (MODEL,), (receipt,)),
        failures=(PageFailure(3, "too_costly", "the page took too long", "caller"),),
    )


_numbers = st.floats(-1e5, 1e5).map(lambda number: round(number, 2))
_confidences = st.floats(0, 1).map(lambda number: round(number, 4))
_text = st.text(st.characters(codec="utf-8"), max_size=12)
_boxes = st.builds(Box, _numbers, _numbers, _numbers, _numbers)


def _tuples(items):
    return st.lists(items, max_size=2).map(tuple)


_characters = st.builds(Character, _text, _confidences, _boxes)
_words = st.builds(Word, _text, _confidences, _boxes, _tuples(_characters))
_lines = st.builds(
    Line,
    _text,
    _confidences,
    _boxes,
    _tuples(_words),
    st.none() | st.lists(st.tuples(_numbers, _numbers), min_size=3, max_size=4).map(tuple),
)
_blocks = st.builds(Block, _text, _text, _tuples(_lines), st.none() | _text)
_pages = st.builds(
    Page,
    number=st.integers(1, 9),
    width=st.integers(1, 9999),
    height=st.integers(1, 9999),
    dpi=st.none() | _numbers,
    rotation=st.sampled_from([0, 90, 180, 270]),
    skew=_numbers,
    languages=_tuples(_text),
    text=_text,
    blocks=_tuples(_blocks),
)
_receipts = st.builds(
    PageReceipt, st.integers(1, 9), st.just((MODEL,)), st.dictionaries(_text, _numbers, max_size=2)
)
page_readings = st.builds(PageReading, _pages, _receipts)
documents = st.builds(
    Document,
    document=st.builds(DocumentInfo, _text, _text, st.integers(0, 9)),
    pages=_tuples(_pages),
    receipt=st.builds(
        Receipt,
        _text,
        _text,
        st.dictionaries(_text, st.none() | st.booleans() | st.integers() | _text, max_size=3),
        st.just((MODEL,)),
        _tuples(_receipts),
    ),
)
