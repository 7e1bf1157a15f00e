"""Ink that no word covers: how much of what was dropped is found, and how much is no text.

    python -m benchmarks.ink --data ../shared/data

Pages of forms and receipts are read, and a tenth of the words of four letters or more is dropped.
Counted are how many of these lie in ink that is reported, and boxes reported where the annotation
of the page has no text either.
"""

import argparse
import json
import random
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from cli.read.local_reader import LocalReader
from cli.settings import load_settings
from vision.core.document import Block, Box, Page, PageReading, Word
from vision.core.geometry import intersection
from vision.core.options import ReadOptions, with_profile
from vision.export.ink import blank_words, uncovered_ink

SETS = ("funsd", "sroie")
DROPPED = 0.1
FOUND = 0.5  # of a dropped word's width that must be reported


@dataclass(slots=True)
class Count:
    """Of some pages."""

    pages: int = 0
    words: int = 0
    dropped: int = 0
    found: int = 0
    reported: int = 0
    wrong: int = 0
    blank: int = 0


def main() -> None:
    """Print a row for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--each", type=int, default=25, help="pages of each set")
    arguments = parser.parse_args()
    options = ReadOptions(**with_profile({"profile": "fast"}))
    with LocalReader(load_settings()) as reader:
        for name in SETS:
            count = Count()
            for path in _pages(arguments.data / name, arguments.each):
                (reading,) = reader.read(reader.open(path, options))
                if isinstance(reading, PageReading):
                    add(count, reading.page, path)
            print(name, count, flush=True)


def _pages(folder: Path, each: int) -> list[Path]:
    paths = sorted((folder / "images").iterdir())
    return paths[:: max(len(paths) // each, 1)][:each]


def add(count: Count, page: Page, path: Path) -> None:
    """Count one page, with a tenth of its words dropped."""
    image = np.asarray(Image.open(path).convert("RGB"))
    image = np.ascontiguousarray(np.rot90(image, -page.rotation // 90))
    less, dropped = without_some(page)
    boxes = uncovered_ink(image, less)
    truth = _annotated(path)
    count.pages += 1
    count.words += sum(len(line.words) for block in page.blocks for line in block.lines)
    count.dropped += len(dropped)
    count.found += sum(_is_reported(word.box, boxes) for word in dropped)
    count.reported += len(boxes)
    count.wrong += sum(not any(intersection(box, each) > 0 for each in truth) for box in boxes)
    count.blank += len(blank_words(image, page))


def without_some(page: Page) -> tuple[Page, list[Word]]:
    """The page without a tenth of its longer words, and these."""
    draw, dropped = random.Random(page.text), []

    def kept(block: Block) -> Block:
        lines = []
        for line in block.lines:
            gone = [word for word in line.words if len(word.text) > 3 and draw.random() < DROPPED]
            dropped.extend(gone)
            words = tuple(word for word in line.words if word not in gone)
            if words:
                lines.append(replace(line, words=words))
        return replace(block, lines=tuple(lines))

    return replace(page, blocks=tuple(map(kept, page.blocks))), dropped


def _is_reported(box: Box, boxes: list[Box]) -> bool:
    inside = sum(
        max(min(box.x1, each.x1) - max(box.x0, each.x0), 0.0)
        for each in boxes
        if intersection(box, each) > 0
    )
    return inside >= FOUND * box.width


def _annotated(path: Path) -> list[Box]:
    truth = json.loads((path.parents[1] / "gt" / f"{path.stem}.json").read_text())
    return [Box(*each["box"]) for each in truth.get("words") or truth["lines"]]


if __name__ == "__main__":
    main()
