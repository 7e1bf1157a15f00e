"""Networks of one hidden layer, in NumPy: forms have a few hundred units, too few for a session."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
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
    """`first_roles`, `roles`, `joins` and `links`, from weights.npz."""
    return stored(Path(__file__).with_name("weights.npz"))


def stored(path: Path) -> dict[str, Network]:
    """The networks of a file, whose arrays are named `network.field`."""
    parts: dict[str, dict[str, Numbers]] = {}
    with np.load(path, allow_pickle=False) as arrays:
        for name in arrays.files:
            network, field = name.split(".")
            parts.setdefault(network, {})[field] = arrays[name].astype(np.float64)
    return {name: Network(**part) for name, part in parts.items()}


def store(path: Path, fitted: Mapping[str, Network]) -> None:
    """Write networks as half-precision numbers; the same networks always give the same file."""
    arrays = {
        f"{name}.{each.name}": getattr(network, each.name).astype(np.float16)
        for name, network in fitted.items()
        for each in fields(network)
    }
    np.savez(path, allow_pickle=False, **arrays)
