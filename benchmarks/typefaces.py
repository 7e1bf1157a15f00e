"""How clean print in many typefaces is read, mark by mark, beside pytesseract.

    python -m benchmarks.typefaces --half tuning --size 26 --fonts build/fonts

Five short lines with codes, amounts, stops and quotation marks are drawn in each upright or slanted
text face that is there and has all characters. Words count with their marks and case; quotation
marks and dashes count whatever their form. It runs in the project's own environment.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from fontTools.ttLib import TTFont, TTLibError
from PIL import Image, ImageDraw, ImageFont

from benchmarks.mark_scoring import fold_marks, score_bags
from benchmarks.reader_child import Reader, Task, open_reader
from benchmarks.robustness.halves import CHOICES, half_of

LINES = (
    "Delivery note No. 4711/B of 12 March 2024",
    "Mr. J. O'Hara, 7 Mill Lane, Bath BA1 5QX",
    "3 x Bolt (M8), zinc: 12.50 less 10% = -1.25",
    "Refund: -4.00; balance due 33.50 EUR!",
    '"Fully paid" - see terms & conditions (p. 3)',
)
READERS = ("pagesight:fast", "pagesight:balanced", "pytesseract")
SYSTEM_FONTS = Path("/usr/share/fonts")
LEADING, MARGIN = 1.75, 30
NO_TEXT = ("smallcaps", "sc-", "caps", "initials", "outline", "unicase")  # names of display faces


def main() -> int:
    """Read every face with every program; print the mean, the perfect ones, and the worst."""
    options = _parse()
    cv2.setNumThreads(1)
    readers = {name: open_reader(name) for name in READERS}
    scores: dict[str, dict[str, float]] = {}
    for file in _faces(options):
        page = _page(file, options.size)
        if page is not None:
            scores[file.name] = {name: _score(page, read) for name, read in readers.items()}
    if not scores:
        sys.exit("No typeface was found: name a folder of font files by --fonts.")
    _print(scores)
    return 0


def _parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fonts", type=Path, nargs="+", default=[SYSTEM_FONTS])
    parser.add_argument("--half", choices=CHOICES, default="tuning")
    parser.add_argument("--size", type=int, default=26, help="pixels of an em")
    parser.add_argument("--most", type=int, default=100, help="typefaces")
    return parser.parse_args(arguments)


def _faces(options: argparse.Namespace) -> Iterator[Path]:
    """Files of the half in an order that mixes families, each name once."""
    files = {path.name: path for top in options.fonts for path in sorted(top.rglob("*.[to]tf"))}
    named = [name for name in files if not any(each in name.lower() for each in NO_TEXT)]
    own = [name for name in named if options.half in ("all", half_of(name))]
    whole = (files[name] for name in sorted(own, key=_mixed) if _has_all(files[name]))
    yield from (file for file, _ in zip(whole, range(options.most), strict=False))


def _mixed(name: str) -> str:
    """A key that is the same on every machine and does not keep a family together."""
    return name[::-1]


def _has_all(file: Path) -> bool:
    try:
        with file.open("rb") as opened, TTFont(opened, lazy=True) as font:
            known = font.getBestCmap() or {}
    except TTLibError:
        return False
    return all(ord(letter) in known for line in LINES for letter in line)


def _page(file: Path, size: int) -> np.ndarray | None:
    """The lines in black on white, or None where the face cannot be drawn."""
    try:
        font = ImageFont.truetype(str(file), size)
    except OSError:
        return None
    width = max(font.getlength(line) for line in LINES)
    step = round(LEADING * size)
    page = Image.new("RGB", (round(width) + 2 * MARGIN, len(LINES) * step + 2 * MARGIN), "white")
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(LINES):
        draw.text((MARGIN, MARGIN + number * step), line, "black", font)
    return np.asarray(page)


def _score(page: np.ndarray, read: Reader) -> float:
    """F1 of words with their marks."""
    text = read(Task(Path("typeface.png"), page, "eng")).text
    found, true = (fold_marks(each).split() for each in (text, "\n".join(LINES)))
    return score_bags(found, true).f1


def _print(scores: dict[str, dict[str, float]]) -> None:
    print(f"{len(scores)} typefaces            mean F1   without a fault")
    for name in READERS:
        own = [each[name] for each in scores.values()]
        print(f"{name:24} {sum(own) / len(own):10.3f} {sum(score == 1 for score in own):10}")
    behind = partial(_behind, scores)
    for file in sorted(scores, key=behind, reverse=True)[:10]:
        shown = ", ".join(f"{name} {score:.2f}" for name, score in scores[file].items())
        print(f"  {file}: {shown}")


def _behind(scores: dict[str, dict[str, float]], file: str) -> float:
    """How far `balanced` is behind pytesseract."""
    return scores[file]["pytesseract"] - scores[file]["pagesight:balanced"]


if __name__ == "__main__":
    sys.exit(main())
