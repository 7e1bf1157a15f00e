"""Fits the networks that link labels with values, on drawn forms alone.

    python -m benchmarks.fields.fit_links --write vision/extraction/pairs/weights.npz

Two networks learn the role of each unit, the second one from what the first finds for the units
around it; two more learn which units are one entry and which are label and value. Each learns on
forms of its own, so that it sees the earlier ones as they do on forms that they do not know.
Annotated real forms (FUNSD, XFUND) forbid commercial use, so no weight comes from them.
"""

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.fields.drawn_forms import draw_form
from benchmarks.fields.perceptron import Plan, fit_network
from vision.core.document import Word
from vision.extraction.evidence import Piece, Token, WordRef, pieces_of
from vision.extraction.pairs.features import (
    ROLES,
    Form,
    join_features,
    link_features,
    role_features,
    unit_features,
)
from vision.extraction.pairs.linking import softmax
from vision.extraction.pairs.network import Network, store
from vision.extraction.pairs.units import Unit, units_of

_Numbers = NDArray[np.float64]
_Rows = tuple[_Numbers, _Numbers]  # features, truth
_FORMS = 3000
_PLANS = {
    "first_roles": Plan(72, 30, 3), "roles": Plan(72, 30, 3),
    "links": Plan(96, 16, 3), "joins": Plan(48, 20, 3),
}  # fmt: skip


class Owned(NamedTuple):
    """Units of a drawn form, the index and role of the entry that owns each, and the links."""

    units: Sequence[Unit]
    owners: Sequence[int]
    kinds: Sequence[str]
    links: set[tuple[int, int]]


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", type=Path, required=True)
    parser.add_argument("--forms", type=int, default=_FORMS)
    arguments = parser.parse_args()
    store(arguments.write, fit(arguments.forms))


def owned(seed: int) -> Owned:
    """A drawn form as it would be read; some as their entries are, in one unit each."""
    rng = random.Random(seed)
    form = draw_form(rng)
    if rng.random() < 0.35:
        units = [Unit.of(_piece(at, form.entries[at])) for at in range(len(form.entries))]
        return Owned(units, range(len(units)), form.kinds, form.links)
    entry_of = {word.box: number for number, entry in enumerate(form.entries) for word in entry}
    read = units_of(pieces_of(form.page(rng)))
    owners = [
        Counter(entry_of[token.box] for token in unit.piece.tokens).most_common(1)[0][0]
        for unit in read
    ]
    return Owned(read, owners, [form.kinds[owner] for owner in owners], form.links)


def _piece(entry: int, words: Sequence[Word]) -> Piece:
    return Piece.of([
        Token(word.text, 1.0, word.box, word.box, WordRef(1, "b1", entry, at))
        for at, word in enumerate(words)
    ])  # fmt: skip


def fit(forms: int) -> dict[str, Network]:
    """The networks, each on its share of the seeds, from what the earlier ones see there."""
    fitted: dict[str, Network] = {}
    for number, (name, rows_of) in enumerate(_ROWS.items()):
        seeds = range(number, forms, len(_ROWS))
        rows = [row for seed in seeds for row in rows_of(owned(seed), fitted)]
        features, truths = zip(*rows, strict=True)
        fitted[name] = fit_network(np.concatenate(features), np.concatenate(truths), _PLANS[name])
    return fitted


def _first_rows(drawn: Owned, _fitted: Mapping[str, Network]) -> Iterator[_Rows]:
    form = Form.of(drawn.units)
    if form is not None:
        yield unit_features(form), _roles(drawn, form)


def _role_rows(drawn: Owned, fitted: Mapping[str, Network]) -> Iterator[_Rows]:
    form = Form.of(drawn.units)
    if form is not None:
        yield role_features(form, _first(form, fitted)), _roles(drawn, form)


def _link_rows(drawn: Owned, fitted: Mapping[str, Network]) -> Iterator[_Rows]:
    form = Form.of(drawn.units)
    if form is not None:
        roles = softmax(fitted["roles"].scores(role_features(form, _first(form, fitted))))
        found = link_features(form, roles)
        ends = zip(found.label.tolist(), found.value.tolist(), strict=True)
        truth = [(drawn.owners[a], drawn.owners[b]) in drawn.links for a, b in ends]
        yield found.features, np.array(truth, float)[:, None]


def _join_rows(drawn: Owned, fitted: Mapping[str, Network]) -> Iterator[_Rows]:
    form = Form.of(drawn.units)
    if form is not None:
        roles = softmax(fitted["roles"].scores(role_features(form, _first(form, fitted))))
        found = join_features(form, roles)
        ends = zip(found.label.tolist(), found.value.tolist(), strict=True)
        truth = [drawn.owners[a] == drawn.owners[b] for a, b in ends]
        yield found.features, np.array(truth, float)[:, None]


def _first(form: Form, fitted: Mapping[str, Network]) -> _Numbers:
    return softmax(fitted["first_roles"].scores(unit_features(form)))


def _roles(drawn: Owned, form: Form) -> _Numbers:
    truth = np.array([[kind == role for role in ROLES] for kind in drawn.kinds], np.float64)
    return truth[: len(form.boxes)]


_ROWS: dict[str, Callable[[Owned, Mapping[str, Network]], Iterator[_Rows]]] = {
    "first_roles": _first_rows,
    "roles": _role_rows,
    "links": _link_rows,
    "joins": _join_rows,
}


if __name__ == "__main__":
    main()
