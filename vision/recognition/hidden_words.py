"""Words that a stamp hides in part: what is read of them is a guess."""

from dataclasses import replace

from vision.core.geometry import compose, transform_box
from vision.core.stages import CropWord, Hidden, LineCrop, LineReading

_HIDDEN = 0.08  # of a word's box: the frame of a stamp through it


def partly_hidden(crop: LineCrop, reading: LineReading) -> LineReading:
    """The reading with words incomplete that something over the page hides in part."""
    if crop.hidden is None:
        return reading
    words = tuple(_marked(crop, crop.hidden, word) for word in reading.words)
    return replace(reading, words=words)


def _marked(crop: LineCrop, hidden: Hidden, word: CropWord) -> CropWord:
    box = transform_box(compose(hidden.from_page, crop.to_page), word.box)
    x0, y0, x1, y1 = (max(0, round(edge)) for edge in box)
    part = hidden.mask[y0:y1, x0:x1]
    return replace(word, incomplete=True) if part.size and part.mean() >= _HIDDEN else word
