"""Drawings of papers and reports: flow charts, heat maps, trees, molecules, maps, gels, and more.

Every maker draws SVG within `w` by `h` units from the top left; words may reach a little beyond.
"""

from collections.abc import Callable
from itertools import pairwise, product
from math import cos, pi, sin
from random import Random

from models.training.synthetic.markup import accent
from models.training.synthetic.pseudo_text import Writer


def _word(rng: Random, longest: int = 10) -> str:
    return Writer(rng).word()[:longest].capitalize()


def _said(rng: Random, x: float, y: float, place: str = "middle", longest: int = 10) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{place}">{_word(rng, longest)}</text>'


def _step_box(rng: Random, x: float, y: float, w: float, h: float) -> str:
    """A box of a flow chart with its lines of words in the middle."""
    lines = max(1, min(4, int(h / 13)))
    room = int(w / 5.5)
    words = "".join(
        f'<text x="{x + w / 2:.0f}" y="{y + h / 2 + 11 * (i + 0.8 - lines / 2):.0f}" '
        f'text-anchor="middle">{Writer(rng).words(4)[:room]}</text>'
        for i in range(lines)
    )
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{h:.0f}" stroke="#222"/>{words}'


def flow_chart(rng: Random, w: float, h: float) -> str:
    """Steps from top to bottom that split into branches, with notes at the side."""
    rows = max(2, min(5, int(h / 45)))
    tall, arms, out = h / rows * 0.6, rng.randint(1, 3), ""
    for row in range(rows):
        y, count = row * h / rows, arms if row >= rows // 2 else 1
        wide = w / count * rng.uniform(0.5, 0.8)
        for arm in range(count):
            middle = w * (arm + 0.5) / count
            out += _step_box(rng, middle - wide / 2, y, wide, tall)
            if row + 1 < rows:
                line = f"M{middle:.0f} {y + tall:.0f}v{h / rows - tall:.0f}l-3 -5m3 5l3 -5"
                out += f'<path d="{line}" stroke="#222"/>'
        if count == 1 and rng.random() < 0.3:
            out += _step_box(rng, w * 0.78, y + tall * 0.7, w * 0.22, tall * 0.8)
    return out


def heat_map(rng: Random, w: float, h: float) -> str:
    """Coloured cells with names beside and below, and a scale."""
    across, down = rng.randint(3, 24), rng.randint(3, 20)
    hues, side_x, side_y = rng.choice(((240, 0), (220, 60), (120, 0))), w * 0.75 / across, h / down
    size = f'width="{side_x:.1f}" height="{side_y:.1f}" stroke="{rng.choice(("none", "#fff"))}"'

    def colour(value: float) -> str:
        hue = hues[0] + (hues[1] - hues[0]) * value
        return f"hsl({hue:.0f},80%,{45 + 45 * abs(1 - 2 * value):.0f}%)"

    out = "".join(
        f'<rect x="{i * side_x:.1f}" y="{j * side_y:.1f}" {size} fill="{colour(rng.random())}"/>'
        for i, j in product(range(across), range(down))
    )
    if rng.random() < 0.7 and side_y > 6:
        out += "".join(_said(rng, -3, (j + 0.7) * side_y, "end", 6) for j in range(down))
    scale = "".join(
        f'<rect x="{w * 0.82:.0f}" y="{h * i / 20:.0f}" width="9" height="{h / 20 + 1:.0f}" '
        f'fill="{colour(i / 20)}" stroke="none"/>'
        for i in range(20)
    )
    ends = f'<text x="{w * 0.87:.0f}" y="8">1.0</text><text x="{w * 0.87:.0f}" y="{h:.0f}">0</text>'
    return out + (scale + ends if rng.random() < 0.6 else "")


