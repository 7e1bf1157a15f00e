"""British postcodes, in which the place of each letter and digit is fixed: `HUS 2SN` is `HU5 2SN`.

The last part is a digit and two letters, none of C, I, K, M, O and V; the first one the letters of
an area, one or two digits, and in parts of London a letter (BS 7666).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import repeat

from vision.core.stages import CropWord, LineReading

_AREAS = (
    " AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E"
    " EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL"
    " LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM"
    " SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE "
)
_AS_DIGIT = str.maketrans("OIlSBZ", "011582")
_AS_LETTER = str.maketrans("01582$", "OISBZS")
_ENDINGS = frozenset(("", *"ABCDEFGHJKMNPRSTUVWXY"))  # of the first part
# Letters, digits and letters of the first part.
_FORMS = ((1, 1, 0), (1, 2, 0), (2, 1, 0), (2, 2, 0), (1, 1, 1), (2, 1, 1))
_PLATE = re.compile(r"[A-Z]{2}\d{2} [A-Z]{3}\W?")  # a car's
_LAST = re.compile(r"[\dOIlSBZ][ABD-HJLNP-UW-Z1582]{2}(?P<rest>[.,;)]?)")


def correct_postcodes(reading: LineReading) -> LineReading:
    """The reading with its postcodes as they can only have been printed."""
    words = reading.words
    places = [at for at in range(1, len(words)) if _LAST.fullmatch(words[at].text)]
    if not places or reading.text != " ".join(word.text for word in words):
        return reading
    corrected = list(words)
    for at in places:
        corrected[at - 1 : at + 1] = _corrected(*corrected[at - 1 : at + 1])
    return replace(reading, words=tuple(corrected), text=" ".join(word.text for word in corrected))


def _corrected(first: CropWord, last: CropWord) -> Sequence[CropWord]:
    """Both parts of a postcode; as they are where they are none, or have no digit to show it."""
    area = _possible(first.text)
    shown = any(each.isdigit() for each in first.text + last.text)
    if area is None or not shown or _PLATE.fullmatch(f"{first.text} {last.text}"):
        return first, last
    ending = last.text[:1].translate(_AS_DIGIT) + last.text[1:3].translate(_AS_LETTER)
    texts = (area, ending + last.text[3:])
    return [
        word if word.text == text else replace(word, text=text, characters=(), listed=None)
        for word, text in zip((first, last), texts, strict=True)
    ]


def _possible(text: str) -> str | None:
    """The first part of a postcode with the fewest characters exchanged; None for none."""
    found = [part for part in map(_as_first, _FORMS, repeat(text)) if part]
    return min(found, key=lambda part: sum(map(str.__ne__, part, text)), default=None)


def _as_first(form: tuple[int, int, int], text: str) -> str | None:
    """`text` as an area of so many letters, so many digits and so many letters."""
    letters, digits, _ = form
    if len(text) != sum(form):
        return None
    area = text[:letters].translate(_AS_LETTER)
    number = text[letters : letters + digits].translate(_AS_DIGIT)
    rest = text[letters + digits :]
    valid = f" {area} " in _AREAS and number.isdigit() and number[0] != "0"
    return area + number + rest if valid and rest in _ENDINGS else None
