"""Figures: charts, diagrams, drawings, micrographs and photographs, one or many panels."""

import base64
from dataclasses import dataclass
from itertools import product
from math import cos, pi, sin
from pathlib import Path
from random import Random

import cv2
import numpy as np

from models.training.synthetic.elements.science_figures import MAKERS
from models.training.synthetic.markup import Look, accent, tag
from models.training.synthetic.pseudo_text import Writer


class Photographs:
    """Image files that stand in for photographs; empty when none were given."""

    def __init__(self, folder: Path | None) -> None:
        self._paths = sorted(folder.glob("*.jpg")) if folder else []

    def __bool__(self) -> bool:
        return bool(self._paths)

    def pick(self, rng: Random) -> np.ndarray:
        """One photograph as BGR bytes, shape (height, width, 3)."""
        return cv2.imread(str(rng.choice(self._paths)))


@dataclass(frozen=True)
class Desk:
    """What a genre draws its page with."""

    rng: Random
    photographs: Photographs


def _as_uri(image: np.ndarray) -> str:
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()


def micrograph(rng: Random, width: int, height: int) -> np.ndarray:
    """Glowing or stained specks on a dark or pale ground, BGR (height, width, 3)."""
    noise = np.random.default_rng(rng.getrandbits(32))
    small = noise.random((height // 2 + 1, width // 2 + 1), dtype=np.float32)
    field = cv2.GaussianBlur(small, (0, 0), rng.uniform(1, 9))
    field = (field - field.min()) / (np.ptp(field) + 1e-6)
    field = np.clip((field - rng.uniform(0.3, 0.7)) * rng.uniform(2, 7), 0, 1)
    field = cv2.resize(field, (width, height))[..., None]
    ink = np.array([rng.random(), rng.random(), rng.random()], np.float32)
    ground = rng.choice((0.02, 0.05, 0.1, 0.75, 0.9, 0.5))
    image = ground * (1 - field) + ink * field if rng.random() < 0.8 else np.repeat(field, 3, 2)
    grain = noise.normal(0, rng.uniform(0.01, 0.08), image.shape)
    return (np.clip(image + grain, 0, 1) * 255).astype(np.uint8)


def scenery(rng: Random, width: int, height: int) -> np.ndarray:
    """A soft made-up picture: gradients, blobs and bands, BGR (height, width, 3)."""
    noise = np.random.default_rng(rng.getrandbits(32))
    coarse = noise.random((rng.randint(2, 7), rng.randint(2, 7), 3), dtype=np.float32)
    image = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(rng.randint(2, 14)):
        colour = tuple(float(v) for v in noise.random(3))
        centre = (rng.randint(0, width), rng.randint(0, height))
        axes = (rng.randint(6, width // 3 + 7), rng.randint(6, height // 3 + 7))
        cv2.ellipse(image, centre, axes, rng.randint(0, 180), 0, 360, colour, -1)
    image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.6, 4))
    if rng.random() < 0.35:
        image = np.repeat(image.mean(2, keepdims=True), 3, 2)
    return (np.clip(image + noise.normal(0, 0.04, image.shape), 0, 1) * 255).astype(np.uint8)


def picture(rng: Random, photographs: Photographs, width: int, height: int) -> np.ndarray:
    """A photograph where there are some, else something made up, BGR (height, width, 3)."""
    chance = rng.random()
    if photographs and chance < 0.5:
        image = cv2.resize(photographs.pick(rng), (width, height), interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        return cv2.merge([grey] * 3) if rng.random() < 0.3 else image
    return (micrograph if chance < 0.8 else scenery)(rng, width, height)


def _axes(rng: Random, w: float, h: float) -> str:
    write = Writer(rng)
    ticks = "".join(
        f'<text x="{w * i / 5:.0f}" y="{h + 12:.0f}" text-anchor="middle">{i * 10}</text>'
        f'<text x="-6" y="{h * (1 - i / 5):.0f}" text-anchor="end">{i * 2}</text>'
        for i in range(6)
    )
    grid = "".join(f'<path d="M0 {h * i / 5:.0f}H{w:.0f}" stroke="#ccc"/>' for i in range(5))
    frame = f'<path d="M0 0V{h:.0f}H{w:.0f}{"V0H0" if rng.random() < 0.4 else ""}" stroke="#222"/>'
    names = (
        f'<text x="{w / 2:.0f}" y="{h + 26:.0f}" text-anchor="middle">{write.words(2)}</text>'
        f'<text transform="translate(-26 {h / 2:.0f}) rotate(-90)" text-anchor="middle">'
        f"{write.words(2)}</text>"
    )
    return (grid if rng.random() < 0.4 else "") + frame + ticks + names


def _lines(rng: Random, w: float, h: float, ink: list[str]) -> str:
    out = []
    for colour in ink:
        y, points = rng.uniform(0.2, 0.8), []
        for i in range(rng.randint(5, 40)):
            y = min(0.97, max(0.03, y + rng.gauss(0, 0.08)))
            points.append((i, y * h))
        step = w / len(points)
        path = "L".join(f"{i * step:.0f} {v:.0f}" for i, v in points)
        out.append(f'<path d="M{path}" stroke="{colour}" stroke-width="1.6"/>')
    return "".join(out)


def _bars(rng: Random, w: float, h: float, ink: list[str]) -> str:
    groups, out = rng.randint(2, 9), []
    step = w / groups / (len(ink) + 0.6)
    for group in range(groups):
        for k, colour in enumerate(ink):
            tall = rng.uniform(0.05, 0.95) * h
            x = group * w / groups + k * step + 0.3 * step
            box = f'x="{x:.0f}" y="{h - tall:.0f}" width="{step:.0f}" height="{tall:.0f}"'
            out.append(f'<rect {box} fill="{colour}" stroke="#222"/>')
    return "".join(out)


def _dots(rng: Random, w: float, h: float, ink: list[str]) -> str:
    slope = rng.uniform(-0.8, 0.8)
    out = []
    for _ in range(rng.randint(15, 120)):
        x = rng.random()
        y = min(1, max(0, 0.5 + slope * (x - 0.5) + rng.gauss(0, 0.15)))
        out.append(f'<circle cx="{x * w:.0f}" cy="{y * h:.0f}" r="2.2" fill="{rng.choice(ink)}"/>')
    return "".join(out)


def _pie(rng: Random, w: float, h: float) -> str:
    radius, angle, out = min(w, h) / 2, 0.0, []
    for _ in range(rng.randint(3, 8)):
        sweep = rng.uniform(0.2, 1.5)
        x0, y0, x1, y1 = cos(angle), sin(angle), cos(angle + sweep), sin(angle + sweep)
        path = f"M0 0L{x0 * radius:.0f} {y0 * radius:.0f}A{radius:.0f} {radius:.0f} 0 0 1 "
        out.append(f'<path d="{path}{x1 * radius:.0f} {y1 * radius:.0f}Z" fill="{accent(rng)}"/>')
        angle += sweep
        if angle > 2 * pi:
            break
    return f'<g transform="translate({w / 2:.0f} {h / 2:.0f})" stroke="#fff">{"".join(out)}</g>'


def _station(rng: Random, box: tuple[float, float, float, float], fill: str) -> str:
    x, y, w, h = box
    corners = f'x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{h:.0f}"'
    room, lines = int(w / 5), max(1, int(h / 12)) if rng.random() < 0.5 else 1
    word = "".join(
        f'<text x="{x + 4:.0f}" y="{y + 10 + 10 * line:.0f}">{Writer(rng).words(6)[:room]}</text>'
        for line in range(lines)
    )
    return f'<rect {corners} rx="{rng.choice((0, 6))}" fill="{fill}" stroke="#333"/>{word}'


def _diagram(rng: Random, w: float, h: float) -> str:
    """Boxes in rows and columns, joined by lines."""
    across, down = rng.randint(2, 4), rng.randint(1, 4)
    out, fill = [], rng.choice(("none", "#fff", "#eef", accent(rng)))
    step_x, step_y = w / across, h / down
    for i, j in product(range(across), range(down)):
        x, y, bw, bh = i * step_x, j * step_y, step_x * 0.7, step_y * 0.55
        out.append(_station(rng, (x, y, bw, bh), fill))
        if i + 1 < across:
            line = f"M{x + bw:.0f} {y + bh / 2:.0f}h{step_x * 0.3:.0f}"
            out.append(f'<path d="{line}" stroke="#333"/>')
        if j + 1 < down:
            line = f"M{x + bw / 2:.0f} {y + bh:.0f}v{step_y * 0.45:.0f}"
            out.append(f'<path d="{line}" stroke="#333"/>')
    return "".join(out)


def _drawing(rng: Random, w: float, h: float) -> str:
    out = []
    for _ in range(rng.randint(4, 16)):
        a, b, c, d = (rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0, w), rng.uniform(0, h))
        out.append(rng.choice((
            f'<path d="M{a:.0f} {b:.0f}L{c:.0f} {d:.0f}" stroke="#222"/>',
            f'<path d="M{a:.0f} {b:.0f}Q{c:.0f} {b:.0f} {c:.0f} {d:.0f}" stroke="#222"/>',
            f'<circle cx="{w / 2:.0f}" cy="{h / 2:.0f}" r="{min(a, h / 2):.0f}" stroke="#222"/>',
            f'<text x="{a:.0f}" y="{b:.0f}">{Writer(rng).word()[:3]}</text>',
        )))  # fmt: skip
    return "".join(out)


def _chart(rng: Random, w: float, h: float) -> str:
    ink = rng.choice((["#222", "#999"], [accent(rng) for _ in range(rng.randint(1, 4))], ["#111"]))
    kind = rng.random()
    if kind < 0.4:
        body = rng.choice(MAKERS)(rng, w, h)
    elif kind < 0.48:
        body = _diagram(rng, w, h)
    elif kind < 0.54:
        body = _drawing(rng, w, h)
    elif kind < 0.6:
        body = _pie(rng, w, h)
    else:
        body = rng.choice((_lines, _bars, _dots))(rng, w, h, ink) + _axes(rng, w, h)
    font = f'font-family="Liberation Sans" font-size="{rng.randint(6, 11)}"'
    body = body.replace("<text", '<text fill="#222"')
    return (
        f'<svg width="{w + 44:.0f}" height="{h + 40:.0f}" style="display:block"><g fill="none" '
        f'transform="translate(36 8)" {font}>{body}</g></svg>'
    )


def _panel(look: Look, photographs: Photographs, w: int, h: int, picture_share: float) -> str:
    rng = look.rng
    if rng.random() >= picture_share:
        return _chart(rng, max(40, w - 48), max(30, h - 44))
    uri = _as_uri(picture(rng, photographs, max(16, w), max(16, h)))
    return f'<img src="{uri}" style="display:block;width:{w}px;height:{h}px">'


def figure(look: Look, photographs: Photographs, width: float, tallest: float = 420) -> str:
    """One labelled figure, `width` CSS pixels wide at most: one panel, a grid or rows of them."""
    layout = _rows if width > 280 and look.rng.random() < 0.3 else _grid
    drawn = layout(look, photographs, width, tallest)
    return (
        f"<div class='keep' style='text-align:center;text-indent:0;line-height:1.1'>{drawn}</div>"
    )


def _rows(look: Look, photographs: Photographs, width: float, tallest: float) -> str:
    """Rows of one to four panels, lettered and named, far apart or close, over a legend."""
    rng = look.rng
    rows, gap, letters = rng.randint(2, 4), rng.choice((4, 12, 22, 36)), iter("ABCDEFGHIJKLMNOP")
    named, sign = rng.random() < 0.4, rng.choice(("", "<b>{}</b>", "<b>{}</b>", "<b>({})</b>"))
    inner = ""
    for _ in range(rows):
        count, share = rng.randint(1, 4), rng.choice((0, 0, 0.5, 1))
        w = int(width / count - gap)
        h = int(min(w * rng.uniform(0.5, 1), tallest * 1.2 / rows))
        cells = ""
        for _ in range(count):
            title = f"<b style='font-weight:400'>{look.write.words(2)}</b>" if named else ""
            over = f"<div style='text-align:left'>{sign.format(next(letters))} {title}</div>"
            cells += f"<div>{over}{_panel(look, photographs, w, h, share)}</div>"
        place = f"display:flex;justify-content:{rng.choice(('center', 'space-between', 'left'))}"
        inner += f"<div style='{place};gap:{gap}px;margin-bottom:{gap}px'>{cells}</div>"
    keys = "".join(
        f"<b style='font-weight:400;margin:0 8px'><span style='color:{accent(rng)}'>■</span> "
        f"{look.write.word()}</b>"
        for _ in range(rng.choice((0, 0, 2, 4)))
    )
    size = f"font:{rng.randint(8, 12)}px 'Liberation Sans'"
    return tag("figure", inner + keys, f"display:inline-block;{size}", whole=True)


def _grid(look: Look, photographs: Photographs, width: float, tallest: float) -> str:
    """One panel, or a grid of equal ones of which the first may be twice as tall."""
    rng = look.rng
    across, down = rng.choice(
        ((1, 1), (1, 1), (1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (4, 2), (2, 3))
    )
    gap = rng.choice((1, 2, 4, 10, 18, 26))
    w = int(width * rng.choice((1, 1, 0.9, 0.7, 0.55)) / across - gap)
    h = int(min(w * rng.uniform(0.5, 1.1), tallest / down))
    ground = rng.choice(("", "", "", "background:#000;color:#fff;padding:4px;"))
    share = 1 if ground else rng.choice((0, 0, 0.5, 1, 1))
    lettered = across * down > 1 and rng.random() < 0.7
    over = rng.choice((0, 0, 13, 18))  # room above a panel for its letter
    sign = rng.choice(("{}", "{}", "({})", "{}."))
    cells, uneven = "", rng.random() < 0.4
    for index in range(across * down - uneven * (across > 1 and down > 1)):
        letter = (
            f"<b style='position:absolute;left:2px;top:{-over}px;color:inherit'>"
            f"{sign.format('ABCDEFGH'[index])}</b>"
        )
        tall = index == 0 and across > 1 and down > 1 and uneven
        size = (w, 2 * h + gap) if tall else (w, h)
        place = f"position:relative;margin-top:{over if lettered else 0}px"
        place += ";grid-row:span 2" if tall else ""
        cells += f"<div style='{place}'>{_panel(look, photographs, *size, share)}"
        cells += f"{letter if lettered else ''}</div>"
    style = f"{ground}display:inline-grid;grid-template-columns:repeat({across},auto);gap:{gap}px"
    return tag("figure", cells, style, whole=True)
