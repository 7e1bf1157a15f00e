"""The engines of one process: opened once, proven, shared by all its threads.

Build it after the process has started, never before a fork: neither CUDA nor ONNX Runtime's
threads survive one.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import cv2

from jobs.settings import Settings
from models.loaders.resources import LocalResources
from models.loaders.stages import OpenDetector, OpenStages, open_stages
from vision.canary import CanaryReport, run_canary
from vision.core.document import ModelUse
from vision.core.errors import EngineFailure
from vision.core.options import OFF, ReadOptions
from vision.core.protocols import Detector, Orienter, Recogniser, Stages
from vision.engines.onnx_session import CUDA_PROVIDER, Session
from vision.preprocessing.orientation import open_orienter
from vision.recognition.marks.classifier import open_mark_classifier
from vision.recognition.marks.reader import NetworkMarkReader
from vision.recognition.script_detection import open_script_detector
from workers.engine.batching import BatchingDetector, BatchingRecogniser

# What the canary page is read with: the stages whose providers a receipt could get wrong.
_CANARY_FINDER, _CANARY_RECOGNISER = "learned", "lstm"


@dataclass(frozen=True, slots=True)
class Engine:
    """What reads pages here. `missing` gives the reason for each stage that cannot be used.

    `canary` is None only for engines of tests, which have nothing to prove.
    """

    stages: Stages
    orienter: Orienter | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    models: tuple[ModelUse, ...] = ()
    canary: CanaryReport | None = None
    closers: tuple[Callable[[], None], ...] = ()

    def require(self, options: ReadOptions) -> None:
        """EngineFailure `detector_missing` or `stage_missing` for one that cannot be used here."""
        for name in options.detectors:
            if name in self.missing:
                raise EngineFailure("detector_missing", self.missing[name])
        for name in _stages_named(options):
            if name in self.missing:
                raise EngineFailure("stage_missing", self.missing[name])

    @property
    def providers(self) -> dict[str, str]:
        """The execution provider that each model's session was proven to run on."""
        return {use.name: use.provider for use in self.models}

    @property
    def canary_ms(self) -> dict[str, float]:
        """Milliseconds of the canary page by stage; empty where none was read."""
        return self.canary.stage_ms if self.canary else {}

    def capabilities(self) -> dict[str, object]:
        """What the process reports of itself."""
        languages = {code for each in self.stages.recognisers.values() for code in each.languages()}
        return {
            "lines": sorted(self.stages.finders),
            "recognisers": sorted(self.stages.recognisers),
            "second_readers": sorted(self.stages.second_readers),
            "rectifiers": sorted(self.stages.rectifiers),
            "analyses": sorted(self.stages.analyses),
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


def build_engine(settings: Settings, detectors: Sequence[str] | None = None) -> Engine:
    """Open every stage that is registered, and read the canary page.

    `detectors` are the only ones to open, where no other will be asked for; None opens all.
    EngineFailure where nothing can be read, where CUDA was asked for and is not proven, or where
    the canary is misread. A missing detector is reported, and fatal only to jobs that ask for it.
    """
    # Pages are read side by side; OpenCV's own threads would only wait for each other.
    cv2.setNumThreads(settings.onnx_threads)
    resources = resources_of(settings)
    opened = open_stages(resources, detectors)
    orienter = open_orienter(resources)
    marks = NetworkMarkReader(open_mark_classifier(resources))
    on_gpu = orienter.models[0].provider == CUDA_PROVIDER
    shared = _share(opened, settings, resources.tessdata, on_gpu=on_gpu)
    stages = replace(shared.stages, marks=marks)
    canary = run_canary(
        shared.stages.finders[_CANARY_FINDER],
        shared.stages.recognisers[_CANARY_RECOGNISER],
        [each.detector for each in opened.detectors],
        language=_canary_language(opened.recognisers[_CANARY_RECOGNISER]),
        device=settings.device,
    )
    return Engine(
        stages=stages,
        orienter=orienter,
        missing=opened.missing,
        models=(*canary.models, *orienter.models, *marks.models),
        canary=canary,
        closers=shared.closers,
    )


def resources_of(settings: Settings) -> LocalResources:
    """The models and folders that the settings name."""
    return LocalResources(
        cache_dir=settings.data_dir.resolve() / "converted",
        device=settings.device,
        threads=settings.onnx_threads,
        models_dir=settings.models_folder,
        tessdata_dir=settings.tessdata_dir,
        gpu_memory_bytes=settings.gpu_mem_limit_mb * 2**20,
    )


def _stages_named(options: ReadOptions) -> list[str]:
    named = [f"line_finder {options.lines}", f"recogniser {options.recogniser}"]
    if options.rectifier != OFF:
        named.append(f"rectifier {options.rectifier}")
    if options.second_reader != OFF:
        named.append(f"second_reader {options.second_reader}")
    return [*named, *(f"page_analysis {name}" for name in options.analyses)]


# On a CPU an image costs the same in a batch as alone (PP-OCR detection at 640 squared, one thread,
# batches of 1, 2, 4 and 8: 428, 420, 430 and 445 CPU ms an image), so merging would only add the
# wait there. A GPU that works on one small image at a time idles.
_MAX_BATCH = 8
_MAX_DELAY_S = 0.005
# Lines of a batch of several jobs: few enough on a CPU that a small page waits for little of a
# large one, many on a GPU, which reads hundreds as fast as one.
_CPU_LINES, _GPU_LINES = 64, 512
# Recognisers whose calls gain from merging: a single network reads lines of any page together.
_MERGED = ("lstm",)


class _Shared(NamedTuple):
    """Stages for all threads of the process, and what ends their own threads."""

    stages: Stages
    closers: tuple[Callable[[], None], ...]


def _share(opened: OpenStages, settings: Settings, tessdata: Path, *, on_gpu: bool) -> _Shared:
    recognisers, closers = dict(opened.recognisers), []
    for name in _MERGED:
        merged = merge_calls(recognisers[name], settings, on_gpu=on_gpu)
        if merged is not None:
            recognisers[name] = merged
            closers.append(merged.close)
    detectors, detector_closers = _shared_detectors(opened.detectors)
    stages = Stages(
        opened.finders,
        recognisers,
        detectors,
        opened.second_readers,
        opened.analyses,
        opened.rectifiers,
        open_script_detector(tessdata),
    )
    return _Shared(stages, (*closers, *detector_closers))


def merge_calls(
    recogniser: Recogniser, settings: Settings, *, on_gpu: bool
) -> BatchingRecogniser | None:
    """Lines of several jobs read together where that gains; None where it does not.

    It gains where more threads read pages than cores can recognise, and on a GPU, whose batches no
    single page fills.
    """
    threads = 1 if on_gpu else max(len(os.sched_getaffinity(0)) // settings.onnx_threads, 1)
    if not on_gpu and settings.worker_threads <= threads:
        return None
    lines, delay_s = (_GPU_LINES, _MAX_DELAY_S) if on_gpu else (_CPU_LINES, 0.0)
    return BatchingRecogniser(recogniser, lines, delay_s, threads)


def _shared_detectors(
    opened: Iterable[OpenDetector],
) -> tuple[dict[str, Detector], list[Callable[[], None]]]:
    """Detectors by name, merging calls where that gains, and what ends the merging."""
    shared: dict[str, Detector] = {}
    closers: list[Callable[[], None]] = []
    for detector, session in opened:
        shared[detector.name] = detector
        if _gains_from_batches(session):
            merging = BatchingDetector(detector, _MAX_BATCH, _MAX_DELAY_S)
            shared[detector.name] = merging
            closers.append(merging.close)
    return shared, closers


def _gains_from_batches(session: Session) -> bool:
    return session.provider == CUDA_PROVIDER and session.inputs[0].shape[0] != 1


def _canary_language(recogniser: Recogniser) -> str:
    """English where it is installed: the canary's text is plain Latin."""
    languages = recogniser.languages()
    return "eng" if "eng" in languages or not languages else languages[0]
