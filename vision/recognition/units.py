"""Writes ohms, which no recogniser has a sign for, after a number: `20 kQ` can be nothing else."""

import re
from dataclasses import replace

from vision.core.stages import LineReading

_OHMS = re.compile(r"(?<=[kM])Q(?=[.,;:)]?$)")
_QUANTITY = re.compile(r"[(\d]*\d[\d.,]*(?P<unit>[kM]Q[.,;:)]?)?$")


def correct_units(reading: LineReading) -> LineReading:
    """The reading with `k\N{GREEK CAPITAL LETTER OMEGA}` for `kQ`, as for `MQ`, after a number."""
    if "Q" not in reading.text or reading.text != " ".join(each.text for each in reading.words):
        return reading
    words = list(reading.words)
    for at, word in enumerate(words):
        before = _QUANTITY.match(words[at - 1].text) if at else None
        alone = word.text.startswith(("kQ", "MQ")) and before and not before["unit"]
        attached = _QUANTITY.match(word.text)
        if alone or (attached and attached["unit"]):
            text = _OHMS.sub("\N{GREEK CAPITAL LETTER OMEGA}", word.text)
            words[at] = replace(word, text=text, characters=()) if text != word.text else word
    return replace(reading, words=tuple(words), text=" ".join(word.text for word in words))
