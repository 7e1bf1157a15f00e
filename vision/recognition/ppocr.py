"""Line crops to text by PP-OCR's recogniser: slower than Tesseract's, better on poor print."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Image
from vision.core.document import ModelUse
from vision.core.protocols import Recogniser
from vision.core.stages import NEVER, CropWord, LineCrop, LineReading, Reread
from vision.engines.onnx_session import CPU_PROVIDER, Session
from vision.imaging.connected_components import ink_boxes
from vision.imaging.grey import grey_of_line
from vision.imaging.planes import bgr_planes, normalising
from vision.recognition.common.character_boxes import with_characters
from vision.recognition.common.ctc_greedy import Probabilities, Runs, greedy_runs_of
from vision.recognition.common.word_boxes import fit_to_ink
from vision.recognition.lstm.decoder import LineDecoder
from vision.recognition.marks.candidates import words_with_candidates
from vision.recognition.word_search import WordSearch
from vision.text.vocabulary import known_word

_HEIGHT = 48
_STEP = 8  # pixels of the network's input that one time step covers
_BLANK = 0
_MOST_ROOM = 6  # of a crop's height, the inverse of the share that may be cut off at the top
# Padding to a common width costs accuracy, stretching by up to 3% does not: lines share so few
# widths that a GPU gets batches and ONNX Runtime keeps memory for few shapes.
_WIDTHS_PER_OCTAVE = 16
_WIDEST = 4096  # longer lines are squeezed: more than 400 letters are two lines side by side
# On a CPU a line alone is as fast as in a batch, and int8 networks take the range of their values
# from whatever they read at once; a GPU idles on single lines.
_BATCH_ON_GPU = 32
# Mean letter probability under which a line is noise.
MIN_CONFIDENCE = 0.5
# The test whether a word is listed in one of these languages.
WordList = Callable[[Sequence[str]], Callable[[str], bool] | None]
# Mean and deviation .5 in PP-OCRv6's published configuration.
_TABLES = [normalising(127.5, 127.5)] * 3
_PERCENTILES = np.array([0.05, 0.5, 0.9])  # of grey: ink, what most of a line is, paper


@dataclass(frozen=True, slots=True)
class PpocrNetwork:
    """An opened recogniser of PP-OCR; its metadata names its classes, `blank` first."""

    session: Session

    @property
    def characters(self) -> tuple[str, ...]:
        """What each class writes: the blank nothing, the last one a space."""
        return _characters_in(self.session.metadata["character"])


@lru_cache(maxsize=16)
def _characters_in(metadata: str) -> tuple[str, ...]:
    """Parted once: PP-OCR's large networks have 18,000."""
    return ("", *metadata.split("\n"), " ")


