"""Many pages through the real service, and what its processes' memory does meanwhile.

`python -m tests.chaos.soak --pages 10000` writes report.md, memory.csv and memory.png, and exits 1
when a page was lost or doubled, or memory drifted.
"""

import argparse
import csv
import os
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.chaos.books import Books, await_all_ended, judge
from tests.chaos.fleet import Fleet
from tests.chaos.load import Load
from tests.chaos.pages import CHEAP, png, text_of
from tests.support.ledger_view import open_jobs
from tests.support.workplace import Workplace

SAMPLE_S = 5.0
MOST_OPEN = 100  # jobs under way at once: the service is to be busy, not its queue long
WARM_UP = 0.2  # of the run: caches fill, allocators find their size
DRIFT = 0.05  # statement 24
_KB = 1024
_COLOURS = ("#2050c0", "#208040", "#c02020", "#806020", "#602080")


@dataclass
class Memory:
    """Resident megabytes of each process by name, with the seconds at which they were read.

    Decoder helpers count with the process that started them.
    """

    pids: Mapping[str, int]
    at: list[float] = field(default_factory=list)
    megabytes: dict[str, list[float]] = field(default_factory=dict)

    def sample(self) -> None:
        """Read all of them now."""
        self.at.append(time.monotonic())
        for name, pid in self.pids.items():
            resident = sum(map(_resident_mb, [pid, *_children(pid)]))
            self.megabytes.setdefault(name, []).append(resident)


def drift(at: Sequence[float], values: Sequence[float]) -> float:
    """How much of its level a series gains over its steady part, by the line of least squares."""
    begin = at[0] + WARM_UP * (at[-1] - at[0])
    steady = [(moment, value) for moment, value in zip(at, values, strict=True) if moment >= begin]
    if len(steady) < 3:
        return 0.0
    moments, levels = np.array(steady).T
    slope = np.polyfit(moments, levels, 1)[0]
    return float(slope * (moments[-1] - moments[0]) / np.median(levels))


def page_of(number: int) -> bytes:
    """A page that says its number, of a size of its own."""
    chance = Random(number)
    width, height = chance.randint(260, 900), chance.randint(60, 420)
    page = Image.new("L", (width, height), 255)
    place = (chance.randint(10, 40), chance.randint(5, height - 50))
    ImageDraw.Draw(page).text(place, text_of(number), 0, ImageFont.load_default(32))
    return png(page)


def main() -> int:
    """Run, report, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=24 * 60, help="hand in no longer than so")
    parser.add_argument("--report", type=Path, default=Path("build/soak"))
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pagesight-soak-") as folder:
        began = time.monotonic()
        memory, books = run(Path(folder), chosen.pages, chosen.minutes)
    drifts = {name: drift(memory.at, values) for name, values in memory.megabytes.items()}
    write(chosen.report, memory, books, drifts, time.monotonic() - began)
    print((chosen.report / "report.md").read_text())  # noqa: T201 - a command that reports
    sound = books.are_clean and books.done == books.accepted
    return 0 if sound and max(drifts.values()) < DRIFT else 1


def run(folder: Path, pages: int, minutes: float) -> tuple[Memory, Books]:
    """Hand pages in until there are enough or the time is over, then wait for the last."""
    with Workplace(folder, lease_s=30, republish_s=30) as place, Fleet(place) as fleet:
        fleet.add_api()
        fleet.add_workers(readers=1)
        names = ("api", "control-0", "pages-0")
        memory = Memory({name: fleet.pid(name) for name in names})
        ending = threading.Event()
        sampler = threading.Thread(target=_sample, args=(memory, ending))
        sampler.start()
        until = time.monotonic() + 60 * minutes
        load = Load(place.url, fleet.key(), page_of, pages, CHEAP, callers=2)
        load.gate = lambda: _gate(place, load, until)
        with load:
            pass
        await_all_ended(place, 900)
        ending.set()
        sampler.join()
        assert not fleet.exit_codes, "a process died: its memory has no one slope"
        return memory, judge(place, load)


def write(
    folder: Path, memory: Memory, books: Books, drifts: Mapping[str, float], took_s: float
) -> None:
    """Write the report, the samples and their picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "memory.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["seconds", *memory.megabytes])
        for number, at in enumerate(memory.at):
            row = [values[number] for values in memory.megabytes.values()]
            table.writerow([f"{at - memory.at[0]:.0f}", *(f"{value:.1f}" for value in row)])
    _plot(memory).save(folder / "memory.png")
    rows = [
        f"| {name} | {values[0]:.0f} | {max(values):.0f} | {values[-1]:.0f} | {drifts[name]:+.1%} |"
        for name, values in memory.megabytes.items()
    ]
    counts = (
        f"accepted {books.accepted}, done {books.done}, failed {books.failed}, lost {books.lost}, "
        f"double {books.double}, read again {books.again}, longest gap {books.longest_gap_s:.1f} s"
    )
    remark = (
        f"Resident memory with decoder helpers; warm-up is the first {WARM_UP:.0%} of the time; a "
        f"drift under {DRIFT:.0%} holds. ![Memory](memory.png)"
    )
    lines = [
        f"# {books.accepted} pages\n",
        f"{counts}, {took_s / 60:.0f} minutes, {os.cpu_count()} cores.\n",
        "| process | MB at first | most | at last | drift after warm-up |",
        "|---|---|---|---|---|",
        *rows,
        f"\n{remark}",
    ]
    (folder / "report.md").write_text("\n".join(lines) + "\n")


def _gate(place: Workplace, load: Load, until: float) -> bool:
    """Wait until few enough are under way; False when the time is over."""
    while len(load.accepted) % 20 == 0 and open_jobs(place.ledger) > MOST_OPEN:
        time.sleep(0.5)
    return time.monotonic() < until


def _sample(memory: Memory, ending: threading.Event) -> None:
    while not ending.wait(SAMPLE_S):
        memory.sample()


def _resident_mb(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0.0  # a helper that was recycled just now
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / _KB / _KB


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            found += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def _plot(memory: Memory) -> Image.Image:
    width, height, margin = 1200, 500, 60
    image = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(15)
    most = max(map(max, memory.megabytes.values())) * 1.1
    span = max(1.0, memory.at[-1] - memory.at[0])
    for number, (name, values) in enumerate(memory.megabytes.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        curve = [
            (
                margin + (at - memory.at[0]) / span * (width - 2 * margin),
                height - margin - value / most * (height - 2 * margin),
            )
            for at, value in zip(memory.at, values, strict=True)
        ]
        draw.line(curve, colour, 2)
        draw.text((margin + 10 + 160 * number, 12), f"{name} {values[-1]:.0f} MB", colour, font)
    base = height - margin
    draw.line([(margin, margin), (margin, base), (width - margin, base)], "#202020")
    draw.text((6, margin - 8), f"{most:.0f} MB", "#202020", font)
    draw.text((width - margin - 40, base + 8), f"{span / 60:.0f} min", "#202020", font)
    return image


if __name__ == "__main__":
    sys.exit(main())
