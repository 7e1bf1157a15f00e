"""Whether a language's word list has a word: a sign of having read it right."""

import re
from collections.abc import Callable

_MARKS_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_FEWEST_LETTERS = 2  # lists hold most single letters


def known_word(text: str, is_listed: Callable[[str], bool]) -> bool | None:
    """Whether the list has the word without the marks around it, as it stands or in small letters.

    None where that is no word of two letters and more, and nothing else.
    """
    word = _MARKS_AROUND.sub("", text)
    if len(word) < _FEWEST_LETTERS or not word.isalpha():
        return None
    return is_listed(word) or (not word.islower() and is_listed(word.lower()))
