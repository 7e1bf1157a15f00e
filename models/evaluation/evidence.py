"""Logistic weights of evidence: standardised features, few enough to be read in a TOML file."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_STEPS = 40  # of Newton's method, which settles within ten

Values = NDArray[np.float64]


class Fitted(NamedTuple):
    """Mean, spread and weight of each feature, and the bias of all."""

    mean: Values
    spread: Values
    weight: Values
    bias: float

    def chances(self, values: Values) -> Values:
        """The chance of each row [N] of features [N, F]."""
        odds = (values - self.mean) / self.spread @ self.weight + self.bias
        chances: Values = 1 / (1 + np.exp(-odds))
        return chances


def fit(values: Values, wanted: Values, decay: float, weights: Values | None = None) -> Fitted:
    """The weights that explain `wanted` [N], each 0 to 1, by `values` [N, F].

    `decay` keeps weights small, in units of the mean loss; `weights` [N] are those of the rows.
    """
    mean, spread = values.mean(0), values.std(0) + 1e-6
    design = np.column_stack([(values - mean) / spread, np.ones(len(values))])
    share = np.ones(len(values)) if weights is None else weights
    share = share / share.sum()
    ridge = np.eye(design.shape[1]) * decay
    ridge[-1, -1] = 0.0
    found = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-design @ found))
        slope = design.T @ (share * (chance - wanted)) + ridge @ found
        curve = (design * (share * chance * (1 - chance) + 1e-9)[:, None]).T @ design + ridge
        found -= np.linalg.solve(curve, slope)
    return Fitted(mean, spread, found[:-1], float(found[-1]))


def write(fitted: Fitted, names: Sequence[str], path: Path, head: str) -> None:
    """The weights as a table of mean, spread and weight by feature; `head` are comments."""
    rows = zip(names, fitted.mean, fitted.spread, fitted.weight, strict=True)
    lines = [
        f"{name} = [{mean:.4f}, {wide:.4f}, {weight:.4f}]" for name, mean, wide, weight in rows
    ]
    text = "\n".join([head, f"bias = {fitted.bias:.4f}", "", "[features]", *lines, ""])
    path.write_text(text, encoding="utf-8")
