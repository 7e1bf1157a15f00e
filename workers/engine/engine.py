"""The engines of one process: opened once, proven, shared by all its threads.

Build it after the process has started, never before a fork: neither CUDA nor ONNX Runtime's
threads survive one.
"""

import importlib
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import cv2

from jobs.settings import Settings
from models.loaders.catalogue_model import open_model
from models.loaders.ppocr import open_ppocr_recogniser
from models.loaders.tesseract_lstm import open_lstm_recogniser
from models.registry.catalogue import Entry, load_catalogue
from vision.canary import CanaryReport, run_canary
from vision.core.document import ModelUse
from vision.core.errors import EngineFailure
from vision.core.stages import Detector, LineFinder, Recogniser, Stages
from vision.engines.onnx_session import CUDA_PROVIDER, Session
from vision.engines.tessdata import find_tessdata
from vision.object_detection.yolo import YoloDetector
from vision.preprocessing.orientation import LineOrienter
from vision.preprocessing.prepare import Orienter
from vision.recognition.tesseract import TesseractRecogniser, native_recogniser
from vision.text_detection.auto import AutoLineFinder
from vision.text_detection.dbnet import LearnedLineFinder
from vision.text_detection.morphology import ClassicalLineFinder
from workers.engine.batching import BatchingDetector, BatchingRecogniser

_log = logging.getLogger(__name__)

LINE_MODEL = "pp-ocrv6-det"
ORIENTATION_MODEL = "pp-ocr-cls"
# What stops the whole process where CUDA was asked for, instead of one detector.
_PROVIDER_CODES = {"provider_missing", "provider_failed"}


@dataclass(frozen=True, slots=True)
class Engine:
    """What reads pages here. `missing` says of each model that cannot be used why.

    `canary` is None only for engines of tests, which have nothing to prove.
    """

    stages: Stages
    orienter: Orienter | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    models: tuple[ModelUse, ...] = ()
    canary: CanaryReport | None = None
    closers: tuple[Callable[[], None], ...] = ()

    def require(self, detectors: Iterable[str]) -> None:
        """EngineFailure `detector_missing` for one that the catalogue knows and this lacks."""
        for name in detectors:
            if name in self.missing:
                raise EngineFailure("detector_missing", self.missing[name])

    @property
    def providers(self) -> dict[str, str]:
        """The execution provider that each model's session was proven to run on."""
        return {use.name: use.provider for use in self.models}

    @property
    def canary_ms(self) -> dict[str, float]:
        """Milliseconds of the canary page by stage; empty where none was read."""
        return self.canary.stage_ms if self.canary else {}

    def capabilities(self) -> dict[str, object]:
        """What the process says of itself in its report."""
        languages = {code for each in self.stages.recognisers.values() for code in each.languages()}
        return {
            "lines": sorted(self.stages.finders),
            "recognisers": sorted(self.stages.recognisers),
            "detectors": sorted(self.stages.detectors),
            "languages": sorted(languages),
            "providers": self.providers,
            "missing": dict(self.missing),
            "canary_ms": self.canary_ms,
        }

    def close(self) -> None:
        """Stop the threads of the batchers."""
        for close in self.closers:
            close()


class Shared(NamedTuple):
    """A recogniser for all threads, and what ends its own."""

    recogniser: Recogniser
    closers: tuple[Callable[[], None], ...]


class _OpenDetector(NamedTuple):
    detector: YoloDetector
    session: Session


def build_engine(settings: Settings) -> Engine:
    """Open every model that is here, and read the canary page.

    EngineFailure where nothing can be read, where CUDA was asked for and is not proven, or where
    the canary is misread. A missing detector is reported, and fatal only to jobs that ask for it.
    """
    # Pages are read side by side; OpenCV's own threads would only wait for each other.
    cv2.setNumThreads(settings.onnx_threads)
    tessdata = _tessdata(settings)
    recogniser = native_recogniser(tessdata)
    learned = LearnedLineFinder(_open(settings, LINE_MODEL))
    orientation = _open(settings, ORIENTATION_MODEL)
    opened, missing = _open_detectors(settings)
    lstm = open_lstm(settings, recogniser, on_gpu=orientation.provider == CUDA_PROVIDER)
    finders: tuple[LineFinder, ...] = (AutoLineFinder(learned), ClassicalLineFinder(), learned)
    canary = run_canary(
        learned,
        lstm.recogniser,
        [each.detector for each in opened],
        language=_canary_language(recogniser),
        device=settings.device,
    )
    detectors, closers = _shared_between_threads(opened)
    return Engine(
        stages=Stages(
            finders={each.name: each for each in finders} | _layout_finder(tessdata),
            recognisers={
                "tesseract": recogniser,
                "lstm": lstm.recogniser,
                "ppocr": _open_ppocr(settings, recogniser),
            },
            detectors=detectors,
        ),
        orienter=LineOrienter(orientation),
        missing=missing,
        models=(*canary.models, orientation.use),
        canary=canary,
        closers=(*closers, *lstm.closers),
    )


