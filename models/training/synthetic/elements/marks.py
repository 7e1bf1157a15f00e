"""Marks that people and offices leave on paper: signatures, stamps, logos, codes, boxes, notes."""

from itertools import pairwise
from math import cos, pi, sin
from random import Random

from models.training.synthetic.markup import HANDS, SIGNING_HANDS, accent
from models.training.synthetic.pseudo_text import Writer

_STAMPED = 'data-c="stamp" data-whole data-pad=".02,.02,.02,.02"'
_INKS = ("#111", "#111", "#000", "#1a2a7a", "#123a9a", "#223", "#444", "#27408b")


def _smooth(points: list[tuple[float, float]]) -> str:
    """A path of quadratic curves through the midpoints of the given points."""
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points[1:]):
        path += f"Q{x0:.1f} {y0:.1f} {(x0 + x1) / 2:.1f} {(y0 + y1) / 2:.1f}"
    return path


def _through(points: list[tuple[float, float]]) -> str:
    """A path of cubic curves through the given points (Catmull-Rom)."""
    ends = [points[0], *points, points[-1]]
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (ax, ay), (bx, by), (cx, cy), (dx, dy) in zip(
        ends, ends[1:], ends[2:], ends[3:], strict=False
    ):
        path += f"C{bx + (cx - ax) / 5:.1f} {by + (cy - ay) / 5:.1f} "
        path += f"{cx - (dx - bx) / 5:.1f} {cy - (dy - by) / 5:.1f} {cx:.1f} {cy:.1f}"
    return path


def _scrawl(rng: Random, width: float, height: float) -> str:
    """Pen movement of a scrawled name: loops that grow, shrink and lean as they run right."""
    loops, lean = rng.randint(4, 14), rng.uniform(-0.2, 0.6)
    points, reach = [], rng.uniform(0.3, 1.0)
    for step in range(loops * 4):
        angle = step * pi / 2 + rng.uniform(-0.4, 0.4)
        if step % 4 == 0:
            reach = rng.choice((rng.uniform(0.1, 0.45), rng.uniform(0.2, 0.6), rng.uniform(0.6, 1)))
        y = sin(angle) * reach * height / 2
        x = width * step / (loops * 4) + cos(angle) * reach * width / loops - lean * y
        points.append((x, y))
    return _smooth(points)


def _cursive(rng: Random, width: float, height: float) -> str:
    """Pen movement of joined writing: a large first letter, small ones, some of them tall."""
    lean, letters = rng.uniform(0.1, 0.7), rng.randint(4, 13)
    small, step = rng.uniform(0.08, 0.22) * height, width / (letters + 2)
    points = [(0.0, small), (step * 0.4, -height * 0.5), (step * 1.2, -height * 0.35),
              (step * 0.5, height * rng.uniform(0.1, 0.45)), (step * 1.6, small)]  # fmt: skip
    for index in range(letters):
        x, kind = step * (index + 1.8), rng.random()
        top = -height * rng.uniform(0.3, 0.5) if kind < 0.2 else -small * rng.uniform(0.5, 1.6)
        low = height * rng.uniform(0.3, 0.5) if kind > 0.86 else small * rng.uniform(0.6, 1.3)
        back = x - step * rng.uniform(0, 0.45)
        points += [(x, top), (back, rng.uniform(-0.5, 0.5) * small), (back + step * 0.2, low),
                   (x + step * 0.6, small * rng.uniform(0.1, 0.8))]  # fmt: skip
    points.append((width * rng.uniform(0.95, 1.1), rng.uniform(-0.2, 0.3) * height))
    return _through([(x - lean * y, y) for x, y in points])


def _flourish(rng: Random, width: float, height: float) -> str:
    """A stroke under or through the name."""
    y = rng.uniform(-0.1, 0.6) * height
    points = [(rng.uniform(-0.15, 0.2) * width, y)]
    shares = (0.4, 0.75, rng.uniform(0.9, 1.25), rng.uniform(0.3, 1))
    points += [(share * width, y + rng.uniform(-0.25, 0.25) * height) for share in shares]
    return _smooth(points)


