"""Everything that is claimed of GPUs, in one command of under eight minutes; for a host with one.

    .venv/bin/python -m benchmarks.gpu --report build/gpu

1. Providers: each model runs on CUDA, proven as the service proves it.
2. Parity: the text of drawn pages on the GPU and on the CPU, which may differ by rounding alone.
3. Lines a second of Tesseract's networks on the GPU, on the CPU and natively.
4. Pages a second of each profile with the threads of a reader, on the GPU and on the CPU, with the
   use of the GPU and its memory, whose last third must not exceed the first by more than a tenth.

The floor of the speed is 20 times the host's CPU. Each part has a limit of time, and one that fails
is reported while the others go on. The exit status is 0 where every check holds. `--device cpu`
tries the program itself: parity and speed then compare the CPU with itself.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread

from benchmarks.conditions import machine_and_versions
from benchmarks.made_pages import made_pages, scanned
from benchmarks.scoring import edit_distance
from jobs.settings import Settings
from vision.core.errors import VisionError
from vision.core.options import ReadOptions
from vision.core.stages import LineCrop, PageImage
from vision.engines.onnx_session import CUDA_PROVIDER
from vision.pipeline import read_page
from vision.preprocessing.prepare import prepare
from vision.text_detection.crops import cut_lines
from workers.engine.engine import Engine, build_engine
from workers.inputs.read_options import read_options

FLOOR = 20.0
PARITY = 0.002  # of the characters: sums of half precision or another order round differently
FLAT = 1.1
LINES = 512
PART_S = 60.0
SAMPLE_S = 0.2
PROFILES = ("fast", "balanced")


@dataclass
class Report:
    """What was measured, and the checks that failed."""

    device: str
    machine: str
    figures: dict[str, object] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def check(self, name: str, holds: bool) -> None:
        """Note a check that does not hold."""
        if not holds:
            self.failed.append(name)


@dataclass
class GpuUse:
    """Samples of the GPU while something ran: percent busy, and MiB in use."""

    busy: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def growth(self) -> float:
        """Memory of the last third of the time, as a ratio to the first third's."""
        third = len(self.memory) // 3
        if not third:
            return 1.0
        return max(self.memory[-third:]) / max(1.0, *self.memory[:third])


def main() -> int:
    """Run every part and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--part-s", type=float, default=PART_S, help="limit of a measurement")
    parser.add_argument("--report", type=Path, help="folder for gpu.json")
    given = parser.parse_args()
    report = Report(gpu_name() if given.device == "cuda" else "cpu", machine_and_versions())
    with tempfile.TemporaryDirectory(prefix="pagesight-gpu-") as folder:
        _run(report, Path(folder), given)
    text = json.dumps(asdict(report), indent=2)
    print(text)
    if given.report:
        given.report.mkdir(parents=True, exist_ok=True)
        (given.report / "gpu.json").write_text(text + "\n")
    return 1 if report.failed else 0


def _run(report: Report, folder: Path, given: argparse.Namespace) -> None:
    pages = drawn_pages()
    try:
        device = _engine(folder, given.device, given.threads)
    except VisionError as error:
        report.failed.append(f"engine: {error.message}")
        return
    cpu = _engine(folder, "cpu", given.threads)
    parts: Mapping[str, Callable[[], object]] = {
        "providers": partial(_providers, report, device, given.device),
        "parity": partial(_parity, report, device, cpu, pages),
        "lines": partial(_lines, report, device, cpu, pages, given),
        "pages": partial(_pages, report, device, cpu, pages, given),
    }
    for name, part in parts.items():
        try:
            report.figures[name] = part()
        except VisionError as error:
            report.failed.append(f"{name}: {error.message}")
    device.close()
    cpu.close()


def _engine(folder: Path, device: str, threads: int) -> Engine:
    settings = Settings(_env_file=None, data_dir=folder, device=device, worker_threads=threads)
    return build_engine(settings)


def drawn_pages(rounds: int = 2) -> list[PageImage]:
    """Pages as a scanner gives them, the same in each run."""
    made = [scanned(page, seed) for seed, page in enumerate(made_pages(rounds))]
    return [PageImage(number, page.pixels) for number, page in enumerate(made, 1)]


def _providers(report: Report, engine: Engine, device: str) -> Mapping[str, str]:
    elsewhere = {name for name, provider in engine.providers.items() if provider != CUDA_PROVIDER}
    report.check(f"not on CUDA: {sorted(elsewhere)}", device == "cpu" or not elsewhere)
    return engine.providers


def _parity(
    report: Report, device: Engine, cpu: Engine, pages: Sequence[PageImage]
) -> Mapping[str, object]:
    options = read_options({"profile": "balanced"})
    pairs = [(_text(device, page, options), _text(cpu, page, options)) for page in pages]
    differing = sum(edit_distance(ours, theirs) for ours, theirs in pairs)
    characters = sum(len(theirs) for _, theirs in pairs)
    share = differing / max(1, characters)
    report.check(f"text differs by {share:.4f} of the characters", share <= PARITY)
    equal = sum(ours == theirs for ours, theirs in pairs)
    return {"pages": len(pairs), "equal": equal, "characters": characters, "differing": differing}


def _text(engine: Engine, page: PageImage, options: ReadOptions) -> str:
    return read_page(page, engine.stages, options, engine.orienter).page.text


def _lines(
    report: Report,
    device: Engine,
    cpu: Engine,
    pages: Sequence[PageImage],
    given: argparse.Namespace,
) -> Mapping[str, float]:
    crops = line_crops(cpu, pages)
    rates = {
        given.device: _rate_of_lines(device, "lstm", crops, given.part_s / 3),
        "cpu, one thread": _rate_of_lines(cpu, "lstm", crops, given.part_s / 3),
        "native, one thread": _rate_of_lines(cpu, "tesseract", crops[:64], given.part_s / 3),
    }
    if given.device == "cuda":
        ratio = rates["cuda"] / rates["cpu, one thread"]
        report.check(f"lines a second are {ratio:.1f} times the CPU's", ratio >= FLOOR)
    return rates


def line_crops(engine: Engine, pages: Sequence[PageImage]) -> list[LineCrop]:
    """LINES lines of the pages, repeated until there are so many."""
    options = read_options({"profile": "fast"})
    found: list[LineCrop] = []
    for page in pages:
        prepared = prepare(page, options, None, None)
        lines = engine.stages.finders["classical"].find(prepared.working, ("eng",), prepared.text)
        found += cut_lines(prepared, lines.lines, ("eng",))
    return (found * (LINES // max(1, len(found)) + 1))[:LINES]


def _rate_of_lines(engine: Engine, name: str, crops: Sequence[LineCrop], limit_s: float) -> float:
    """Lines a second by the clock, of as many rounds as the limit allows; the first warms up."""
    recogniser = engine.stages.recognisers[name]
    recogniser.recognise(crops)
    return rate(lambda: recogniser.recognise(crops), limit_s) * len(crops)


def rate(
    call: Callable[[], object], limit_s: float, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Calls a second, of at least one call, until `limit_s` have passed."""
    began, calls = clock(), 0
    while not calls or clock() - began < limit_s:
        call()
        calls += 1
    return calls / (clock() - began)


