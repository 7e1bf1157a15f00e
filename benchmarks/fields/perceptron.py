"""Fits a network of one hidden layer by Adam."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vision.extraction.pairs.network import Network

_Numbers = NDArray[np.float64]
_Floats = NDArray[np.float32]
_BATCH, _RATE, _DECAY = 512, 4e-3, 0.05
# Drawn forms are more regular than real ones, so that no feature may be relied on alone.
_NOISE = 0.7  # added to normalised features
_LOST = 0.3  # share of the features of a row that are hidden from the network
_MOMENTS = (0.9, 0.99)


class Plan(NamedTuple):
    """Units of the hidden layer, how often all rows are seen, and how many fits are averaged."""

    hidden: int
    epochs: int
    fits: int = 1


def fit_network(rows: _Numbers, truth: _Numbers, plan: Plan) -> Network:
    """The network for `truth` [rows, outputs]: one chance, or several that add up to one.

    The average of several fits, from other starts and in another order, is one network again: their
    hidden layers side by side, and the mean of their outputs.
    """
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 0.05
    scaled = np.clip((rows - mean) / spread, -8, 8).astype(np.float32)
    target = truth.astype(np.float32)
    fits = [_fit(scaled, target, plan, number) for number in range(plan.fits)]
    hidden, hidden_bias, output, output_bias = zip(*fits, strict=True)
    joined = (np.hstack(hidden), np.hstack(hidden_bias), np.vstack(output) / plan.fits,
              np.mean(output_bias, axis=0))  # fmt: skip
    return Network(mean, spread, *(each.astype(np.float64) for each in joined))


def _fit(rows: _Floats, truth: _Floats, plan: Plan, seed: int) -> list[_Floats]:
    rng = np.random.default_rng((7, seed))
    shapes = [(rows.shape[1], plan.hidden), (plan.hidden,), (plan.hidden, truth.shape[1]),
              (truth.shape[1],)]  # fmt: skip
    weights = [
        rng.normal(0, np.sqrt(2 / shape[0]) if len(shape) > 1 else 0, shape).astype(np.float32)
        for shape in shapes
    ]
    moments = [[np.zeros_like(each) for each in weights] for _ in range(2)]
    steps, total = 0, plan.epochs * (len(rows) // _BATCH + 1)
    for _ in range(plan.epochs):
        for at in np.array_split(rng.permutation(len(rows)), len(rows) // _BATCH + 1):
            steps += 1
            noise = rng.standard_normal((len(at), rows.shape[1]), np.float32)
            part = rows[at] + np.float32(_NOISE) * noise
            part *= rng.random(part.shape, np.float32) >= _LOST
            slopes = _slopes(weights, part, truth[at])
            _adam(weights, slopes, moments, steps, _RATE * (1 - steps / (total + 1)))
    return weights


def _slopes(weights: list[_Floats], rows: _Floats,
            truth: _Floats) -> list[_Floats]:  # fmt: skip
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


def _adam(weights: list[_Floats], slopes: list[_Floats],
          moments: list[list[_Floats]], step: int, rate: float) -> None:  # fmt: skip
    """One step of Adam with decoupled weight decay, in place."""
    first, second = _MOMENTS
    for at, slope in enumerate(slopes):
        moments[0][at] += (1 - first) * (slope - moments[0][at])
        moments[1][at] += (1 - second) * (slope * slope - moments[1][at])
        mean = moments[0][at] / (1 - first**step)
        square = moments[1][at] / (1 - second**step)
        weights[at] -= rate * (mean / (np.sqrt(square) + 1e-8) + _DECAY * weights[at])
