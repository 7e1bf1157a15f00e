"""Cases of signs, tickets, cards and packages, most of them photographed."""

import random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.robustness.canvas import BLACK, WHITE, Canvas
from benchmarks.robustness.texts import (
    ENTRIES,
    ITEMS,
    SENTENCES,
    STREETS,
    SURNAMES,
    TOWNS,
    money,
    sentences,
)

Field = NDArray[np.float64]


def identity_card(page: Canvas) -> None:
    """A card over fine waves of colour: small labels, values, a grey portrait."""
    source, (width, height) = page.random, page.image.size
    y, x = np.mgrid[:height, :width]
    waves = np.sin(x / 3.1 + 5 * np.sin(y / 37)) + np.sin(y / 2.7 + 4 * np.sin(x / 53))
    paste(page, np.array([226, 234, 238]) - 9 * waves[..., None] * np.array([1.0, 0.6, 0.3]))
    page.draw.rectangle((40, 110, 260, 390), fill=(170, 172, 176))
    page.draw.ellipse((95, 150, 205, 290), fill=(128, 124, 122))
    page.line(40, 70, "IDENTITY CARD", bold=True, ink=(20, 50, 110))
    rows = (("Surname", source.choice(SURNAMES)), ("Place of birth", source.choice(TOWNS).upper()),
            ("Date of birth", f"{source.randint(10, 28)} 0{source.randint(1, 9)} {_year(source)}"),
            ("Number", f"{source.choice('ABC')}{source.randint(10**7, 10**8)}"))  # fmt: skip
    for at, (label, value) in enumerate(rows):
        page.line(300, 120 + at * 76, label, em=page.em * 0.55, ink=(60, 80, 120))
        page.line(300, 154 + at * 76, value)


def _year(source: random.Random) -> int:
    return source.randint(1950, 1999)


def cheque(page: Canvas) -> None:
    """A cheque on a pattern of fine lines: rules, a box for the amount, words in blue."""
    source, (width, height) = page.random, page.image.size
    paste(page, np.full((height, width, 3), (238.0, 246.0, 238.0)))
    for at in range(-height, width, 9):
        page.draw.line((at, 0, at + height, height), (214, 230, 216))
    page.line(50, 70, f"{source.choice(TOWNS)} Savings Bank", bold=True)
    page.line(880, 70, f"{source.randint(10, 28)} June 2025", ink=(30, 40, 120))
    page.row(170, [(50, "Pay", "l"), (140, source.choice(SURNAMES).title(), "l")])
    page.draw.line((130, 184, 820, 184), BLACK, 2)
    page.draw.rectangle((880, 132, 1180, 192), WHITE, BLACK, 2)
    page.line(900, 172, f"\u00a3 {money(source)}", ink=(30, 40, 120))
    page.line(50, 250, f"{source.choice(('Two', 'Six', 'Nine'))} hundred pounds only",
              ink=(30, 40, 120))  # fmt: skip
    page.draw.line((50, 264, 820, 264), BLACK, 2)
    page.line(50, 370, f"{source.randint(100000, 999999)}  {source.randint(10, 99)}-"
              f"{source.randint(10, 99)}-{source.randint(10, 99)}")  # fmt: skip


def shelf_price(page: Canvas) -> None:
    """A price on a shelf: pounds very large, pence raised, the price of a kilogram small."""
    source = page.random
    page.draw.rectangle((0, 0, *page.image.size), fill=(252, 222, 40))
    page.line(40, 70, f"{source.choice(TOWNS)} {source.choice(ITEMS)}", bold=True)
    page.line(40, 116, f"{source.choice((250, 400, 500, 750))} g", em=page.em * 0.8)
    pounds, pence = source.randint(2, 9), source.randint(10, 99)
    page.line(340, 330, f"\u00a3{pounds}.{pence}", em=page.em * 5, bold=True)
    page.line(40, 390, f"{source.uniform(2, 20):.2f} per kg", em=page.em * 0.7)


