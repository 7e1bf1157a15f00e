"""Looks up words in a language's word list: a listed word was probably read right."""

import re
from collections.abc import Callable

_MARKS_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_FEWEST_LETTERS = 2  # lists hold most single letters


def known_word(text: str, is_listed: Callable[[str], bool]) -> bool | None:
    """Whether the list has the word without the marks around it, as written or in lower case.

    None where the rest is not two or more letters and nothing else.
    """
    word = text if text.isalpha() else _MARKS_AROUND.sub("", text)
    if len(word) < _FEWEST_LETTERS or not word.isalpha():
        return None
    return is_listed(word) or (not word.islower() and is_listed(word.lower()))
