"""Text made comparable: case, accents, punctuation, and letters that recognisers confuse."""

import re
import unicodedata
from functools import lru_cache

_MARKS = re.compile(r"[^\w%#&]+|_+")
_SHARP = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "\u0131": "i", "№": "no"}
)
# Digits that recognisers write in words for the letters beside them.
_ALIKE = str.maketrans({"0": "o", "1": "l", "5": "s", "8": "b"})


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Small letters without accents."""
    text = unicodedata.normalize("NFKD", text.casefold().translate(_SHARP))
    return "".join(each for each in text if not unicodedata.combining(each))


@lru_cache(maxsize=4096)
def key_of(word: str) -> str:
    """A word of a label as vocabularies spell it: folded, without marks around it.

    Digits between letters become the letters that they look like.
    """
    if word.endswith(("]", "|")) and word[:-1].isalpha():
        word = f"{word[:-1]}l"
    bare = _MARKS.sub(" ", folded(word)).strip()
    if any(each.isdigit() for each in bare) and sum(map(str.isalpha, bare)) > len(bare) / 2:
        return bare.translate(_ALIKE)
    return bare


def squeezed(text: str) -> str:
    """Letters and digits alone, folded: equal for texts that differ in marks and spaces."""
    return "".join(each for each in folded(text) if each.isalnum())
