"""Scores of many pages together, how far chance may move them, and speed pair by pair."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.mark_scoring import LostSigns
from benchmarks.scoring import WordScore, total

Row = dict[str, Any]  # what one program read on one page

BASELINE = "pytesseract"
_SAMPLES = 2000


class Spread(NamedTuple):
    """A figure and the 95% interval around it."""

    value: float
    low: float
    high: float


def words_score(rows: Iterable[Row], key: str = "words") -> WordScore:
    """All pages' words together."""
    return total(WordScore(*row[key]) for row in rows if key in row)


def signs_of(rows: Iterable[Row]) -> LostSigns:
    """All pages' lost signs together."""
    return sum((LostSigns(*row["signs"]) for row in rows if "signs" in row), LostSigns())


def f1_spread(rows: Sequence[Row]) -> Spread:
    """Word F1 with its bootstrap interval over pages (Efron 1979), drawn from a fixed seed."""
    counts = np.array([row["words"] for row in rows], float)
    return _spread(words_score(rows).f1, _f1_of_samples(counts))


def f1_difference(rows: Sequence[Row], one: str, other: str, key: str = "words") -> Spread:
    """By how much `one` reads better than `other` on the pages that both read; `key` says what.

    The bootstrap draws pages, and takes both readings of each, so that hard pages cancel out.
    """
    first, second = _by_page(rows, one), _by_page(rows, other)
    shared = [page for page in first if page in second]
    pairs = [([of[page] for page in shared]) for of in (first, second)]
    counts = [np.array([row[key] for row in each], float) for each in pairs]
    value = words_score(pairs[0], key).f1 - words_score(pairs[1], key).f1
    return _spread(value, _f1_of_samples(counts[0]) - _f1_of_samples(counts[1]))


def speed_ups(
    rows: Sequence[Row], reader: str, baseline: str = BASELINE, clock: str = "cpu_ms"
) -> list[float]:
    """How many times quicker than the baseline, page by page, by processor or wall time."""
    mine, theirs = _by_page(rows, reader), _by_page(rows, baseline)
    return [theirs[page][clock] / mine[page][clock] for page in mine if page in theirs]


def _by_page(rows: Iterable[Row], reader: str) -> dict[tuple[str, str], Row]:
    return {(row["set"], row["page"]): row for row in rows if row["reader"] == reader}


def _f1_of_samples(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """F1 of pages drawn with replacement; `counts` [n, 3] are matched, found and true words."""
    drawn = np.random.default_rng(1).integers(0, len(counts), (_SAMPLES, len(counts)))
    matched, found, true = np.moveaxis(counts[drawn].sum(axis=1), -1, 0)
    return np.asarray(2 * matched / np.maximum(found + true, 1), np.float64)


def _spread(value: float, samples: NDArray[np.float64]) -> Spread:
    low, high = np.percentile(samples, (2.5, 97.5))
    return Spread(value, float(low), float(high))
