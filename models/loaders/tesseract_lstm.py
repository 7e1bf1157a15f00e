"""Recognisers over Tesseract's own model files, converted when a language is first read."""

import logging
from pathlib import Path

from models.loaders.bounded import BoundedLoader
from models.loaders.conversion_cache import cache_in
from models.loaders.fallback import FallbackRecogniser
from models.loaders.ppocr import WITHOUT_TESSERACT
from models.onnx_edit.int8_support import int8_is_exact
from models.tesseract.graph_format import GRAPH_VERSION, Precision
from models.tesseract.topology import recognise_topology
from models.tesseract.traineddata import LstmModel, read_traineddata
from vision.core.errors import EngineFailure
from vision.core.protocols import Recogniser
from vision.engines.onnx_session import CPU_PROVIDER, Device, Session, open_session
from vision.engines.resources import Resources
from vision.engines.tessdata import installed_languages, require_languages
from vision.recognition.lstm.charset import Alphabet
from vision.recognition.lstm.dawg_lexicon import Lexicon
from vision.recognition.lstm.decoder import LineDecoder
from vision.recognition.lstm.line_reader import LineNetwork, Normalisation
from vision.recognition.lstm.recogniser import MIN_CONFIDENCE, LstmRecogniser
from vision.recognition.tesseract import native_recogniser

# eng, deu and ara take 28 MB each once they have read, so sixteen such languages take under half a
# gigabyte. A document names a few languages, so sixteen serve several documents side by side.
MAX_LOADED_LANGUAGES = 16

_log = logging.getLogger(__name__)


def open_lstm_recogniser(
    tessdata: Path,
    cache_dir: Path | None,
    device: Device = "auto",
    threads: int = 1,
    native: Recogniser | None = None,
    min_confidence: float = MIN_CONFIDENCE,
    images: Normalisation = "even",
) -> LstmRecogniser:
    """A recogniser for the languages of `tessdata`, each converted and opened at its first line.

    Converted graphs are kept in `cache_dir`, None converts in memory. Models that cannot be
    converted are read by `native`, by default the native Tesseract of this machine.
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
        FallbackRecogniser(resources.recogniser("tesseract"), resources.recogniser("ppocr")),
    )


class Networks:
    """The networks of one folder of models; safe from many threads.

    The `MAX_LOADED_LANGUAGES` most recently used languages stay loaded. A language being loaded
    delays only the threads that read in it.
    """

    def __init__(
        self, tessdata: Path, cache_dir: Path | None, device: Device, threads: int
    ) -> None:
        self._tessdata = tessdata
        self._cache_dir = cache_dir
        self._device = device
        self._threads = threads
        self._loaded = BoundedLoader(self._load, MAX_LOADED_LANGUAGES)

    def open(self, language: str) -> LineNetwork | None:
        """The network of a language; None where its model is not converted or not installed.

        Raises BadInput `unknown_language`; EngineFailure `model_unreadable` for a damaged file.
        """
        return self._loaded.get(language)

    def _load(self, language: str) -> LineNetwork | None:
        if language in WITHOUT_TESSERACT and language not in installed_languages(self._tessdata):
            return None
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
    path: Path, cache_dir: Path | None, device: Device = "auto", threads: int = 1
) -> LineNetwork:
    """One `.traineddata` file, converted and opened; its receipts state the hash of that file.

    Raises EngineFailure `model_missing`, `model_unreadable` or `model_unsupported`.
    """
    model = read_traineddata(path)
    precision: Precision = _int8_precision() if model.integer and device == "cpu" else "float32"
    session = _open(model, path, cache_dir, device, threads, precision)
    # The int8 operators exist for the CPU alone, and suit only models trained for them.
    if model.integer and precision == "float32" and session.provider == CPU_PROVIDER:
        session = _open(model, path, cache_dir, "cpu", threads, _int8_precision())
    return LineNetwork(path.stem, session, line_decoder(model))


def _int8_precision() -> Precision:
    # Sums saturated at 16 bits would leave most columns of eng off by .01 or more, some of fra by
    # .3.
    return "int8" if int8_is_exact() else "int8-along"


def _open(
    model: LstmModel,
    path: Path,
    cache_dir: Path | None,
    device: Device,
    threads: int,
    precision: Precision,
) -> Session:
    height = recognise_topology(model.network).height
    return open_session(
        path,
        name=f"tesseract-{path.stem}",
        version=model.version or "unknown",
        sha256=model.sha256,
        device=device,
        threads=threads,
        trial_shapes={"lines": (1, 1, height, 3 * height), "steps": (1,)},
        content=converted(model, path.stem, cache_dir, precision),
    )


def line_decoder(model: LstmModel) -> LineDecoder:
    """The decoder of the network's output into text, with the model's own word lists."""
    alphabet = Alphabet(model.characters, model.codes, model.null_class)
    if model.words is None:
        return LineDecoder(alphabet)
    lexicon = Lexicon(model.characters, model.words, model.numbers, model.marks)
    return LineDecoder(alphabet, lexicon)


def converted(
    model: LstmModel, source: str, cache_dir: Path | None, precision: Precision = "float32"
) -> bytes | None:
    """The model's ONNX file, from the cache or converted and kept there."""

    def convert() -> bytes:
        from models.tesseract.to_onnx import convert  # noqa: PLC0415 - loads `onnx`

        return convert(model, source, precision)

    recipe = f"tesseract-{precision}-{GRAPH_VERSION}"
    return cache_in(cache_dir).get(model.sha256, recipe, convert)