def _pages(
    report: Report,
    device: Engine,
    cpu: Engine,
    pages: Sequence[PageImage],
    given: argparse.Namespace,
) -> Mapping[str, object]:
    found: dict[str, object] = {}
    for profile in PROFILES:
        options = read_options({"profile": profile})
        with watched_gpu() as use:
            ours = _rate_of_pages(device, pages, options, given)
        theirs = _rate_of_pages(cpu, pages, options, given)
        found[profile] = {
            given.device: ours,
            "cpu": theirs,
            "ratio": ours / theirs,
            "busy_percent": statistics.fmean(use.busy) if use.busy else None,
            "memory_mib": max(use.memory, default=None),
            "memory_growth": use.growth(),
        }
        if given.device == "cuda":
            ratio = ours / theirs
            report.check(f"{profile}: {ratio:.1f} times the CPU's pages", ratio >= FLOOR)
            report.check(f"{profile}: memory grew {use.growth():.2f} fold", use.growth() <= FLAT)
    return found


def _rate_of_pages(
    engine: Engine, pages: Sequence[PageImage], options: ReadOptions, given: argparse.Namespace
) -> float:
    """Pages a second with all threads of a reader at work."""
    with ThreadPoolExecutor(given.threads) as pool:

        def all_pages() -> None:
            list(pool.map(lambda page: _text(engine, page, options), pages))

        all_pages()
        return rate(all_pages, given.part_s) * len(pages)


@contextmanager
def watched_gpu() -> Iterator[GpuUse]:
    """Sample the first GPU for the length of the `with`; nothing without nvidia-smi."""
    use, stopping = GpuUse(), Event()

    def sample() -> None:
        while not stopping.wait(SAMPLE_S):
            if (row := ask_gpu("utilization.gpu,memory.used")) is None:
                return
            busy, memory = parse_sample(row)
            use.busy.append(busy)
            use.memory.append(memory)

    thread = Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield use
    finally:
        stopping.set()
        thread.join()


def parse_sample(row: str) -> tuple[float, float]:
    """Percent busy and MiB in use, of a row such as `87, 4120`."""
    busy, _, memory = row.partition(",")
    return float(busy), float(memory)


def gpu_name() -> str:
    """The name of the first GPU."""
    return ask_gpu("name,driver_version") or "no GPU answers"


def ask_gpu(query: str) -> str | None:
    """The answer of nvidia-smi for the first GPU; None where it does not answer."""
    command = ["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader,nounits", "--id=0"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
