"""Greedy decoding of class probabilities over time (connectionist temporal classification)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.float32]


class Runs(NamedTuple):
    """Classes read in one line, left to right: step `starts` to step `ends`, exclusive.

    A run's probability is the highest within it. `certainty` is the mean highest probability of
    the steps that are not blank, 0 where all are: Tesseract judges by it whether a line is light
    on dark (LSTMRecognizer::OutputStats). Plain lists: a line has too few runs for arrays to pay.
    """

    classes: list[int]
    starts: list[int]
    ends: list[int]
    probabilities: list[float]
    certainty: float


def greedy_runs(probabilities: Probabilities, steps: NDArray[np.int32], blank: int) -> list[Runs]:
    """The best class of each step, equal neighbours joined, blanks left out, for each line.

    `probabilities` [lines, time, classes]; line `i` has `steps[i]` steps, the rest is padding.
    `blank` is the index of CTC's blank class.
    """
    return greedy_runs_of([(probabilities, steps)], blank)[0]


def greedy_runs_of(
    batches: Sequence[tuple[Probabilities, NDArray[np.int32]]], blank: int
) -> list[list[Runs]]:
    """`greedy_runs` of each of them: all at once, since most of NumPy's calls are on few steps."""
    if not batches:
        return []
    likeliest = [_likeliest(*batch, blank) for batch in batches]
    best = np.concatenate([each for each, _ in likeliest])
    peaks = np.concatenate([each for _, each in likeliest])
    lengths = np.repeat(
        [probabilities.shape[1] for probabilities, _ in batches],
        [len(probabilities) for probabilities, _ in batches],
    )
    runs = iter(_runs(best, peaks, lengths, blank))
    return [[next(runs) for _ in probabilities] for probabilities, _ in batches]


def _likeliest(
    probabilities: Probabilities, steps: NDArray[np.int32], blank: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The best class of each step of each line, one after the other, and its probability."""
    lines, time, classes = probabilities.shape
    if not lines or not time:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    flat = probabilities.reshape(-1, classes)
    best = flat.argmax(axis=1)
    peaks = flat[np.arange(len(flat)), best]
    best[(np.arange(time) >= steps[:, None]).ravel()] = blank
    return best, peaks


def _runs(
    best: NDArray[np.int64], peaks: NDArray[np.float32], lengths: NDArray[np.int64], blank: int
) -> list[Runs]:
    """The runs of lines that have these lengths, padding included."""
    if not len(best):
        return [Runs([], [], [], [], 0.0)] * len(lengths)
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    turns = np.ones(len(best), np.bool_)
    turns[1:] = best[1:] != best[:-1]
    turns[bounds[:-1][lengths > 0]] = True
    at = np.flatnonzero(turns)
    ends = np.append(at[1:], len(best))
    highest = np.maximum.reduceat(peaks, at)
    kept = best[at] != blank
    at, ends, highest = at[kept], ends[kept], highest[kept]
    offsets = bounds[np.searchsorted(bounds, at, side="right") - 1]
    cuts = np.searchsorted(at, bounds).tolist()
    classes, begins = best[at].tolist(), (at - offsets).tolist()
    until, chances = (ends - offsets).tolist(), highest.tolist()
    certainties = _certainties(best != blank, peaks, bounds)
    return [
        Runs(classes[a:b], begins[a:b], until[a:b], chances[a:b], certainty)
        for (a, b), certainty in zip(pairwise(cuts), certainties, strict=True)
    ]


def _certainties(
    emitting: NDArray[np.bool_], peaks: NDArray[np.float32], bounds: NDArray[np.int64]
) -> list[float]:
    sums = np.concatenate([[0.0], np.cumsum(np.where(emitting, peaks, 0), dtype=np.float64)])
    counts = np.concatenate([[0], np.cumsum(emitting)])
    sums, counts = np.diff(sums[bounds]), np.diff(counts[bounds])
    means: list[float] = (sums / np.maximum(counts, 1)).tolist()
    return means