def forest_plot(rng: Random, w: float, h: float) -> str:
    """Studies with their range as a line, a square on it, and figures at the right."""
    rows = max(3, int(h / 15))
    out = f'<path d="M{w * 0.55:.0f} 0V{h:.0f}M{w * 0.3:.0f} {h:.0f}H{w * 0.8:.0f}" stroke="#222"/>'
    for row in range(rows):
        y, x, reach = (
            h * (row + 0.6) / rows,
            w * rng.uniform(0.42, 0.68),
            w * rng.uniform(0.02, 0.1),
        )
        side = rng.uniform(3, 8)
        out += (
            f'{_said(rng, 0, y + 3, "start", 9)}<path d="M{x - reach:.0f} {y:.0f}h{2 * reach:.0f}" '
            f'stroke="#222"/><rect x="{x - side / 2:.0f}" y="{y - side / 2:.0f}" '
            f'width="{side:.0f}" height="{side:.0f}" fill="#222"/><text x="{w * 0.82:.0f}" '
            f'y="{y + 3:.0f}">{rng.uniform(0.2, 3):.2f} [{rng.uniform(0, 1):.2f}]</text>'
        )
    return out


def tree(rng: Random, w: float, h: float) -> str:
    """A phylogenetic tree: every branch splits in two, names at the right."""
    count = max(3, int(h / 13))
    leaves = [(w * 0.75, h * (i + 0.5) / count) for i in range(count)]
    out = "".join(_said(rng, x + 4, y + 3, "start", 12) for x, y in leaves)
    while len(leaves) > 1:
        at = rng.randrange(len(leaves) - 1)
        (ax, ay), (bx, by) = leaves[at : at + 2]
        x = max(0.0, min(ax, bx) - rng.uniform(0.05, 0.16) * w)
        out += f'<path d="M{ax:.0f} {ay:.0f}H{x:.0f}V{by:.0f}H{bx:.0f}" stroke="#222"/>'
        leaves[at : at + 2] = [(x, (ay + by) / 2)]
    return out


def molecule(rng: Random, w: float, h: float) -> str:
    """Six-sided rings and side chains with their letters."""
    side, out = min(w, h) * rng.uniform(0.12, 0.2), ""
    x, y = w * 0.2, h * 0.5
    for _ in range(rng.randint(1, 4)):
        ring = [(x + side * cos(pi / 6 + i * pi / 3), y + side * sin(pi / 6 + i * pi / 3))
                for i in range(6)]  # fmt: skip
        out += f'<path d="M{"L".join(f"{a:.1f} {b:.1f}" for a, b in ring)}Z" stroke="#111"/>'
        if rng.random() < 0.7:
            out += f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{side * 0.6:.0f}" stroke="#111"/>'
        for a, b in rng.sample(ring, rng.randint(1, 3)):
            end = (a + (a - x) * 0.8, b + (b - y) * 0.8)
            out += f'<path d="M{a:.1f} {b:.1f}L{end[0]:.1f} {end[1]:.1f}" stroke="#111"/>'
            name = rng.choice(("OH", "O", "N", "NH2", "CH3", "Cl", "COOH", "R"))
            out += f'<text x="{end[0]:.0f}" y="{end[1] + 4:.0f}" text-anchor="middle">{name}</text>'
        x, y = (x + side * 1.74, y) if rng.random() < 0.7 else (x + side * 0.87, y + side * 1.5)
    return out


def _outline(rng: Random, x: float, y: float, rx: float, ry: float) -> str:
    """A ragged closed line around a point, as of a country or a lake."""
    points = []
    for step in range(count := rng.randint(12, 30)):
        angle, reach = 2 * pi * step / count, rng.uniform(0.65, 1)
        points.append(f"{x + cos(angle) * rx * reach:.0f} {y + sin(angle) * ry * reach:.0f}")
    return f'<path d="M{"L".join(points)}Z" '


