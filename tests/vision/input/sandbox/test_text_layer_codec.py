import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.documents import save, text_page
from tests.support.text_layers import PLAIN, ROWS, PageFinder, layer_of_pdf, reading
from tests.support.text_pdfs import (
    text_pdf,
    written,
)
from vision.core.document import Box, ModelUse
from vision.core.geometry import bounding_box
from vision.core.protocols import Recogniser
from vision.core.stages import LineCrop, LineReading, PageImage
from vision.core.text_layer import MAX_WORDS, LayerWord, TextLayer
from vision.input.sandbox.pool import DecoderPool
from vision.input.sandbox.text_layer_codec import layer_answer, layer_of
from vision.recognition.tesseract import native_recogniser
from vision.text_layer.verification import judge


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return native_recogniser(None)


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


@pytest.mark.parametrize(
    ("text", "outcomes"), [("word", {1}), ("word {}", {0}), ("....", {0, MAX_WORDS})]
)
def test_thousands_of_hostile_words_are_judged_in_bounded_time(
    text: str, outcomes: set[int], recogniser: Recogniser
) -> None:
    page = np.full((1000, 800, 3), 255, np.uint8)
    page[::50] = 0
    whole = ((0.0, 0.0), (800.0, 0.0), (800.0, 1000.0), (0.0, 1000.0))
    words = [LayerWord(text.format(row), whole, row, fonts=(row,)) for row in range(MAX_WORDS)]
    verdict = judge(PageImage(1, page), words, recogniser, ("eng",))
    assert len(verdict.believed) + len(verdict.refused) in outcomes


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
