"""The networks that read a page, as they are opened on a GPU, with inputs as pages give them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.loaders import ppocr, tesseract_lstm
from models.loaders.catalogue_model import normal_content
from models.registry.resolve import resolve
from models.tesseract.traineddata import read_traineddata
from vision.engines.tessdata import find_tessdata

Arrays = Mapping[str, NDArray[Any]]

_LINE = (1, 36, 600)  # of Tesseract's networks: one channel, and a line of some forty letters
_STEP = 3  # pixels of such a line that one time step covers
_PPOCR_LINE = (3, 48, 320)
_PAGE = (3, 800, 608)


@dataclass(frozen=True)
class BenchModel:
    """An ONNX file, and arrays for its inputs."""

    name: str
    content: bytes
    feeds: Arrays


def bench_models(cache: Path, *, small: bool) -> Iterator[BenchModel]:
    """One network after another, in floats; `small` for batches of one."""
    lines, words, pages = (1, 1, 1) if small else (16, 32, 8)
    yield _tesseract(cache, lines)
    recogniser = resolve(ppocr.RECOGNISER_MODEL)
    content = ppocr.converted(recogniser, "latin", "float32", cache)
    yield BenchModel(
        "ppocr", content or recogniser.path.read_bytes(), {"x": _noise(words, _PPOCR_LINE)}
    )
    yield _page_model("pp-ocrv6-det", "x", cache, 1)
    yield _page_model("pagesight-doc", "images", cache, pages)


def _tesseract(cache: Path, lines: int) -> BenchModel:
    model = read_traineddata(find_tessdata(None) / "eng.traineddata")
    content = tesseract_lstm.converted(model, "eng", cache, "float32")
    steps = np.full(lines, _LINE[-1] // _STEP, np.int32)
    if content is None:
        raise ValueError("eng.traineddata was not converted")
    return BenchModel("tesseract-eng", content, {"lines": _noise(lines, _LINE), "steps": steps})


def _page_model(name: str, port: str, cache: Path, pages: int) -> BenchModel:
    model = resolve(name)
    content = normal_content(model, cache) or model.path.read_bytes()
    return BenchModel(name, content, {port: _noise(pages, _PAGE)})


def _noise(batch: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    return np.random.default_rng(0).random((batch, *shape), np.float32)
