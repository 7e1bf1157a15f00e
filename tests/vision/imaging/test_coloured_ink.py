"""A stamp over print is parted from it, and nothing else is."""

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from vision.imaging.coloured_ink import part_overprint

TEXT = ["The fee is due on the first of the month", "and covers water and the use of the crane."]
PAPER = (255, 255, 255)


def page(ink=(0, 0, 0), paper=PAPER):
    sheet = Image.new("RGB", (900, 300), paper)
    font = ImageFont.truetype("DejaVuSerif.ttf", 30)
    for row, text in enumerate(TEXT):
        ImageDraw.Draw(sheet).text((40, 60 + 80 * row), text, ink, font)
    return sheet


def stamped(sheet, colour, place=(250, 40)):
    """A frame with a word in it, tilted, as translucent ink lets print show through."""
    stamp = Image.new("RGB", sheet.size, PAPER)
    draw = ImageDraw.Draw(stamp)
    x, y = place
    draw.rectangle((x, y, x + 340, y + 130), outline=colour, width=6)
    draw.text((x + 60, y + 30), "PAID", colour, ImageFont.truetype("DejaVuSans-Bold.ttf", 64))
    return ImageChops.multiply(sheet, stamp.rotate(6, fillcolor=PAPER))


def darkness(image):
    return 255.0 - np.asarray(image, np.float32).max(axis=2)


@pytest.mark.parametrize("colour", [(200, 70, 90), (60, 90, 210), (150, 60, 190), (40, 160, 90)])
def test_print_under_a_stamp_is_as_without_it_and_the_stamp_as_without_print(colour):
    clean = page()
    parted = part_overprint(np.asarray(stamped(clean, colour)))
    assert parted is not None
    assert parted.hidden is None
    difference = np.abs(darkness(parted.print) - darkness(clean))
    assert (difference > 100).mean() < 0.002
    alone = np.asarray(stamped(Image.new("RGB", clean.size, PAPER), colour)).min(axis=2) < 160
    ink = parted.ink.min(axis=2) < 160
    assert (ink & alone).sum() > 0.85 * alone.sum()  # dark print hides what it crosses
    assert (ink & ~alone).sum() < 0.05 * alone.sum()


@pytest.mark.parametrize(
    "sheet",
    [
        page(),
        page(ink=(200, 30, 30)),
        page(ink=(30, 30, 200)),
        page(paper=(250, 240, 160)),
        stamped(page(), (120, 120, 120)),
        stamped(page(), (200, 70, 90), place=(500, 220)),
        Image.new("RGB", (300, 200), PAPER),
        Image.new("RGB", (5, 5), (200, 20, 20)),
    ],
    ids=["plain", "red", "blue", "yellow paper", "grey stamp", "beside", "blank", "tiny"],
)
def test_pages_without_coloured_ink_over_print_stay_whole(sheet):
    assert part_overprint(np.asarray(sheet)) is None


def test_a_pens_note_beside_print_stays_with_it():
    sheet = page()
    draw = ImageDraw.Draw(sheet)
    draw.line([(760, 60), (800, 90), (840, 50), (880, 95)], (40, 60, 200), 4)
    assert part_overprint(np.asarray(sheet)) is None


def test_a_filled_field_under_print_is_no_ink():
    sheet = Image.new("RGB", (2400, 2400), PAPER)
    field = Image.new("RGB", sheet.size, PAPER)
    ImageDraw.Draw(field).rectangle((100, 90, 900, 160), fill=(255, 150, 150))
    sheet.paste(page(), (100, 40))
    assert part_overprint(np.asarray(ImageChops.multiply(sheet, field))) is None


@pytest.mark.parametrize("ink", [(255, 240, 60), (120, 255, 120), (255, 170, 80)])
def test_a_marker_over_words_is_no_ink_to_be_read(ink):
    sheet, marked = page(), Image.new("RGB", (900, 300), PAPER)
    ImageDraw.Draw(marked).rectangle((180, 66, 460, 100), fill=ink)
    assert part_overprint(np.asarray(ImageChops.multiply(sheet, marked))) is None


def test_coloured_letters_that_are_dark_in_part_are_one_ink():
    # As JPEG leaves a logo whose colour is about as bright as the darkest coloured ink.
    colour, grain = np.array([31, 78, 110]), np.random.default_rng(1)
    sheet = np.asarray(page(ink=(0, 0, 0))).copy()
    letters = sheet.max(axis=2) < 128
    sheet[letters] = np.clip(colour + grain.integers(-12, 13, (letters.sum(), 1)), 0, 255)
    bright = sheet.max(axis=2)[letters] >= 110
    assert 0.3 < bright.mean() < 0.7
    assert part_overprint(sheet) is None