def number_plate(page: Canvas) -> None:
    """The back of a car: a plate with large letters, a little word above it."""
    source, (width, height) = page.random, page.image.size
    page.draw.rectangle((0, 0, width, height), fill=(70, 20, 24))
    page.line(width / 2, 60, source.choice(SURNAMES), anchor="ms", ink=(200, 200, 204))
    page.draw.rounded_rectangle((140, 110, 700, 240), 12, (246, 214, 60), BLACK, 4)
    letters = "".join(source.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=5))
    text = f"{letters[:2]}{source.randint(10, 99)} {letters[2:]}"
    page.line(420, 208, text, em=86, bold=True, anchor="ms")
    paste(page, photographed(page, page.pixels.astype(float), 6))


def nutrition(page: Canvas) -> None:
    """A table of nutrition: thick bars, bold names, indented parts, shares at the right."""
    source = page.random
    page.draw.rectangle((20, 20, 500, 640), outline=BLACK, width=4)
    page.line(36, 74, "Nutrition Facts", em=page.em * 1.7, bold=True)
    page.row(116, [(36, "Serving size", "l"), (484, f"{source.randint(20, 90)} g", "r")])
    page.draw.rectangle((36, 130, 484, 146), fill=BLACK)
    page.row(196, [(36, "Calories", "l"), (484, str(source.randint(80, 400)), "r")],
             em=page.em * 1.4, bold=True)  # fmt: skip
    page.draw.rectangle((36, 212, 484, 220), fill=BLACK)
    names = (("Total Fat", 0), ("Saturated Fat", 24), ("Sodium", 0), ("Total Sugars", 24),
             ("Protein", 0), ("Calcium", 0))  # fmt: skip
    for at, (name, indent) in enumerate(names):
        y = 256 + at * 62
        amount = f"{source.randint(2, 40)}{source.choice(('g', 'mg'))}"
        page.row(y, [(36 + indent, f"{name} {amount}", "l"), (484, f"{source.randint(2, 60)}%",
                 "r")], bold=not indent)  # fmt: skip
        page.draw.line((36, y + 20, 484, y + 20), BLACK, 2)


def warning_sign(page: Canvas) -> None:
    """A yellow sign with a black band and a triangle."""
    source = page.random
    page.draw.rectangle((0, 0, *page.image.size), fill=(250, 208, 20))
    page.draw.rectangle((0, 0, page.image.width, 130), fill=BLACK)
    page.line(page.image.width / 2, 94, "WARNING", em=page.em * 2.6, bold=True, anchor="ms",
              ink=(250, 208, 20))  # fmt: skip
    page.draw.polygon([(140, 190), (40, 360), (240, 360)], outline=BLACK, width=12)
    page.draw.rectangle((132, 240, 148, 310), fill=BLACK)
    page.draw.ellipse((130, 322, 150, 342), fill=BLACK)
    page.paragraph(290, 230, 480, source.choice(SENTENCES), bold=True)
    paste(page, photographed(page, page.pixels.astype(float), 7))


def two_slips(page: Canvas) -> None:
    """Two receipts beside each other on a dark desk, each turned a little its own way."""
    source, (width, height) = page.random, page.image.size
    desk = np.full((height, width, 3), (52.0, 48.0, 46.0))
    for at in range(2):
        slip = Canvas(f"slip:{source.random()}", (430, 560), page.face, page.em)
        slip.line(40, 60, f"{source.choice(TOWNS).upper()} STORES")
        for row, item in enumerate(source.sample(ITEMS, 6)):
            cells = [(40, item, "l"), (390, f"{source.uniform(1, 60):.2f}", "r")]
            slip.row(130 + row * page.em * 1.7, cells)
        slip.line(40, 440, f"TOTAL {source.uniform(60, 200):.2f}", bold=True)
        page.add_line(slip.text)
        desk = _laid(desk, slip.pixels, (260 + at * 490, height / 2), (-4, 3)[at])
    paste(page, photographed(page, desk, 5))


