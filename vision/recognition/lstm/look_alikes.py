"""Words of one upright stroke that Tesseract's networks write as another sign with confidence.

`I` becomes `|` in fonts where both are a plain stroke, `is` becomes `1s` in typewriting.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from vision.core.stages import CropWord

_STROKE = "|"
# A rule beside a line is higher than its letters.
_HIGHEST = 1.3  # times the highest of the line's words


def correct_strokes(
    words: Sequence[CropWord], is_listed: Callable[[str], bool]
) -> tuple[CropWord, ...]:
    """The words, with strokes between words of the language as the word they can only be."""
    if not any(word.text == _STROKE or word.text[:1] == "1" for word in words):
        return tuple(words)
    return tuple(_corrected(words, at, is_listed) for at in range(len(words)))


def _corrected(words: Sequence[CropWord], at: int, is_listed: Callable[[str], bool]) -> CropWord:
    word = words[at]
    after = words[at + 1] if at + 1 < len(words) else None
    if after is None or not after.text[:2].islower():
        return word
    if word.text == _STROKE and is_listed("I"):
        highest = max(each.box.height for each in words if each.text != _STROKE)
        return word if word.box.height > _HIGHEST * highest else replace(word, text="I")
    between = at > 0 and words[at - 1].text[-1:].islower()
    text = "i" + word.text[1:]
    if between and len(word.text) == 2 and word.text[0] == "1" and is_listed(text):
        return replace(word, text=text, listed=True)
    return word
