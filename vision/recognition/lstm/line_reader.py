"""Images of lines to readings by one of Tesseract's networks."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Image
from vision.core.stages import NEVER, LineCrop, LineReading, Reread
from vision.engines.onnx_session import Session
from vision.imaging.grey import grey_of_line
from vision.recognition.common.ctc_greedy import Probabilities, Runs, greedy_runs_of
from vision.recognition.lstm.batching import batches
from vision.recognition.lstm.charset import Glyph
from vision.recognition.lstm.decoder import LineDecoder, mean_probability
from vision.recognition.lstm.even_line_images import even_line_images
from vision.recognition.lstm.line_normalisation import LineImage, tesseract_line_image
from vision.recognition.lstm.line_words import STEP, ReadLine, readings_of
from vision.recognition.lstm.lone_glyphs import with_shared_probability
from vision.recognition.rereading import drafts_of

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
    readings = [_noise(network, read) for read in reads]
    kept = [place for place, reading in enumerate(readings) if reading.confidence >= least]
    lines = [_read_line(line_images[place], reads[place], crops[place]) for place in kept]
    full = readings_of(lines, network.decoder, network.language)
    for place, reading in zip(kept, full, strict=True):
        readings[place] = reading
    return readings


def _read_line(line_image: LineImage, read: _Read, crop: LineCrop) -> ReadLine:
    return ReadLine(line_image, read.glyphs, read.blanks, read.light_on_dark, crop.characters)


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
        for at in batches([line_image.shape[1] for line_image in line_images], STEP)
    ]
    outputs = [(probabilities, steps) for _, probabilities, steps in computed]
    runs = greedy_runs_of(outputs, network.decoder.alphabet.blank_class)
    for (at, probabilities, steps), own in zip(computed, runs, strict=True):
        batch = _read_batch(network, probabilities, steps, own, reread)
        for place, read in zip(at, batch, strict=True):
            reads[place] = read
    return reads


def _computed(
    network: LineNetwork, line_images: Sequence[NDArray[np.float32]]
) -> tuple[Probabilities, NDArray[np.int32]]:
    """What the network makes of a batch [lines, steps, classes], and the steps of each line."""
    widths = [line_image.shape[1] for line_image in line_images]
    steps = np.array([width // STEP for width in widths], np.int32)
    lines = np.zeros((len(line_images), 1, network.height, max(widths)), np.float32)
    for line, line_image in zip(lines, line_images, strict=True):
        line[0, :, : line_image.shape[1]] = line_image
    return network.session.run({"lines": lines, "steps": steps})[0], steps


def _read_batch(
    network: LineNetwork,
    probabilities: Probabilities,
    steps: NDArray[np.int32],
    runs: Sequence[Runs],
    reread: Reread,
) -> list[_Read]:
    decoder = network.decoder
    blanks = probabilities[:, :, decoder.alphabet.space_class].copy()
    lines = [line[:end] for line, end in zip(probabilities, steps.tolist(), strict=True)]
    return [
        _Read(_decoded(decoder, line, own, reread), own.certainty, blank)
        for line, own, blank in zip(lines, runs, blanks, strict=True)
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
