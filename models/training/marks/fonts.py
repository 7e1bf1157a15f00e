"""The fonts that characters are drawn with, and what each of them has."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont

_LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%,.'"


@dataclass(frozen=True)
class Face:
    """A font file and the characters that it draws."""

    path: str
    characters: frozenset[int]

    def has(self, text: str) -> bool:
        """Whether every character of `text` is in it."""
        return all(ord(each) in self.characters for each in text)


def faces(folders: Sequence[Path]) -> list[Face]:
    """The fonts below some folders that draw Latin letters."""
    found = []
    for path in sorted(each for folder in folders for each in folder.rglob("*.[to]tf")):
        try:
            with TTFont(path, lazy=True) as font:
                characters = frozenset(font.getBestCmap() or ())
        except (OSError, KeyError, AssertionError):
            continue
        face = Face(str(path), characters)
        if face.has(_LATIN):
            found.append(face)
    return found
