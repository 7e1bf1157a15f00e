"""Cases whose print stands on patterned or coloured surfaces, or is itself coloured or raised."""

import cv2
import numpy as np
from PIL import Image, ImageDraw

from benchmarks.robustness.canvas import BLACK, WHITE, Canvas, Colour
from benchmarks.robustness.texts import ITEMS, SENTENCES, SURNAMES, TOWNS, money, sentences

_LEFT = 110
_BLUEPRINT: Colour = (28, 62, 128)
_GRID: Colour = (74, 106, 168)
# Paper and ink that differ in colour more than in brightness, or in brightness upside down.
_COLOURED: tuple[tuple[Colour, Colour], ...] = (
    ((255, 221, 87), (180, 30, 40)),
    ((24, 24, 28), (226, 60, 50)),
    ((20, 90, 60), (240, 230, 150)),
    ((240, 130, 40), (255, 255, 255)),
    ((205, 225, 245), (60, 90, 160)),
    ((120, 20, 60), (250, 190, 200)),
)
_RELIEF: Colour = (206, 208, 212)


def guilloche(page: Canvas) -> None:
    """Fine waved lines in two colours behind the print, as on passports and cheques."""
    width, height = page.image.size
    across = np.arange(0, width, 4)
    for number in range(0, height, 9):
        for colour, phase in (((176, 208, 196), 0.0), ((214, 190, 204), 2.1)):
            waves = np.sin(across / 37 + number / 23 + phase) + np.sin(across / 91 + phase)
            points = zip(across.tolist(), (number + 7 * waves).tolist(), strict=True)
            page.draw.line(list(points), fill=colour, width=1)
    source = page.random
    for at in range(5):
        name = source.choice(SURNAMES)
        cells = [(_LEFT, name, "l"), (620, source.choice(TOWNS), "l"), (1080, money(source), "r")]
        page.row(90 + at * page.em * 1.9, cells)


def blueprint(page: Canvas) -> None:
    """White print on blue, over a fine lighter grid."""
    page.image.paste(_BLUEPRINT, (0, 0, *page.image.size))
    width, height = page.image.size
    for x in range(0, width, 26):
        page.draw.line((x, 0, x, height), fill=_GRID)
    for y in range(0, height, 26):
        page.draw.line((0, y, width, y), fill=_GRID)
    source = page.random
    page.line(
        _LEFT, 80, f"PLAN {source.randint(2, 99)} - {source.choice(TOWNS).upper()}", ink=WHITE
    )
    page.paragraph(_LEFT, 150, 980, sentences(source, 3), ink=WHITE)
    page.line(_LEFT, 420, f"Scale 1:{source.choice((20, 50, 100))}", ink=WHITE)


def coloured_bands(page: Canvas) -> None:
    """Bands of strong colours, each with print in another colour."""
    source = page.random
    high = page.em * 2.4
    bands = source.sample(_COLOURED, 5)
    for at, ((paper, ink), text) in enumerate(zip(bands, source.sample(SENTENCES, 5), strict=True)):
        top = 20 + at * high
        page.draw.rectangle((0, top, page.image.width, top + high), fill=paper)
        page.line(_LEFT, top + high * 0.62, text, ink=ink)


def shadowed(page: Canvas) -> None:
    """Large print with a soft shadow behind it, on a pale colour."""
    source = page.random
    page.image.paste((236, 240, 232), (0, 0, *page.image.size))
    texts = [f"{source.choice(ITEMS)} and {source.choice(ITEMS)}", f"from {money(source, 90)}",
             f"only in {source.choice(TOWNS)}"]  # fmt: skip
    places = [(_LEFT, 110 + at * page.em * 2.8, text) for at, text in enumerate(texts)]
    shade = Image.new("L", page.image.size, 0)
    draw = ImageDraw.Draw(shade)
    for x, y, text in places:
        draw.text((x + 5, y + 5), text, 150, page.face.font(page.em * 1.8, bold=True), anchor="ls")
    soft = Image.fromarray(cv2.GaussianBlur(np.asarray(shade), (0, 0), 3))
    page.image.paste((60, 60, 60), (0, 0), soft)
    for x, y, text in places:
        page.line(x, y, text, em=page.em * 1.8, bold=True, ink=(150, 30, 40))


def embossed(page: Canvas) -> None:
    """Letters raised from the paper: lit from above, in the shade below, else of its colour."""
    page.image.paste(_RELIEF, (0, 0, *page.image.size))
    source = page.random
    texts = [source.choice(SURNAMES), f"No. {source.randint(10_000, 99_999)}",
             f"{source.choice(TOWNS).upper()} {source.randint(1950, 2020)}"]  # fmt: skip
    for at, text in enumerate(texts):
        x, y, em = _LEFT, 110 + at * page.em * 2.9, page.em * 1.9
        for shift, ink in ((-2, WHITE), (2, (96, 98, 104))):
            page.draw.text((x + shift, y + shift), text, ink, page.face.font(em, bold=True), "ls")
        page.line(x, y, text, em=em, bold=True, ink=_RELIEF)


