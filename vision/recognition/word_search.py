"""Searches the output of a network with a class for each character, by Tesseract's word lists."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vision.recognition.lstm.charset import SPACE, Alphabet
from vision.recognition.lstm.dawg_lexicon import Lexicon
from vision.recognition.lstm.decoder import LineDecoder

# PP-OCR's letters have .99 and more where they are right, also in poor print. Chosen on even
# receipts and forms, as the number of classes that is followed (docs/research/profiles.md).
_CONFIDENT = 0.995
_FOLLOWED = 5
_BLANK = 0  # CTC's, in PP-OCR's networks

# The word list of these languages, None where there is none.
LexiconOf = Callable[[Sequence[str]], Lexicon | None]


@dataclass(frozen=True, slots=True)
class _Made:
    """A decoder with what it was made of."""

    characters: tuple[str, ...]
    lexicon: Lexicon
    decoder: LineDecoder | None


class WordSearch:
    """Makes decoders that search low-confidence words by lists; safe from many threads.

    A decoder is kept for each choice of languages, since it remembers what it looked up.
    """

    def __init__(self, lexicon_of: LexiconOf) -> None:
        self._lexicon_of = lexicon_of
        self._made: dict[tuple[str, ...], _Made] = {}

    def decoder(self, languages: Sequence[str], characters: Sequence[str]) -> LineDecoder | None:
        """The decoder of these languages for classes that each write one of `characters`.

        None where there is no list, as of `decoder_over`.
        """
        lexicon, names = self._lexicon_of(languages), tuple(characters)
        if lexicon is None:
            return None
        made = self._made.get(tuple(languages))
        same = made is not None and (made.characters is names or made.characters == names)
        if made is None or made.lexicon is not lexicon or not same:
            made = _Made(names, lexicon, decoder_over(names, lexicon))
            self._made[tuple(languages)] = made
        return made.decoder


def decoder_over(characters: Sequence[str], lexicon: Lexicon) -> LineDecoder | None:
    """A decoder of classes that each write one of `characters`, the blank first.

    None for scripts without spaces between words: their lists do not say where a word ends. What
    the lists' model has no character for can only stand in words that are not listed. What a search
    finds is taken for the sake of listed words alone.
    """
    classes = {each: number for number, each in enumerate(characters) if number != _BLANK}
    known = set(lexicon.characters)
    names = (*lexicon.characters, *(each for each in classes if each not in known))
    codes = [(classes[each],) if each in classes else () for each in names]
    if not codes[SPACE]:
        return None
    alphabet = Alphabet(names, codes, _BLANK)
    words = Lexicon(names, lexicon.words, lexicon.numbers, lexicon.marks)
    if not alphabet.spaced:
        return None
    return LineDecoder(alphabet, words, _CONFIDENT, _FOLLOWED, lists_only=True)
