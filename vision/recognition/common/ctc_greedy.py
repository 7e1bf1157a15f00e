"""Greedy decoding of class probabilities over time (connectionist temporal classification)."""

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
    lines, time, _ = probabilities.shape
    if not lines or not time:
        return [Runs([], [], [], [], 0.0)] * lines
    best = probabilities.argmax(axis=2)
    peaks = probabilities[np.arange(lines)[:, None], np.arange(time), best]
    best[np.arange(time) >= steps[:, None]] = blank
    turns = np.ones((lines, time), np.bool_)
    turns[:, 1:] = best[:, 1:] != best[:, :-1]
    at = np.flatnonzero(turns)
    ends = np.append(at[1:], lines * time)
    highest = np.maximum.reduceat(peaks.ravel(), at)
    kept = best.ravel()[at] != blank
    at, ends, highest = at[kept], ends[kept], highest[kept]
    cuts = np.searchsorted(at, np.arange(lines + 1) * time).tolist()
    starts = at % time
    classes, begins = best.ravel()[at].tolist(), starts.tolist()
    until, chances = (ends - at + starts).tolist(), highest.tolist()
    return [
        Runs(classes[a:b], begins[a:b], until[a:b], chances[a:b], certainty)
        for (a, b), certainty in zip(
            pairwise(cuts), _certainties(best != blank, peaks), strict=True
        )
    ]


def _certainties(emitting: NDArray[np.bool_], peaks: NDArray[np.float32]) -> list[float]:
    sums = np.where(emitting, peaks, 0).sum(axis=1, dtype=np.float64)
    means: list[float] = (sums / np.maximum(emitting.sum(axis=1), 1)).tolist()
    return means
