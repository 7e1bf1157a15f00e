"""Tables and a plot of a comparison."""

from collections.abc import Iterable, Sequence
from math import log10
from statistics import median, quantiles
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.scoring import WordScore, total

Row = dict[str, Any]

BASELINE = "pytesseract"
_HEAD = (
    "| reader | pages | word F1 | placed F1 | CER | order | fields | CPU ms a page (quartiles) "
    "| pages/s | speed-up | peak MB |\n|---|---|---|---|---|---|---|---|---|---|---|"
)
_PLOT = (760, 460, 70)  # width, height, margin


def markdown(rows: Sequence[Row], conditions: str, versions: dict[str, str]) -> str:
    """One table for each set, and for each half of it where both were read."""
    said = ", ".join(f"{name} {version}" for name, version in versions.items())
    parts = [conditions, "", f"Readers: {said}.", ""]
    for name in dict.fromkeys(row["set"] for row in rows):
        of_set = [row for row in rows if row["set"] == name]
        parts += [f"### {name}", "", _table(of_set), ""]
        halves = [[row for row in of_set if row["half"] == half] for half in ("even", "odd")]
        if all(halves):
            parts += [_halves(halves), ""]
    return "\n".join(parts)


def words_score(rows: Iterable[Row], key: str = "words") -> WordScore:
    """All pages' words together."""
    return total(WordScore(*row[key]) for row in rows if key in row)


def speed_ups(rows: Sequence[Row], reader: str, baseline: str = BASELINE) -> list[float]:
    """How many times quicker than the baseline, page by page, by processor time."""
    costs = {
        which: {(row["set"], row["page"], row["half"]): row["cpu_ms"] for row in rows
                if row["reader"] == which}
        for which in (reader, baseline)
    }  # fmt: skip
    shared = costs[reader].keys() & costs[baseline].keys()
    return [costs[baseline][page] / costs[reader][page] for page in shared if costs[reader][page]]


def _table(rows: Sequence[Row]) -> str:
    lines = [_HEAD]
    for reader in dict.fromkeys(row["reader"] for row in rows):
        mine = [row for row in rows if row["reader"] == reader]
        cells = [
            reader, str(len(mine)), f"{words_score(mine).f1:.3f}",
            _f1_if_any(mine), _ratio(mine, "edits"), _ratio(mine, "order"), _ratio(mine, "fields"),
            _spread(mine), f"{1000 / median(row['wall_ms'] for row in mine):.2f}",
            _quicker(rows, reader), str(max(row["peak_mb"] for row in mine)),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _halves(halves: Sequence[Sequence[Row]]) -> str:
    """Word F1 of the pages that constants may have been tuned on, and of those held out."""
    readers = dict.fromkeys(row["reader"] for rows in halves for row in rows)
    said = []
    for reader in readers:
        even, odd = (words_score(r for r in rows if r["reader"] == reader).f1 for rows in halves)
        said.append(f"{reader} {even:.3f} / {odd:.3f}")
    return f"Even / odd pages: {'; '.join(said)}."


def _f1_if_any(rows: Sequence[Row]) -> str:
    return f"{words_score(rows, 'placed').f1:.3f}" if any("placed" in row for row in rows) else "-"


def _ratio(rows: Sequence[Row], key: str) -> str:
    pairs = [row[key] for row in rows if key in row]
    below = sum(pair[1] for pair in pairs)
    return f"{sum(pair[0] for pair in pairs) / below:.3f}" if below else "-"


def _spread(rows: Sequence[Row]) -> str:
    costs = [row["cpu_ms"] for row in rows]
    if len(costs) < 2:
        return f"{costs[0]:.0f}"
    low, middle, high = quantiles(costs, n=4, method="inclusive")
    return f"{middle:.0f} ({low:.0f}-{high:.0f})"


def _quicker(rows: Sequence[Row], reader: str) -> str:
    ratios = speed_ups(rows, reader)
    return f"{median(ratios):.2f}" if ratios else "-"


def scatter(rows: Sequence[Row]) -> str:
    """An SVG: word F1 over all sets upwards, processor time a page to the right (log scale)."""
    points = []
    for reader in dict.fromkeys(row["reader"] for row in rows):
        mine = [row for row in rows if row["reader"] == reader]
        points.append((reader, median(row["cpu_ms"] for row in mine), words_score(mine).f1))
    return _drawn(points) if points else _svg([])


def _drawn(points: Sequence[tuple[str, float, float]]) -> str:
    width, height, margin = _PLOT
    low, high = (log10(pick(point[1] for point in points)) for pick in (min, max))
    floor = min(point[2] for point in points)
    shapes = []
    for number, (reader, cost, f1) in enumerate(points):
        x = margin + (log10(cost) - low) / ((high - low) or 1) * (width - 3.2 * margin)
        y = height - margin - (f1 - floor) / ((1 - floor) or 1) * (height - 2 * margin)
        colour = "#c03020" if reader.startswith("pagesight") else "#3060a0"
        said = escape(f"{reader} {f1:.3f}, {cost:.0f} ms")
        up = -8 if number % 2 else 16
        shapes.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="5" fill="{colour}"/>')
        shapes.append(f'<text x="{x + 8:.0f}" y="{y + up:.0f}">{said}</text>')
    return _svg(shapes)


def _svg(shapes: Iterable[str]) -> str:
    width, height, margin = _PLOT
    edge, low = margin / 2, height - margin / 2
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
        "<style>text { font: 12px sans-serif }</style>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<path fill="none" stroke="black" d="M{edge} {edge}V{low}H{width - edge}"/>',
        f'<text x="{edge}" y="{margin / 3}">word F1, all sets</text>',
        f'<text x="{width - 220}" y="{height - 12}">processor time a page (log)</text>',
        *shapes,
        "</svg>",
    ])  # fmt: skip
