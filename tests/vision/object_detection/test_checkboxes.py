"""Check boxes and radio buttons are found by their ink, and letters and tables are none."""

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from tests.support.drawn_grids import TEXTS, cell_texts, drawn, strokes_of
from vision.core.document import Box
from vision.core.geometry import iou
from vision.object_detection.checkboxes import find_marks

LABELS = ("Married", "Single", "Has children")
SIDE = 26


def form(*marks, size=26, width=3, ink="black", shape="box", labels=LABELS):
    """A page with a mark before each label."""
    page = Pillow.new("RGB", (700, 60 + 60 * len(marks)), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(28)
    for at, mark in enumerate(marks):
        x, y = 40, 40 + 60 * at
        draw.text((x + 50, y - 4), labels[at % len(labels)], "black", font)
        if shape == "box":
            draw.rectangle((x, y, x + size, y + size), None, ink, width)
        elif shape == "rounded":
            draw.rounded_rectangle((x, y, x + size, y + size), size / 5, None, ink, width)
        else:
            draw.ellipse((x, y, x + size, y + size), None, ink, width)
        MARKS[mark](draw, x, y, size)
    return np.asarray(page)


def cross(draw, x, y, size):
    a, b = 5, size - 5
    draw.line((x + a, y + a, x + b, y + b), "black", 3)
    draw.line((x + a, y + b, x + b, y + a), "black", 3)


def tick(draw, x, y, size):
    low = (x + 0.42 * size, y + size - 6)
    draw.line((x + 5, y + size / 2, *low), "black", 3)
    draw.line((*low, x + size - 5, y + 6), "black", 3)


def tick_over_edge(draw, x, y, size):
    low = (x + 0.4 * size, y + 0.75 * size)
    draw.line((x + 5, y + size / 2, *low), "black", 3)
    draw.line((*low, x + 1.3 * size, y - 0.4 * size), "black", 3)


def fill(draw, x, y, size):
    draw.rectangle((x + 3, y + 3, x + size - 3, y + size - 3), "black")


def divide(draw, x, y, size):
    draw.line((x, y + size / 2, x + size, y + size / 2), "black", 3)


def dot(draw, x, y, size):
    draw.ellipse((x + 7, y + 7, x + size - 7, y + size - 7), "black")


MARKS = {
    "empty": lambda *_: None, "crossed": cross, "ticked": tick, "over": tick_over_edge,
    "filled": fill, "dot": dot, "divided": divide,
}  # fmt: skip


@pytest.mark.parametrize(("width", "ink"), [(1, "black"), (3, "black"), (2, "#888")])
@pytest.mark.parametrize("state", ["empty", "crossed", "ticked", "filled"])
def test_a_box_is_found_with_its_state_and_place(state, width, ink):
    first, second = find_marks(form(state, "empty", width=width, ink=ink))
    assert (first.kind, first.state) == ("checkbox", state)
    assert (second.kind, second.state) == ("checkbox", "empty")
    assert iou(first.box, Box(40, 40, 40 + SIDE, 40 + SIDE)) > 0.8


def test_a_tick_that_reaches_over_the_edge_leaves_the_box_its_size():
    (mark,) = find_marks(form("over"))
    assert mark.state == "ticked"
    assert iou(mark.box, Box(40, 40, 40 + SIDE, 40 + SIDE)) > 0.7


def test_rings_are_radio_buttons():
    marks = find_marks(form("dot", "empty", "empty", shape="ring"))
    assert [(mark.kind, mark.state) for mark in marks] == [
        ("radio", "filled"), ("radio", "empty"), ("radio", "empty"),
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["crossed", "ticked"])
def test_what_is_written_in_a_ring_marks_the_radio_button(state):
    marks = find_marks(form("empty", state, "empty", shape="ring"))
    assert [(mark.kind, mark.state) for mark in marks] == [
        ("radio", "empty"), ("radio", state), ("radio", "empty"),
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["empty", "crossed", "ticked", "filled"])
@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_box_may_have_rounded_corners(state, width):
    marks = find_marks(form(state, "empty", width=width, shape="rounded"))
    assert [(mark.kind, mark.state) for mark in marks] == [
        ("checkbox", state), ("checkbox", "empty"),
    ]  # fmt: skip
    assert iou(marks[0].box, Box(40, 40, 40 + SIDE, 40 + SIDE)) > 0.8


def written(text, size):
    page = Pillow.new("RGB", (1000, 200), "white")
    ImageDraw.Draw(page).text((30, 60), text, "black", ImageFont.load_default(size))
    return np.asarray(page)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(written("DOBE 80 HOOD BOND quod bode", 40), id="letters"),
        pytest.param(written("\u00a9 \u00ae @ \u00a9 \u00ae @ 0Q0 O8", 40), id="signs in rings"),
        pytest.param(written("The figures below were taken from the books", 28), id="text"),
        pytest.param(drawn(strokes_of(), cell_texts(TEXTS)), id="a table"),
        pytest.param(np.full((200, 300, 3), 255, np.uint8), id="blank"),
        pytest.param(form("filled")[:, 60:], id="half of a box"),
        pytest.param(form("divided", "divided", size=40), id="two boxes that share a side"),
    ],
)
def test_what_is_no_mark_is_not_found(page):
    assert find_marks(page) == []


def test_what_lies_in_words_that_were_read_is_left_out():
    page = form("empty", "empty")
    assert find_marks(page, [Box(30, 30, 300, 75)]) == find_marks(page)[1:]