def _signed_name(rng: Random, height: float) -> tuple[str, float]:
    """A name set in a script hand, and its rough width."""
    name = Writer(rng).name()
    if rng.random() < 0.1:
        name = "".join(part[0] for part in name.split())
    elif rng.random() < 0.25:
        name = name.split()[-1]
    lean = f"skewX({rng.uniform(-25, 8):.0f}) scale({rng.uniform(0.8, 1.5):.2f},1)"
    text = (
        f'<text transform="{lean}" y="{height * 0.3:.0f}" font-family="{rng.choice(SIGNING_HANDS)}"'
        f' font-size="{height:.0f}" stroke="none" fill="currentColor">{name}</text>'
    )
    return text, len(name) * height * 0.42


def signature(rng: Random, height: float | None = None) -> str:
    """A signature as SVG; its box is a little wider than its ink, as people draw them."""
    height = height or rng.uniform(24, 76)
    strokes, width = "", min(8.0, max(1.1, rng.lognormvariate(1.2, 0.4))) * height
    kind = rng.random()
    if kind < 0.45:
        strokes, width = _signed_name(rng, height * rng.uniform(0.6, 1.1))
    if kind > 0.78:
        strokes += f'<path d="{_scrawl(rng, width, height)}"/>'
    elif kind > 0.38:
        strokes += f'<path d="{_cursive(rng, width, height)}"/>'
    if rng.random() < 0.3:
        strokes += f'<path d="{_flourish(rng, width, height)}"/>'
    pads = ",".join(f"{share:.2f}" for share in _loose_pads(rng))
    faint = rng.uniform(0.55, 0.85) if rng.random() < 0.2 else 1
    return (
        f'<svg width="{width:.0f}" height="{height:.0f}" style="color:{rng.choice(_INKS)}">'
        f'<g data-c="signature" data-whole data-pad="{pads}" fill="none" stroke="currentColor"'
        f' opacity="{faint:.2f}" stroke-width="{rng.uniform(0.7, 2.6):.1f}" stroke-linecap="round"'
        f' transform="translate(0 {height / 2:.0f}) rotate({rng.uniform(-12, 5):.0f})">'
        f"{strokes}</g></svg>"
    )


def _loose_pads(rng: Random) -> tuple[float, float, float, float]:
    """Left, top, right and bottom margins of a signature's box, as shares of its size."""
    return (rng.uniform(0, 0.07), rng.uniform(0, 0.12), rng.uniform(0, 0.07),
            rng.uniform(-0.02, 0.1))  # fmt: skip


def _ring_text(rng: Random, radius: float) -> str:
    words = Writer(rng).words(5).upper()[: int(radius * 0.85)]
    key = f"r{rng.getrandbits(40)}"
    return (
        f'<path id="{key}" d="M{-radius} 0A{radius} {radius} 0 1 1 0 {radius}" stroke="none"/>'
        f'<text font-size="{radius * 0.28:.0f}" stroke="none" fill="currentColor" '
        f'letter-spacing="1"><textPath href="#{key}">{words}</textPath></text>'
    )


def _round_stamp(rng: Random) -> tuple[str, float, float]:
    radius = rng.uniform(26, 62)
    inner = f'<circle r="{radius * 0.66:.0f}"/>' if rng.random() < 0.7 else ""
    heart = rng.choice(
        ("★", "✚", "⚜", "✓", Writer(rng).word().upper()[:7], str(rng.randint(1, 99)))
    )
    body = (
        f'<circle r="{radius:.0f}" {_STAMPED}/>{inner}{_ring_text(rng, radius * 0.73)}'
        f'<text text-anchor="middle" y="{radius * 0.15:.0f}" font-size="{radius * 0.42:.0f}"'
        f' stroke="none" fill="currentColor">{heart}</text>'
    )
    return body, radius * 2, radius * 2  # the ring carries the label: it looks the same when turned


