"""What is read on the device: providers, parity with the CPU, lines and pages a second."""

import statistics
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmarks.gpu.report import Report, rate
from benchmarks.gpu.watch import FLAT, watched_gpu
from benchmarks.made_pages import made_pages, scanned
from benchmarks.scoring import edit_distance
from jobs.settings import Settings
from vision.core.options import ReadOptions
from vision.core.stages import LineCrop, PageImage
from vision.engines.onnx_session import CUDA_PROVIDER, Device
from vision.input.sandbox.pool import DecoderPool
from vision.pipeline import read_page
from vision.preprocessing.prepare import prepare
from vision.text_detection.crops import cut_lines
from workers.engine.engine import Engine, build_engine
from workers.inputs.decoders import open_decoders
from workers.inputs.read_options import read_options

FLOOR = 20.0
PARITY = 0.002  # of the characters: sums of half precision or another order round differently
PROFILES = ("fast", "balanced")
_DPI = 150


@dataclass(frozen=True)
class Given:
    """How much is measured, and on what."""

    device: Device
    threads: int
    part_s: float
    rounds: int  # of the drawn pages
    lines: int


@dataclass(frozen=True)
class Bench:
    """The engines to compare, the pages that they read, and files with the same pages."""

    report: Report
    given: Given
    device: Engine
    cpu: Engine
    pages: Sequence[PageImage]
    files: Sequence[Path]
    decoders: DecoderPool

    @property
    def cache(self) -> Path:
        """Where the engines keep converted models."""
        return self.files[0].parent / "converted"

    def providers(self) -> Mapping[str, str]:
        """Where each model runs; every one must be on CUDA."""
        found = self.device.providers
        elsewhere = {name for name, provider in found.items() if provider != CUDA_PROVIDER}
        fine = self.given.device == "cpu" or not elsewhere
        self.report.check(f"not on CUDA: {sorted(elsewhere)}", fine)
        return found

    def parity(self) -> Mapping[str, object]:
        """How far the texts of device and CPU differ."""
        options = read_options({"profile": "balanced"})
        pairs = [
            (_text(self.device, page, options), _text(self.cpu, page, options))
            for page in self.pages
        ]
        differing = sum(edit_distance(ours, theirs) for ours, theirs in pairs)
        characters = sum(len(theirs) for _, theirs in pairs)
        share = differing / max(1, characters)
        self.report.check(f"text differs by {share:.4f} of the characters", share <= PARITY)
        equal = sum(ours == theirs for ours, theirs in pairs)
        return {
            "pages": len(pairs), "equal": equal, "characters": characters, "differing": differing
        }  # fmt: skip

    def lines(self) -> Mapping[str, float]:
        """Lines a second of Tesseract's networks on device and CPU, and of native Tesseract."""
        crops = line_crops(self.cpu, self.pages, self.given.lines)
        limit_s = self.given.part_s / 3
        rates = {
            self.given.device: _rate_of_lines(self.device, "lstm", crops, limit_s),
            "cpu, one thread": _rate_of_lines(self.cpu, "lstm", crops, limit_s),
            "native, one thread": _rate_of_lines(self.cpu, "tesseract", crops[:64], limit_s),
        }
        ratio = rates[self.given.device] / rates["cpu, one thread"]
        self.report.check_speed(f"lines a second are {ratio:.1f} times the CPU's", ratio >= FLOOR)
        return rates

    def pages_a_second(self) -> Mapping[str, object]:
        """Pages a second from file to text by profile, with the use of the GPU meanwhile."""
        return {profile: self._pages(profile) for profile in PROFILES}

    def _pages(self, profile: str) -> Mapping[str, object]:
        options = read_options({"profile": profile})
        with watched_gpu() as use:
            ours = self._rate_of_pages(self.device, options)
        theirs = self._rate_of_pages(self.cpu, options)
        ratio, growth = ours / theirs, use.growth()
        self.report.check_speed(f"{profile}: {ratio:.1f} times the CPU's pages", ratio >= FLOOR)
        self.report.check(f"{profile}: memory grew {growth:.2f} fold", growth <= FLAT)
        return {
            self.given.device: ours,
            "cpu": theirs,
            "ratio": ratio,
            "busy_percent": statistics.fmean(use.busy) if use.busy else None,
            "memory_mib": max(use.memory, default=None),
            "memory_growth": growth,
        }

    def _rate_of_pages(self, engine: Engine, options: ReadOptions) -> float:
        """With all threads of a reader at work, each decoding its own page in a helper."""

        def read(file: Path) -> str:
            return _text(engine, self.decoders.decode(file, 1, _DPI), options)

        with ThreadPoolExecutor(self.given.threads) as pool:

            def all_pages() -> None:
                list(pool.map(read, self.files))

            all_pages()
            return rate(all_pages, self.given.part_s) * len(self.files)


def open_bench(report: Report, folder: Path, given: Given) -> Bench:
    """Both engines. EngineFailure where the device's cannot be opened; close it afterwards."""
    settings = settings_of(folder, given)
    pages = drawn_pages(given.rounds)
    return Bench(
        report,
        given,
        build_engine(settings),
        build_engine(settings.model_copy(update={"device": "cpu"})),
        pages,
        written(pages, folder),
        open_decoders(settings, given.threads),
    )


def close_bench(bench: Bench) -> None:
    """End threads and helpers."""
    bench.device.close()
    bench.cpu.close()
    bench.decoders.close()


def settings_of(folder: Path, given: Given) -> Settings:
    """The settings of a reader on the device."""
    return Settings(
        _env_file=None,
        data_dir=folder,
        device=given.device,
        worker_threads=given.threads,
    )


def drawn_pages(rounds: int) -> list[PageImage]:
    """Pages as a scanner gives them, the same in each run."""
    made = [scanned(page, seed) for seed, page in enumerate(made_pages(rounds))]
    return [PageImage(number, page.pixels) for number, page in enumerate(made, 1)]


def written(pages: Sequence[PageImage], folder: Path) -> list[Path]:
    """The pages as files, which a reader decodes."""
    files = [folder / f"{page.number}.png" for page in pages]
    for page, file in zip(pages, files, strict=True):
        Image.fromarray(page.pixels).save(file, dpi=(_DPI, _DPI), compress_level=1)
    return files


def line_crops(engine: Engine, pages: Sequence[PageImage], wanted: int) -> list[LineCrop]:
    """So many lines of the pages, repeated where these have fewer."""
    options = read_options({"profile": "fast"})
    found: list[LineCrop] = []
    for page in pages:
        prepared = prepare(page, options, None, None)
        lines = engine.stages.finders["classical"].find(prepared.working, ("eng",), prepared.text)
        found += cut_lines(prepared, lines.lines, ("eng",))
    return (found * (wanted // max(1, len(found)) + 1))[:wanted]


def _text(engine: Engine, page: PageImage, options: ReadOptions) -> str:
    return read_page(page, engine.stages, options, engine.orienter).page.text


def _rate_of_lines(engine: Engine, name: str, crops: Sequence[LineCrop], limit_s: float) -> float:
    """Lines a second by the clock, of as many rounds as the limit allows; the first warms up."""
    recogniser = engine.stages.recognisers[name]
    recogniser.recognise(crops)
    return rate(lambda: recogniser.recognise(crops), limit_s) * len(crops)
