import functools

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from models.registry.resolve import resolve
from tests.support.lines import page_of_text, prepared
from vision.engines.onnx_session import open_session
from vision.engines.tessdata import find_tessdata
from vision.engines.tesseract_library import Tesseract
from vision.recognition.tesseract import native_recogniser
from vision.text_detection.crops import cut_lines
from vision.text_detection.dbnet import LearnedLineFinder
from vision.text_detection.morphology import ClassicalLineFinder
from vision.text_detection.tesseract_layout import TesseractLineFinder


@functools.cache
def learned():
    model = resolve("pp-ocrv6-det")
    return LearnedLineFinder(
        open_session(model.path, name="det", version="1", sha256=model.entry.sha256, device="cpu")
    )


@functools.cache
def layout():
    return TesseractLineFinder(Tesseract(find_tessdata(None)))


@pytest.fixture(
    scope="module",
    params=[learned, layout, ClassicalLineFinder],
    ids=["learned", "tesseract", "classical"],
)
def finder(request):
    return request.param()


def read(finder, image):
    lines = finder.find(image, ("eng",)).lines
    crops = cut_lines(prepared(image), lines, ("eng",))
    tops = [crop.to_page[1, 2] for crop in crops]
    readings = native_recogniser(None).recognise(crops)
    return [readings[i].text for i in np.argsort(tops)]


def test_every_line_of_a_page_is_found_and_readable(finder):
    texts = read(finder, page_of_text(lines=3))
    assert len(texts) == 3
    assert texts[0].startswith("The quick brown fox jumps over")


def test_lines_come_with_quads_around_their_ink(finder):
    page = page_of_text(lines=1)
    rows, columns = np.nonzero(page[:, :, 0] < 128)
    (line,) = finder.find(page, ("eng",)).lines
    (left, top), _, (right, bottom), _ = line.quad
    height = rows.max() - rows.min()
    assert (left, right) == pytest.approx((columns.min(), columns.max()), abs=height / 2)
    assert (top, bottom) == pytest.approx((rows.min(), rows.max()), abs=height / 2)
    assert 0.5 <= line.confidence <= 1


@pytest.mark.parametrize("shape", [(600, 400, 3), (5, 5, 3), (1, 300, 3), (300, 1, 3)])
def test_a_page_without_text_has_no_lines(finder, shape):
    assert finder.find(np.full(shape, 255, np.uint8), ("eng",)).lines == ()


def test_small_and_large_pages_are_searched_alike(finder):
    page = Pillow.fromarray(page_of_text(lines=4))
    for scale in (0.6, 3.0):
        size = (round(page.width * scale), round(page.height * scale))
        lines = finder.find(
            np.asarray(page.resize(size, Pillow.Resampling.LANCZOS)), ("eng",)
        ).lines
        assert len(lines) == 4
        assert all(line.quad[2][0] < size[0] and line.quad[2][1] < size[1] for line in lines)


def test_text_that_runs_up_the_page_is_read_by_the_learned_finder():
    turned = np.ascontiguousarray(np.rot90(page_of_text(lines=2)))
    finder = learned()
    crops = cut_lines(prepared(turned), finder.find(turned, ("eng",)).lines, ("eng",))
    texts = sorted(reading.text for reading in native_recogniser(None).recognise(crops))
    assert len(texts) == 2
    assert texts[1].startswith("The quick brown fox")


def test_a_tilted_line_is_read_by_the_learned_finder():
    page = Pillow.fromarray(page_of_text(lines=3))
    tilted = np.asarray(page.rotate(12, Pillow.Resampling.BICUBIC, expand=True, fillcolor="white"))
    assert any(text.startswith("The quick brown fox") for text in read(learned(), tilted))


def test_rules_of_a_form_are_no_text_and_cut_no_letter_for_the_classical_finder():
    page = page_of_text(lines=3).copy()
    crossed = finder_rows(page)[1]
    page[:, 20:23] = page[:, 980:983] = 0
    page[crossed : crossed + 2, 10:990] = 0
    texts = read(ClassicalLineFinder(), page)
    assert len(texts) == 3
    assert texts[0].startswith("The quick brown fox")


@pytest.mark.parametrize(
    ("side", "radius", "ink"),
    [(40, 0, "black"), (46, 0, "black"), (60, 0, "black"), (52, 8, "#888"), (60, 14, "#888")],
)
def test_the_sides_of_boxes_around_entries_are_no_part_of_their_lines(side, radius, ink):
    page = Pillow.new("RGB", (900, 700), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(22)
    for top in range(60, 600, 110):
        draw.rounded_rectangle((120, top, 640, top + side), radius, outline=ink, width=2)
        draw.text((134, top + 8), "Witness judge silver", "black", font)
    found = ClassicalLineFinder().find(np.asarray(page), ("eng",)).lines
    lefts, rights = zip(*((line.quad[0][0], line.quad[1][0]) for line in found), strict=True)
    assert len(found) == 5
    assert min(lefts) > 122
    assert max(rights) < 639


def test_lines_that_touch_each_other_are_parted_by_the_classical_finder():
    page = page_of_text(lines=3).copy()
    top, bottom = finder_rows(page)
    page[top:bottom, 400:403] = 0
    assert len(ClassicalLineFinder().find(page, ("eng",)).lines) == 3


def finder_rows(page):
    """The first row of ink, and the foot of the second line."""
    rows = np.flatnonzero((page < 128).any(axis=(1, 2)))
    ends = rows[np.flatnonzero(np.diff(rows) > 1)]
    return rows[0], ends[1]


def test_the_receipt_names_the_detection_model_and_its_provider():
    finder = learned()
    (use,) = finder.models()
    assert finder.find(page_of_text(lines=1), ("eng",)).models == (use,)
    assert use.provider == "CPUExecutionProvider"
    assert layout().models() == ()
