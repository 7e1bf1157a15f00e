"""Drawings of school books: geometry, squared grids, number lines, labelled pies, photographs."""

from math import cos, pi, sin
from random import Random

from models.training.synthetic.markup import accent, tag
from models.training.synthetic.pseudo_text import Writer


def _letter(rng: Random, x: float, y: float) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" font-style="italic">{rng.choice("ABCDEFOPQxy")}</text>'


def _polygon(rng: Random, w: float, h: float) -> str:
    """A triangle or more with lettered corners, a diagonal and perhaps a circle around."""
    corners, turn = rng.randint(3, 6), rng.uniform(0, pi)
    points = [
        (w / 2 + cos(turn + 2 * pi * i / corners) * w * rng.uniform(0.3, 0.44),
         h / 2 + sin(turn + 2 * pi * i / corners) * h * rng.uniform(0.3, 0.44))
        for i in range(corners)
    ]  # fmt: skip
    path = "L".join(f"{x:.0f} {y:.0f}" for x, y in points)
    (ax, ay), (bx, by) = points[0], points[corners // 2]
    out = f'<path d="M{path}Z"/><path d="M{ax:.0f} {ay:.0f}L{bx:.0f} {by:.0f}"/>'
    if rng.random() < 0.4:
        out += f'<circle cx="{w / 2:.0f}" cy="{h / 2:.0f}" r="{min(w, h) * 0.42:.0f}"/>'
    return out + "".join(_letter(rng, x + 3, y) for x, y in points)


def _squares(rng: Random, w: float, h: float) -> str:
    """A grid of squares, some of them filled."""
    across, down = rng.randint(2, 10), rng.choice((1, 1, 2, 2, 3, 4, 5, 7))
    side, out = min(w / across, h / down), ""
    for index in range(across * down):
        fill = rng.choice(("none", "none", "#bbb"))
        x, y = index % across * side, index // across * side
        out += (
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{side:.0f}" height="{side:.0f}" fill="{fill}"/>'
        )
    return out


def _curve(rng: Random, w: float, h: float) -> str:
    """Axes with arrows, and one or two curves."""
    x0, y0 = w * rng.uniform(0.1, 0.5), h * rng.uniform(0.5, 0.9)
    out = f'<path d="M0 {y0:.0f}H{w:.0f}l-6 -3m6 3l-6 3M{x0:.0f} {h:.0f}V0l-3 6m3 -6l3 6"/>'
    for _ in range(rng.randint(1, 2)):
        a, b = rng.uniform(-0.6, 0.6), rng.uniform(-0.5, 0.5)
        line = []
        for step in range(17):
            share = step / 8 - 1
            y = y0 - h * 0.6 * (a * share + b * sin(share * pi))
            line.append(f"{step * w / 17:.0f} {min(h, max(0, y)):.0f}")
        out += f'<path d="M{"L".join(line)}"/>'
    return out + _letter(rng, w - 8, y0 + 12) + _letter(rng, x0 + 5, 9)


def _named_pie(rng: Random, w: float, h: float) -> str:
    """A pie whose parts are named outside of it."""
    radius, angle, out = min(w, h) * 0.34, 0.0, ""
    for share in sorted((rng.uniform(0.3, 1.6) for _ in range(9)), reverse=True):
        end = min(2 * pi, angle + share)
        x0, y0, x1, y1 = (f(t) * radius for t in (angle, end) for f in (cos, sin))
        arc = f"A{radius:.0f} {radius:.0f} 0 0 1 {x1:.0f} {y1:.0f}Z"
        out += f'<path d="M0 0L{x0:.0f} {y0:.0f}{arc}" fill="{accent(rng)}" stroke="#fff"/>'
        middle = (angle + end) / 2
        spot = f'x="{cos(middle) * radius * 1.3:.0f}" y="{sin(middle) * radius * 1.25:.0f}"'
        name = f"{Writer(rng).word()[:6]} {rng.randint(1, 40)}%"
        out += f'<text {spot} text-anchor="middle">{name}</text>'
        angle = end
        if angle >= 2 * pi:
            break
    return f'<g transform="translate({w / 2:.0f} {h / 2:.0f})">{out}</g>'


def _number_line(rng: Random, w: float, h: float) -> str:
    """A line with arrows, ticks and their numbers, some of them marked."""
    y, ticks, first = h * 0.5, rng.randint(4, 12), rng.choice((-5, 0, 0, 10))
    out = f'<path d="M0 {y:.0f}H{w:.0f}l-6 -3m6 3l-6 3"/>'
    for tick in range(ticks):
        x = w * (tick + 0.5) / (ticks + 0.5)
        out += f'<path d="M{x:.0f} {y - 4:.0f}v8"/><text x="{x:.0f}" y="{y + 16:.0f}" '
        out += f'text-anchor="middle">{first + tick}</text>'
        if rng.random() < 0.2:
            out += f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="#111"/>'
    return out


def _solid(rng: Random, w: float, h: float) -> str:
    """A box in space with its hidden edges and lengths, or a can."""
    deep, a, b = rng.uniform(0.15, 0.3), w * 0.6, h * 0.6
    dx, dy = w * deep, h * deep
    lengths = f'<text x="{a / 2:.0f}" y="{dy + b + 13:.0f}">{rng.randint(2, 20)} cm</text>'
    if rng.random() < 0.4:
        arc = f"a{a / 2:.0f} {dy / 2:.0f} 0 0 0 {a:.0f} 0"
        top = f'<ellipse cx="{a / 2:.0f}" cy="{dy:.0f}" rx="{a / 2:.0f}" ry="{dy / 2:.0f}"/>'
        return f'{top}<path d="M0 {dy:.0f}v{b:.0f}{arc}v{-b:.0f}"/>{lengths}'
    front = f"M0 {dy:.0f}h{a:.0f}v{b:.0f}h{-a:.0f}Z"
    back = f"M0 {dy:.0f}l{dx:.0f} {-dy:.0f}h{a:.0f}v{b:.0f}l{-dx:.0f} {dy:.0f}"
    edge = f"M{a:.0f} {dy:.0f}l{dx:.0f} {-dy:.0f}"
    hidden = f"M0 {dy + b:.0f}l{dx:.0f} {-dy:.0f}h{a:.0f}m{-a:.0f} 0v{-b:.0f}"
    return f'<path d="{front}{back}{edge}"/><path d="{hidden}" stroke-dasharray="3"/>{lengths}'


def _clock(rng: Random, w: float, h: float) -> str:
    """The face of a clock with its two hands."""
    radius = min(w, h) * 0.46
    out = f'<circle r="{radius:.0f}"/>'
    for hour in range(1, 13):
        x, y = sin(hour * pi / 6) * radius * 0.82, -cos(hour * pi / 6) * radius * 0.82
        out += f'<text x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle">{hour}</text>'
    for reach in (0.4, 0.65):
        turn = rng.uniform(0, 2 * pi)
        out += f'<path d="M0 0L{cos(turn) * radius * reach:.0f} {sin(turn) * radius * reach:.0f}"/>'
    return f'<g transform="translate({w / 2:.0f} {h / 2:.0f})">{out}</g>'


def _counters(rng: Random, w: float, h: float) -> str:
    """Rows of equal shapes to be counted, some of them filled."""
    across, down = rng.randint(3, 9), rng.randint(1, 4)
    side, fill, out = min(w / across, h / down), accent(rng), ""
    for index in range(across * down):
        x, y, r = (index % across + 0.5) * side, (index // across + 0.5) * side, side * 0.38
        shape = f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.0f}"'
        out += f'{shape} fill="{rng.choice(("none", fill))}"/>'
    return out


_MAKERS = (_polygon, _polygon, _squares, _squares, _squares, _curve, _named_pie, _named_pie,
           _number_line, _solid, _clock, _counters)  # fmt: skip


def school_figure(rng: Random, width: float, height: float) -> str:
    """One labelled drawing, its box as wide and high as asked, in CSS pixels."""
    maker = rng.choice(_MAKERS)
    ink = rng.choice(("#111", "#222", "#27408b"))
    return tag(
        "figure",
        f'<svg width="{width:.0f}" height="{height:.0f}" style="display:block"><g fill="none" '
        f'stroke="{ink}" stroke-width="1.2" font-size="{rng.randint(8, 12)}" font-family="STIX">'
        f"{maker(rng, width, height)}</g></svg>".replace(
            "<text", f'<text stroke="none" fill="{ink}"'
        ),
        "display:inline-block;flex:none",
        whole=True,
    )
