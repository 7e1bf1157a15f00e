"""Fits a network of one hidden layer by Adam."""

import numpy as np
from numpy.typing import NDArray

from vision.extraction.pairs.network import Network

_Numbers = NDArray[np.float64]
_BATCH, _RATE, _DECAY = 512, 4e-3, 0.05
_NOISE = 0.1  # of normalised features: drawn forms are more regular than real ones
_MOMENTS = (0.9, 0.99)


def fit_network(rows: _Numbers, truth: _Numbers, hidden: int, epochs: int) -> Network:
    """The network for `truth` [rows, outputs]: one chance, or several that add up to one."""
    rng = np.random.default_rng(7)
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 0.05
    scaled = np.clip((rows - mean) / spread, -8, 8).astype(np.float32)
    target = truth.astype(np.float32)
    shapes = [(rows.shape[1], hidden), (hidden,), (hidden, truth.shape[1]), (truth.shape[1],)]
    weights = [
        rng.normal(0, np.sqrt(2 / shape[0]) if len(shape) > 1 else 0, shape).astype(np.float32)
        for shape in shapes
    ]
    moments = [[np.zeros_like(each) for each in weights] for _ in range(2)]
    steps, total = 0, epochs * (len(rows) // _BATCH + 1)
    for _ in range(epochs):
        for at in np.array_split(rng.permutation(len(rows)), len(rows) // _BATCH + 1):
            steps += 1
            part = scaled[at] + rng.normal(0, _NOISE, (len(at), rows.shape[1])).astype(np.float32)
            slopes = _slopes(weights, part, target[at])
            _adam(weights, slopes, moments, steps, _RATE * (1 - steps / (total + 1)))
    return Network(mean, spread, *(each.astype(np.float64) for each in weights))


def _slopes(weights: list[NDArray[np.float32]], rows: NDArray[np.float32],
            truth: NDArray[np.float32]) -> list[NDArray[np.float32]]:  # fmt: skip
    """Gradients of the cross entropy."""
    hidden, hidden_bias, output, output_bias = weights
    inside = np.maximum(rows @ hidden + hidden_bias, 0)
    scores = inside @ output + output_bias
    if truth.shape[1] == 1:
        chances = 1 / (1 + np.exp(-np.clip(scores, -30, 30)))
    else:
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances = powers / powers.sum(axis=1, keepdims=True)
    wrong = (chances - truth) / len(rows)
    back = (wrong @ output.T) * (inside > 0)
    return [rows.T @ back, back.sum(axis=0), inside.T @ wrong, wrong.sum(axis=0)]


def _adam(weights: list[NDArray[np.float32]], slopes: list[NDArray[np.float32]],
          moments: list[list[NDArray[np.float32]]], step: int, rate: float) -> None:  # fmt: skip
    """One step of Adam with decoupled weight decay, in place."""
    first, second = _MOMENTS
    for at, slope in enumerate(slopes):
        moments[0][at] += (1 - first) * (slope - moments[0][at])
        moments[1][at] += (1 - second) * (slope * slope - moments[1][at])
        mean = moments[0][at] / (1 - first**step)
        square = moments[1][at] / (1 - second**step)
        weights[at] -= rate * (mean / (np.sqrt(square) + 1e-8) + _DECAY * weights[at])
