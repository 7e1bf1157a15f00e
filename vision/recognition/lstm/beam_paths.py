"""The costs of paths through a network's output, for the beam search.

The paths to one prefix are joined to one: its probability is the sum of theirs. Constants are those
of Tesseract's src/lstm/recodebeam.cpp.
"""

from math import exp, log, log1p

STEP_COST = 0.085  # kCertOffset: what each step costs besides -ln p
OUTSIDE = 2.25  # kDictRatio: how much more all steps cost of a word that is not listed
_IMPOSSIBLE = 1e-9
_NEGLIGIBLE = 5.0  # e^-5 of a path's probability: not worth adding

# The rank of a path, which prices its last word as it looks so far; the cost of the words before
# the last; the cost of the last as if it were listed; and the last word's dearest step, on its
# cheapest path. A plain tuple: a page makes ten thousands of them.
Path = tuple[float, float, float, float]
START: Path = (0.0, 0.0, 0.0, 0.0)


def step_cost(probability: float) -> float:
    """The cost of one step with this probability."""
    return STEP_COST - log(max(probability, _IMPOSSIBLE))


def longer(path: Path, cost: float, bound: float, dearest: float | None = None) -> Path:
    """A path with steps more on its last word, which may be listed while none costs over `bound`.

    `dearest` of these steps where they are several.
    """
    _, finished, word, before = path
    word += cost
    step = cost if dearest is None else dearest
    if before > step:  # noqa: PLR1730 - max() takes three times as long, in the innermost loop
        step = before
    return (finished + (word if step <= bound else word * OUTSIDE), finished, word, step)


def joined(one: Path, other: Path) -> Path:
    """The cheaper path, cheaper still by the probability of the other."""
    cheaper, dearer = (one, other) if one[0] < other[0] else (other, one)
    apart = dearer[0] - cheaper[0]
    if apart > _NEGLIGIBLE:
        return cheaper
    gain = log1p(exp(-apart))
    rank, finished, word, dearest = cheaper
    return (rank - gain, finished, word - gain, dearest)


def total(blank_path: Path | None, class_path: Path | None) -> Path:
    """The paths that end in a blank and those that do not, joined; one of them is given."""
    if blank_path is None:
        assert class_path is not None
        return class_path
    return blank_path if class_path is None else joined(blank_path, class_path)
