"""What a network read in line images as lines of words, with their boxes and confidences.

Every step is done for all lines before the next one, as in `even_line_images.py`: its code stays in
the processor's caches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np
from numpy.typing import NDArray

from vision.core.document import Box
from vision.core.stages import CropWord, LineReading
from vision.imaging.connected_components import ink_boxes
from vision.recognition.common.character_boxes import with_characters
from vision.recognition.common.word_boxes import fit_to_ink
from vision.recognition.lstm.charset import SPACE, Glyph
from vision.recognition.lstm.decoder import LineDecoder, mean_probability
from vision.recognition.lstm.free_signs import part_free_signs
from vision.recognition.lstm.letter_case import correct_case, words_of_doubtful_case
from vision.recognition.lstm.line_normalisation import LineImage
from vision.recognition.lstm.look_alikes import correct_strokes
from vision.recognition.lstm.number_gaps import part_numbers
from vision.recognition.lstm.unread_accents import LANGUAGE, has_unread_accent
from vision.recognition.lstm.wide_gaps import has_wide_gap
from vision.recognition.lstm.word_segmentation import part_words
from vision.recognition.marks.candidates import words_with_candidates
from vision.text.bidi import reading_order
from vision.text.vocabulary import known_word

STEP = 3  # pixels of a line image that one time step covers

_Ink = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class ReadLine:
    """What was read in a line image: its characters, and the chance of a space at each step.

    `detailed` asks for the boxes of all characters.
    """

    image: LineImage
    glyphs: list[Glyph]
    spaces: NDArray[np.float32]
    light_on_dark: bool
    detailed: bool


@dataclass(frozen=True, slots=True)
class _Spelt:
    """The characters of a line with words parted, and the places of those of each word."""

    glyphs: list[Glyph]
    characters: list[str]
    words: list[list[int]]


def readings_of(
    lines: Sequence[ReadLine], decoder: LineDecoder, language: str
) -> list[LineReading]:
    """The lines' readings in their order, in pixels of their crops; empty without any letter."""
    readings = [LineReading("", 0.0)] * len(lines)
    at = [place for place, line in enumerate(lines) if _has_letters(line.glyphs)]
    full = [lines[place] for place in at]
    inks = [_ink_of(line) for line in full]
    spelt = [_spelt(line, ink, decoder) for line, ink in zip(full, inks, strict=True)]
    rows = list(zip(full, spelt, inks, strict=True))
    words = [_words(line, own, ink, decoder) for line, own, ink in rows]
    read = [
        _read(line, own, ink, each, decoder, language)
        for (line, own, ink), each in zip(rows, words, strict=True)
    ]
    for place, reading in zip(at, read, strict=True):
        readings[place] = reading
    return readings


def _has_letters(glyphs: Sequence[Glyph]) -> bool:
    return any(glyph.character != SPACE for glyph in glyphs)


def _ink_of(line: ReadLine) -> _Ink:
    return ink_boxes(line.image.grey, line.image.level, light_on_dark=line.light_on_dark)


def _spelt(line: ReadLine, ink: _Ink, decoder: LineDecoder) -> _Spelt:
    """The line's characters, with words separated that the network ran together."""
    alphabet, glyphs = decoder.alphabet, line.glyphs
    if alphabet.spaced:
        frame = (float(len(line.image.grey)), STEP / line.image.scale)
        glyphs = part_words(glyphs, line.spaces, ink, frame, alphabet, decoder.lexicon)
        glyphs = part_free_signs(glyphs, line.spaces, ink, frame, alphabet)
        glyphs = part_numbers(glyphs, ink, frame, alphabet)
    names = alphabet.characters
    characters = [names[glyph.character] for glyph in glyphs]
    return _Spelt(glyphs, characters, _words_in_reading_order(characters))


