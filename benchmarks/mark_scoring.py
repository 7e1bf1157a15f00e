"""Punctuation, signs and whole numbers: what word F1 does not count.

A lost minus sign, decimal point or bullet costs nothing in word F1, where words are runs of letters
and digits. Here marks and numbers are compared as bags of their own. Dashes, quotation marks,
bullets and check boxes that differ only in type are alike; dotted leaders count as nothing.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.scoring import WordScore, folded

# Evaluation sets whose truth has the marks that are printed. That of sroie ends each line at its
# first comma, that of omnidoc holds LaTeX, and the old prints write hyphens in their own way.
MARKED_SETS = ("made", "turned", "skewed", "pages_misc", "funsd")

_ALIKE = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"')
    | dict.fromkeys("\u25cf\u25cb\u25e6\u25aa\u25ab\u25a0\u2219\u2023\u2043", "\u2022")
    | dict.fromkeys("\u2611\u2612\u2714\u2713\u2717\u2718\u25a3", "\u2611")
    | {"\u25a1": "\u2610", "\u2026": "..."}
)
_TICKED, _EMPTY = re.compile(r"\[[xX]\]"), re.compile(r"\[ ?\]")
_LEADER = re.compile(r"(?:[.\u00b7_]\s?){4,}")
# `*`, `-` and a raised dot before an item's text stand for a bullet; `-5` and `- 5` do not.
_ITEM = re.compile(r"^([ \t]*)[*\u00b7-](?=[ \t]+[^\W\d])", re.MULTILINE)
_TOKEN = re.compile(r"[^\W_]+|[^\w\s]")

_DIGIT = r"[\d\u00bc-\u00be\u2150-\u215e]"
# A sign belongs to the number that it touches, unless a letter or digit stands before it: the
# hyphen of `2019-2026` is none. A currency sign may stand between. Brackets around a number are
# signs as well: `(35.20)` is a negative amount.
_NUMBER = re.compile(
    rf"(?<![^\W_])(?P<open>\()?(?P<sign>(?<![^\W_])[-+\u00b1])?[$\u00a3\u20ac\u00a5]?"
    rf"(?P<digits>(?:(?<![\w.,])[.,])?{_DIGIT}+(?:[.,']{_DIGIT}+)*)(?!\w)(?P<close>\))?"
)


@dataclass(frozen=True, slots=True)
class LostSigns:
    """Signed numbers of the truth that were read without their sign.

    `unnoticed` counts those whose reading is not listed as doubtful: the result gives no reason to
    look. `signed` is the number of signed numbers in the truth.
    """

    lost: int = 0
    unnoticed: int = 0
    signed: int = 0

    def __add__(self, other: "LostSigns") -> "LostSigns":
        return LostSigns(
            self.lost + other.lost, self.unnoticed + other.unnoticed, self.signed + other.signed
        )


def has_marks(collection: str) -> bool:
    """Whether the truth of this set can be used to score marks; `turned_90` is of `turned`."""
    return collection.startswith(MARKED_SETS)


def fold_marks(text: str) -> str:
    """The text with typographic variants of a mark written alike, and without dotted leaders."""
    text = _LEADER.sub(" ", folded(text).translate(_ALIKE))
    text = _EMPTY.sub("\u2610", _TICKED.sub("\u2611", text))
    return _ITEM.sub("\\1\u2022", text)


def marks_of(text: str) -> list[str]:
    """Punctuation, signs, currency and other symbols, one by one; no combining characters."""
    return [
        each for each in fold_marks(text) if unicodedata.category(each)[0] in "PS" and each != "_"
    ]


def numbers_of(text: str) -> list[str]:
    """Numbers as whole strings with sign and separators: `-1,280.15`, `(35.20)`, `.75`, `1½`.

    Digits inside words (`H2O`, `DE12`) are no numbers; currency and percent signs are marks.
    """
    return [_number(found) for found in _NUMBER.finditer(fold_marks(text))]


def tokens_of(text: str) -> list[str]:
    """Words and marks together, case kept: what a reader compares character by character."""
    return _TOKEN.findall(fold_marks(text))


def score_marks(found: str, true: str) -> WordScore:
    """Bags of marks."""
    return score_bags(marks_of(found), marks_of(true))


def score_numbers(found: str, true: str) -> WordScore:
    """Bags of whole numbers: a number without its sign or decimal point is a wrong one."""
    return score_bags(numbers_of(found), numbers_of(true))


def score_tokens(found: str, true: str) -> WordScore:
    """Bags of words and marks together."""
    return score_bags(tokens_of(found), tokens_of(true))


def score_bags(found: Iterable[str], true: Iterable[str]) -> WordScore:
    """What two bags have in common."""
    ours, theirs = Counter(found), Counter(true)
    return WordScore((ours & theirs).total(), ours.total(), theirs.total())


def lost_signs(found: str, true: str, doubtful: Iterable[str] = ()) -> LostSigns:
    """Signed numbers that were read bare; `doubtful` are the words that the result lists so.

    A sign that was read apart from its number (`- 4.10`), or joined to what stands before it
    (`662-6280` for `662 -6280`), is not lost.
    """
    ours, theirs = Counter(numbers_of(found)), Counter(numbers_of(true))
    missing, extra = theirs - ours, ours - theirs
    listed = Counter(number for word in doubtful for number in numbers_of(word))
    total = LostSigns(signed=sum(count for each, count in theirs.items() if bare(each) != each))
    for number, count in missing.items():
        digits = bare(number)
        if digits == number:
            continue
        lost = min(max(0, count - _with_sign_elsewhere(found, number)), extra[digits])
        total += LostSigns(lost, max(0, lost - listed[digits]))
    return total


def bare(number: str) -> str:
    """The number without sign and brackets."""
    return number.strip("-+\u00b1()")


def _number(found: re.Match[str]) -> str:
    digits = (found["sign"] or "") + found["digits"]
    return f"({digits})" if found["open"] and found["close"] else digits


def _with_sign_elsewhere(text: str, number: str) -> int:
    """How often the number has its sign, but apart from it or behind a letter or digit."""
    sign, digits = re.escape(number[0]), re.escape(bare(number))
    return len(re.findall(rf"(?:{sign}\s+|(?<=[^\W_]){sign}){digits}(?!\w)", fold_marks(text)))