def _square_stamp(rng: Random) -> tuple[str, float, float]:
    word = rng.choice(("RECEIVED", "PAID", "COPY", "APPROVED", "FILED", "URGENT", "DRAFT",
                       "CONFIDENTIAL", Writer(rng).word().upper()))  # fmt: skip
    size = rng.uniform(13, 34)
    width, rows = len(word) * size * 0.78, [word]
    if rng.random() < 0.6:
        rows.append(Writer(rng).date().upper()[:14])
    height = len(rows) * size * 1.25 + 4
    frame = "" if rng.random() < 0.25 else (
        f'<rect x="{-width / 2:.0f}" y="{-height / 2:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" rx="{rng.choice((0, 0, 4, 9))}"/>'
    )  # fmt: skip
    text = "".join(
        f'<text text-anchor="middle" y="{-height / 2 + size * (1 + i * 1.15):.0f}" stroke="none" '
        f'fill="currentColor" font-weight="{rng.choice((400, 700, 900))}" font-family="{font}" '
        f'font-size="{size * (0.7 if i else 1):.0f}">{row}</text>'
        for font in [rng.choice(("Liberation Sans", "Liberation Mono", "TeX Gyre Adventor"))]
        for i, row in enumerate(rows)
    )
    return f"<g {_STAMPED}>{frame}{text}</g>", width, height


def _dater(rng: Random) -> tuple[str, float, float]:
    """A date in bold capitals or a numbering machine's digits, without a frame."""
    months = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
    date = f"{rng.choice(months)} {rng.randint(1, 31)} {rng.randint(1960, 2020)}"
    text = date if rng.random() < 0.75 else str(rng.randint(10_000, 9_999_999))
    size = rng.uniform(12, 24)
    family = rng.choice(("Liberation Sans", "Liberation Sans Narrow", "Liberation Mono"))
    drawn = (
        f'<text text-anchor="middle" y="{size * 0.36:.0f}" stroke="none" fill="currentColor"'
        f' font-family="{family}" font-weight="700" font-size="{size:.0f}">{text}</text>'
    )
    return f"<g {_STAMPED}>{drawn}</g>", len(text) * size * 0.62, size * 1.2


def stamp(rng: Random) -> str:
    """A rubber stamp as SVG: round or square, turned, inked unevenly."""
    body, width, height = rng.choices((_round_stamp, _square_stamp, _dater), (50, 38, 12))[0](rng)
    ink = rng.choice(
        ("#b22", "#c0182b", "#224a9a", "#1d3f8f", "#333", "#111", "#5b2a86", "#14694a")
    )
    return (
        f'<svg width="{width:.0f}" height="{height:.0f}" style="color:{ink};mix-blend-mode:'
        f'multiply"><g transform="translate({width / 2:.0f} {height / 2:.0f}) '
        f'rotate({rng.gauss(0, 14):.0f})" fill="none" stroke="currentColor" '
        f'stroke-width="{rng.uniform(1.2, 4):.1f}" opacity="{rng.uniform(0.4, 0.95):.2f}">'
        f"{body}</g></svg>"
    )


def _emblem_shape(rng: Random, colours: tuple[str, str]) -> str:
    """One filled or outlined shape in a square of 100 units."""
    x, y, r = rng.uniform(30, 70), rng.uniform(30, 70), rng.uniform(14, 48)
    turn = f'transform="rotate({rng.randint(0, 359)} 50 50)"'
    fill = f'{turn} fill="{rng.choice(colours)}"'
    ring = f'fill="none" stroke="{colours[1]}" stroke-width="{rng.randint(3, 12)}"'
    corner = f'x="{x - r / 2:.0f}" y="{y - r / 2:.0f}"'
    return rng.choice((
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.0f}" {fill}/>',
        f'<rect {corner} width="{r:.0f}" height="{r:.0f}" {fill}/>',
        f'<path d="M50 4L{50 + r:.0f} 90L{50 - r:.0f} 90Z" {fill}/>',
        f'<path d="M5 60Q50 {-r:.0f} 95 60Q50 {r:.0f} 5 60" {fill}/>',
        f'<circle cx="50" cy="50" r="{r:.0f}" {ring}/>',
    ))  # fmt: skip


