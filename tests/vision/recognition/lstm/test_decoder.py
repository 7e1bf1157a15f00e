import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.support.word_graphs import graph
from vision.recognition.common.ctc_greedy import greedy_runs
from vision.recognition.lstm.beam_search import Search
from vision.recognition.lstm.charset import Alphabet, Glyph
from vision.recognition.lstm.dawg_lexicon import BEFORE, Lexicon, State, WordGraph
from vision.recognition.lstm.decoder import LineDecoder, mean_probability

NAMES = (" ", "c", "a", "t", "r", "1")
CODES = tuple((at,) for at in range(len(NAMES)))
NULL = 6


CAT, CAR = (1, 2, 3), (1, 2, 4)


def heard(*rows: dict[int, float]) -> np.ndarray:
    found = np.zeros((len(rows), 7), np.float32)
    for row, chances in zip(found, rows, strict=True):
        for number, chance in chances.items():
            row[number] = chance
        row[NULL] += 1 - row.sum()
    return found


def read(decoder: LineDecoder, probabilities: np.ndarray, draft=(0.0, 0.0)) -> str:
    steps = np.array([len(probabilities)], np.int32)
    (runs,) = greedy_runs(probabilities[None], steps, NULL)
    return "".join(NAMES[each.character] for each in decoder.decode(probabilities, runs, draft))


def test_words_of_a_graph_are_known_and_their_beginnings_are_not():
    words = graph(CAT, CAR, (2,))
    assert CAT in words
    assert CAR in words
    assert (2,) in words
    assert (1, 2) not in words
    assert (*CAT, 3) not in words
    assert () not in words
    assert set(words.some_words(10)) == {CAT, (2,)}


def test_a_graph_whose_edges_lead_nowhere_knows_nothing():
    assert CAT not in WordGraph(np.array([9 << 6 | 1, 77 << 6 | 1], np.uint64), 3)
    assert CAT not in WordGraph(np.zeros(0, np.uint64), 3)


def test_digits_and_marks_are_looked_up_as_the_model_lists_them():
    lexicon = Lexicon((*NAMES, "."), graph(CAT), graph((0, 0)))
    assert (5, 5) in lexicon
    assert (5,) not in lexicon
    assert (6, *CAT, 6) in lexicon
    assert (6,) not in lexicon


def test_marks_around_a_word_must_be_listed_where_the_model_lists_any():
    names, cat = (*NAMES, ".", "<"), graph(CAT)
    lenient = Lexicon(names, cat)
    strict = Lexicon(names, cat, graph((0, 0)), graph((0, 6), (6,)))
    assert (*CAT, 7) in lenient
    assert (*CAT, 7) not in strict
    assert (*CAT, 6) in strict
    assert CAT in strict
    assert (5, 5, 6) in strict
    assert (6,) in strict
    assert (7,) not in strict


def test_numbers_are_followed_digit_by_digit():
    lexicon = Lexicon((*NAMES, "."), graph(CAT), graph((0, 6, 0)))
    state = BEFORE
    for character in (5, 6, 5):
        state = lexicon.follow(state, character)
        assert state is not None
    assert lexicon.follow(state, 5) is None


def test_a_listed_word_needs_every_one_of_its_steps_to_be_likely():
    # c a t with a step that all but rules out its t: only the unlisted reading is left.
    doubtful = heard({1: 0.98}, {2: 0.98}, {4: 0.85, 3: 0.02})
    lexicon = Lexicon(NAMES, graph(CAT))
    assert read(LineDecoder(Alphabet(NAMES, CODES, NULL), lexicon), doubtful) == "car"


def test_a_word_of_the_list_wins_over_a_slightly_likelier_one():
    doubtful = heard({1: 0.98}, {2: 0.98}, {3: 0.4, 4: 0.58})
    assert read(LineDecoder(Alphabet(NAMES, CODES, NULL)), doubtful) == "car"
    lexicon = Lexicon(NAMES, graph(CAT))
    assert read(LineDecoder(Alphabet(NAMES, CODES, NULL), lexicon), doubtful) == "cat"


def test_what_the_network_is_sure_of_stands_whatever_the_list_says():
    sure = heard({1: 0.98}, {2: 0.98}, {4: 0.97, 3: 0.02})
    lexicon = Lexicon(NAMES, graph(CAT))
    assert read(LineDecoder(Alphabet(NAMES, CODES, NULL), lexicon), sure) == "car"


def test_only_the_doubtful_word_is_read_again():
    word = [{1: 0.98}, {2: 0.98}]
    line = heard(*word, {4: 0.98}, {0: 0.98}, *word, {3: 0.4, 4: 0.58}, {0: 0.98}, {2: 0.98})
    lexicon = Lexicon(NAMES, graph(CAT))
    assert read(LineDecoder(Alphabet(NAMES, CODES, NULL), lexicon), line) == "car cat a"


def test_a_listed_word_is_found_among_many_likelier_readings():
    noisy = dict.fromkeys((1, 2, 4, 5), 0.19)
    stretch = heard(*({**noisy, letter: 0.02} for letter in CAT), {3: 0.3})
    lexicon = Lexicon(NAMES, graph(CAT))
    search = Search(stretch, Alphabet(NAMES, CODES, NULL), lexicon)
    assert CAT in [each.characters for each in search.hypotheses()]