class PpocrRecogniser:
    """Recogniser over PP-OCR's networks; safe from many threads.

    `network_for` gives the network that reads all of these languages, or None where only `other`
    can, or nothing without it; it caches, and raises BadInput `unknown_language`. Lines with less
    confidence than `min_confidence` have no text. `narrowing` is the share of their usual width
    that lines are read at. `own_languages` are read whether or not `other` has them. `word_list`
    gives the test whether a word is listed in one of these languages, None where there is no list;
    without it no word is looked up. `search` finds listed words where letters have low confidence.
    `name` is what readings call this engine.
    """

    def __init__(
        self,
        network_for: Callable[[Sequence[str]], PpocrNetwork | None],
        other: Recogniser | None,
        min_confidence: float = MIN_CONFIDENCE,
        narrowing: float = 1.0,
        own_languages: Sequence[str] = (),
        word_list: WordList | None = None,
        name: str = "ppocr",
        search: WordSearch | None = None,
    ) -> None:
        self.name = name
        self._network_for = network_for
        self._other = other
        self._min_confidence = min_confidence
        self._narrowing = narrowing
        self._own_languages = tuple(own_languages)
        self._word_list = word_list
        self._search = search

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        """One reading for each crop, the same whatever else is read with it."""
        readings: list[LineReading] = [LineReading("", 0.0)] * len(crops)
        for languages in dict.fromkeys(crop.languages for crop in crops):
            at = [place for place, crop in enumerate(crops) if crop.languages == languages]
            network = self._network_for(languages)
            group = [crops[place] for place in at]
            if network:
                read = self._looked_up(self._read(network, group, languages), languages)
            elif self._other:
                read = self._other.recognise(group, reread)
            else:
                continue
            for place, reading in zip(at, read, strict=True):
                readings[place] = reading
        return readings

    def as_second_reader(
        self, narrowing: float, word_list: WordList, search: WordSearch | None = None
    ) -> "PpocrRecogniser":
        """A recogniser over the same networks that narrows lines and looks words up.

        It reads nothing that they cannot read: native Tesseract is no better than a first reading.
        """
        return PpocrRecogniser(
            self._network_for,
            None,
            self._min_confidence,
            narrowing,
            self._own_languages,
            word_list,
            search=search,
        )

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        """The network of these languages, or the other recogniser's models; none without either."""
        network = self._network_for(languages)
        if network:
            return (network.session.use,)
        return self._other.models(languages) if self._other else ()

    def languages(self) -> tuple[str, ...]:
        """Codes of the languages installed and of its own, sorted."""
        others = self._other.languages() if self._other else ()
        return tuple(sorted({*others, *self._own_languages}))

    def _read(
        self, network: PpocrNetwork, crops: Sequence[LineCrop], languages: tuple[str, ...]
    ) -> list[LineReading]:
        used = (network.session.use,)
        decoder = self._search.decoder(languages, network.characters) if self._search else None
        readings = [
            replace(reading, engine=self.name, models=used)
            for reading in read_lines(network, crops, self._narrowing, decoder)
        ]
        return [
            reading
            if reading.confidence >= self._min_confidence
            else replace(reading, text="", words=())
            for reading in readings
        ]

    def _looked_up(
        self, readings: Sequence[LineReading], languages: Sequence[str]
    ) -> list[LineReading]:
        """The readings with their words looked up in the word lists of these languages."""
        is_listed = self._word_list(languages) if self._word_list else None
        if is_listed is None:
            return list(readings)
        return [
            replace(
                reading,
                words=tuple(
                    replace(word, listed=known_word(word.text, is_listed)) for word in reading.words
                ),
            )
            for reading in readings
        ]


def read_lines(
    network: PpocrNetwork,
    crops: Sequence[LineCrop],
    narrowing: float = 1.0,
    decoder: LineDecoder | None = None,
) -> list[LineReading]:
    """Readings of one network, in the order of the crops; greedy ones without a decoder."""
    characters = network.characters
    widths = [input_width(crop, narrowing) for crop in crops]
    readings: list[LineReading] = [LineReading("", 0.0)] * len(crops)
    on_cpu = network.session.use.provider == CPU_PROVIDER
    # Decoding waits until all are computed: between calls of a network, which fill the caches with
    # its weights, it takes twice as long.
    computed = []
    for at in _batches(widths, 1 if on_cpu else _BATCH_ON_GPU):
        inputs = [_network_input(crops[place], widths[place]) for place in at]
        batch = np.stack(inputs) if inputs[1:] else inputs[0][np.newaxis]
        computed.append((at, network.session.run({network.session.inputs[0].name: batch})[0]))
    outputs = [(each, np.full(len(at), each.shape[1], np.int32)) for at, each in computed]
    read = greedy_runs_of(outputs, _BLANK)
    for (at, probabilities), lines in zip(computed, read, strict=True):
        for place, line, runs in zip(at, probabilities, lines, strict=True):
            letters = _searched(line, runs, decoder) if decoder else _greedy(runs, characters)
            readings[place] = _reading(letters, crops[place], len(line))
    return readings


