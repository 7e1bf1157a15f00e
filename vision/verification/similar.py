"""Words that are not equal but stand for the same ink: parted, joined, or misread."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from vision.verification.alignment import Alignment

_LOCAL = 0.65  # similarity that is enough between the same neighbours
_GLOBAL = 0.8  # and without neighbours
_SHORTEST_GLOBAL = 5  # characters of a word that is looked for without neighbours
_MOST_PARTS = 4
_FAR = 12  # words between two neighbours at most
_MOST_LEFT = 2000  # words; a text with more without a partner is of another document
_COMMON = 200  # words with a pair of characters that says nothing about a word
_REACH = 3  # words that one text may have more than the other between two neighbours


def pair_parted(found: Alignment) -> None:
    """Pair words that one text writes apart and the other together.

    Several given words may then have the same partner: the first of the words that were read.
    """
    for run in list(runs(found.partner)):
        for given in _edges(run):
            if found.partner[given] is None:
                _pair_parted_at(found, range(given, run.stop))


def _pair_parted_at(found: Alignment, run: range) -> None:
    for at in _near(found, run.start, 1):
        for count in range(1, min(_MOST_PARTS, len(run)) + 1):
            wanted = "".join(found.given[run.start : run.start + count])
            for more in range(1, _MOST_PARTS + 1):
                read = range(at, min(at + more, len(found.read)))
                if count + len(read) > 2 and _is_free(found, read, wanted):
                    for given in run[:count]:
                        found.pair(given, at)
                    for each in read:
                        found.taken[each] = True
                    return


def _is_free(found: Alignment, read: range, wanted: str) -> bool:
    together = "".join(found.read[at] for at in read)
    return together == wanted and not any(found.taken[at] for at in read)


def pair_similar(found: Alignment) -> list[int]:
    """Pair words that differ in some characters; the indices of the given ones."""
    differing = [
        given
        for run in list(runs(found.partner))
        for given in _edges(run)
        if _pair_best(found, given, _near(found, given, len(run)), _LOCAL)
    ]
    return sorted([*differing, *_pair_far(found)])


def _pair_far(found: Alignment) -> list[int]:
    """Pair long words that are similar to one that stands elsewhere."""
    left = [
        given
        for given, each in enumerate(found.partner)
        if each is None and len(found.given[given]) >= _SHORTEST_GLOBAL
    ]
    if len(left) > _MOST_LEFT:
        return []
    places = _by_bigram(found)
    words = ((given, found.given[given]) for given in left)
    return [
        given for given, word in words if _pair_best(found, given, _sharing(word, places), _GLOBAL)
    ]


def runs(partner: Sequence[int | None]) -> Iterator[range]:
    """Each run of words without a partner."""
    start = None
    for index, each in enumerate([*partner, 0]):
        if each is None:
            start = index if start is None else start
        elif start is not None:
            yield range(start, index)
            start = None


def _edges(run: range) -> list[int]:
    """The words of a run that are close to those around it."""
    return list(run) if len(run) <= 2 * _FAR else [*run[:_FAR], *run[-_FAR:]]


def _near(found: Alignment, given: int, length: int) -> Sequence[int]:
    """Where the partner may be, if the neighbours are right."""
    reach = min(length, _FAR) + _REACH
    places = {at for each in found.expected(given) for at in range(each - reach, each + reach + 1)}
    return sorted(at for at in places if 0 <= at < len(found.read) and not found.taken[at])


def _by_bigram(found: Alignment) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for at, word in enumerate(found.read):
        if not found.taken[at]:
            for bigram in _bigrams(word):
                places.setdefault(bigram, []).append(at)
    return places


def _sharing(word: str, places: dict[str, list[int]]) -> list[int]:
    """Words with at least half of the pairs of neighbouring characters of this one."""
    bigrams = _bigrams(word)
    telling = (places.get(bigram, ()) for bigram in bigrams)
    shared = Counter(at for each in telling if len(each) <= _COMMON for at in each)
    return [at for at, count in shared.items() if 2 * count >= len(bigrams)]


def _bigrams(word: str) -> set[str]:
    return {word[index : index + 2] for index in range(len(word) - 1)}


def _pair_best(found: Alignment, given: int, places: Iterable[int], least: float) -> bool:
    """Pair with the most similar of the words that are free, if one is similar enough."""
    word = found.given[given]
    rated = [(similarity(word, found.read[at], least), -at) for at in places if not found.taken[at]]
    best, at = max(rated, default=(0.0, 0))
    if best < least:
        return False
    found.pair(given, -at)
    return True


def similarity(one: str, other: str, least: float) -> float:
    """The share of characters that both have in order, 0 to 1; 0 where it is under `least`."""
    total = len(one) + len(other)
    if 2 * min(len(one), len(other)) < least * total:
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= least else 0.0