def map_sheet(rng: Random, w: float, h: float) -> str:
    """Lands, rivers, places with names, a frame and a scale."""
    fill = rng.choice(("none", "#eee", f"hsl({rng.randint(30, 140)},40%,80%)"))
    sea = rng.choice(("none", "#dde8f0"))
    out = f'<rect width="{w:.0f}" height="{h:.0f}" stroke="#222" fill="{sea}"/>'
    for _ in range(rng.randint(1, 5)):
        spot = (w * rng.uniform(0.25, 0.75), h * rng.uniform(0.25, 0.75))
        reach = (w * rng.uniform(0.1, 0.25), h * rng.uniform(0.1, 0.25))
        out += _outline(rng, *spot, *reach) + f'fill="{fill}" stroke="#333"/>'
    for _ in range(rng.randint(3, 14)):
        x, y = w * rng.uniform(0.05, 0.8), h * rng.uniform(0.08, 0.95)
        out += f'<circle cx="{x:.0f}" cy="{y:.0f}" r="2" fill="#111"/>'
        out += _said(rng, x + 4, y, "start", 8)
    scale = f"M{w * 0.7:.0f} {h * 0.94:.0f}v4h{w * 0.2:.0f}v-4"
    return out + f'<path d="{scale}" stroke="#111"/>'


def gel(rng: Random, w: float, h: float) -> str:
    """Lanes with dark bands on a grey background, names above and at the side."""
    lanes, rows = rng.randint(3, 12), rng.randint(1, 5)
    out, step = "", w / lanes
    for row in range(rows):
        y, tall = row * h / rows, h / rows * 0.82
        shade = rng.randint(170, 235)
        out += (f'<rect y="{y:.0f}" width="{w:.0f}" height="{tall:.0f}" '
                f'fill="rgb({shade},{shade},{shade})" stroke="none"/>')  # fmt: skip
        for lane, strong in product(range(lanes), (rng.random(), rng.random())):
            spot = y + tall * rng.choice((0.35, 0.5))
            out += (
                f'<ellipse cx="{(lane + 0.5) * step:.0f}" cy="{spot:.0f}" rx="{step * 0.38:.0f}" '
                f'ry="{tall * 0.12:.1f}" fill="#111" opacity="{strong * rng.random():.2f}"/>'
            )
        out += _said(rng, -4, y + tall / 2, "end", 6)
    return out + "".join(_said(rng, (i + 0.5) * step, -2, "middle", 3) for i in range(lanes))


def network(rng: Random, w: float, h: float) -> str:
    """Round nodes with names, joined by lines."""
    radius, fill = rng.uniform(6, 16), accent(rng)
    nodes = [(rng.uniform(0.08, 0.92) * w, rng.uniform(0.08, 0.92) * h)
             for _ in range(rng.randint(4, 14))]  # fmt: skip
    lines = "".join(
        f'<path d="M{a:.0f} {b:.0f}L{c:.0f} {d:.0f}" stroke="#555"/>'
        for (a, b), (c, d) in [*pairwise(nodes), (nodes[0], nodes[-1])]
    )
    return lines + "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}" fill="{fill}" stroke="#222"/>'
        f"{_said(rng, x, y + 3, 'middle', 4)}"
        for x, y in nodes
    )


def model_of_body(rng: Random, w: float, h: float) -> str:
    """Rounded, shaded forms within each other with lettered discs: organs, cells, devices."""
    hue, out = rng.randint(0, 359), ""
    for size in (1, rng.uniform(0.6, 0.8), rng.uniform(0.2, 0.4)):
        fill = f"hsl({hue},{rng.randint(20, 70)}%,{rng.randint(55, 90)}%)"
        spot = f'cx="{w / 2:.0f}" cy="{h * rng.uniform(0.45, 0.55):.0f}"'
        out += (f'<ellipse {spot} rx="{w / 2 * size:.0f}" ry="{h / 2 * size:.0f}" fill="{fill}" '
                'stroke="#333"/>')  # fmt: skip
    disc = accent(rng)
    for index in range(rng.randint(2, 12)):
        angle, reach = rng.uniform(0, 2 * pi), rng.uniform(0.1, 0.42)
        x, y = w * (0.5 + reach * cos(angle)), h * (0.5 + reach * sin(angle))
        out += f'<circle cx="{x:.0f}" cy="{y:.0f}" r="8" fill="{disc}" stroke="none"/>'
        out += (
            f'<text x="{x:.0f}" y="{y + 3:.0f}" text-anchor="middle">{"ABCDEFGHIJKL"[index]}</text>'
        )
    return out