def _tessdata(settings: Settings) -> str | None:
    return str(settings.tessdata_dir) if settings.tessdata_dir else None


def _converted(settings: Settings) -> Path:
    """The folder that keeps converted models."""
    return settings.data_dir.resolve() / "converted"


def _open(settings: Settings, name: str) -> Session:
    return open_model(
        name,
        models_dir=settings.models_folder,
        cache_dir=_converted(settings),
        device=settings.device,
        threads=settings.onnx_threads,
        gpu_memory_bytes=settings.gpu_mem_limit_mb * 2**20,
    )


def open_lstm(settings: Settings, native: Recogniser, *, on_gpu: bool) -> Shared:
    """Tesseract's networks in ONNX; languages are converted when a job first asks for them.

    Lines of several jobs are read together where more threads read pages than cores can recognise,
    or on a GPU, whose batches no single page fills.
    """
    inner = open_lstm_recogniser(
        find_tessdata(_tessdata(settings)),
        _converted(settings),
        settings.device,
        settings.onnx_threads,
        native,
    )
    lanes = 1 if on_gpu else max(len(os.sched_getaffinity(0)) // settings.onnx_threads, 1)
    if not on_gpu and settings.worker_threads <= lanes:
        return Shared(inner, ())
    most, delay_s = (_GPU_LINES, _MAX_DELAY_S) if on_gpu else (_CPU_LINES, 0.0)
    merging = BatchingRecogniser(inner, most, delay_s, lanes)
    return Shared(merging, (merging.close,))


def _open_ppocr(settings: Settings, native: Recogniser) -> Recogniser:
    """PP-OCR's recogniser, opened when a line is first read with it."""
    return open_ppocr_recogniser(
        settings.models_folder,
        settings.device,
        settings.onnx_threads,
        native,
        _converted(settings),
    )


def _open_detectors(settings: Settings) -> tuple[list[_OpenDetector], dict[str, str]]:
    """The detectors that are here, and for each that cannot be used the reason."""
    opened: list[_OpenDetector] = []
    missing: dict[str, str] = {}
    for entry in _current_detectors(load_catalogue(settings.models_folder)):
        try:
            session = _open(settings, entry.name)
            opened.append(_OpenDetector(YoloDetector(session, entry.detector), session))
        except EngineFailure as error:
            if settings.device == "cuda" and error.code in _PROVIDER_CODES:
                raise
            _log.warning("detector not usable: %s", error.message)
            missing[entry.name] = error.message
    return opened, missing


def _current_detectors(entries: Sequence[Entry]) -> Iterable[Entry]:
    """The current version of each: a later entry of the same name replaces an earlier one."""
    return {entry.name: entry for entry in entries if entry.task == "detector"}.values()


def _layout_finder(tessdata: str | None) -> dict[str, LineFinder]:
    """Tesseract's layout analysis, which only its library offers, not its program."""
    try:
        tesseract = importlib.import_module("vision.engines.tesseract_library")
        layout = importlib.import_module("vision.text_detection.tesseract_layout")
    except ImportError:
        return {}
    return {"tesseract": layout.TesseractLineFinder(tesseract.Tesseract(find_tessdata(tessdata)))}


# On a CPU an image costs the same in a batch as alone (PP-OCR detection at 640 squared, one thread,
# batches of 1, 2, 4 and 8: 428, 420, 430 and 445 CPU ms an image), so merging would only add the
# wait there. A GPU that works on one small image at a time idles.
_MAX_BATCH = 8
_MAX_DELAY_S = 0.005
# Lines of a batch of several jobs: few enough on a CPU that a small page waits for little of a
# large one, many on a GPU, which reads hundreds as fast as one.
_CPU_LINES, _GPU_LINES = 64, 512


def _shared_between_threads(
    opened: Iterable[_OpenDetector],
) -> tuple[dict[str, Detector], tuple[Callable[[], None], ...]]:
    """Detectors by name, merging calls where that gains, and what ends the merging."""
    shared: dict[str, Detector] = {}
    closers: list[Callable[[], None]] = []
    for detector, session in opened:
        shared[detector.name] = detector
        if session.provider == CUDA_PROVIDER and session.inputs[0].shape[0] != 1:
            merging = BatchingDetector(detector, _MAX_BATCH, _MAX_DELAY_S)
            shared[detector.name] = merging
            closers.append(merging.close)
    return shared, tuple(closers)


def _canary_language(recogniser: TesseractRecogniser) -> str:
    """English where it is installed: the canary's text is plain Latin."""
    languages = recogniser.languages()
    return "eng" if "eng" in languages or not languages else languages[0]
