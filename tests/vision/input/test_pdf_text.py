import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.support.text_layers import PLAIN, ROWS, drawn, layer_of_pdf
from tests.support.text_pdfs import (
    LETTER,
    text_pdf,
    written,
)
from vision.core.geometry import bounding_box


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


@pytest.mark.parametrize("entries", [b"", b"/Rotate 90"])
def test_a_word_that_a_hyphen_divides_is_two_words_in_two_lines(
    entries: bytes, tmp_path: Path
) -> None:
    content = written(["the order of the four-", "teenth of March, a so-called", "x-ray at -.5"])
    words = layer_of_pdf(tmp_path, text_pdf(content, entries)).words
    texts = [word.text for word in words]
    stated = "the order of the four- teenth of March, a so-called x-ray at -.5"
    assert sorted(texts) == sorted(stated.split())
    first, second = (words[texts.index(text)] for text in ("four-", "teenth"))
    assert first.row != second.row
    along = 1 if entries else 0
    assert first.quad[1][along] - first.quad[0][along] < 100
