"""Fractions are found by the shape of their ink, whatever recognisers write for them."""

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from vision.core.document import Box
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.marks.fractions import (
    as_digits,
    crop_of_digits,
    digits_before,
    possible_fractions,
    with_fraction,
)


def line_of(text: str, read: str, size: int = 32) -> tuple[LineCrop, LineReading]:
    """A drawn line, and a reading of its words, each with the box of a drawn one."""
    font = ImageFont.truetype("DejaVuSans.ttf", size)
    width = int(font.getlength(text)) + 2 * size
    image = Pillow.new("RGB", (width, round(1.4 * size)), "white")
    draw = ImageDraw.Draw(image)
    draw.text((size, 0), text, "black", font)
    words, x = [], float(size)
    for drawn, word in zip(text.split(), read.split(), strict=True):
        box = draw.textbbox((x, 0), drawn, font)
        words.append(CropWord(word, 0.9, Box(*map(float, box))))
        x += font.getlength(drawn + " ")
    crop = LineCrop(np.asarray(image), np.eye(2, 3), ("eng",))
    return crop, LineReading(read, 0.9, tuple(words))


@pytest.mark.parametrize(
    ("text", "read", "pieces", "behind"),
    [
        ("½", "%", 0, 0),
        ("1½", "½", 1, 0),
        ("12¾", "12%", 2, 0),
        ("(1½)", "(1%)", 2, 1),
        ("¼,", "½4,", 0, 1),
        ("of ¼ cup", "of / cup", 0, 0),
        ("Take 3⅔ yards", "Take 375 yards", 1, 0),
    ],
)
@pytest.mark.parametrize("size", [20, 48])
def test_a_fraction_is_one_piece_of_ink_apart_from_its_digits(text, read, pieces, behind, size):
    found = [
        (each.pieces, each.behind) for each in possible_fractions(0, *line_of(text, read, size))
    ]
    assert (pieces, behind) in found


@pytest.mark.parametrize(
    ("text", "read"),
    [("Total", "Total"), ("12.50", "12.50"), ("Hall 17", "Hall 17"), ("in May", "in May")],
)
def test_words_and_numbers_hold_none(text, read):
    assert possible_fractions(0, *line_of(text, read)) == []


def test_a_short_line_that_nothing_was_read_in_is_searched():
    crop, _ = line_of("½", "%")
    assert len(possible_fractions(0, crop, LineReading("", 0.3))) == 1


@pytest.mark.parametrize(
    ("text", "read", "digits"),
    [("1½", "1%", "1"), ("1½", "½", None), ("4¼", "41/", None), ("12½", "12½", "12")],
)
def test_digits_before_it_count_only_where_each_has_its_ink(text, read, digits):
    crop, reading = line_of(text, read)
    possible = possible_fractions(0, crop, reading)[-1]
    assert digits_before(possible, reading.words[0]) == digits


def test_digits_are_cut_out_without_the_fraction():
    crop, reading = line_of("1½", "½")
    possible = possible_fractions(0, crop, reading)[-1]
    assert possible.before is not None
    cut = crop_of_digits(crop, possible.before)
    dark = np.flatnonzero((cut.pixels < 128).any(axis=(0, 2)))
    assert dark[-1] - dark[0] < possible.before.width + 1
    assert cut.pixels.shape[1] - dark[-1] > 0


@pytest.mark.parametrize(
    ("read", "digits"), [("1", "1"), ("l", "1"), ("3O", "30"), ("x", None), ("", None), ("0", None)]
)
def test_letters_alike_before_a_fraction_are_digits(read, digits):
    assert as_digits(read) == digits


@pytest.mark.parametrize(
    ("text", "read", "digits", "written", "incomplete"),
    [
        ("1½", "½", "1", "1½", False),
        ("1½", "½", None, "½", True),
        ("¼,", "½4,", "", "¼,", False),
        ("¼,", "½4", "", "¼", True),
        ("¼", "¼,", "", "¼", False),
    ],
)
def test_a_word_with_ink_that_is_not_known_is_incomplete(text, read, digits, written, incomplete):
    crop, reading = line_of(text, read)
    possible = possible_fractions(0, crop, reading)[-1]
    word = with_fraction(reading.words[0], possible, text.strip("1,"), 1.0, digits)
    assert (word.text, word.incomplete) == (written, incomplete)
