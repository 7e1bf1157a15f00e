"""Corrects the two strokes of web addresses, of which networks read one, or a letter.

RFC 3986 and RFC 9110: after the scheme `http` or `https` stand a colon and two slashes.
"""

import re
from dataclasses import replace

from vision.core.stages import LineReading

# A colon, one stroke or two, and what the second one is read as before a name with points.
_SCHEME = re.compile(r"(https?)[:;]/(?:/|[AIl1|](?=www\.))?(?=[A-Za-z\d])")
_PAGE = re.compile(r"(?<=[\w-]\.htm)[!|]$")


def correct_web_addresses(reading: LineReading) -> LineReading:
    """The reading with `//` after `http:`, and `.html` at the end of an address."""
    if "http" not in reading.text or reading.text != " ".join(each.text for each in reading.words):
        return reading
    words = tuple(
        replace(word, text=corrected, characters=()) if corrected != word.text else word
        for word, corrected in ((each, corrected_address(each.text)) for each in reading.words)
    )
    return replace(reading, words=words, text=" ".join(word.text for word in words))


def corrected_address(text: str) -> str:
    """The address as it can only have been printed; anything else as it is."""
    scheme = _SCHEME.match(text)
    if scheme is None:
        return text
    return _PAGE.sub("l", f"{scheme[1]}://{text[scheme.end() :]}")
