"""Engines that fail on purpose: the colour in the middle of a page says how.

White pages are read at once, blue ones slowly; red kills the process as native code can, magenta
hangs while the interpreter runs on, cyan hangs holding the interpreter's lock, green breaks the
engine, black raises what nobody expects. Yellow hangs in a real session of ONNX Runtime, where the
engine has one.
"""

import ctypes
import os
import signal
import time
from collections.abc import Sequence

import numpy as np

from jobs.settings import Settings
from tests.support.onnx_graphs import write_hanging
from vision.core.arrays import Image
from vision.core.document import ModelUse
from vision.core.errors import EngineFailure
from vision.core.protocols import Stages
from vision.core.stages import NEVER, FoundLine, FoundLines, Letters, LineCrop, LineReading, Reread
from vision.engines.onnx_session import Session, open_session
from workers.engine.batching import BatchingRecogniser
from workers.engine.engine import Engine

WHITE, BLUE, RED = (255, 255, 255), (0, 0, 255), (255, 0, 0)
MAGENTA, CYAN, GREEN, BLACK = (255, 0, 255), (0, 255, 255), (0, 255, 0), (0, 0, 0)
YELLOW = (255, 255, 0)
SLOW_S = 0.4
SECRET_TEXT = "text of the document"


def colour_of(image: Image) -> tuple[int, ...]:
    """The colour in the middle, each channel fully on or off."""
    pixel = image[image.shape[0] // 2, image.shape[1] // 2]
    return tuple(255 if channel > 127 else 0 for channel in pixel.tolist())


class FaultyFinder:
    """Finds one line, or fails as the page's colour says."""

    name = "learned"

    def find(
        self, image: Image, languages: Sequence[str], letters: Letters | None = None
    ) -> FoundLines:
        act(colour_of(image))
        height, width = image.shape[:2]
        line = FoundLine(((0, 0), (width, 0), (width, height), (0, height)))
        return FoundLines((line,), self.name, self.models())

    def models(self) -> tuple[ModelUse, ...]:
        return (ModelUse("double", "1", "0" * 64, "double"),)


class FixedRecogniser:
    """Reads the same word everywhere."""

    name = "tesseract"

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        return [LineReading("word", 0.9, engine=self.name) for _ in crops]

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        return ()

    def languages(self) -> tuple[str, ...]:
        return ("eng",)


class SessionRecogniser(FixedRecogniser):
    """Asks a real session about each batch, which hangs where a yellow page has a line in it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        yellow = [colour_of(crop.pixels) == YELLOW for crop in crops]
        self._session.run({"x": np.array(yellow, np.float32)})
        return super().recognise(crops)


def act(colour: tuple[int, ...]) -> None:
    """Do to the process what the colour stands for."""
    if colour == BLUE:
        time.sleep(SLOW_S)
    elif colour == RED:
        os.kill(os.getpid(), signal.SIGKILL)
    elif colour == MAGENTA:
        time.sleep(3600)
    elif colour == CYAN:
        ctypes.PyDLL(None).sleep(3600)  # PyDLL keeps the interpreter's lock
    elif colour == GREEN:
        raise EngineFailure("inference_failed", "the double's engine is broken")
    elif colour == BLACK:
        raise RuntimeError(SECRET_TEXT)


def double_stages() -> Stages:
    """Stages of doubles under the names that the default options choose."""
    return Stages({"learned": FaultyFinder()}, {"tesseract": FixedRecogniser()}, {})


def build_double_engine(_settings: Settings) -> Engine:
    """An engine of doubles."""
    return Engine(double_stages())


def build_session_engine(settings: Settings) -> Engine:
    """One session for all threads, their lines read in common batches as on a GPU."""
    recogniser = BatchingRecogniser(SessionRecogniser(_session(settings)), 64, 0.05)
    stages = Stages({"learned": FaultyFinder()}, {"tesseract": recogniser}, {})
    return Engine(stages, closers=(recogniser.close,))


def build_stuck_engine(settings: Settings) -> Engine:
    """An engine whose session hangs when it is tried out."""
    _session(settings).run({"x": np.ones(1, np.float32)})
    raise AssertionError("it came back")


def _session(settings: Settings) -> Session:
    path = write_hanging(settings.data_dir / f"hanging-{os.getpid()}.onnx")
    return open_session(path, name="hanging", version="1", sha256="0" * 64, device=settings.device)


def build_broken_engine(_settings: Settings) -> Engine:
    """CUDA was asked for and is not there."""
    raise EngineFailure("provider_missing", "CUDA was asked for and does not run: no driver")
