"""PP-OCR's recogniser for the languages that it can read, pruned to the script that they need."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from models.loaders.bounded import BoundedLoader
from models.loaders.conversion_cache import cache_in
from models.onnx_edit.int8_support import int8_is_exact
from models.registry.resolve import LocalModel, resolve
from vision.core.protocols import Recogniser
from vision.engines.onnx_session import CPU_PROVIDER, Device, Session, open_session
from vision.engines.resources import Resources
from vision.recognition.light_reading import LightForMarks
from vision.recognition.lstm.recogniser import LstmRecogniser
from vision.recognition.ppocr import PpocrNetwork, PpocrRecogniser
from vision.recognition.word_search import WordSearch

RECOGNISER_MODEL = "pp-ocrv6-rec"
TINY_MODEL = "pp-ocrv6-rec-tiny"

Script = Literal["latin", "whole"]
Precision = Literal["float32", "int8"]

# Changes whenever the same file would give other bytes: it is part of the key in the cache.
_RECIPE_VERSION = 3
_SCRIPTS = 2  # every network stays loaded

# Tesseract's codes of languages whose letters are all among its classes.
_LATIN = frozenset(
    """
    afr aze bos bre cat ceb ces cos cym dan deu eng enm epo est eus fao fil fin fra frm fry gla gle
    glg hat hrv hun ind isl ita ita_old jav lat lav lit ltz mlt mri msa nld nor oci pol por que ron
    slk slv spa spa_old sqi srp_latn sun swa swe ton tur
    """.split()  # noqa: SIM905 - sixty quoted strings would be harder to read
)
_WHOLE = frozenset({"chi_sim", "chi_tra", "jpn"})
# Read though Tesseract has no model of them here: PP-OCR is the better reader of these.
WITHOUT_TESSERACT = tuple(sorted(_WHOLE))

_LAST_OF_LATIN = 0x17F  # Latin Extended-A
_MORE_LATIN = frozenset(
    "ȘșȚț–—‘’‚“”„†‡•…‰€₤№™"  # noqa: RUF001 - these very characters
    "⁰⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉−≈≠≤≥←↑→↓"  # noqa: RUF001 - these too
    "●○◦■□▪▫▶►◆◇★☆☐☑☒✓✔✕✖"
)
_TRIAL_SHAPE = (1, 3, 48, 64)


# Low-confidence lines lose little where PP-OCR sees them narrower, and take less time; all lines
# would lose .004 on receipts (docs/research/profiles.md).
_SECOND_READING_WIDTH = 0.75
# The tiny network loses .001 on receipts and forms by it, and a fifth of its time.
_TINY_WIDTH = 0.75


def open_recogniser(resources: Resources) -> PpocrRecogniser:
    """The registry's entry. EngineFailure `tessdata_missing` for want of the fallback."""
    return open_ppocr_recogniser(
        resources.models_dir,
        resources.device,
        resources.threads,
        resources.recogniser("tesseract"),
        resources.cache_dir,
    )


def open_second_reader(resources: Resources) -> LightForMarks:
    """The registry's entry for second readings: the same networks, narrower lines, word lists.

    The lists are those of Tesseract's models, which the first recogniser has loaded as a rule. The
    tiny network reads lines of which only a mark is in question.
    """
    narrow = _second_reader(resources, _SECOND_READING_WIDTH)
    return LightForMarks(narrow, open_tiny_second_reader(resources))


def open_wide_second_reader(resources: Resources) -> PpocrRecogniser:
    """The registry's entry for second readings of lines that keep their width."""
    return _second_reader(resources, 1.0)


def _second_reader(resources: Resources, narrowing: float) -> PpocrRecogniser:
    ppocr, lstm = resources.recogniser("ppocr"), resources.recogniser("lstm")
    assert isinstance(ppocr, PpocrRecogniser)
    assert isinstance(lstm, LstmRecogniser)
    return ppocr.as_second_reader(narrowing, lstm.word_list, WordSearch(lstm.lexicon))