def _words(line: ReadLine, spelt: _Spelt, ink: _Ink, decoder: LineDecoder) -> tuple[CropWord, ...]:
    glyphs = spelt.glyphs
    windows = [_window(glyphs, word, line.image) for word in spelt.words]
    height, width = line.image.grey.shape
    boxes = fit_to_ink(windows, ink, (width, height))
    texts = ["".join([spelt.characters[at] for at in word]) for word in spelt.words]
    return tuple(
        CropWord(text, _word_confidence(glyphs, word), box, listed=known_word(text, decoder.lists))
        for text, word, box in zip(texts, spelt.words, boxes, strict=True)
    )


def _read(
    line: ReadLine,
    spelt: _Spelt,
    ink: _Ink,
    words: tuple[CropWord, ...],
    decoder: LineDecoder,
    language: str,
) -> LineReading:
    gapped = decoder.alphabet.spaced and has_wide_gap(words, ink)
    confidence = mean_probability(spelt.glyphs)
    accented = language == LANGUAGE and has_unread_accent(words, ink, confidence)
    words = correct_strokes(words, decoder.lists)
    texts = [word.text for word in words]
    wanted = [*words_with_candidates(texts), *words_of_doubtful_case(texts)]
    if line.detailed or wanted:
        words = _detailed(words, line, spelt, ink, None if line.detailed else wanted)
    words = tuple(_moved(word, line.image.start) for word in words)
    text = " ".join([word.text for word in words])
    return LineReading(text, confidence, words, gapped=gapped, accented=accented)


def _detailed(
    words: Sequence[CropWord], line: ReadLine, spelt: _Spelt, ink: _Ink, wanted: list[int] | None
) -> tuple[CropWord, ...]:
    """The words, those that are wanted with their characters, their case corrected by these."""
    glyphs, characters = spelt.glyphs, spelt.characters
    windows = [_window(glyphs, [at], line.image) for word in spelt.words for at in word]
    letters = [[(characters[at], glyphs[at].probability) for at in word] for word in spelt.words]
    return correct_case(with_characters(words, letters, windows, ink, wanted))


def _words_in_reading_order(characters: Sequence[str]) -> list[list[int]]:
    """Places of the characters of each word, both in reading order."""
    words: list[list[int]] = [[]]
    for at in reading_order(characters):
        if characters[at] == " ":
            words.append([])
        else:
            words[-1].append(at)
    return [word for word in words if word]


def _window(glyphs: Sequence[Glyph], word: Sequence[int], image: LineImage) -> tuple[float, float]:
    """Where a word lies, in crop pixels: to the middle of the gaps on both sides.

    Spaces are left out: networks often write them while they still see the last letter.
    """
    first, last = min(word), max(word)
    before, behind = first - 1, last + 1
    while before >= 0 and glyphs[before].character == SPACE:
        before -= 1
    while behind < len(glyphs) and glyphs[behind].character == SPACE:
        behind += 1
    left = 0.0 if before < 0 else (glyphs[before].end + glyphs[first].start) / 2
    right = image.values.shape[1] / STEP
    if behind < len(glyphs):
        right = (glyphs[last].end + glyphs[behind].start) / 2
    return left * STEP / image.scale, right * STEP / image.scale


def _word_confidence(glyphs: Sequence[Glyph], word: Sequence[int]) -> float:
    """Tesseract's, for words of its dictionary: 100 + 35 (ln p - 0.085) of the weakest letter."""
    weakest = min([glyphs[at].probability for at in word])
    return min(max(1 + 0.35 * (log(max(weakest, 1e-9)) - 0.085), 0.0), 1.0)


def _moved(word: CropWord, start: int) -> CropWord:
    """A word of a trimmed line in the crop's own coordinates."""
    if not start:
        return word
    characters = tuple(replace(each, box=_shifted(each.box, start)) for each in word.characters)
    return replace(word, box=_shifted(word.box, start), characters=characters)


def _shifted(box: Box, by: int) -> Box:
    return Box(box.x0 + by, box.y0, box.x1 + by, box.y1)
