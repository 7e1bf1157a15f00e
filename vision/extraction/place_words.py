"""Words of addresses and of companies' names."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any


def has_street(keys: Sequence[str]) -> bool:
    """Whether a word names a street, a building or a part of a town."""
    words = place_words()
    return any(
        (key in words["streets"] and _is_placed(at, key, len(keys)))
        or (len(key) > 7 and key.endswith(tuple(words["street_endings"])))
        for at, key in enumerate(keys)
    )


def _is_placed(at: int, key: str, count: int) -> bool:
    """Whether a short form stands as in an address: `No. 5, Main Road`, `Kg. Baru`.

    `Charity no. 5` is no house, `0.950 kg` no village.
    """
    return (key != "no" or at == 0) and (key != "kg" or at < count - 1)


def legal_form(keys: Sequence[str]) -> tuple[int, int] | None:
    """The range of the last legal form among the words of a name."""
    for length in (4, 3, 2, 1):
        for at in range(len(keys) - length, 0, -1):
            if " ".join(keys[at : at + length]) in place_words()["forms"]:
                return at, at + length
    return None


@cache
def place_words() -> Mapping[str, Any]:
    """Words by what they name; `streets`, `business` and `forms` are sets of folded words."""
    path = Path(__file__).with_name("places.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        "streets": frozenset(table["streets"]),
        "street_endings": table["street_endings"],
        "business": frozenset(table["business"]),
        "forms": frozenset([*table["legal"], *table["legal_misread"]]),
        "misread": table["legal_misread"],
    }
