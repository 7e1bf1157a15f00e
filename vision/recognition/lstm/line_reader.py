"""Images of lines to readings by one of Tesseract's networks."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import log
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Image
from vision.core.document import Box
from vision.core.stages import NEVER, CropWord, LineCrop, LineReading, Reread
from vision.engines.onnx_session import Session
from vision.imaging.connected_components import ink_boxes
from vision.imaging.grey import grey_of_line
from vision.recognition.common.character_boxes import with_characters
from vision.recognition.common.ctc_greedy import Probabilities, Runs, greedy_runs
from vision.recognition.common.word_boxes import fit_to_ink
from vision.recognition.lstm.batching import batches
from vision.recognition.lstm.charset import SPACE, Glyph
from vision.recognition.lstm.decoder import LineDecoder, mean_probability
from vision.recognition.lstm.even_line_images import even_line_images
from vision.recognition.lstm.free_signs import part_free_signs
from vision.recognition.lstm.letter_case import correct_case, words_of_doubtful_case
from vision.recognition.lstm.line_normalisation import LineImage, tesseract_line_image
from vision.recognition.lstm.lone_glyphs import with_shared_probability
from vision.recognition.lstm.look_alikes import correct_strokes
from vision.recognition.lstm.number_gaps import part_numbers
from vision.recognition.lstm.unread_accents import LANGUAGE, has_unread_accent
from vision.recognition.lstm.wide_gaps import has_wide_gap
from vision.recognition.lstm.word_segmentation import part_words
from vision.recognition.marks.candidates import words_with_candidates
from vision.recognition.rereading import drafts_of
from vision.text.bidi import reading_order
from vision.text.vocabulary import known_word

_STEP = 3  # pixels of a line image that one time step covers
# Tesseract's invert_threshold: lines with less confidence are read light on dark as well.
_INVERT_BELOW = 0.7
# ... if at least this share of them is dark: of 585 low-confidence lines of receipts and forms with
# less than .4, two were accepted inverted, both wrongly; light print on dark paper has .7 and more.
_DARK_SHARE = 0.3
# How crops become what the network sees: Tesseract's own way, or a better one.
Normalisation = Literal["even", "tesseract"]


@dataclass(frozen=True, slots=True)
class LineNetwork:
    """One language's network and what its classes mean."""

    language: str
    session: Session
    decoder: LineDecoder

    @property
    def height(self) -> int:
        """Pixels of the line images it reads."""
        height = self.session.inputs[0].shape[2]
        assert height is not None
        return height


@dataclass(frozen=True, slots=True)
class _Read:
    """Characters of one line image, their confidence, and the chance of a space at each step."""

    glyphs: list[Glyph]
    certainty: float
    blanks: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    light_on_dark: bool = False


def read_lines(
    network: LineNetwork,
    crops: Sequence[LineCrop],
    images: Normalisation = "even",
    reread: Reread = NEVER,
    least: float = 0.0,
) -> list[LineReading]:
    """Readings of one network, in the order of the crops.

    Those of less confidence than `least` have no words, only their text.
    """
    line_images = _line_images(network, [_grey(crop) for crop in crops], images)
    reads = _read_images(network, [line_image.values for line_image in line_images], reread)
    dark = [
        at
        for at, read in enumerate(reads)
        if read.certainty < _INVERT_BELOW and _is_dark(line_images[at])
    ]
    inverted = _read_images(network, [-line_images[at].values for at in dark], reread)
    for at, read in zip(dark, inverted, strict=True):
        if read.certainty > reads[at].certainty:
            reads[at] = replace(read, light_on_dark=True)
    return [
        _noise(network, read)
        if mean_probability(read.glyphs) < least
        else _reading(network, line_image, read, detailed=crop.characters)
        for line_image, read, crop in zip(line_images, reads, crops, strict=True)
    ]


def _grey(crop: LineCrop) -> Image:
    return crop.pixels if crop.pixels.ndim == 2 else grey_of_line(crop)


def _line_images(
    network: LineNetwork, pixels: Sequence[Image], images: Normalisation
) -> list[LineImage]:
    if images == "tesseract":
        return [tesseract_line_image(each, network.height) for each in pixels]
    return even_line_images(pixels, network.height, smooth=network.decoder.alphabet.spaced)


def _is_dark(line_image: LineImage) -> bool:
    return bool(np.count_nonzero(line_image.values < 0) >= _DARK_SHARE * line_image.values.size)


def _read_images(
    network: LineNetwork, line_images: Sequence[NDArray[np.float32]], reread: Reread
) -> list[_Read]:
    reads = [_Read([], 0.0)] * len(line_images)
    # Decoding waits until all are computed: between calls of the network, which fill the caches, it
    # takes twice as long.
    computed = [
        (at, *_computed(network, [line_images[i] for i in at]))
        for at in batches([line_image.shape[1] for line_image in line_images], _STEP)
    ]
    for at, probabilities, steps in computed:
        for place, read in zip(at, _read_batch(network, probabilities, steps, reread), strict=True):
            reads[place] = read
    return reads