def input_width(crop: LineCrop, narrowing: float = 1.0) -> int:
    """How wide a crop becomes: by its aspect, to the nearest of a few widths per doubling."""
    height, width = _letters(crop).shape[:2]
    exact = min(max(narrowing * _HEIGHT * width / height, 2 * _STEP), _WIDEST)
    octave = 1 << (int(exact).bit_length() - 1)
    grain = max(_STEP, octave // _WIDTHS_PER_OCTAVE)
    return int(max(round(exact / grain), 1) * grain)


def _letters(crop: LineCrop) -> Image:
    """The crop without its room, as far as that leaves most of it."""
    height = crop.pixels.shape[0]
    room = min(crop.room, height // _MOST_ROOM)
    return crop.pixels[room : height - room]


def _batches(widths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Places of lines of the same width, at most so many together."""
    by_width = sorted(range(len(widths)), key=lambda place: widths[place])
    for _, same in groupby(by_width, key=lambda place: widths[place]):
        places = list(same)
        for start in range(0, len(places), most):
            yield places[start : start + most]


def _network_input(crop: LineCrop, width: int) -> NDArray[np.float32]:
    """A crop as the network wants it: 48 pixels high, planes of blue, green, red from -1 to 1."""
    scaled = cv2.resize(_letters(crop), (width, _HEIGHT), interpolation=cv2.INTER_LINEAR)
    return bgr_planes(np.asarray(scaled, np.uint8), _TABLES)


@dataclass(frozen=True, slots=True)
class _Letter:
    """A character, its probability, and the time steps in which it was read."""

    text: str
    probability: float
    start: int
    end: int


def _greedy(runs: Runs, characters: Sequence[str]) -> list[_Letter]:
    rows = zip(runs.classes, runs.probabilities, runs.starts, runs.ends, strict=True)
    return [_Letter(characters[kind], chance, start, end) for kind, chance, start, end in rows]


def _searched(line: Probabilities, runs: Runs, decoder: LineDecoder) -> list[_Letter]:
    names = decoder.alphabet.characters
    return [
        _Letter(names[glyph.character], glyph.probability, glyph.start, glyph.end)
        for glyph in decoder.decode(line, runs)
    ]


def _reading(letters: Sequence[_Letter], crop: LineCrop, steps: int) -> LineReading:
    words = [
        list(word) for blank, word in groupby(letters, lambda each: each.text == " ") if not blank
    ]
    if not words:
        return LineReading("", 0.0)
    ink, size = _ink(crop), (crop.pixels.shape[1], crop.pixels.shape[0])
    boxes = fit_to_ink(_windows(words, size[0] / steps, steps), ink, size)
    found = tuple(
        CropWord("".join(each.text for each in word), _mean_probability(word), box)
        for word, box in zip(words, boxes, strict=True)
    )
    wanted = None if crop.characters else words_with_candidates([word.text for word in found])
    if wanted is None or wanted:
        windows = _windows([[each] for word in words for each in word], size[0] / steps, steps)
        known = [[(each.text, each.probability) for each in word] for word in words]
        found = with_characters(found, known, windows, ink, wanted)
    sure = _mean_probability([letter for word in words for letter in word])
    return LineReading(" ".join(word.text for word in found), sure, found)


def _mean_probability(letters: Sequence[_Letter]) -> float:
    return sum(letter.probability for letter in letters) / len(letters)


def _windows(
    groups: Sequence[Sequence[_Letter]], step: float, steps: int
) -> list[tuple[float, float]]:
    """Each group's extent to the middles of the gaps on both sides; a step is `step` pixels."""
    middles = [(left[-1].end + right[0].start) / 2 for left, right in pairwise(groups)]
    return list(pairwise(edge * step for edge in (0, *middles, steps)))


def _ink(crop: LineCrop) -> NDArray[np.int32]:
    grey = grey_of_line(crop)
    # Percentiles of bytes by counting them: sorting takes thirteen times as long.
    below = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel().cumsum()
    dark, middle, light = below.searchsorted(_PERCENTILES * grey.size).tolist()
    level = (dark + light) / 2
    light_on_dark = bool(middle < level)
    return ink_boxes(grey, level, light_on_dark=light_on_dark)
