"""Cases of photographs and worn paper: on a desk, folded, faded, copied, stained."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.everyday.print_cases import notice
from benchmarks.robustness.canvas import BLACK, WHITE, Canvas, Colour
from benchmarks.robustness.disturb_print import dot_matrix, fax
from benchmarks.robustness.texts import ENTRIES, ITEMS, SENTENCES, STREETS, TOWNS, money, sentences

Field = NDArray[np.float64]

_LEFT = 110
_YELLOW, _GREEN_BAR = np.array([255, 240, 60]), (214, 236, 214)
_CARBON: Colour = (96, 84, 150)
_COARSE = 8  # pixels: what changes slowly is drawn this coarse and enlarged


def receipt_photo(page: Canvas) -> None:
    """A receipt photographed on a wooden table, turned a little, lit from one side."""
    slip = Canvas(f"slip:{page.random.random()}", (430, 620), page.face, page.em)
    _till_lines(slip)
    page.add_line(slip.text)
    desk = _wood(page)
    height, width = desk.shape[:2]
    corners = np.array([(0, 0), (430, 0), (430, 620), (0, 620)], np.float32)
    spread = np.array([[page.random.uniform(-14, 14) for _ in range(2)] for _ in range(4)])
    target = corners + np.array([width - 430, height - 620]) / 2 + spread
    turn = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    paper = cv2.warpPerspective(slip.pixels, turn, (width, height), flags=cv2.INTER_AREA)
    there = cv2.warpPerspective(np.full((620, 430), 255, np.uint8), turn, (width, height)) > 127
    mixed = np.where(there[..., None], paper * 0.93, desk)
    _paste(page, _noisy(page, mixed * _slope(page, 0.3), 5))


def receipt_photo_turned(page: Canvas) -> None:
    """The same, held upside down or sideways."""
    receipt_photo(page)
    page.image = page.image.rotate(page.random.choice((90, 180, 270)), expand=True)


def _till_lines(slip: Canvas) -> None:
    source = slip.random
    slip.line(60, 60, f"{source.choice(TOWNS).upper()} STORES")
    slip.line(60, 60 + slip.em * 1.6, f"{source.randint(2, 90)} {source.choice(STREETS)}")
    y = 60 + slip.em * 4.6
    for item in source.sample(ITEMS, 6):
        slip.row(y, [(30, item, "l"), (395, f"{source.uniform(1, 60):.2f}", "r")])
        y += slip.em * 1.7
    slip.row(y + slip.em, [(30, "TOTAL", "l"), (395, f"{source.uniform(60, 200):.2f}", "r")])
    slip.line(30, y + slip.em * 3.4, "THANK YOU", bold=True)


def folded(page: Canvas) -> None:
    """A letter folded twice: each part is lit differently, with a dark line at the fold."""
    notice(page)
    width, height = page.image.size
    light = np.ones((height, width))
    for at, fold in enumerate((height * 0.36, height * 0.68)):
        light[int(fold) :] *= (0.78, 1.18)[at]
        away = np.abs(np.arange(height) - fold)
        light *= (1 - 0.35 * np.exp(-((away / 3) ** 2)))[:, None]
    _paste(page, _noisy(page, page.pixels * light[..., None] * 0.95, 3))


def crumpled(page: Canvas) -> None:
    """Paper that was a ball: facets of different brightness, letters moved by a few pixels."""
    notice(page)
    width, height = page.image.size
    rough = np.random.default_rng(page.random.randrange(1 << 30))
    points = rough.uniform((0, 0), (width, height), (34, 2))
    y, x = np.mgrid[0:height:_COARSE, 0:width:_COARSE].astype(np.float32)
    nearest = np.argmin([(x - a) ** 2 + (y - b) ** 2 for a, b in points], axis=0)
    slopes = rough.normal(0, 1, (len(points), 2)).astype(np.float32)[nearest]
    facets = cv2.resize(slopes[..., 0], page.image.size, interpolation=cv2.INTER_NEAREST)
    light = 0.86 + 0.11 * cv2.GaussianBlur(facets, (0, 0), 5)[..., None]
    moved = cv2.resize(cv2.GaussianBlur(slopes, (0, 0), 40 / _COARSE) * 6, page.image.size)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    bent = cv2.remap(
        page.pixels, x + moved[..., 0], y + moved[..., 1],
        cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    _paste(page, _noisy(page, bent * light, 3))


def faded_thermal(page: Canvas) -> None:
    """A receipt of thermal print that has faded to a third, most of all in the middle."""
    _till_lines(page)
    width, height = page.image.size
    faded = 0.32 + 0.25 * np.abs(np.linspace(-1, 1, width))[None, :, None]
    paper = np.array([246, 243, 236])
    inked = paper - (255 - page.pixels) / 255 * faded * (paper - (96, 90, 110))
    _paste(page, _noisy(page, inked + np.zeros((height, 1, 1)), 3))


def carbon_copy(page: Canvas) -> None:
    """The lowest sheet of a set of forms: soft blue print, smudges, rules."""
    source = page.random
    for at, entry in enumerate(source.sample(ENTRIES, 5)):
        y = 90 + at * page.em * 2.2
        page.row(y, [(_LEFT, f"{entry}:", "l"), (700, money(source), "r")], ink=_CARBON)
        page.draw.line((90, y + page.em * 0.6, 900, y + page.em * 0.6), (150, 150, 190), 2)
    soft = cv2.GaussianBlur(page.pixels, (0, 0), 1.3).astype(float)
    smudge = _clouds(page, 120)
    _paste(page, _noisy(page, soft - 26 * smudge[..., None], 7))


def striped_printout(page: Canvas) -> None:
    """An invoice of a dot-matrix printer on paper with green bars."""
    source = page.random
    for at, item in enumerate(source.sample(ITEMS, 7)):
        count, price = source.randint(1, 40), source.uniform(1, 90)
        cells = [(_LEFT, item.upper(), "l"), (560, str(count), "r"), (780, f"{price:.2f}", "r"),
                 (1040, f"{count * price:.2f}", "r")]  # fmt: skip
        page.row(90 + at * page.em * 1.7, cells)
    dots = dot_matrix(page.pixels, np.random.default_rng(1), 1).astype(float)
    bars = np.full(dots.shape, 255.0)
    step = page.em * 1.7 * 2
    for top in np.arange(90 - page.em * 1.3, page.image.height, step):
        bars[max(0, int(top)) : int(top + step / 2)] = _GREEN_BAR
    _paste(page, np.minimum(dots, bars))


def highlighted(page: Canvas) -> None:
    """Words and a whole line under a yellow marker."""
    source = page.random
    lines = list(page.broken(sentences(source, 5), 980))
    marks = np.zeros((page.image.height, page.image.width))
    for at, text in enumerate(lines):
        y = 90 + at * page.em * 1.6
        page.line(_LEFT, y, text)
        if source.random() < 0.6:
            start = _LEFT + source.uniform(0, 0.4) * page.width_of(text)
            end = start + source.uniform(0.3, 0.6) * page.width_of(text)
            marks[int(y - page.em) : int(y + page.em * 0.35), int(start) : int(end)] = 1
    soft = cv2.GaussianBlur(marks, (0, 0), 2)[..., None]
    _paste(page, page.pixels * (1 - soft + soft * _YELLOW / 255))


def scanner_edge(page: Canvas) -> None:
    """A sheet laid askew on the glass: black beside it, holes and a staple at its edge."""
    page.draw.ellipse((40, 150, 84, 194), BLACK)
    page.draw.ellipse((40, 520, 84, 564), BLACK)
    page.draw.line((36, 60, 96, 40), (110, 110, 116), 6)
    page.paragraph(_LEFT + 20, 120, 940, sentences(page.random, 7))
    turned = page.image.rotate(page.random.uniform(0.6, 1.4), Image.Resampling.BICUBIC)
    pixels = np.asarray(turned).copy()
    pixels[:, -70:] = 12
    pixels[-46:] = 20
    _paste(page, _noisy(page, pixels.astype(float) * 0.97, 3))


def faxed_form(page: Canvas) -> None:
    """A form with typed entries, a cross and a signature, as a coarse fax."""
    source = page.random
    page.line(_LEFT, 80, "REPAIR ORDER", bold=True)
    for at, entry in enumerate(source.sample(ENTRIES, 4)):
        y = 150 + at * page.em * 2
        page.row(y, [(_LEFT, f"{entry}:", "l"), (480, source.choice(ITEMS), "l")])
        page.draw.line((470, y + page.em * 0.4, 1100, y + page.em * 0.4), BLACK, 2)
    steps = np.array([(28, source.uniform(-60, 60)) for _ in range(9)]).cumsum(axis=0)
    points = [tuple(point) for point in (steps * (1, 0.5) + (620, 440)).tolist()]
    page.draw.line(points, (30, 30, 30), 4, joint="curve")
    sent = fax(page.pixels, np.random.default_rng(1), 1)
    _paste(page, cv2.resize(sent, page.image.size, interpolation=cv2.INTER_AREA))


def book_spread(page: Canvas) -> None:
    """Two pages of a book on the glass, a shadow where they meet, page numbers below."""
    source, (width, height) = page.random, page.image.size
    number = source.randrange(20, 300, 2)
    for at in range(2):
        x = 70 + at * (width // 2)
        page.paragraph(x, 90, width / 2 - 150, sentences(source, 9), 1.4)
        page.line(x + width / 4 - 80, height - 50, str(number + at))
    away = np.abs(np.arange(width) - width / 2)
    light = 1 - 0.62 * np.exp(-((away / 45) ** 2))
    _paste(page, _noisy(page, page.pixels * light[None, :, None] * 0.96, 3))


def shop_sign(page: Canvas) -> None:
    """A sign over a shop: large pale letters on colour, photographed from below."""
    source, (width, height) = page.random, page.image.size
    paper = np.array(source.choice(((150, 30, 36), (24, 84, 60), (30, 50, 110))))
    page.image.paste((tuple(paper.tolist())), (0, 0, width, height))
    name = f"{source.choice(TOWNS)} {source.choice(('Bakery', 'Books', 'Garage'))}"
    page.line(110, 170, name, em=page.em * 3, bold=True, ink=(250, 238, 200))
    page.line(116, 260, f"Open daily {source.randint(6, 9)} to {source.randint(16, 20)}",
              em=page.em * 1.5, ink=WHITE)  # fmt: skip
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = corners + np.array([(70, 46), (-30, 12), (0, 0), (0, 0)], np.float32)
    turn = cv2.getPerspectiveTransform(corners, moved)
    wall = cv2.warpPerspective(page.pixels, turn, (width, height), borderValue=(168, 160, 150))
    _paste(page, _noisy(page, wall * _slope(page, 0.25), 8))


def stained(page: Canvas) -> None:
    """A ring of coffee and a splash on the print."""
    page.paragraph(_LEFT, 90, 980, sentences(page.random, 6))
    width, height = page.image.size
    y, x = np.mgrid[:height, :width]
    away = np.hypot(x - page.random.uniform(300, 900), y - page.random.uniform(150, 300))
    ring = np.exp(-(((away - 120) / 7) ** 2)) * 0.45 + (away < 120) * 0.12
    brown = np.array([0.35, 0.6, 1.0])
    _paste(page, _noisy(page, page.pixels * (1 - ring[..., None] * brown), 3))


def on_photograph(page: Canvas) -> None:
    """White letters with a dark outline over a photograph, as titles of films have them."""
    clouds = _clouds(page, 60)[..., None] * (90, 70, 40) + _clouds(page, 16)[..., None] * 60
    _paste(page, clouds + np.array([60, 80, 90]))
    font = page.face.font(page.em * 1.3, bold=True)
    for at, text in enumerate(page.random.sample(SENTENCES, 3)):
        page.add_line(text)
        place = (60, 120 + at * page.em * 2.4)
        page.draw.text(place, text, WHITE, font, anchor="ls", stroke_width=3, stroke_fill=BLACK)


def _wood(page: Canvas) -> Field:
    """Brown boards with grain."""
    width, height = page.image.size
    rough = np.random.default_rng(page.random.randrange(1 << 30))
    coarse = rough.normal(0, 1, (height // 3, width // 100)).astype(np.float32)
    grain = np.asarray(cv2.resize(coarse, page.image.size, interpolation=cv2.INTER_CUBIC), float)
    grain = grain / np.abs(grain).max()
    boards = 1 - 0.4 * ((np.arange(height) % 170) < 5)[:, None]
    wood = (np.array([146, 98, 58]) + 42 * grain[..., None]) * boards[..., None]
    return np.asarray(wood)


def _clouds(page: Canvas, size: int) -> Field:
    """Soft light and dark, 0 to 1, patches of about `size` pixels."""
    width, height = page.image.size
    rough = np.random.default_rng(page.random.randrange(1 << 30))
    coarse = rough.normal(0, 1, (height // size + 2, width // size + 2))
    soft = np.asarray(cv2.resize(coarse, page.image.size, interpolation=cv2.INTER_CUBIC), float)
    return np.asarray((soft - soft.min()) / np.ptp(soft))


def _slope(page: Canvas, most: float) -> Field:
    """Light from the left [1, width, 1], by up to `most` weaker at the right."""
    return np.linspace(1, 1 - most, page.image.width)[None, :, None]


def _noisy(page: Canvas, pixels: Field, level: float) -> Field:
    rough = np.random.default_rng(page.random.randrange(1 << 30))
    return pixels + rough.normal(0, level, pixels.shape[:2])[..., None]


def _paste(page: Canvas, pixels: NDArray[np.generic]) -> None:
    page.image.paste(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)))
