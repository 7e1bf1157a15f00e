"""Old print has a long s, which most recognisers read as an f with high confidence.

Until about 1800, in German black letter until 1940, an s within a word was a long one. In no
language of the Latin script is f nearly as common there as s, so the words of a page show it.
"""

import re
from collections.abc import Iterable
from math import exp, log

# A long s never ends a word; a letter follows.
_INNER = re.compile(r"[fs](?=[^\W\d_])")
_INNER_F = re.compile(r"f(?=[^\W\d_])")
# The share of f among the two in modern English, where it is highest, and on pages whose long s is
# read as f; words with such an f were right there in .13 (German) to .44 (French) of cases.
_MODERN, _OLD, _REALLY_F = 0.35, 0.95, 0.3
_RARE = 1 / 25  # prior: old pages among all pages


def long_s_chance(texts: Iterable[str]) -> float:
    """The probability that a page with these words has its long s read as f (Bayes' rule)."""
    letters = [letter for text in texts for letter in _INNER.findall(text)]
    f = letters.count("f")
    s = len(letters) - f
    odds = log(_RARE / (1 - _RARE)) + f * log(_OLD / _MODERN)
    odds += s * log((1 - _OLD) / (1 - _MODERN))
    return 1 / (1 + exp(-max(-30.0, min(30.0, odds))))


def unaffected(text: str, page: float) -> float:
    """The probability that no f of a word is a long s; `page` is that of `long_s_chance`."""
    return 1 - page * (1 - _REALLY_F) if _INNER_F.search(text) else 1.0
