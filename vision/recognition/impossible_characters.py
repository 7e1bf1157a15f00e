"""Corrects characters that cannot stand where they were read, because only one look-alike can.

`3.5%o` is a per mille sign, `O.50` a number, `VIll` a Roman numeral, `H2S04` a formula: a subscript
does not begin with 0. What may be either is left as it was read.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from vision.core.stages import CropWord, LineReading

_SUSPECT = re.compile(r"%[o0]|[\u00a2\u00a3|@]|[OolI]|[A-Za-z)]\d*0|\dist|\b[iIl]st\b|Ath|1E\d{7}")
_PER_MILLE = re.compile(r"(?<=\d)%[o0](?=[.,;)]?$)")
# A currency sign within a word.
_CENT, _POUND = re.compile(r"(?<=[^\W_])\u00a2(?=[^\W_])"), re.compile(r"(?<=\d)\u00a3(?=[a-z])")
_NUMBER = re.compile(r"[-+(]?(?=[^.,:]*[.,:])(?=.*\d)[\dOol]+(?:[.,:][\dOol]+)+[%)]?[.,;]?")
_AS_DIGIT = str.maketrans("Ool", "001")
_MARKED_STROKE = re.compile(r"\|(?=[.,)]$)")
_ROMAN = re.compile(r"(?=[IVXLC])(?:C{0,3})(?:X[CL]|L?X{0,3})(?:I[XV]|V?I{0,3})(?P<rest>[.,;:)]?)")
# What a Roman numeral follows: another one, or what is counted so.
_NUMBERED = re.compile(
    r"[IVX]+,?|and|Act|Annex|Appendix|Book|Chapter|Charles|Class|Edward|George|Henry|James|John"
    r"|Louis|Part|Paul|Phase|Schedule|Section|Type|Vol\.?|Volume|War|William"
)
_FIRST, _FOURTH = re.compile(r"(?<=\d)[iIl|!](?=st\W?$)"), re.compile(r"\AA(?=th\W?$)")
# A first among other ordinal numbers.
_ORDINAL = re.compile(r"\d(?:[iIl|!]?st|nd|rd|th)\b")
_FIRST_ALONE = re.compile(r"\A[iIl](?=st\W?$)")
# Moves of chess behind their number; a piece that moves to the first row.
_MOVE_NUMBER, _MOVE = re.compile(r"\d{1,3}\.+ "), re.compile(r"[KQRBN]?[a-h]?x?[a-h][1-8][+#]?|O-O")
_FIRST_ROW = re.compile(r"\A([KQRBN][a-h]?x?[a-h])[lI|](?=[+#]?\W?$)")
_HEXADECIMAL = re.compile(r"\A[Oo](?=x[\dA-Fa-f]*\d[\dA-Fa-f]*\W?$)")
# A diameter, in millimetres or centimetres.
_DIAMETER = re.compile(r"\A@(?=\d+(?:[.,]\d+)?[mc]m\W?$)")
_SIZE, _UNIT = re.compile(r"\d+(?:[.,]\d+)?(?P<unit>[mc]m)?\W?"), re.compile(r"[mc]m\W?")
# An Irish tax number: seven digits and the letter that their weighted sum, modulo 23, gives.
_IRISH = re.compile(r"\A1E(?P<digits>\d{7})(?P<letter>[A-W])(?=\W?$)")
_CHECK_LETTERS = "WABCDEFGHIJKLMNOPQRSTUV"
_STROKES = re.compile(r"[IVXl|!]{2,}[.,;:)]?")
_ELEMENTS = "Al|Ag|Ba|Br|Ca|Cl|Cr|Cu|Fe|Hg|Li|Mg|Mn|Na|Ni|Pb|Si|Sn|Ti|Zn|H|B|C|N|O|F|P|S|K|I"
_FORMULA = re.compile(rf"(?:(?:{_ELEMENTS}|\((?=[A-Z])|(?<=[A-Za-z\d])\))(?:[1-9]\d?)?)+[.,;:]?")
_ELEMENT = re.compile(_ELEMENTS)
# Noughts that no subscript can have: the first digit, or the third.
_OXYGEN = re.compile(r"(?<=[A-Za-z)])0|(?<=[A-Za-z)]\d)0(?=\d)|(?<=[A-Za-z)]\d\d)0")


def correct_impossible(reading: LineReading) -> LineReading:
    """The reading with such characters as what they can only be."""
    words = reading.words
    if not _SUSPECT.search(reading.text) or reading.text != " ".join(word.text for word in words):
        return reading
    texts = [word.text for word in words]
    if _ORDINAL.search(reading.text):
        words = tuple(_renamed(word, _FIRST_ALONE.sub("1", word.text)) for word in words)
    if _MOVE_NUMBER.match(reading.text) and any(map(_MOVE.fullmatch, texts)):
        words = tuple(_renamed(word, _FIRST_ROW.sub(r"\g<1>1", word.text)) for word in words)
    corrected = tuple(
        _renamed(word, _as_numeral(_possible(word.text), texts[at - 1] if at else ""))
        if word.text != "@"
        else _renamed(word, "\u00d8" if _is_size(texts[at + 1 : at + 3]) else "@")
        for at, word in enumerate(words)
    )
    return replace(reading, words=corrected, text=" ".join(word.text for word in corrected))


def _renamed(word: CropWord, text: str) -> CropWord:
    return word if text == word.text else replace(word, text=text, characters=())


def _possible(text: str) -> str:
    text = _PER_MILLE.sub("\u2030", text)
    text = _POUND.sub("f", _CENT.sub("c", text))
    if _NUMBER.fullmatch(text):
        return text.translate(_AS_DIGIT)
    text = _FOURTH.sub("4", _FIRST.sub("1", _MARKED_STROKE.sub("I", text)))
    text = _irish(_DIAMETER.sub("\u00d8", _HEXADECIMAL.sub("0", text)))
    return _as_formula(text) if "0" in text else text


def _is_size(texts: Sequence[str]) -> bool:
    """Whether a number of millimetres or centimetres follows."""
    size = _SIZE.fullmatch(texts[0]) if texts else None
    return bool(size and (size["unit"] or (len(texts) > 1 and _UNIT.fullmatch(texts[1]))))


def _irish(text: str) -> str:
    """An Irish tax number that was read with a 1 for its I, where its check letter is right."""
    number = _IRISH.match(text)
    if number is None:
        return text
    weighted = sum(int(digit) * (8 - at) for at, digit in enumerate(number["digits"]))
    return "I" + text[1:] if _CHECK_LETTERS[weighted % 23] == number["letter"] else text


def _as_formula(text: str) -> str:
    """A chemical formula with its oxygen; anything else as it is."""
    changed = _OXYGEN.sub("O", text)
    if changed == text or not _FORMULA.fullmatch(changed):
        return text
    elements = set(_ELEMENT.findall(changed))
    counted = len(elements) > 2 and re.search(r"\d", changed[: changed.index("O")])
    sure = counted or any(len(each) == 2 for each in elements)
    return changed if sure else text


def _as_numeral(text: str, before: str) -> str:
    """A Roman numeral with an I for each stroke, where the word can be nothing else."""
    if not _STROKES.fullmatch(text) or not {"l", "|", "!"} & set(text):
        return text
    numeral = re.sub(r"[l|!]", "I", text)
    sure = {"V", "X"} & set(text) or _NUMBERED.fullmatch(before)
    return numeral if sure and _ROMAN.fullmatch(numeral) else text
