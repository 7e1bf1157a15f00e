"""What extraction finds: values with the words that prove them, or the reason why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from vision.core.document import Box
from vision.extraction.evidence import Piece, Token, around, confidence_of


class Reason(StrEnum):
    """Why a field has no value."""

    NOT_FOUND = "not_found"  # nothing on the pages is such a value
    SEVERAL_CANDIDATES = "several_candidates"  # equally good ones that differ
    WRONG_TYPE = "wrong_type"  # the label has a value that is not of the type
    LOW_CONFIDENCE = "low_confidence"  # what was found is less certain than asked for
    NOT_IN_WORDS = "not_in_words"  # a language model gave a value that the words do not have


@dataclass(frozen=True, slots=True)
class Found:
    """A value. `strength` is how well place and label prove it, apart from the reading of words.

    `value` is JSON, normalised; `notes` are further facts of it by name, such as `currency`.
    """

    kind: str
    value: Any
    words: tuple[Token, ...]
    strength: float
    label: Piece | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The value as it is printed, as far as it was read."""
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """The chance that the value is right: that of its place, and that of its reading."""
        return self.strength * confidence_of(self.words)

    def as_json(self) -> dict[str, Any]:
        """The value as results give it."""
        label = None if self.label is None else evidence(self.label.tokens)
        return {
            "value": self.value,
            "confidence": self.confidence,
            **evidence(self.words),
            "label": label,
            **self.notes,
        }


@dataclass(frozen=True, slots=True)
class Missing:
    """A field without a value, and what was considered."""

    kind: str
    reason: Reason
    candidates: tuple[Found, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The field as results give it."""
        considered = [each.as_json() for each in self.candidates]
        plain: dict[str, Any] = {"value": None, "reason": str(self.reason)}
        return plain | ({"candidates": considered} if considered else {})


Field = Found | Missing


def evidence(words: Sequence[Token]) -> dict[str, Any]:
    """Text, place and references of at least one word; all words are of one page."""
    box: Box = around(word.box for word in words)
    return {
        "text": " ".join(word.text for word in words),
        "page": words[0].ref.page,
        "box": [round(edge, 2) for edge in box],
        "words": [word.ref.as_json() for word in words],
    }
