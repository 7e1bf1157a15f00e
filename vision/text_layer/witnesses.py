"""What a recogniser reads in a few lines of each font of a text layer, beside what they state."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

from vision.core.document import ModelUse
from vision.core.geometry import identity
from vision.core.protocols import Recogniser
from vision.core.stages import FoundLine, PageImage, PreparedPage
from vision.core.text_layer import LayerWord
from vision.text_detection.crops import cut_lines
from vision.text_layer.lines import LayerLine, layer_lines, line_quad

SHORTEST = 4  # letters and digits of a line that is worth comparing
_LONGEST = 60
_WITNESS_LINES = 4  # of a page, shared among its fonts; at least one for each
_MOST_FONTS = 12  # by letters; all others are judged together
_ENOUGH_LETTERS, _ENOUGH_DIGITS = 20, 8  # of one font; with fewer, further lines are read
_MOST_NUMBERS = 2  # lines read for their digits
_CONFIDENT = 0.7  # mean confidence; a recogniser of another script has less

Fonts = tuple[int, ...]  # of one word; mostly one
_RARE: Fonts = (-1,)


@dataclass(frozen=True, slots=True)
class Witness:
    """What a line states and what was read there: letters and digits only, in small letters."""

    stated: str
    read: str

    def agreement(self) -> float:
        """How alike the two are, 0 to 1."""
        return SequenceMatcher(None, self.stated, self.read, autojunk=False).ratio()

    def digits(self) -> "Witness":
        """The same for digits alone."""
        return Witness(_digits(self.stated), _digits(self.read))


class Witnesses(NamedTuple):
    """Witnesses by group of fonts, and the models that read them."""

    by_group: dict[Fonts, list[Witness]]
    models: tuple[ModelUse, ...]


def font_groups(words: Sequence[LayerWord]) -> dict[Fonts, Fonts]:
    """Which fonts of words are judged together: each for itself, but for those of few letters."""
    letters: Counter[Fonts] = Counter()
    for word in words:
        letters[word.fonts] += len(word.text)
    common = {fonts for fonts, _ in letters.most_common(_MOST_FONTS)}
    return {fonts: fonts if fonts in common else _RARE for fonts in letters}


def read_witnesses(
    page: PageImage,
    words: Sequence[LayerWord],
    groups: Mapping[Fonts, Fonts],
    recogniser: Recogniser,
    languages: tuple[str, ...],
) -> Witnesses:
    """Some lines of each group of fonts, as far as the recogniser reads them confidently."""
    whole = PreparedPage(page.number, page.pixels, page.pixels, identity(), page.dpi, 0, 0.0)
    lines = _lines_by_group(words, groups)
    share = max(1, _WITNESS_LINES // max(len(lines), 1))
    cut = [
        (group, line, crop)
        for group, own in lines.items()
        for line in _sample(own, share)
        for crop in cut_lines(whole, [FoundLine(line_quad(line))], languages)
    ]
    readings = recogniser.recognise([crop for _, _, crop in cut])
    witnesses: dict[Fonts, list[Witness]] = {group: [] for group in lines}
    for (group, line, _), reading in zip(cut, readings, strict=True):
        read = _plain(reading.text)
        if reading.confidence >= _CONFIDENT and read:
            witnesses[group].append(Witness(_plain(_text(line)), read))
    models = dict.fromkeys(use for reading in readings for use in reading.models)
    return Witnesses(witnesses, tuple(models))


def _lines_by_group(
    words: Sequence[LayerWord], groups: Mapping[Fonts, Fonts]
) -> dict[Fonts, list[LayerLine]]:
    """Pieces of lines that are set in fonts of one group."""
    lines: dict[Fonts, list[LayerLine]] = {group: [] for group in groups.values()}
    for line in layer_lines(words):
        for group, piece in groupby(line, lambda word: groups[word.fonts]):
            lines[group].append(tuple(piece))
    return lines


def _sample(lines: Sequence[LayerLine], share: int) -> list[LayerLine]:
    """About `share` lines, spread over the page, and more where they have few letters or digits."""
    fit = [line for line in lines if SHORTEST <= len(_plain(_text(line))) <= _LONGEST] or lines
    sample: list[LayerLine] = []
    for count in range(share, _WITNESS_LINES + 1):
        step = max(1, len(fit) // count)
        sample = list(fit[step // 2 :: step][:count])
        if sum(len(_plain(_text(line))) for line in sample) >= _ENOUGH_LETTERS:
            break
    return sample + _numbers(lines, sample)


def _numbers(lines: Sequence[LayerLine], sample: Sequence[LayerLine]) -> list[LayerLine]:
    """The lines with the most digits, where the sample has few."""
    if sum(len(_digits(_text(line))) for line in sample) >= _ENOUGH_DIGITS:
        return []
    others = [line for line in lines if line not in sample and _digits(_text(line))]
    return sorted(others, key=lambda line: -len(_digits(_text(line))))[:_MOST_NUMBERS]


def _text(line: LayerLine) -> str:
    return " ".join(word.text for word in line)


def _plain(text: str) -> str:
    """Letters and digits alone, compatible forms alike."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