def wood_grain(page: Canvas) -> None:
    """Dark print on boards with a grain."""
    width, height = page.image.size
    noise = np.random.default_rng(page.random.randint(0, 2**31)).normal(0, 1, (height, width))
    grain = cv2.GaussianBlur(noise, (0, 0), sigmaX=60, sigmaY=1.2)
    grain = grain / np.abs(grain).max() * 34
    boards = 8 * np.sin(np.arange(height) // 150 * 2.3)[:, None]
    pixels = np.array([204, 164, 116]) + (grain + boards)[..., None]
    page.image.paste(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)))
    page.line(
        _LEFT, 100, page.random.choice(TOWNS).upper(), bold=True, em=page.em * 1.6, ink=(50, 30, 20)
    )
    page.paragraph(_LEFT, 190, 960, sentences(page.random, 3), ink=(50, 30, 20))


def tinted_dots(page: Canvas) -> None:
    """Print over a tint of dots, as old printing presses made grey."""
    pitch = page.random.choice((6, 7, 8))
    for row, y in enumerate(range(60, 400, pitch)):
        for x in range(90 + row % 2 * pitch // 2, 1160, pitch):
            page.draw.ellipse((x, y, x + 2, y + 2), fill=(120, 120, 120))
    page.paragraph(_LEFT, 120, 980, sentences(page.random, 4), bold=True)


def slanted_labels(page: Canvas) -> None:
    """A notice with two labels stuck on at a slant."""
    source = page.random
    page.paragraph(_LEFT, 80, 1000, sentences(source, 3))
    for place, degrees in (((150, 260), 14), ((700, 270), -11)):
        label = Image.new("RGB", (380, 90), (250, 236, 120))
        text = f"{source.choice(ITEMS)} {money(source, 90)}"
        ImageDraw.Draw(label).text((30, 60), text, BLACK, page.face.font(page.em * 1.1), "ls")
        mask = Image.new("L", label.size, 255)
        turned = (
            each.rotate(degrees, Image.Resampling.BICUBIC, expand=True) for each in (label, mask)
        )
        turned_label, turned_mask = turned
        page.image.paste(turned_label, place, turned_mask)
        page.add_line(text)


_SEGMENTS = {
    "0": "abcdef", "1": "bc", "2": "abged", "3": "abgcd", "4": "fgbc",
    "5": "afgcd", "6": "afgedc", "7": "abc", "8": "abcdefg", "9": "abcfgd",
}  # fmt: skip
_ENDS = {
    "a": ((0, 0), (1, 0)), "b": ((1, 0), (1, 1)), "c": ((1, 1), (1, 2)), "d": ((0, 2), (1, 2)),
    "e": ((0, 1), (0, 2)), "f": ((0, 0), (0, 1)), "g": ((0, 1), (1, 1)),
}  # fmt: skip


def segment_display(page: Canvas) -> None:
    """Numbers of seven segments, dark on a grey-green window, with printed labels."""
    source = page.random
    page.image.paste((226, 226, 222), (0, 0, *page.image.size))
    for at, label in enumerate(source.sample(("Energy", "Water", "Gas", "Pulse"), 2)):
        top = 50 + at * 190
        page.draw.rectangle((420, top, 960, top + 150), fill=(176, 190, 168))
        number = f"{source.randint(10_000, 99_999)}"
        page.put(_LEFT, top + 95, label, bold=True)
        for place, digit in enumerate(number):
            _segments(page, 460 + place * 96, top + 25, digit)
        page.add_line(f"{label} {number}")


def _segments(page: Canvas, left: int, top: int, digit: str) -> None:
    wide, high = 52, 50
    for name in _SEGMENTS[digit]:
        (x0, y0), (x1, y1) = _ENDS[name]
        gap_x, gap_y = (5, 0) if y0 == y1 else (0, 5)
        start = (left + x0 * wide + gap_x, top + y0 * high + gap_y)
        end = (left + x1 * wide - gap_x, top + y1 * high - gap_y)
        page.draw.line((*start, *end), fill=(36, 40, 38), width=9)


def flap_board(page: Canvas) -> None:
    """A board of departures: yellow capitals on black flaps with a split in the middle."""
    page.image.paste((18, 18, 20), (0, 0, *page.image.size))
    source = page.random
    high = page.em * 1.9
    for at in range(5):
        y = 80 + at * high
        time = f"{source.randint(5, 23):02d}:{source.randint(0, 59):02d}"
        cells = [(70, time, "l"), (260, source.choice(TOWNS).upper(), "l"),
                 (760, f"{source.choice('ABC')}{source.randint(1, 49)}", "l")]  # fmt: skip
        page.row(y, cells, ink=(250, 214, 70))
        page.draw.line((50, y - page.em * 0.36, 960, y - page.em * 0.36), fill=(18, 18, 20))
