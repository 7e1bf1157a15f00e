"""Machine-readable zones drawn in OCR-B at 300 dots an inch, as ICAO Doc 9303 sizes them."""

import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.made_pages import WORDS
from benchmarks.robustness.canvas import Pixels
from benchmarks.robustness.fonts import faces_of, font_file
from benchmarks.robustness.halves import seed_of
from vision.extraction.mrz.check_digit import check_digit

FONT, PACKAGE = "OCRB.otf", "fonts-ocr-b"
KINDS = ("TD1", "TD2", "TD3")
_DPI = 300
_PITCH = 30.0  # pixels from letter to letter: ten letters an inch
_STATES = ("UTO", "D<<", "FRA", "GBR", "NOR", "JPN", "BRA", "CHE")
_SIZES = {"TD1": (85.6, 54.0), "TD2": (105.0, 74.0), "TD3": (125.0, 88.0)}  # millimetres
_LINES = {"TD1": 30, "TD2": 36, "TD3": 44}


@dataclass(frozen=True, slots=True)
class DrawnZone:
    """A document [h, w, 3] uint8 RGB with its zone, and the lines that are printed there."""

    kind: str
    pixels: Pixels
    lines: tuple[str, ...]


def draw_zone(kind: str, number: int) -> DrawnZone:
    """The document of this number and kind; equal arguments give equal pixels."""
    source = random.Random(seed_of("zone", kind, number))
    lines = made_lines(kind, source)
    width, height = (round(side / 25.4 * _DPI) for side in _SIZES[kind])
    tint = tuple(source.randint(225, 255) for _ in range(3))
    page = Image.new("RGB", (width, height), tint)
    draw = ImageDraw.Draw(page)
    _portrait(draw, source, height)
    font = _font()
    pitch = min(_PITCH, (width - 60) / _LINES[kind])
    top = height - 55 * len(lines) - 30
    for at, line in enumerate(lines):
        for place, letter in enumerate(line):
            draw.text((32 + place * pitch, top + 55 * at + 34), letter, (20, 20, 20), font, "ls")
    return DrawnZone(kind, np.asarray(page), lines)


def _portrait(draw: ImageDraw.ImageDraw, source: random.Random, height: int) -> None:
    """A picture and some printed fields above the zone."""
    draw.rectangle((50, 60, 290, 360), (170, 176, 186))
    face = source.choice(faces_of("sans"))
    for at in range(max(2, min(5, (height - 300) // 70))):
        text = " ".join(source.choice(WORDS) for _ in range(2)).upper()
        draw.text((340, 90 + 62 * at), text, (30, 30, 40), face.font(30), anchor="ls")


def _font() -> ImageFont.FreeTypeFont:
    path = font_file(FONT)
    if path is None:
        raise FileNotFoundError(f"{FONT} is missing: apt-get install {PACKAGE}")
    return ImageFont.truetype(path, 42)


def made_lines(kind: str, source: random.Random) -> tuple[str, ...]:
    """The lines of a zone with valid check digits."""
    number = "".join(source.choice("ABCDEFGHKLMNPRTUVWXYZ0123456789") for _ in range(9))
    state = source.choice(_STATES)
    names = f"{_word(source)}<<{_word(source)}<{_word(source)}"
    born = f"{source.randint(30, 99):02}{source.randint(1, 12):02}{source.randint(1, 28):02}"
    until = f"{source.randint(27, 36):02}{source.randint(1, 12):02}{source.randint(1, 28):02}"
    sex = source.choice("MF<")
    dates = f"{born}{check_digit(born)}{sex}{until}{check_digit(until)}"
    own = f"{number}{check_digit(number)}"
    if kind == "TD1":
        optional = source.choice(("", str(source.randint(10**6, 10**8)))).ljust(15, "<")
        first = f"I<{state}{own}{optional}"
        second = f"{dates}{source.choice(_STATES)}".ljust(29, "<")
        whole = first[5:30] + second[:7] + second[8:15] + second[18:29]
        return first, second + check_digit(whole), names.ljust(30, "<")[:30]
    length = _LINES[kind]
    first = f"{'P' if kind == 'TD3' else 'I'}<{state}{names}".ljust(length, "<")[:length]
    start = f"{own}{source.choice(_STATES)}{dates}"
    if kind == "TD2":
        second = start.ljust(35, "<")
        whole = second[:10] + second[13:20] + second[21:35]
        return first, second + check_digit(whole)
    personal = source.choice(("", str(source.randint(10**6, 10**10)))).ljust(14, "<")
    digit = check_digit(personal) if personal.strip("<") else source.choice("<0")
    second = f"{start}{personal}{digit}"
    return first, second + check_digit(second[:10] + second[13:20] + second[21:43])


def _word(source: random.Random) -> str:
    return str(source.choice(WORDS)).upper()
