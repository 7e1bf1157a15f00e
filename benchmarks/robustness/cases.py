"""Which pages are read under which disturbances, and their files."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from benchmarks.robustness.canvas import Pixels
from benchmarks.robustness.disturbances import (
    DISTURBANCES,
    MIDDLE,
    STRENGTHS,
    Disturbed,
    applies,
    disturbance_half,
    disturbed,
)
from benchmarks.robustness.halves import Choice, Half, seed_of
from benchmarks.robustness.pages import drawn_pages
from benchmarks.true_pages import real_set

REAL_SETS = ("sroie", "funsd", "pages_misc")
QUICK_PAGES = 3  # for each disturbance


@dataclass(frozen=True, slots=True)
class SourcePage:
    """An undisturbed page [h, w, 3] uint8 RGB; `half` is that of its typeface or, if real, its own.

    `marked` says whether its true text has the marks that are printed.
    """

    name: str
    half: Half
    pixels: Pixels
    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A page under a disturbance."""

    page: SourcePage
    disturbance: str
    strength: int

    @property
    def name(self) -> str:
        """What its file is called, without the suffix."""
        return f"{self.page.name}-{self.disturbance}-{self.strength}"

    def write(self, folder: Path) -> tuple[Path, str]:
        """Draw it into a file, PNG or bitonal TIFF; the path and the true text come back."""
        drawn = disturbed(
            self.page.name, self.page.pixels, self.page.text, self.disturbance, self.strength
        )
        return save(drawn, folder / self.name), drawn.text


def source_pages(data: Path | None, limit: int) -> Iterator[SourcePage]:
    """The drawn pages, and the first `limit` of each evaluation set."""
    for page in drawn_pages():
        yield SourcePage(page.name, page.half, page.pixels, page.text, marked=True)
    for name in REAL_SETS if data else ():
        yield from _real_pages(data, name, limit)  # type: ignore[arg-type]


def _real_pages(data: Path, collection: str, limit: int) -> Iterator[SourcePage]:
    with TemporaryDirectory(prefix="pagesight-robustness-") as folder:
        for page in real_set(data, collection, Path(folder), limit):
            with Image.open(page.path) as image:
                pixels = np.array(image.convert("RGB"))
            half: Half = "tuning" if page.half == "even" else "held-out"
            marked = collection != "sroie"
            yield SourcePage(f"{collection}_{page.name}", half, pixels, page.text, marked)


def cases(
    pages: Iterable[SourcePage], half: Choice, kinds: Iterable[str] = (), *, quick: bool = False
) -> list[Case]:
    """All pages of this half under all disturbances of it, or under `kinds` alone.

    `quick` takes the middle strength alone, and of the pages three for each disturbance, in turns:
    one page under each, then another. An undisturbed page is in both halves.
    """
    pages = [page for page in pages if half in ("all", page.half)]
    chosen = list(kinds) or [
        name
        for name in DISTURBANCES
        if half == "all" or name == "none" or disturbance_half(name) == half
    ]
    if quick:
        rounds = [_few(pages, name) for name in chosen]
        return [case for each in zip_longest(*rounds) for case in each if case is not None]
    return [
        Case(page, name, strength)
        for name in chosen
        for strength in STRENGTHS
        for page in pages
        if applies(name, strength, page.pixels)
    ]


def _few(pages: Sequence[SourcePage], name: str) -> list[Case]:
    """Three pages under this disturbance, chosen by hash."""
    able = [page for page in pages if applies(name, MIDDLE, page.pixels)]
    able.sort(key=lambda page: seed_of(page.name, name))
    return [Case(page, name, MIDDLE) for page in able[:QUICK_PAGES]]


def save(drawn: Disturbed, stem: Path) -> Path:
    """Write a disturbed page as PNG, or with one bit a pixel as a Group 4 TIFF."""
    image = Image.fromarray(drawn.pixels)
    if not drawn.bitonal:
        path = stem.with_name(f"{stem.name}.png")
        image.save(path, compress_level=1)
        return path
    path = stem.with_name(f"{stem.name}.tif")
    dpi = drawn.dpi or (150, 150)
    image.convert("1", dither=Image.Dither.NONE).save(path, compression="group4", dpi=dpi)
    return path
