"""Word lists that tests make for themselves."""

import numpy as np

from vision.recognition.lstm.dawg_lexicon import WordGraph

_BITS = 3  # of a letter: ids up to 7


def graph(*words: tuple[int, ...]) -> WordGraph:
    """A trie of words as Tesseract lays it out: the edges of a node one after another."""
    children: dict[tuple[int, ...], list[int]] = {}
    for word in words:
        for at, letter in enumerate(word):
            letters = children.setdefault(word[:at], [])
            if letter not in letters:
                letters.append(letter)
    starts, total = {}, 0
    for node in sorted(children, key=lambda each: (len(each), each)):
        starts[node] = total
        total += len(children[node])
    edges = []
    for node in starts:
        for letter in children[node]:
            flags = 1 if letter == children[node][-1] else 0
            flags |= 4 if (*node, letter) in words else 0
            edges.append(starts.get((*node, letter), 0) << (_BITS + 3) | flags << _BITS | letter)
    return WordGraph(np.array(edges, np.uint64), _BITS)