def open_tiny_second_reader(resources: Resources) -> PpocrRecogniser:
    """The registry's entry for second readings by the tiny network, of languages in Latin letters.

    Other languages are not read a second time.
    """
    lstm = resources.recogniser("lstm")
    assert isinstance(lstm, LstmRecogniser)
    networks = _Networks(
        resources.models_dir, resources.device, resources.threads, resources.cache_dir, TINY_MODEL
    )
    return PpocrRecogniser(
        networks.latin_for,
        None,
        narrowing=_TINY_WIDTH,
        name="ppocr_tiny",
        word_list=lstm.word_list,
        search=WordSearch(lstm.lexicon),
    )


def open_ppocr_recogniser(
    models_dir: Path | None,
    device: Device,
    threads: int,
    other: Recogniser,
    cache_dir: Path | None = None,
) -> PpocrRecogniser:
    """A recogniser whose networks are opened at their first line; `other` reads other scripts.

    `models_dir` is the operator's models folder, `cache_dir` where converted networks are kept;
    None converts in memory.
    """
    networks = _Networks(models_dir, device, threads, cache_dir)
    return PpocrRecogniser(networks.network_for, other, own_languages=WITHOUT_TESSERACT)


def is_latin(character: str) -> bool:
    """Whether a class of the recogniser is needed for languages written in Latin letters."""
    single = len(character) == 1
    return single and (ord(character) <= _LAST_OF_LATIN or character in _MORE_LATIN)


class _Networks:
    """One network for each script, opened once; safe from many threads."""

    def __init__(
        self,
        models_dir: Path | None,
        device: Device,
        threads: int,
        cache_dir: Path | None,
        model: str = RECOGNISER_MODEL,
    ) -> None:
        self._model = model
        self._models_dir = models_dir
        self._device = device
        self._threads = threads
        self._cache_dir = cache_dir
        self._opened = BoundedLoader(self._open, _SCRIPTS)

    def network_for(self, languages: Sequence[str]) -> PpocrNetwork | None:
        """The smallest network that reads all of them; None where there is none."""
        requested = frozenset(languages)
        if not requested <= _LATIN | _WHOLE:
            return None
        return self._opened.get("latin" if requested <= _LATIN else "whole")

    def latin_for(self, languages: Sequence[str]) -> PpocrNetwork | None:
        """The network of Latin letters where these are all that the languages need, or None."""
        return self._opened.get("latin") if _LATIN.issuperset(languages) else None

    def _open(self, script: Script) -> PpocrNetwork:
        if self._device != "cpu":
            session = self._session(script, self._device, "float32")
            if session.provider != CPU_PROVIDER:
                return PpocrNetwork(session)
        return PpocrNetwork(self._session(script, "cpu", "int8" if int8_is_exact() else "float32"))

    def _session(self, script: Script, device: Device, precision: Precision) -> Session:
        model = resolve(self._model, models_dir=self._models_dir)
        return open_session(
            model.path,
            name=model.entry.name,
            version=f"{model.entry.version}-{script}",
            sha256=model.entry.sha256,
            device=device,
            threads=self._threads,
            trial_shapes={"x": _TRIAL_SHAPE},
            content=converted(model, script, precision, self._cache_dir),
        )


def converted(
    model: LocalModel, script: Script, precision: Precision, cache_dir: Path | None
) -> bytes | None:
    """The network with the classes of its script alone, from the cache or converted and kept."""

    def convert() -> bytes:
        from models.onnx_edit.ppocr import convert_recogniser  # noqa: PLC0415 - loads `onnx`

        wanted = is_latin if script == "latin" else None
        return convert_recogniser(
            model.path.read_bytes(),
            wanted,
            int8=precision == "int8",
            characters=_listed(model.characters) if model.characters else (),
        )

    recipe = f"ppocr-{script}-{precision}-{_RECIPE_VERSION}"
    return cache_in(cache_dir).get(model.entry.sha256, recipe, convert)


def _listed(characters: Path) -> list[str]:
    """The lines of a file: some are blanks that `splitlines` would take for ends of lines."""
    return characters.read_text(encoding="utf-8").removesuffix("\n").split("\n")
