"""A text layer's way out of the helper process: written there as JSON, and checked here."""

import math
from typing import Any

from vision.core.text_layer import LONGEST_WORD, MAX_WORDS, LayerWord, TextLayer

_FAR = 4  # page sizes off the page: a word may begin outside, but not anywhere


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
        ]
        for word in layer.words
    ]
    return {"words": words, "pictures": layer.pictures, "more": layer.more}


def layer_of(answer: object, width: int, height: int) -> TextLayer | None:
    """The layer that `layer_answer` wrote for a page of this size. Raises ValueError."""
    if answer is None:
        return None
    match answer:
        case {"words": list(words), "pictures": int() | float() as pictures, "more": bool(more)}:
            if len(words) <= MAX_WORDS and 0 <= pictures <= 1:
                far = _FAR * max(width, height)
                return TextLayer(tuple(_word(word, far) for word in words), pictures, more)
    raise ValueError("no text layer")


def _word(value: object, far: float) -> LayerWord:
    match value:
        case [str(text), int(row), bool(hidden), int(unmapped), list(edges)]:
            if 0 < len(text) <= LONGEST_WORD and len(edges) == 8 and _near(edges, far):
                corners = tuple(
                    (float(x), float(y)) for x, y in zip(edges[::2], edges[1::2], strict=True)
                )
                return LayerWord(text, corners, row, hidden, unmapped)
    raise ValueError("no word of a text layer")


def _near(edges: list[object], far: float) -> bool:
    return all(
        isinstance(edge, int | float) and math.isfinite(edge) and abs(edge) <= far for edge in edges
    )
