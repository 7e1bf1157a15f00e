"""Takes a text layer out of the helper process: encoded there as JSON, checked and bounded here."""

from collections.abc import Sequence
from typing import Any, TypeGuard

from vision.core.document import Point
from vision.core.text_layer import LONGEST_WORD, MAX_WORDS, LayerWord, TextLayer

# Pixels. Files may place words anywhere; what lies farther off than this is not sent at all.
_FARTHEST = 1e6
_MOST_ROWS = 1_000_000


def layer_answer(layer: TextLayer | None) -> dict[str, Any] | None:
    """The layer as JSON values, coordinates to two decimals."""
    if layer is None:
        return None
    words = [
        [
            word.text,
            word.row,
            word.hidden,
            word.unmapped,
            [round(edge, 2) for corner in word.quad for edge in corner],
            list(word.fonts),
            word.control,
        ]
        for word in layer.words
        if all(_is_near(edge) for corner in word.quad for edge in corner)
    ]
    return {"words": words, "pictures": layer.pictures, "more": layer.more}


def layer_of(answer: object, width: int, height: int) -> TextLayer | None:
    """The layer that `layer_answer` encoded for a page of this size in pixels.

    Words whose centre is not on the page are left out, and the others are cut at its edges: no
    more of them is visible, and no later stage may allocate more than a page for them. None where
    no word is left. Raises ValueError for anything that `layer_answer` does not encode.
    """
    if answer is None:
        return None
    match answer:
        case {"words": list(words), "pictures": int() | float() as pictures, "more": bool(more)}:
            if len(words) <= MAX_WORDS and 0 <= pictures <= 1:
                placed = (_on_page(*_word(word), width, height) for word in words)
                kept = tuple(word for word in placed if word is not None)
                return TextLayer(kept, pictures, more) if kept else None
    raise ValueError("The answer is not a text layer.")


def _word(value: object) -> tuple[LayerWord, tuple[float, ...]]:
    match value:
        case [str(text), row, bool(hidden), unmapped, list(edges), list(fonts), bool(control)]:
            if (
                _is_text(text)
                and _is_index(row, _MOST_ROWS)
                and _is_index(unmapped, len(text))
                and len(edges) == 8
                and all(_is_near(edge) for edge in edges)
                and len(fonts) <= len(text)
                and all(_is_index(font, MAX_WORDS * LONGEST_WORD) for font in fonts)
            ):
                word = LayerWord(text, (), row, hidden, unmapped, tuple(fonts), control)
                return word, tuple(map(float, edges))
    raise ValueError("The answer is not a word of a text layer.")


def _on_page(word: LayerWord, edges: Sequence[float], width: int, height: int) -> LayerWord | None:
    xs, ys = edges[::2], edges[1::2]
    centre_x, centre_y = sum(xs) / 4, sum(ys) / 4
    if not (0 <= centre_x <= width and 0 <= centre_y <= height):
        return None
    quad: tuple[Point, ...] = tuple(
        (min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height)))
        for x, y in zip(xs, ys, strict=True)
    )
    return LayerWord(
        word.text, quad, word.row, word.hidden, word.unmapped, word.fonts, word.control
    )


def _is_text(text: str) -> bool:
    """Of a sane length, and without the lone surrogates that no encoding can write."""
    return 0 < len(text) <= LONGEST_WORD and not any("\ud800" <= each <= "\udfff" for each in text)


def _is_index(value: object, most: int) -> TypeGuard[int]:
    return type(value) is int and 0 <= value <= most


def _is_near(edge: object) -> bool:
    """A finite number of pixels; JSON has numbers of any size, and Python's has NaN."""
    return isinstance(edge, int | float) and -_FARTHEST <= edge <= _FARTHEST
