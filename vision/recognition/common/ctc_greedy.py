"""Greedy decoding of class probabilities over time (connectionist temporal classification)."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Runs:
    """Classes read in one line, left to right: step `start` to step `end`, exclusive.

    A run's probability is the highest within it. `certainty` is the mean highest probability of
    the steps that are not blank, 0 where all are: Tesseract judges by it whether a line is light
    on dark (LSTMRecognizer::OutputStats).
    """

    classes: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    certainty: float


def greedy_runs(probabilities: Probabilities, steps: NDArray[np.int32], blank: int) -> list[Runs]:
    """The best class of each step, equal neighbours joined, blanks left out, for each line.

    `probabilities` [lines, time, classes]; line `i` has `steps[i]` steps, the rest is padding.
    `blank` is the index of CTC's blank class.
    """
    lines, time, _ = probabilities.shape
    if not lines or not time:
        nothing = np.zeros(0, np.int64)
        return [Runs(nothing, nothing, nothing, nothing.astype(np.float32), 0.0)] * lines
    best = probabilities.argmax(axis=2)
    peaks = np.take_along_axis(probabilities, best[:, :, None], axis=2)[:, :, 0]
    best[np.arange(time) >= steps[:, None]] = blank
    turns = np.ones((lines, time), np.bool_)
    turns[:, 1:] = best[:, 1:] != best[:, :-1]
    at = np.flatnonzero(turns)
    ends = np.append(at[1:], lines * time)
    highest = np.maximum.reduceat(peaks.ravel(), at)
    kept = best.ravel()[at] != blank
    at, ends, highest = at[kept], ends[kept], highest[kept]
    cuts = np.searchsorted(at, np.arange(lines + 1) * time).tolist()
    certainties = _certainties(best != blank, peaks)
    return [
        Runs(
            best[line, at[a:b] - line * time],
            at[a:b] - line * time,
            ends[a:b] - line * time,
            highest[a:b],
            certainties[line],
        )
        for line, (a, b) in enumerate(pairwise(cuts))
    ]


def _certainties(emitting: NDArray[np.bool_], peaks: NDArray[np.float32]) -> list[float]:
    sums = np.where(emitting, peaks, 0).sum(axis=1, dtype=np.float64)
    means: list[float] = (sums / np.maximum(emitting.sum(axis=1), 1)).tolist()
    return means