def window(rng: Random, w: float, h: float) -> str:
    """A program's window: bar, menu at the side, fields and rows of words."""
    bar = accent(rng)
    out = (
        f'<rect width="{w:.0f}" height="{h:.0f}" fill="#fff" stroke="#888"/><rect width="{w:.0f}" '
        f'height="14" fill="{bar}"/><rect y="14" width="{w * 0.22:.0f}" height="{h - 14:.0f}" '
        'fill="#e8e8ec"/>'
    )
    for row in range(max(1, int((h - 34) / 16))):
        out += _said(rng, 5, 30 + row * 16, "start", 8)
        field = f'x="{w * 0.27:.0f}" y="{21 + row * 16}" width="{w * rng.uniform(0.3, 0.68):.0f}"'
        out += f'<rect {field} height="11" fill="{rng.choice(("#fff", "#f3f3f3"))}" stroke="#bbb"/>'
    return out


def steps_down(rng: Random, w: float, h: float) -> str:
    """Curves that fall in steps, as of survival, with their legend."""
    out = f'<path d="M0 0V{h:.0f}H{w:.0f}" stroke="#222"/>'
    for index in range(rng.randint(1, 4)):
        x, y, colour = 0.0, 0.0, rng.choice(("#111", "#888", accent(rng)))
        path = "M0 0"
        while x < w * 0.9 and y < h * 0.9:
            x, y = x + w * rng.uniform(0.02, 0.14), y + h * rng.uniform(0.01, 0.13)
            path += f"H{x:.0f}V{y:.0f}"
        out += f'<path d="{path}" stroke="{colour}" stroke-width="1.6"/>'
        out += _said(rng, w * 0.75, 10 + index * 11, "start")
    ticks = "".join(
        f'<text x="{w * i / 4:.0f}" y="{h + 11:.0f}" text-anchor="middle">{12 * i}</text>'
        f'<text x="-4" y="{h * (1 - i / 4):.0f}" text-anchor="end">{25 * i}</text>'
        for i in range(5)
    )
    return out + ticks


def spreads(rng: Random, w: float, h: float) -> str:
    """Boxes with whiskers and stray points, or bars with their error."""
    groups, boxed = rng.randint(2, 8), rng.random() < 0.5
    out, step, fill = f'<path d="M0 0V{h:.0f}H{w:.0f}" stroke="#222"/>', w / groups, accent(rng)
    for group in range(groups):
        x, top, tall = (group + 0.5) * step, rng.uniform(0.15, 0.5) * h, rng.uniform(0.1, 0.35) * h
        low = top + tall if boxed else h
        reach = tall * rng.uniform(0.2, 0.5)
        out += (
            f'<rect x="{x - step * 0.3:.0f}" y="{top:.0f}" width="{step * 0.6:.0f}" '
            f'height="{low - top:.0f}" fill="{fill}" stroke="#222"/>'
            f'<path d="M{x:.0f} {top:.0f}v{-reach:.0f}m-4 0h8" stroke="#222"/>'
        )
        if boxed:
            out += f'<path d="M{x:.0f} {low:.0f}v{reach:.0f}m-4 0h8" stroke="#222"/>'
        out += _said(rng, x, h + 11, "middle", 5)
    return out


MAKERS: tuple[Callable[[Random, float, float], str], ...] = (
    flow_chart, flow_chart, heat_map, forest_plot, tree, molecule, map_sheet, gel, network,
    model_of_body, window, steps_down, spreads, spreads,
)  # fmt: skip
