"""Corrects the two strokes of web addresses, of which networks read one, or a letter.

Blanks that were read within an address are taken out.

RFC 3986 and RFC 9110: after the scheme `http` or `https` stand a colon and two slashes.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from vision.core.geometry import union
from vision.core.stages import CropWord, LineReading

# A colon, one stroke or two, and what the second one is read as before a name with points.
_SCHEME = re.compile(r"(https?)[:;]/(?:/|[AIl1|](?=www\.))?(?=[A-Za-z\d])")
_PAGE = re.compile(r"(?<=[\w-]\.htm)[!|]$")
# What stands before a blank and after it where the address goes on.
_SCHEME_ALONE, _STROKES = re.compile(r"https?:$"), re.compile(r"//\w")
_ADDRESS, _PARAMETER = re.compile(r"https?://\S+\.\S"), re.compile(r"[&?/=#]\w")


def correct_web_addresses(reading: LineReading) -> LineReading:
    """The reading with `//` after `http:`, and `.html` at the end of an address."""
    if "http" not in reading.text or reading.text != " ".join(each.text for each in reading.words):
        return reading
    words = tuple(
        replace(word, text=corrected, characters=()) if corrected != word.text else word
        for word, corrected in (
            (each, corrected_address(each.text)) for each in _joined(reading.words)
        )
    )
    return replace(reading, words=words, text=" ".join(word.text for word in words))


def _joined(words: Sequence[CropWord]) -> list[CropWord]:
    joined: list[CropWord] = []
    for word in words:
        if joined and _goes_on(joined[-1].text, word.text):
            first = joined[-1]
            confidence = min(first.confidence, word.confidence)
            joined[-1] = replace(
                first,
                text=first.text + word.text,
                box=union([first.box, word.box]),
                confidence=confidence,
                characters=(*first.characters, *word.characters),
            )
        else:
            joined.append(word)
    return joined


def _goes_on(text: str, following: str) -> bool:
    if _SCHEME_ALONE.match(text):
        return bool(_STROKES.match(following))
    within = _PARAMETER.match(following) or (text[-1] == "=" and following[0].isalnum())
    return bool(within and _ADDRESS.match(text))


def corrected_address(text: str) -> str:
    """The address as it can only have been printed; anything else as it is."""
    scheme = _SCHEME.match(text)
    if scheme is None:
        return text
    return _PAGE.sub("l", f"{scheme[1]}://{text[scheme.end() :]}")
