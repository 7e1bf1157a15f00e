"""Networks of one hidden layer, in NumPy: forms have a few hundred units, too few for a session."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from vision.extraction.pairs.places import Numbers


@dataclass(frozen=True, slots=True)
class Network:
    """Rows are normalised, then a hidden layer of ReLU and an output layer follow."""

    mean: Numbers
    spread: Numbers
    hidden: Numbers  # [columns, units]
    hidden_bias: Numbers
    output: Numbers  # [units, outputs]
    output_bias: Numbers

    def scores(self, rows: Numbers) -> Numbers:
        """Log odds, [rows, outputs]."""
        inside = np.maximum((rows - self.mean) / self.spread @ self.hidden + self.hidden_bias, 0)
        scores: Numbers = inside @ self.output + self.output_bias
        return scores


@cache
def networks() -> Mapping[str, Network]:
    """`roles` and `links`, from weights.toml."""
    path = Path(__file__).with_name("weights.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        name: Network(**{key: np.array(rows, np.float64) for key, rows in part.items()})
        for name, part in table.items()
    }
