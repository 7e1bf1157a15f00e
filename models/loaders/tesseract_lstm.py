"""Recognisers over Tesseract's own model files, converted when a language is first read."""

import hashlib
import logging
import os
import tempfile
import threading
from pathlib import Path

from models.onnx_edit.int8_support import int8_is_exact
from models.tesseract.to_onnx import GRAPH_VERSION, Precision, convert
from models.tesseract.topology import recognise_topology
from models.tesseract.traineddata import LstmModel, read_traineddata
from vision.core.errors import EngineFailure
from vision.core.stages import Recogniser
from vision.engines.onnx_session import CPU_PROVIDER, Device, Session, open_session
from vision.engines.resources import Resources
from vision.engines.tessdata import require_languages
from vision.recognition.lstm.charset import Alphabet
from vision.recognition.lstm.dawg_lexicon import Lexicon
from vision.recognition.lstm.decoder import LineDecoder
from vision.recognition.lstm.recogniser import (
    MIN_CONFIDENCE,
    LineImages,
    LineNetwork,
    LstmRecogniser,
)
from vision.recognition.tesseract import native_recogniser

_log = logging.getLogger(__name__)


def open_lstm_recogniser(
    tessdata: Path,
    cache_dir: Path,
    device: Device = "auto",
    threads: int = 1,
    native: Recogniser | None = None,
    min_confidence: float = MIN_CONFIDENCE,
    images: LineImages = "even",
) -> LstmRecogniser:
    """A recogniser for the languages of `tessdata`, each converted and opened at its first line.

    Converted graphs are kept in `cache_dir`, named by their model's sha256. What cannot be
    converted is read by `native`, by default the native Tesseract of this machine.
    """
    networks = Networks(tessdata, cache_dir, device, threads)
    fallback = native or native_recogniser(str(tessdata))
    return LstmRecogniser(networks.open, fallback, min_confidence, images)


def open_recogniser(resources: Resources) -> LstmRecogniser:
    """The registry's entry. EngineFailure `tessdata_missing`."""
    return open_lstm_recogniser(
        resources.tessdata,
        resources.cache_dir,
        resources.device,
        resources.threads,
        resources.recogniser("tesseract"),
    )


class Networks:
    """The networks of one folder of models, opened once; safe from many threads."""

    def __init__(self, tessdata: Path, cache_dir: Path, device: Device, threads: int) -> None:
        self._tessdata = tessdata
        self._cache_dir = cache_dir
        self._device = device
        self._threads = threads
        self._lock = threading.Lock()
        self._opened: dict[str, LineNetwork | None] = {}

    def open(self, language: str) -> LineNetwork | None:
        """The network of a language; None where its model is of a kind that is not converted.

        Raises BadInput `unknown_language`; EngineFailure `model_unreadable` for a broken file.
        """
        with self._lock:
            if language not in self._opened:
                self._opened[language] = self._convertible(language)
            return self._opened[language]

    def _convertible(self, language: str) -> LineNetwork | None:
        require_languages(self._tessdata, [language])
        try:
            return open_network(
                self._tessdata / f"{language}.traineddata",
                self._cache_dir,
                self._device,
                self._threads,
            )
        except EngineFailure as failure:
            if failure.code != "model_unsupported":
                raise
            _log.warning("%s is read by native Tesseract: %s", language, failure.message)
            return None


def open_network(
    path: Path, cache_dir: Path, device: Device = "auto", threads: int = 1
) -> LineNetwork:
    """One model, converted and opened. Raises EngineFailure."""
    model = read_traineddata(path)
    precision: Precision = _whole_numbers() if model.integer and device == "cpu" else "float32"
    session = _open(model, path.stem, cache_dir, device, threads, precision)
    # The int8 operators exist for the CPU alone, and suit only models trained for them.
    if model.integer and precision == "float32" and session.provider == CPU_PROVIDER:
        session = _open(model, path.stem, cache_dir, "cpu", threads, _whole_numbers())
    return LineNetwork(path.stem, session, line_decoder(model))


def _whole_numbers() -> Precision:
    # Sums cut to 16 bits would leave most columns of eng off by .01 or more, some of fra by .3.
    return "int8" if int8_is_exact() else "int8-along"


def _open(
    model: LstmModel,
    language: str,
    cache_dir: Path,
    device: Device,
    threads: int,
    precision: Precision,
) -> Session:
    height = recognise_topology(model.network).height
    return open_session(
        converted_file(model, language, cache_dir, precision),
        name=f"tesseract-{language}",
        version=model.version or "unknown",
        sha256=model.sha256,
        device=device,
        threads=threads,
        trial_shapes={"lines": (1, 1, height, 3 * height), "steps": (1,)},
    )


def line_decoder(model: LstmModel) -> LineDecoder:
    """What turns the network's output into text, with the model's own word lists."""
    alphabet = Alphabet(model.characters, model.codes, model.null_class)
    if model.words is None:
        return LineDecoder(alphabet)
    lexicon = Lexicon(model.characters, model.words, model.numbers, model.marks)
    return LineDecoder(alphabet, lexicon)


def converted_file(
    model: LstmModel, source: str, cache_dir: Path, precision: Precision = "float32"
) -> Path:
    """The model's ONNX file in the cache, written first where it is missing or was changed."""
    path = cache_dir / f"{model.sha256}-{precision}-{GRAPH_VERSION}.onnx"
    content = convert(model, source, precision)
    if not (path.is_file() and _sha256(path.read_bytes()) == _sha256(content)):
        _write(path, content)
    return path


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: another process may be opening the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
