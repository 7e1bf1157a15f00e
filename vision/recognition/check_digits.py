"""Corrects letters and digits that look alike in account numbers, by their check digits.

International bank account numbers (ISO 13616) name a country, which fixes their length, and carry
check digits modulo 97 (ISO 7064). Where a reading fails the check, and exactly one exchange of `O`
and `0`, `I` and `1` passes it, that is what was printed.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from vision.core.stages import CropWord, LineReading

# Lengths by country, of the registry that SWIFT keeps for ISO 13616 (release 99).
_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FO FI GL NL SD FK", 19: "MK SI", 20: "AT BA EE KZ LT LU XK MN",
        21: "HR LV CH LI", 22: "BH BG CR GE DE IE ME RS GB VA", 23: "AE IL IQ TL OM SO",
        24: "AD CZ DZ MD PK RO SA SK ES SE TN VG", 25: "LY PT ST", 26: "IS TR",
        27: "BI DJ FR GR IT MR MC SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA",
        30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
_LIKE = {"O": "O0", "0": "0O", "I": "I1", "1": "1I", "l": "1I"}
_MOST_EXCHANGED = 3  # of them are tried: more likenesses would pass the check by chance
# As printed: in one piece or in groups of four.
_NUMBER = re.compile(r"(?<![^\W_])[A-Z01l]{2}[\dOIl]{2}(?: ?[A-Z\dl]){11,30}(?![^\W_])")


def correct_account_numbers(reading: LineReading) -> LineReading:
    """The reading with its account numbers corrected; as it is where nothing can be shown."""
    if reading.text != " ".join(word.text for word in reading.words):
        return reading
    text = reading.text
    for found in _NUMBER.finditer(text):
        corrected = _corrected(found[0])
        if corrected is not None:
            text = text[: found.start()] + corrected + text[found.end() :]
    if text == reading.text:
        return reading
    words = tuple(_renamed(*each) for each in zip(reading.words, text.split(" "), strict=True))
    return replace(reading, text=text, words=words)


def _corrected(printed: str) -> str | None:
    """The only valid number that differs by letters and digits alike, if `printed` is not one."""
    number = printed.replace(" ", "")
    if is_account_number(number):
        return None
    valid = {each for each in _alike(number) if is_account_number(each)}
    if len(valid) != 1:
        return None
    characters = iter(valid.pop())
    return "".join(each if each == " " else next(characters) for each in printed)


def is_account_number(number: str) -> bool:
    """Whether this is a valid IBAN, written without blanks."""
    if _LENGTHS.get(number[:2]) != len(number) or not number[2:4].isdigit():
        return False
    turned = number[4:] + number[:4]
    return int("".join(str(int(each, 36)) for each in turned)) % 97 == 1


def _alike(number: str) -> Iterator[str]:
    """The number with a few of its characters exchanged for those that look alike."""
    choices = [_LIKE.get(each, each) for each in number]
    country = {a + b for a, b in product(choices[0], choices[1]) if a + b in _LENGTHS}
    for name in country:
        for checks in product(*(_digits(each) for each in number[2:4])):
            yield name + "".join(checks) + number[4:]
            yield from _exchanged(name + "".join(checks), number[4:])


def _digits(character: str) -> str:
    return "".join(each for each in _LIKE.get(character, character) if each.isdigit())


def _exchanged(head: str, rest: str) -> Iterator[str]:
    places = [at for at, each in enumerate(rest) if each in _LIKE and not each.isdigit()]
    if 0 < len(places) <= _MOST_EXCHANGED:
        for letters in product(*(_LIKE[rest[at]] for at in places)):
            changed = list(rest)
            for at, letter in zip(places, letters, strict=True):
                changed[at] = letter
            yield head + "".join(changed)


def _renamed(word: CropWord, text: str) -> CropWord:
    if word.text == text:
        return word
    characters = tuple(
        replace(each, text=letter) if each.text != letter else each
        for each, letter in zip(word.characters, text, strict=False)
    )
    return replace(word, text=text, characters=characters)