def logo(rng: Random, size: float | None = None) -> str:
    """An emblem, with or without a word beside it, as one labelled piece."""
    size = size or rng.uniform(26, 84)
    colours = (accent(rng), accent(rng))
    shapes = "".join(_emblem_shape(rng, colours) for _ in range(rng.randint(1, 4)))
    icon = f'<svg width="{size:.0f}" height="{size:.0f}" viewBox="0 0 100 100">{shapes}</svg>'
    word = ""
    if rng.random() < 0.5:
        name = rng.choice((str.upper, str.title, str))(Writer(rng).word())
        font = f"{rng.choice((600, 900))} {size * 0.5:.0f}px Lato"
        word = f'<b style="color:{colours[0]};font:{font}">{name}</b>'
    return (
        '<span data-c="logo" data-whole style="display:inline-flex;align-items:center;gap:6px">'
        f"{icon}{word}</span>"
    )


def barcode(rng: Random) -> str:
    """A linear code: bars of one to four modules, with or without digits below."""
    module, height, x, bars = rng.uniform(0.8, 2.2), rng.uniform(22, 70), 0.0, []
    for index in range(rng.randint(40, 96)):
        step = rng.choice((1, 1, 2, 2, 3, 4)) * module
        if index % 2 == 0:
            bars.append(f'<rect x="{x:.1f}" width="{step:.1f}" height="{height:.0f}"/>')
        x += step
    digits = "".join(str(rng.randint(0, 9)) for _ in range(rng.randint(8, 14)))
    text = (
        f'<text x="{x / 2:.0f}" y="{height + 11:.0f}" text-anchor="middle" font-size="11" '
        f'font-family="Liberation Mono" letter-spacing="2">{digits}</text>'
    )
    return (
        f'<svg width="{x:.0f}" height="{height + 14:.0f}"><g data-c="barcode" data-whole>'
        f"{''.join(bars)}</g>{text if rng.random() < 0.6 else ''}</svg>"
    )


def qr_code(rng: Random) -> str:
    """A code that looks like a QR code: finders in three corners, timing lines, random modules."""
    side = 17 + 4 * rng.randint(1, 7)
    size, modules = rng.uniform(40, 150), []
    for y in range(side):
        for x in range(side):
            corner = (min(x, side - 1 - x), min(y, side - 1 - y))
            near = corner[0] < 8 and corner[1] < 8 and not (x > side / 2 and y > side / 2)
            ring = max(abs(corner[0] - 3), abs(corner[1] - 3))
            if (ring in (0, 1, 3)) if near else rng.random() < 0.5:
                modules.append(f"M{x} {y}h1v1h-1z")
    colour = rng.choice(("#000", "#000", "#000", "#111", accent(rng)))
    return (
        f'<svg width="{size:.0f}" height="{size:.0f}" viewBox="0 0 {side} {side}" data-c="qr_code" '
        f'data-whole shape-rendering="crispEdges"><path fill="{colour}" d="{"".join(modules)}"/>'
        "</svg>"
    )


def checkbox(rng: Random, size: float) -> str:
    """A box to tick: empty, crossed, ticked or filled; square or round."""
    sign = rng.choice(("", "", "", "\u00d7", "✓", "✗", "■", "/"))
    ink = rng.choice(_INKS)
    radius = rng.choice((0, 0, 0, 2, 50))
    return (
        f'<span data-c="checkbox" data-whole style="display:inline-block;width:{size:.0f}px;'
        f"height:{size:.0f}px;border:{rng.uniform(0.8, 2):.1f}px solid #222;"
        f"border-radius:{radius}%;box-sizing:border-box;text-align:center;text-indent:0;"
        f"font:{size:.0f}px/{size * 0.8:.0f}px 'DejaVu Sans';"
        f'color:{ink};vertical-align:-15%">{sign}</span>'
    )


def handwriting(rng: Random, text: str, size: float | None = None, width: str = "auto") -> str:
    """Words written by hand, as one labelled piece."""
    size = size or rng.uniform(15, 30)
    return (
        f'<div data-c="handwriting" style="display:inline-block;width:{width};'
        f"font:{size:.0f}px/{rng.uniform(0.9, 1.5):.2f} '{rng.choice(HANDS)}';"
        f"color:{rng.choice(_INKS)};text-indent:0;"
        f'transform:rotate({rng.gauss(0, 1.2):.1f}deg)">{text}</div>'
    )
