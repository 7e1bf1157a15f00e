"""Marks that recognisers have no class for, read from drawn pages through the whole pipeline."""

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from benchmarks.made_pages import MAKERS, scanned
from jobs.settings import Settings
from vision.core.arrays import Image as Pixels
from vision.core.options import ReadOptions, with_profile
from vision.core.stages import PageImage
from vision.pipeline import read_page
from workers.engine.engine import Engine, build_engine

PAGES = (MAKERS[0](5), scanned(MAKERS[1](5), 5), scanned(MAKERS[3](5), 5))
ITEMS = ("Close the hatches", "take on water", "Fill every lamp", "lay out the charts")
Pen = Callable[[ImageDraw.ImageDraw, float, float, float], None]  # left, top and side of a mark


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("engine")
    made = build_engine(Settings(_env_file=None, data_dir=folder, device="cpu"))
    yield made
    made.close()


def disc(draw: ImageDraw.ImageDraw, x: float, y: float, side: float) -> None:
    draw.ellipse((x + 0.3 * side, y + 0.3 * side, x + 0.7 * side, y + 0.7 * side), "black")


def square(draw: ImageDraw.ImageDraw, x: float, y: float, side: float) -> None:
    draw.rectangle((x + 0.3 * side, y + 0.3 * side, x + 0.7 * side, y + 0.7 * side), "black")


def ring(draw: ImageDraw.ImageDraw, x: float, y: float, side: float) -> None:
    edges = (x + 0.25 * side, y + 0.25 * side, x + 0.75 * side, y + 0.75 * side)
    draw.ellipse(edges, None, "black", 2)


def empty_box(draw: ImageDraw.ImageDraw, x: float, y: float, side: float) -> None:
    draw.rectangle((x, y, x + side, y + side), None, "black", 2)


def ticked_box(draw: ImageDraw.ImageDraw, x: float, y: float, side: float) -> None:
    empty_box(draw, x, y, side)
    ends = [(0.2, 0.5), (0.45, 0.8), (0.85, 0.15)]
    draw.line([(x + u * side, y + v * side) for u, v in ends], "black", 3)


def crossed_box(draw: ImageDraw.ImageDraw, x: float, y: float, side: float) -> None:
    empty_box(draw, x, y, side)
    for rising in (0.2, 0.8):
        ends = (x + 0.2 * side, y + rising * side, x + 0.8 * side, y + (1 - rising) * side)
        draw.line(ends, "black", 3)


def page_of_items(pens: Sequence[Pen], gap: float = 0.8) -> Pixels:
    """A list, each of whose items has a mark before it."""
    page = Image.new("RGB", (900, 140 + 80 * len(pens)), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(32)
    for row, (pen, item) in enumerate(zip(pens, ITEMS, strict=True)):
        pen(draw, 100, 74 + 80 * row, 26)
        draw.text((126 + gap * 32, 70 + 80 * row), item, "black", font)
    return np.asarray(page)


def text_of(engine: Engine, pixels: Pixels, **changed: object) -> list[str]:
    options = ReadOptions(**with_profile({"profile": "fast", "detectors": (), **changed}))
    read = read_page(PageImage(1, pixels), engine.stages, options, engine.orienter)
    return [line for line in read.page.text.splitlines() if line]


@pytest.mark.parametrize(
    ("pen", "marks"),
    [(disc, "•●"), (square, "▪■"), (ring, "◦○"), (empty_box, "☐"), (ticked_box, "☑"),
     (crossed_box, "☑")],
)  # fmt: skip
@pytest.mark.parametrize("gap", [0.35, 0.9])
def test_a_list_keeps_the_marks_before_its_items(
    engine: Engine, pen: Pen, marks: str, gap: float
) -> None:
    lines = text_of(engine, page_of_items([pen] * len(ITEMS), gap))
    assert [line.split(" ", 1)[1] for line in lines] == list(ITEMS)
    assert {line[0] for line in lines} <= set(marks)


def test_ticked_and_empty_boxes_of_one_list_differ(engine: Engine) -> None:
    lines = text_of(engine, page_of_items([ticked_box, empty_box, crossed_box, empty_box]))
    assert [line[0] for line in lines] == ["☑", "☐", "☑", "☐"]


@pytest.mark.parametrize(
    ("before", "digit", "after", "rise", "expected"),
    [
        ("Rust is mostly Fe", "2", "O and dirt", -0.15, "Fe₂O"),
        ("The air holds CO", "2", " and dust", -0.15, "CO₂"),
        ("The hall has 240 m", "2", " of floor", 0.35, "m²"),
        ("and of air 1300 m", "3", " in all", 0.35, "m³"),
    ],
)
def test_raised_and_lowered_digits_keep_their_place(
    engine: Engine, before: str, digit: str, after: str, rise: float, expected: str
) -> None:
    page = Image.new("RGB", (900, 260), "white")
    draw, font, small = ImageDraw.Draw(page), *map(ImageFont.load_default, (36, 22))
    for y in (80, 160):
        x = 80.0
        for text, face, up in ((before, font, 0.0), (digit, small, rise), (after, font, 0.0)):
            draw.text((x, y - up * 36), text, "black", face, anchor="ls")
            x += face.getlength(text)
    lines = text_of(engine, np.asarray(page))
    assert [expected in line for line in lines] == [True, True]
    assert not any(
        expected in line
        for line in text_of(engine, np.asarray(page), marks="off", second_reader="off")
    )


def test_fractions_keep_the_digits_before_them(engine: Engine) -> None:
    page, font = Image.new("RGB", (900, 420), "white"), ImageFont.truetype("DejaVuSans.ttf", 34)
    lines = ("Take ½ cup of milk", "1¼ cups and 2¾ pints", "a board of 1/2 inch")
    cells = (("Flour", "1½"), ("Sugar", "¼"), ("Nails", "14"))
    draw = ImageDraw.Draw(page)
    for at, line in enumerate(lines):
        draw.text((60, 30 + 60 * at), line, "black", font)
    for at, (name, amount) in enumerate(cells):
        draw.text((60, 220 + 60 * at), name, "black", font)
        draw.text((400, 220 + 60 * at), amount, "black", font)
    words = " ".join(text_of(engine, np.asarray(page))).split()
    assert sorted(words) == sorted(" ".join((*lines, *(" ".join(row) for row in cells))).split())


def test_a_digit_alone_in_a_cell_is_not_lost(engine: Engine) -> None:
    page, font = Image.new("RGB", (900, 300), "white"), ImageFont.truetype("DejaVuSans.ttf", 20)
    rows = (("Late", "0", "5"), ("Won", "7", "0"), ("Lost", "0", "0"), ("Goals", "4", "1"))
    draw = ImageDraw.Draw(page)
    for at, row in enumerate(rows):
        for cell, x in zip(row, (60, 300, 540), strict=True):
            draw.text((x, 40 + 50 * at), cell, "black", font)
    blurred = cv2.GaussianBlur(np.asarray(page), (0, 0), 1.0)
    words = " ".join(text_of(engine, blurred)).split()
    assert sorted(words) == sorted(cell for row in rows for cell in row)


def test_nothing_changes_on_pages_without_such_marks(engine: Engine) -> None:
    for page in PAGES:
        assert text_of(engine, page.pixels) == text_of(engine, page.pixels, marks="off"), page.name