@settings(max_examples=60, deadline=None)
@given(arrays(np.float32, (7, 7), elements=st.integers(1, 50)))
def test_whatever_is_heard_readings_come_cheapest_first_with_their_times_in_order(raw: np.ndarray):
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    alphabet = Alphabet(NAMES, CODES, NULL)
    search = Search(probabilities, alphabet, Lexicon(NAMES, graph(CAT)))
    found = search.hypotheses()
    assert [each.cost for each in found] == sorted(each.cost for each in found)
    for each in found:
        glyphs = search.glyphs(each.prefix, 3)
        assert tuple(glyph.character for glyph in glyphs) == each.characters
        edges = [edge for glyph in glyphs for edge in (glyph.start, glyph.end)]
        assert edges == sorted(edges)
        assert all(3 <= edge <= 10 for edge in edges)


@pytest.mark.parametrize(
    ("word", "listed"),
    [(CAT, True), ((6, *CAT), True), ((*CAT, 6, 6), True), ((*CAT, 6, 1), False), ((1, 6), False),
     ((3,), False), ((*CAT, 3), False), ((3, 0, 1), True)],
)  # fmt: skip
def test_reading_follows_the_list_letter_by_letter(word: tuple[int, ...], listed: bool):
    lexicon = Lexicon((*NAMES, "."), graph(CAT))
    state: State | None = BEFORE
    for character in word:
        state = lexicon.follow(state, character)
    assert (state is not None) is listed


@pytest.mark.parametrize(
    ("words", "share"),
    [((), 0), (("cat",), 1), (("tac",), 1), (("cat", "cta"), 0.5), (("cat", "dog"), 0.5)],
)
def test_a_language_counts_the_letters_of_its_listed_words(words: tuple[str, ...], share: float):
    alphabet = Alphabet(NAMES, CODES, NULL)
    assert LineDecoder(alphabet, Lexicon(NAMES, graph(CAT))).listed_share(words) == share
    assert LineDecoder(alphabet).listed_share(words) == 0


@pytest.mark.parametrize(("word", "listed"), [("cat", True), ("tac", True), ("car", False)])
def test_a_word_that_was_looked_up_is_listed_as_at_first(word: str, listed: bool):
    decoder = LineDecoder(Alphabet(NAMES, CODES, NULL), Lexicon(NAMES, graph(CAT)))
    assert decoder.lists(word) is listed
    assert decoder.lists(word) is listed


def test_blanks_stand_between_words_but_not_in_scripts_without_them():
    assert Alphabet((" ", "a", "é"), ((0,), (1,), (2,)), 3).spaced
    assert Alphabet((" ", "한", "क"), ((0,), (1,), (2,)), 3).spaced
    for letter in ("語", "カ", "ก"):
        assert not Alphabet((" ", "a", letter), ((0,), (1,), (2,)), 3).spaced


@pytest.mark.parametrize(("chance", "text"), [(0.85, "cat"), (0.55, "car")])
def test_a_line_that_is_mostly_doubt_is_not_searched(chance, text):
    decoder = LineDecoder(Alphabet(NAMES, CODES, NULL), Lexicon(NAMES, graph(CAT)))
    letters = heard({1: chance}, {2: chance}, {3: 0.4, 4: 0.45})
    assert read(decoder, letters) == text


@pytest.mark.parametrize(
    ("draft", "text"),
    [((0.6, 0.9), "car"), ((0.6, 0.84), "cat"), ((0.85, 0.9), "cat"), ((0.0, 0.0), "cat")],
)
def test_a_line_that_will_be_read_again_is_not_searched(draft, text):
    decoder = LineDecoder(Alphabet(NAMES, CODES, NULL), Lexicon(NAMES, graph(CAT)))
    letters = heard({1: 0.98}, {2: 0.98}, {3: 0.4, 4: 0.58})  # .847 in the mean
    assert read(decoder, letters, draft) == text


@pytest.mark.parametrize(
    ("glyphs", "sure"),
    [
        ([], 0.0),
        ([Glyph(0, 0, 1, 0.9)], 0.0),
        ([Glyph(1, 0, 1, 0.5), Glyph(0, 1, 2, 0.1), Glyph(2, 2, 3, 1.0)], 0.75),
    ],
    ids=["nothing", "a blank", "blanks do not count"],
)
def test_a_line_is_as_sure_as_its_letters_in_the_mean(glyphs, sure):
    assert mean_probability(glyphs) == sure


@pytest.mark.parametrize(
    ("letters", "text"),
    [({3: 0.6, 4: 0.3}, "cat"), ({3: 0.45, 4: 0.4}, "cat"), ({4: 0.55, 3: 0.4}, "cat")],
    ids=["listed and likely", "listed and unlikely", "not listed"],
)
def test_a_listed_word_stands_with_and_without_a_search(letters, text):
    decoder = LineDecoder(Alphabet(NAMES, CODES, NULL), Lexicon(NAMES, graph(CAT)))
    line = heard({1: 0.98}, {2: 0.98}, letters, {0: 0.98}, {1: 0.98}, {2: 0.98}, {3: 0.98})
    assert read(decoder, line) == f"{text} cat"
