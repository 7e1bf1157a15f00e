"""The words of a Markdown text, without its markup and with their offsets.

What Markdown adds is replaced by spaces of the same length, so that offsets stay.
"""

import html
import re
from collections.abc import Callable, Iterator

from vision.verification.words import HYPHENS, GivenWord, key_of, parts_of

_URL = r"(?:\((?:[^()\s]|\([^()\s]*\))*(?:\s+(?:\"[^\"]*\"|'[^']*'))?\))"
# In this order: each sees what those before it left. None looks further than the next character
# that may begin it again, so that a text of any kind takes time in proportion to its length.
_MARKUP = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^[ \t]*(?:```|~~~)[^\n]*$",
        rf"!\[[^\[\]\n]*\]{_URL}",  # a picture's description is a description
        rf"(?<=\]){_URL}",  # the address of a link, not its text
        r"</?[A-Za-z][^<>\n]*>",
        r"^[ \t|:-]+$",  # the rule under a table's head
        r"^[ \t]*(?:[*_=-][ \t]*){3,}$",
        r"^(?:[ \t]*>)+",
        r"^[ \t]*#{1,6}(?=\s)|(?<=\s)#+[ \t]*$",
        r"^[ \t]*[-*+](?=\s)(?:[ \t]+\[[ xX]\](?=\s))?",
        r"\\[A-Za-z]+\*?|\\[\[\]()]",  # commands of formulas
        r"\\(?=[^\w\s])",
        r"[*`~|{}]|\$(?!\d)|\[\^?|\]|(?<![^\W_])_+|_+(?![^\W_])",
    )
)
_NUMBERED = re.compile(r"^[ \t]*\(?(?:\d{1,3}|[A-Za-z])[.)](?=\s)", re.MULTILINE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")


def words_of_markdown(text: str) -> list[GivenWord]:
    """The words of a Markdown or plain text in its order."""
    plain = _without_comments(text)
    for pattern in _MARKUP:
        plain = pattern.sub(_blank, plain)
    optional = {match.end() for match in _NUMBERED.finditer(plain)}
    return list(_joined(plain, _words(plain, lambda end: end in optional)))


def _without_comments(text: str) -> str:
    parts, start = [], 0
    while (begin := text.find("<!--", start)) >= 0 and (end := text.find("-->", begin)) >= 0:
        parts += [text[start:begin], re.sub(r"[^\n]", " ", text[begin : end + 3])]
        start = end + 3
    return "".join([*parts, text[start:]])


def _blank(match: re.Match[str]) -> str:
    """Spaces, but line ends stay."""
    return re.sub(r"[^\n]", " ", match[0])


def _words(plain: str, is_optional: Callable[[int], bool]) -> Iterator[GivenWord]:
    for start, end in parts_of(plain):
        key = key_of(_ENTITY.sub(lambda each: html.unescape(each[0]), plain[start:end]))
        if key:
            yield GivenWord(key, start, end, is_optional(end))


def _joined(plain: str, words: Iterator[GivenWord]) -> Iterator[GivenWord]:
    """The words, with those that a line end parted at a hyphen as one."""
    held: GivenWord | None = None
    for word in words:
        if held is not None and _continues(plain, held, word):
            held = GivenWord(held.key + word.key, held.start, word.end)
            continue
        if held is not None:
            yield held
        held = word
    if held is not None:
        yield held


def _continues(plain: str, held: GivenWord, word: GivenWord) -> bool:
    between = plain[held.end : word.start]
    hyphen = plain[held.end - 1] in HYPHENS
    return hyphen and "\n" in between and not between.strip() and plain[word.start].islower()
