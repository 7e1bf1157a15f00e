"""Characters in discs and rings are lines without them; letters with counters are left alone."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.support.lines import prepared
from vision.core.stages import FoundLine
from vision.imaging.connected_components import find_letters
from vision.text_detection.crops import cut_lines
from vision.text_detection.enclosed_characters import uncovered, with_enclosed
from vision.text_detection.morphology import find_lines

BOLD, PLAIN = "DejaVuSans-Bold.ttf", "DejaVuSans.ttf"


def page(text: str, *, filled: bool, radius: int = 24) -> np.ndarray:
    """A column of marks, each before a line of text."""
    sheet = Image.new("RGB", (700, 420), "white")
    draw = ImageDraw.Draw(sheet)
    for at, mark in enumerate(text):
        x, y = 60, 50 + at * 80
        box = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(box, fill=(40, 70, 140) if filled else None, outline=(40, 70, 140), width=3)
        ink = "white" if filled else "black"
        draw.text((x, y), mark, ink, ImageFont.truetype(BOLD, 24), anchor="mm")
        line = "each line is the name of a place"
        draw.text((120, y + 9), line, "black", ImageFont.truetype(PLAIN, 28), anchor="ls")
    return np.asarray(sheet)


def enclosed(pixels: np.ndarray) -> list[FoundLine]:
    text = find_letters(pixels)
    return [line for line in with_enclosed(find_lines(text).lines, text) if line.enclosed]


@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize("text", ["1234", "5678", "9 0A", "XKBE"])
def test_each_disc_or_ring_with_a_character_is_a_line(text, filled):
    assert len(enclosed(page(text, filled=filled))) == len(text.replace(" ", ""))


@pytest.mark.parametrize("filled", [True, False])
def test_lines_beside_discs_have_none_of_them(filled):
    text = find_letters(page("1234", filled=filled))
    others = [line for line in with_enclosed(find_lines(text).lines, text) if not line.enclosed]
    assert len(others) == 4
    assert min(x for line in others for x, _ in line.quad) >= 84


@pytest.mark.parametrize("filled", [True, False])
def test_empty_discs_and_rings_enclose_nothing(filled):
    assert enclosed(page("    ", filled=filled)) == []


def test_a_radio_button_with_its_dot_is_left_alone():
    assert enclosed(page("\u25cf\u25cf", filled=False, radius=20)) == []


@pytest.mark.parametrize("letter", ["O", "D", "B", "8", "0", "6", "Q", "@", "e"])
def test_large_letters_with_counters_are_no_discs(letter):
    sheet = Image.new("RGB", (700, 200), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((60, 120), letter, "black", ImageFont.truetype(BOLD, 80), anchor="ls")
    line = "each line is the name of a place"
    draw.text((160, 120), line, "black", ImageFont.truetype(PLAIN, 28), anchor="ls")
    assert enclosed(np.asarray(sheet)) == []


@pytest.mark.parametrize("filled", [True, False])
def test_the_crop_has_the_character_dark_on_light_and_maps_to_its_place(filled):
    pixels = page("7", filled=filled)
    (line,) = enclosed(pixels)
    (crop,) = cut_lines(prepared(pixels), [line], ("eng",))
    grey = crop.pixels[:, :, 0].astype(int)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    assert border.min() > grey.min() + 60
    rows, columns = np.nonzero(grey < (grey.min() + grey.max()) / 2)
    x = columns.mean() + crop.to_page[0, 2]
    y = rows.mean() + crop.to_page[1, 2]
    assert (x, y) == pytest.approx((60, 50), abs=4)


@pytest.mark.parametrize("grey", [0, 255])
def test_nothing_is_uncovered_in_a_plain_picture(grey):
    assert uncovered(np.full((40, 40, 3), grey, np.uint8)) is None


def test_a_sign_whose_ring_belongs_to_it_and_an_outlined_letter_are_left_alone():
    sheet = Image.new("RGB", (700, 260), "white")
    draw = ImageDraw.Draw(sheet)
    face = ImageFont.truetype(PLAIN, 28)
    draw.text((60, 60), "\u00a9 2025 each line is the name of a place", "black", face, anchor="ls")
    outline = {"stroke_width": 2, "stroke_fill": "black"}
    title = ImageFont.truetype(BOLD, 90)
    draw.text((60, 200), "FOOD", "white", title, anchor="ls", **outline)
    assert enclosed(np.asarray(sheet)) == []