def _laid(desk: Field, slip: NDArray[np.uint8], middle: tuple[float, float], angle: float) -> Field:
    high, wide = slip.shape[:2]
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1)
    turn[:, 2] += np.array(middle) - (wide / 2, high / 2)
    size = (desk.shape[1], desk.shape[0])
    paper = cv2.warpAffine(slip, turn, size, flags=cv2.INTER_AREA)
    there = cv2.warpAffine(np.full((high, wide), 255, np.uint8), turn, size) > 127
    return np.where(there[..., None], paper * 0.94, desk)


def glare(page: Canvas) -> None:
    """A glossy page with a lamp's reflection: print is pale under it, but there."""
    page.paragraph(110, 90, 960, sentences(page.random, 6))
    height, width = page.image.size[::-1]
    y, x = np.mgrid[:height, :width]
    away = np.hypot((x - page.random.uniform(300, 900)) / 1.6, y - page.random.uniform(150, 350))
    light = 0.8 * np.exp(-((away / 110) ** 2))[..., None]
    dim = page.pixels * 0.78
    paste(page, photographed(page, dim + (255 - dim) * light, 3))


def outlined(page: Canvas) -> None:
    """A poster: hollow letters, letters with a shadow, a line of plain print."""
    source = page.random
    page.add_line(f"{source.choice(TOWNS).upper()} FAIR")
    font = page.face.font(page.em * 3, bold=True)
    page.draw.text((80, 130), page.text, WHITE, font, anchor="ls", stroke_width=3,
                   stroke_fill=BLACK)  # fmt: skip
    text, em = f"{source.randint(10, 28)} August", page.em * 2
    shadow = page.face.font(em, bold=True)
    page.draw.text((85, 235), text, (190, 190, 190), shadow, anchor="ls")
    page.line(80, 230, text, em=em, bold=True, ink=(180, 30, 30))
    page.line(80, 310, f"{source.choice(STREETS)}, from {source.randint(8, 11)} o'clock")


def stickers(page: Canvas) -> None:
    """Labels stuck on a box, each at its own tilt."""
    source = page.random
    page.image.paste((186, 150, 110), (0, 0, *page.image.size))
    texts = ("FRAGILE", f"{source.randint(2, 40)} kg", source.choice(TOWNS), "THIS SIDE UP")
    places = ((260, 130), (820, 120), (300, 360), (850, 370))
    for text, (x, y) in zip(texts, places, strict=True):
        label = Canvas("label", (round(page.width_of(text, page.em * 1.6)) + 70, 110), page.face,
                       page.em * 1.6)  # fmt: skip
        label.line(35, 74, text)
        page.add_line(text)
        turned = label.image.convert("RGBA").rotate(
            source.uniform(-13, 13), Image.Resampling.BICUBIC, expand=True
        )
        spot = (round(x - turned.width / 2), round(y - turned.height / 2))
        page.image.paste(turned, spot, turned)


def sticky_note(page: Canvas) -> None:
    """A letter with a yellow note stuck beside its lines, other print on the note."""
    source = page.random
    page.paragraph(80, 90, 640, sentences(source, 5))
    page.draw.rectangle((800, 120, 1180, 420), fill=(250, 238, 120))
    page.draw.polygon([(800, 420), (1180, 420), (1180, 432), (812, 428)], fill=(170, 170, 170))
    page.paragraph(826, 190, 330, f"Call {source.choice(SURNAMES).title()} about the "
                   f"{source.choice(ENTRIES).lower()} by {source.randint(2, 9)} pm",
                   ink=(30, 50, 130))  # fmt: skip


def photographed(page: Canvas, pixels: Field, level: float) -> Field:
    """Light that falls off to one side, a little blur, and noise."""
    rough = np.random.default_rng(page.random.randrange(1 << 30))
    light = np.linspace(1, 0.8, pixels.shape[1])[None, :, None]
    soft = cv2.GaussianBlur(pixels, (0, 0), 0.7) * light
    return np.asarray(soft + rough.normal(0, level, pixels.shape[:2])[..., None])


def paste(page: Canvas, pixels: NDArray[np.generic]) -> None:
    """Make these the page's pixels [h, w, 3]."""
    page.image.paste(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)))
