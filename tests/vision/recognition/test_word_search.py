"""Words that a network is not confident of are searched in another model's word list."""

import numpy as np
import pytest

from tests.support.word_graphs import graph
from vision.recognition.common.ctc_greedy import greedy_runs
from vision.recognition.lstm.dawg_lexicon import Lexicon
from vision.recognition.word_search import WordSearch, decoder_over

# The list has "cat" and "car", in the ids of its own model.
LISTED = Lexicon((" ", "t", "a", "c", "r"), graph((3, 2, 1), (3, 2, 4)))
# A network's classes, the blank first: in another order, with letters that the list lacks.
CHARACTERS = ("", "a", "c", "e", "o", "r", "t", "x", "é", " ")


def seen(*steps: dict[str, float]) -> np.ndarray:
    """Probabilities [time, classes]: one step for each character, a blank after it."""
    found = np.zeros((2 * len(steps), len(CHARACTERS)), np.float32)
    for step, chances in enumerate(steps):
        for letter, chance in chances.items():
            found[2 * step, CHARACTERS.index(letter)] = chance
    found[:, 0] = 1 - found.sum(axis=1)
    return found


def read(probabilities: np.ndarray) -> str:
    decoder = decoder_over(CHARACTERS, LISTED)
    assert decoder is not None
    (runs,) = greedy_runs(probabilities[None], np.array([len(probabilities)], np.int32), 0)
    names = decoder.alphabet.characters
    return "".join(names[glyph.character] for glyph in decoder.decode(probabilities, runs))


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        (({"c": 1.0}, {"o": 0.55, "a": 0.45}, {"t": 1.0}), "cat"),
        (({"e": 0.6, "c": 0.4}, {"a": 1.0}, {"x": 0.5, "r": 0.45}), "car"),
        (({"c": 1.0}, {"o": 0.99, "a": 0.01}, {"t": 1.0}), "cot"),
        (({"c": 1.0}, {"é": 1.0}, {"t": 1.0}), "cét"),
        (({"x": 1.0}, {"o": 0.6, "a": 0.4}, {"x": 1.0}), "xox"),
        (({"c": 1.0}, {"a": 1.0}, {"t": 1.0}, {" ": 1.0}, {"e": 0.6, "c": 0.4}, {"a": 1.0},
          {"r": 1.0}), "cat car"),
        (({"x": 1.0}, {" ": 0.45}, {"o": 1.0}), "xo"),
    ],
    ids=["one letter", "two letters", "confident", "foreign letter", "no such word", "two words",
         "unlisted words"],
)  # fmt: skip
def test_a_listed_word_is_taken_where_it_is_nearly_as_likely(steps, text):
    assert read(seen(*steps)) == text


def test_scripts_without_spaces_between_words_are_not_searched():
    characters = ("", "日", "本", " ")
    assert decoder_over(characters, Lexicon((" ", "日", "本"), graph((1, 2)))) is None


def test_a_network_without_a_space_is_not_searched():
    assert decoder_over(("", "c", "a", "t"), LISTED) is None


def test_a_decoder_is_kept_until_its_network_or_its_list_is_another():
    lists = {"eng": LISTED}
    search = WordSearch(lambda languages: lists.get("+".join(languages)))
    first = search.decoder(("eng",), CHARACTERS)
    assert first is not None
    assert search.decoder(("eng",), list(CHARACTERS)) is first
    assert search.decoder(("eng", "deu"), CHARACTERS) is None
    assert search.decoder(("eng",), (*CHARACTERS[:-2], " ")) is not first
    lists["eng"] = Lexicon(LISTED.characters, LISTED.words)
    assert search.decoder(("eng",), CHARACTERS) is not first
