"""How often pages end up upright: each turned four ways, clean and disturbed.

    python -m benchmarks.orientation --data ../shared/data --half tuning

Columns: Pagesight's orienter, and its page network alone; errors, and in brackets those that turned
a page which came upright: the error that loses pages. Sets of lines, photographs and odd files are
shown as they are only, and no page of them may be turned.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import cv2
import numpy as np

from benchmarks.conditions import conditions
from benchmarks.robustness.disturbances import DISTURBANCES, applies, disturbed
from benchmarks.robustness.halves import CHOICES, seed_of
from benchmarks.robustness.pages import drawn_pages
from models.loaders.resources import LocalResources
from vision.core.arrays import Image
from vision.core.errors import BadInput
from vision.core.limits import Limits
from vision.core.options import ReadOptions
from vision.core.stages import Letters, Orientation, PageImage
from vision.imaging.connected_components import find_letters
from vision.input.decode import decode_page
from vision.preprocessing.orientation import LINE_MODEL, PAGE_MODEL, PageOrienter
from vision.preprocessing.orientation_by_lines import LineClassifier
from vision.preprocessing.orientation_by_page import PageClassifier
from vision.preprocessing.prepare import prepare

PAGE_SETS = (
    "sroie", "funsd", "pages_misc", "hist_de", "hist_fr", "hist_layout", "omnidoc", "publaynet",
)  # fmt: skip
UPRIGHT_SETS = (
    "lines_deu", "lines_ara", "tables", "signatures", "scene_text", "nasty_images", "nasty_pdfs",
)  # fmt: skip
# Stored lying in its set: the clockwise quarter turns that it needs.
_LYING = {
    "tess_phototest-rotated-180": 2,
    "valid_ba447725f0": 1,
}
_LONGEST_SIDE = 1600  # larger pages are measured at this size in any case
_DPI = 150
_LEFT_OUT = ("none", "quarter-turn", "huge")  # turned here anyway, or the same pixels but more
_STRENGTHS_BELOW_THE_STRONGEST = 2
_ONLY = ReadOptions(illumination="off", deskew="off", upscale="off")
_CONVERTED = Path(__file__).with_name("results") / "converted"
_JUDGES = ("pagesight", "page network")


class Source(NamedTuple):
    """A page of a set; `needs` clockwise quarter turns, `number` says whether tuning may see it."""

    collection: str
    name: str
    number: int
    pixels: Image
    needs: int = 0

    @property
    def half(self) -> str:
        """Pages of even number are for tuning, as elsewhere."""
        return "held-out" if self.number % 2 else "tuning"


@dataclass(slots=True)
class Tally:
    """Cases, and by judge: wrong answers, and turns of pages that came upright."""

    cases: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    upset: Counter[str] = field(default_factory=Counter)


class Judge(Protocol):
    """Answers by name of the judge."""

    def turns(self, pixels: Image) -> dict[str, int]:
        """The clockwise quarter turns that each would apply."""
        ...


class Judges:
    """Pagesight's orienter, timed, and its page network alone."""

    def __init__(self) -> None:
        resources = LocalResources(_CONVERTED, "cpu")
        self._page = PageClassifier(resources.session(PAGE_MODEL))
        lines = LineClassifier(resources.session(LINE_MODEL))
        self._orienter = PageOrienter(self._page, lines)
        self.spent_ms: list[float] = []

    def turn_needed(self, text: Letters) -> Orientation:
        """What the orienter answers; the time it takes is kept."""
        started = time.process_time()
        found = self._orienter.turn_needed(text)
        self.spent_ms.append((time.process_time() - started) * 1000)
        return found

    def turns(self, pixels: Image) -> dict[str, int]:
        """The clockwise quarter turns that each judge would apply."""
        applied = prepare(PageImage(1, pixels), _ONLY, self).rotation // 90
        page = self._page.turns(find_letters(pixels).grey)
        return {"pagesight": applied, "page network": int(page.argmax())}


