"""PP-OCR's recogniser for the languages that it can read, cut to the script that they need."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from models.onnx_edit.int8_support import int8_is_exact
from models.onnx_edit.prune_classes import cut_classes
from models.onnx_edit.quantise_pointwise import int8_pointwise
from models.registry.resolve import resolve
from vision.core.stages import Recogniser
from vision.engines.onnx_session import CPU_PROVIDER, Device, Session, open_session
from vision.engines.resources import Resources
from vision.recognition.ppocr import PpocrNetwork, PpocrRecogniser

RECOGNISER_MODEL = "pp-ocrv6-rec"

_Script = Literal["latin", "whole"]

# Tesseract's codes of languages whose letters are all among its classes.
_LATIN = frozenset(
    """
    afr aze bos bre cat ceb ces cos cym dan deu eng enm epo est eus fao fil fin fra frm fry gla gle
    glg hat hrv hun ind isl ita ita_old jav lat lav lit ltz mlt mri msa nld nor oci pol por que ron
    slk slv spa spa_old sqi srp_latn sun swa swe ton tur
    """.split()  # noqa: SIM905 - sixty quoted strings would be harder to read
)
_WHOLE = frozenset({"chi_sim", "chi_tra", "jpn"})

_LAST_OF_LATIN = 0x17F  # Latin Extended-A
_LATIN_BESIDES = frozenset("ȘșȚț–—‘’‚“”„†‡•…‰€₤№™")  # noqa: RUF001 - these very characters
_TRIAL_SHAPE = (1, 3, 48, 64)


# Low-confidence lines lose nothing where PP-OCR sees them narrower: 79 instead of 89 CPU
# milliseconds a page of forms at word F1 .8923 instead of .8900, 73 instead of 85 of receipts at
# .8689 instead of .8694. All lines would lose .004 on receipts (docs/research/profiles.md).
_SECOND_READING_WIDTH = 0.8


def open_recogniser(resources: Resources) -> PpocrRecogniser:
    """The registry's entry. EngineFailure `tessdata_missing` for want of the fallback."""
    return open_ppocr_recogniser(
        resources.models_dir,
        resources.device,
        resources.threads,
        resources.recogniser("tesseract"),
    )


def open_second_reader(resources: Resources) -> PpocrRecogniser:
    """The registry's entry for second readings: the same networks, narrower lines."""
    first = resources.recogniser("ppocr")
    assert isinstance(first, PpocrRecogniser)
    return first.narrowed(_SECOND_READING_WIDTH)


def open_ppocr_recogniser(
    models_dir: Path | None,
    device: Device,
    threads: int,
    other: Recogniser,
) -> PpocrRecogniser:
    """A recogniser whose networks are opened at their first line; `other` reads other scripts."""
    return PpocrRecogniser(_Networks(models_dir, device, threads).network_for, other)


def is_latin(character: str) -> bool:
    """Whether a class of the recogniser is needed for languages written in Latin letters."""
    single = len(character) == 1
    return single and (ord(character) <= _LAST_OF_LATIN or character in _LATIN_BESIDES)


class _Networks:
    """One network a script, opened once; safe from many threads."""

    def __init__(self, models_dir: Path | None, device: Device, threads: int) -> None:
        self._models_dir = models_dir
        self._device = device
        self._threads = threads
        self._lock = threading.Lock()
        self._opened: dict[_Script, PpocrNetwork] = {}

    def network_for(self, languages: Sequence[str]) -> PpocrNetwork | None:
        """The smallest network that reads all of them; None where there is none."""
        asked = frozenset(languages)
        if not asked <= _LATIN | _WHOLE:
            return None
        script: _Script = "latin" if asked <= _LATIN else "whole"
        with self._lock:
            if script not in self._opened:
                self._opened[script] = self._open(script)
            return self._opened[script]

    def _open(self, script: _Script) -> PpocrNetwork:
        if self._device != "cpu":
            session = self._session(script, self._device, _edit_floats)
            if session.provider != CPU_PROVIDER:
                return PpocrNetwork(session)
        return PpocrNetwork(self._session(script, "cpu", _edit_for_cpu))

    def _session(
        self, script: _Script, device: Device, edit: Callable[[_Script, bytes], bytes]
    ) -> Session:
        model = resolve(RECOGNISER_MODEL, models_dir=self._models_dir)
        return open_session(
            model.path,
            name=model.entry.name,
            version=f"{model.entry.version}-{script}",
            sha256=model.entry.sha256,
            device=device,
            threads=self._threads,
            trial_shapes={"x": _TRIAL_SHAPE},
            edit=partial(edit, script),
        )


def _edit_floats(script: _Script, model: bytes) -> bytes:
    return cut_classes(model, is_latin) if script == "latin" else model


def _edit_for_cpu(script: _Script, model: bytes) -> bytes:
    edited = _edit_floats(script, model)
    return int8_pointwise(edited) if int8_is_exact() else edited
