"""Machine-readable zones drawn at 300 dots an inch, whole and disturbed as by a camera.

    python -m benchmarks.mrz --number 20

A zone is right if all of its lines are. Disturbances are those of benchmarks.robustness.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.conditions import conditions
from benchmarks.mrz.drawn import KINDS, DrawnZone, draw_zone
from benchmarks.robustness.disturbances import disturbed
from benchmarks.robustness.run import RESULTS
from jobs.settings import Settings
from vision.core.arrays import Image
from vision.core.options import ReadOptions
from vision.core.stages import PageImage
from vision.pipeline import read_page
from workers.engine.engine import Engine, build_engine

DRAWN = (("none", 2),)
PHOTOGRAPHED = (("perspective", 1), ("shadow", 1), ("blur", 1), ("shaken", 1), ("noise", 1))


def main() -> int:
    """Command line; prints the share of right zones and writes it to --out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--number", type=int, default=20, help="of each kind")
    parser.add_argument("--photographed", action="store_true", help="disturbed ones too")
    parser.add_argument("--out", type=Path, default=RESULTS / "mrz")
    arguments = parser.parse_args()
    engine = build_engine(Settings())
    lines = ["| disturbance | zones | right | proven wrong |", "|---|---|---|---|"]
    chosen = DRAWN + (PHOTOGRAPHED if arguments.photographed else ())
    for name, strength in chosen:
        results = list(_results(engine, name, strength, arguments.number))
        right = sum(each == "right" for each in results)
        false = sum(each == "false" for each in results)
        lines.append(
            f"| {name} {strength} | {len(results)} | {right / len(results):.3f} | {false} |"
        )
    report = "\n".join([conditions(), "", *lines])
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "mrz.md").write_text(report + "\n", encoding="utf-8")
    print(report)
    return 0


def _results(engine: Engine, name: str, strength: int, number: int) -> Iterator[str]:
    """`right`, `wrong`, or `false` where a wrong zone passed all its check digits."""
    for kind in KINDS:
        for at in range(1, number + 1):
            zone = draw_zone(kind, at)
            pixels = disturbed(f"{kind}-{at}", zone.pixels, "", name, strength).pixels
            yield _result(engine, zone, pixels)


def _result(engine: Engine, zone: DrawnZone, pixels: Image) -> str:
    options = ReadOptions(analyses=("mrz",))
    page = read_page(PageImage(1, pixels), engine.stages, options, engine.orienter).page
    found = page.analyses["mrz"]
    if isinstance(found, dict) and tuple(found["lines"]) == zone.lines:
        return "right"
    print(*zone.lines, sep="\n", file=sys.stderr)
    print(*(found["lines"] if isinstance(found, dict) else [page.text]), sep="\n", file=sys.stderr)
    return "false" if isinstance(found, dict) and found["valid"] else "wrong"
