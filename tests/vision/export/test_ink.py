"""Ink that no word covers, and words without ink, on drawn pages."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.support.placed_documents import line, placed_document, word
from vision.core.document import Barcode, Block, Box, Page, Region
from vision.export.ink import blank_words, export, uncovered_ink
from vision.verification.ink import ink_of

WORDS = ("Printed", "words", "stand", "here")
FONT = ImageFont.load_default(30)


def drawn(rules: bool = False) -> tuple[Any, dict[str, Box]]:
    """Rows of words, and where each is."""
    page = Image.new("RGB", (900, 500), "white")
    draw, places = ImageDraw.Draw(page), {}
    for row, text in enumerate(WORDS * 2):
        at = (60 + 420 * (row % 2), 40 + 100 * (row // 2))
        draw.text(at, f"{text}{row}", "black", FONT)
        places[f"{text}{row}"] = Box(*draw.textbbox(at, f"{text}{row}", FONT))
    if rules:
        draw.line((40, 480, 860, 480), "black", 2)
        for x in range(40, 860, 24):
            draw.line((x, 20, x + 12, 20), "black", 3)
    return np.asarray(page), places


def page_with(places: dict[str, Box], **more: Any) -> Page:
    rows = tuple(line(word(text, 0.9, *box)) for text, box in places.items())
    bare = {"regions": (), "tables": (), "width": 900, "height": 500}
    block = Block("b1", "text", rows)
    return replace(placed_document().pages[0], blocks=(block,), **{**bare, **more})


@pytest.mark.parametrize("rules", [False, True])
def test_nothing_is_reported_where_all_words_are_read(rules: bool) -> None:
    image, places = drawn(rules)
    assert uncovered_ink(image, page_with(places)) == []
    assert blank_words(image, page_with(places)) == []


def test_words_that_nobody_read_are_reported_at_their_places() -> None:
    image, places = drawn()
    missed = [places.pop("words1"), places.pop("here7")]
    found = uncovered_ink(image, page_with(places))
    assert len(found) == 2
    for box, wanted in zip(found, missed, strict=True):
        assert box == pytest.approx(wanted, abs=6)


@pytest.mark.parametrize("kind", ["figure", "signature", "barcode"])
def test_ink_of_pictures_is_no_text(kind: str) -> None:
    image, places = drawn()
    box = places.pop("words1")
    if kind == "barcode":
        code = Barcode("QRCode", "x", box)
        assert uncovered_ink(image, page_with(places, barcodes=(code,))) == []
    else:
        region = Region("r1", kind, 0.9, box, "doc")
        assert uncovered_ink(image, page_with(places, regions=(region,))) == []


def test_words_without_ink_are_blank_and_the_export_says_both() -> None:
    image, places = drawn()
    places.pop("words1")
    ghost = Box(500, 440, 620, 470)
    document = replace(placed_document(), pages=(page_with({**places, "ghost": ghost}),))

    class Source:
        def page_image(self, _: Page) -> Any:
            return image

    (made,) = export(document, Source())  # type: ignore[arg-type]
    found = ink_of(json.loads(made.content))
    assert [each.page for each in found.uncovered] == [1]
    assert [each.box for each in found.blank] == [ghost]


def test_a_page_without_ink_has_none() -> None:
    blank = np.full((300, 300, 3), 255, np.uint8)
    assert uncovered_ink(blank, page_with({})) == []