def main() -> None:
    """Command line."""
    arguments = _arguments()
    judges = Judges()
    by_set: dict[str, Tally] = defaultdict(Tally)
    by_disturbance: dict[str, Tally] = defaultdict(Tally)
    for source in _sources(arguments.data, arguments.sets):
        if arguments.half in ("all", source.half):
            for name, pixels in disturbed_pages(source, arguments.disturbances):
                tallies = [by_disturbance[name]]
                tallies += [by_set[source.collection]] if name == "none" else []
                four_ways(source, name, pixels, judges, tallies)
    uprights: dict[str, Tally] = defaultdict(Tally)
    for source in _upright_sources(arguments.data, arguments.limit):
        _one_way(source, "none", source.pixels, 0, judges, [uprights[source.collection]])
    print(f"{conditions()}; half: {arguments.half}")
    for title, tallied in (
        ("Clean pages, four ways", by_set),
        ("Disturbed pages, four ways", by_disturbance),
        ("Upright only", uprights),
    ):
        print(f"\n{table(title, tallied)}")
    quartiles = np.percentile(judges.spent_ms, (25, 50, 75, 90))
    print("\nCPU ms of the orienter, quartiles and 90%:", *(f"{each:.1f}" for each in quartiles))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation sets")
    parser.add_argument("--half", choices=CHOICES, default="tuning")
    parser.add_argument("--sets", type=lambda text: text.split(","), default=[*PAGE_SETS, "drawn"])
    parser.add_argument("--disturbances", type=int, default=4, help="for each page; 0 for none")
    parser.add_argument("--limit", type=int, default=50, help="pages of each upright set")
    return parser.parse_args()


def _sources(data: Path, sets: list[str]) -> Iterator[Source]:
    for name in sets:
        if name == "drawn":
            for page in drawn_pages():
                yield Source("drawn", page.name, int(page.half != "tuning"), page.pixels)
        else:
            yield from _files(name, sorted((data / name / "images").iterdir()))


def _upright_sources(data: Path, limit: int) -> Iterator[Source]:
    for name in UPRIGHT_SETS:
        folder = data / name / "images"
        yield from _files(
            name, sorted((folder if folder.is_dir() else data / name).iterdir())[:limit]
        )


def _files(collection: str, paths: list[Path]) -> Iterator[Source]:
    for number, path in enumerate(paths):
        try:
            pixels = decode_page(path, 1, _DPI, Limits()).pixels
        except BadInput:
            continue
        scale = _LONGEST_SIDE / max(pixels.shape)
        if scale < 1:
            small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            pixels = np.asarray(small, np.uint8)
        yield Source(collection, path.stem, number, pixels, _LYING.get(path.stem, 0))


def disturbed_pages(source: Source, count: int) -> Iterator[tuple[str, Image]]:
    """The page itself, then under `count` disturbances of strength 1 or 2, chosen by hash."""
    yield "none", source.pixels
    able = []
    for name in DISTURBANCES:
        strength = 1 + seed_of(source.name, name) % _STRENGTHS_BELOW_THE_STRONGEST
        if name not in _LEFT_OUT and applies(name, strength, source.pixels):
            able.append((seed_of("orientation", source.name, name), name, strength))
    for _, name, strength in sorted(able)[:count]:
        yield name, disturbed(source.name, source.pixels, "", name, strength).pixels


def four_ways(
    source: Source, disturbance: str, pixels: Image, judges: Judge, tallies: list[Tally]
) -> None:
    """Count what the judges answer for the page turned each way."""
    for turns in range(4):
        turned = np.ascontiguousarray(np.rot90(pixels, turns))
        _one_way(source, disturbance, turned, turns, judges, tallies)


def _one_way(
    source: Source,
    disturbance: str,
    pixels: Image,
    turns: int,
    judges: Judge,
    tallies: list[Tally],
) -> None:
    """Count what the judges answer for a page turned counter-clockwise by `turns` quarters."""
    needed = (turns + source.needs) % 4
    answers = judges.turns(pixels)
    for tally in tallies:
        tally.cases += 1
        for judge, answer in answers.items():
            tally.wrong[judge] += answer != needed
            tally.upset[judge] += needed == 0 != answer
    if answers["pagesight"] != needed:
        case = f"{source.collection} {source.name}, {disturbance}"
        print(f"{case}: needs {needed}, {answers}", file=sys.stderr, flush=True)


def table(title: str, tallied: dict[str, Tally]) -> str:
    """Errors by judge; in brackets those that turned an upright page."""
    rows = [f"| {title} | cases | {' | '.join(_JUDGES)} |", "|---" * (len(_JUDGES) + 2) + "|"]
    total = Tally()
    for name, tally in tallied.items():
        rows.append(_row(name, tally))
        total.cases += tally.cases
        total.wrong.update(tally.wrong)
        total.upset.update(tally.upset)
    return "\n".join([*rows, _row("all", total)])


def _row(name: str, tally: Tally) -> str:
    figures = (f"{tally.wrong[judge]} ({tally.upset[judge]})" for judge in _JUDGES)
    return f"| {name} | {tally.cases} | {' | '.join(figures)} |"


if __name__ == "__main__":
    main()