def _computed(
    network: LineNetwork, line_images: Sequence[NDArray[np.float32]]
) -> tuple[Probabilities, NDArray[np.int32]]:
    """What the network makes of a batch [lines, steps, classes], and the steps of each line."""
    widths = [line_image.shape[1] for line_image in line_images]
    steps = np.array([width // _STEP for width in widths], np.int32)
    lines = np.zeros((len(line_images), 1, network.height, max(widths)), np.float32)
    for line, line_image in zip(lines, line_images, strict=True):
        line[0, :, : line_image.shape[1]] = line_image
    return network.session.run({"lines": lines, "steps": steps})[0], steps


def _read_batch(
    network: LineNetwork, probabilities: Probabilities, steps: NDArray[np.int32], reread: Reread
) -> list[_Read]:
    decoder = network.decoder
    blanks = probabilities[:, :, decoder.alphabet.space_class].copy()
    return [
        _Read(
            _decoded(decoder, probabilities[at, : steps[at]], runs, reread), runs.certainty, blank
        )
        for at, (runs, blank) in enumerate(
            zip(
                greedy_runs(probabilities, steps, decoder.alphabet.blank_class), blanks, strict=True
            )
        )
    ]


def _decoded(
    decoder: LineDecoder, probabilities: Probabilities, runs: Runs, reread: Reread
) -> list[Glyph]:
    glyphs = decoder.decode(probabilities, runs, drafts_of(reread))
    return with_shared_probability(glyphs, probabilities, decoder.alphabet)


def _noise(network: LineNetwork, read: _Read) -> LineReading:
    names = network.decoder.alphabet.characters
    text = "".join(names[glyph.character] for glyph in read.glyphs)
    return LineReading(text.strip(), mean_probability(read.glyphs))


def _reading(
    network: LineNetwork, line_image: LineImage, read: _Read, *, detailed: bool
) -> LineReading:
    if not any(glyph.character != SPACE for glyph in read.glyphs):
        return LineReading("", 0.0)
    ink = ink_boxes(line_image.grey, line_image.level, light_on_dark=read.light_on_dark)
    read = replace(read, glyphs=_separated(network, line_image, read, ink))
    names = network.decoder.alphabet.characters
    characters = [names[glyph.character] for glyph in read.glyphs]
    words = _words_in_reading_order(characters)
    windows = [_window(read.glyphs, word, line_image) for word in words]
    height, width = line_image.grey.shape
    boxes = fit_to_ink(windows, ink, (width, height))
    found = tuple(
        _word(network, "".join(characters[at] for at in word), read.glyphs, word, box)
        for word, box in zip(words, boxes, strict=True)
    )
    gapped = network.decoder.alphabet.spaced and has_wide_gap(found, ink)
    confidence = mean_probability(read.glyphs)
    accented = network.language == LANGUAGE and has_unread_accent(found, ink, confidence)
    found = correct_strokes(found, network.decoder.lists)
    texts = [word.text for word in found]
    wanted = None if detailed else [*words_with_candidates(texts), *words_of_doubtful_case(texts)]
    if wanted is None or wanted:
        windows = [_window(read.glyphs, [at], line_image) for word in words for at in word]
        letters = [[(characters[at], read.glyphs[at].probability) for at in word] for word in words]
        found = correct_case(with_characters(found, letters, windows, ink, wanted))
    found = tuple(_moved(word, line_image.start) for word in found)
    text = " ".join(word.text for word in found)
    return LineReading(text, confidence, found, gapped=gapped, accented=accented)


def _moved(word: CropWord, start: int) -> CropWord:
    """A word of a trimmed line in the crop's own coordinates."""
    if not start:
        return word
    characters = tuple(replace(each, box=_shifted(each.box, start)) for each in word.characters)
    return replace(word, box=_shifted(word.box, start), characters=characters)


def _shifted(box: Box, by: int) -> Box:
    return Box(box.x0 + by, box.y0, box.x1 + by, box.y1)


def _word(
    network: LineNetwork, text: str, glyphs: Sequence[Glyph], word: Sequence[int], box: Box
) -> CropWord:
    listed = known_word(text, network.decoder.lists)
    return CropWord(text, _word_confidence(glyphs, word), box, listed=listed)


def _separated(
    network: LineNetwork, line_image: LineImage, read: _Read, ink: NDArray[np.int32]
) -> list[Glyph]:
    """The line's characters, with words separated that the network ran together."""
    alphabet, lexicon = network.decoder.alphabet, network.decoder.lexicon
    if not alphabet.spaced:
        return read.glyphs
    frame = (float(len(line_image.grey)), _STEP / line_image.scale)
    glyphs = part_words(read.glyphs, read.blanks, ink, frame, alphabet, lexicon)
    glyphs = part_free_signs(glyphs, read.blanks, ink, frame, alphabet)
    return part_numbers(glyphs, ink, frame, alphabet)


def _words_in_reading_order(characters: Sequence[str]) -> list[list[int]]:
    """Places of the characters of each word, both in reading order."""
    words: list[list[int]] = [[]]
    for at in reading_order(characters):
        if characters[at] == " ":
            words.append([])
        else:
            words[-1].append(at)
    return [word for word in words if word]


def _window(
    glyphs: Sequence[Glyph], word: Sequence[int], line_image: LineImage
) -> tuple[float, float]:
    """Where a word lies, in crop pixels: to the middle of the gaps on both sides.

    Spaces are left out: networks often write them while they still see the last letter.
    """
    first, last = min(word), max(word)
    start, end = glyphs[first].start, glyphs[last].end
    before = next((each for each in glyphs[:first][::-1] if each.character != SPACE), None)
    after = next((each for each in glyphs[last + 1 :] if each.character != SPACE), None)
    left = 0.0 if before is None else (before.end + start) / 2
    right = line_image.values.shape[1] / _STEP if after is None else (end + after.start) / 2
    return left * _STEP / line_image.scale, right * _STEP / line_image.scale


def _word_confidence(glyphs: Sequence[Glyph], word: Sequence[int]) -> float:
    """Tesseract's, for words of its dictionary: 100 + 35 (ln p - 0.085) of the weakest letter."""
    weakest = min(glyphs[at].probability for at in word)
    return min(max(1 + 0.35 * (log(max(weakest, 1e-9)) - 0.085), 0.0), 1.0)
