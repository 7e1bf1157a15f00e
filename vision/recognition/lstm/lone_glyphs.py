"""Lines of one character whose probability is shared between letters and digits that look alike.

A nought alone in a cell has no neighbours to tell it from the letter o: the network gives each of
them a part, and the largest part alone looks like noise.
"""

from collections.abc import Sequence

from vision.recognition.common.ctc_greedy import Probabilities
from vision.recognition.lstm.charset import Alphabet, Glyph

_ALIKE = ("0Oo", "1Il|i", "5Ss", "2Zz", "8B", "cC", "vV", "wW", "xX", "uU", "kK", "pP")
# Together so probable, they are no noise; the character is read with the confidence of the weakest
# line that is accepted, so that it is doubtful.
_TOGETHER, ACCEPTED = 0.9, 0.6


def with_shared_probability(
    glyphs: Sequence[Glyph], probabilities: Probabilities, alphabet: Alphabet
) -> list[Glyph]:
    """The glyphs; one that stands alone and looks like others has no less than .6 with them.

    `probabilities` [time, classes] are those of the line.
    """
    if len(glyphs) != 1 or glyphs[0].probability >= ACCEPTED:
        return list(glyphs)
    (glyph,) = glyphs
    read = alphabet.characters[glyph.character]
    classes = [alphabet.single_class(each) for group in _ALIKE if read in group for each in group]
    known = [each for each in classes if each is not None]
    if not known:
        return [glyph]
    together = probabilities[glyph.start : glyph.end, known].sum(axis=1).max()
    return [glyph._replace(probability=ACCEPTED)] if together >= _TOGETHER else [glyph]
