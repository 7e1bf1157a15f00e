from collections.abc import Sequence

import pytest

from vision.core.text_layer import LayerWord
from vision.text_layer.overlaps import find_overlaps


def word(
    text: str, x: float, y: float = 100, height: float = 20, slope: float = 0.0, row: int = 0
) -> LayerWord:
    """A word ten pixels wide for each letter; `slope` is how far its end is lower."""
    far = x + 10 * len(text)
    quad = ((x, y), (far, y + slope), (far, y + slope + height), (x, y + height))
    return LayerWord(text, quad, row)


def found(words: Sequence[LayerWord]) -> tuple[list[str], set[str]]:
    overlaps = find_overlaps(words)
    return [each.text for each in overlaps.kept], {each.text for each in overlaps.disputed}


@pytest.mark.parametrize(
    ("words", "kept", "disputed"),
    [
        ([], "", ""),
        ([word("one", 0), word("two", 40)], "one two", ""),
        ([word("bold", 0), word("bold", 0)], "bold", ""),
        ([word("bold", 0), word("bold", 1.5, 101)], "bold", ""),
        ([word("bold", 0), word("bold", 50)], "bold bold", ""),
        ([word("bold", 0), word("bold", 0, 124)], "bold bold", ""),
        ([word("shown", 0), word("other", 0)], "shown other", "shown other"),
        ([word("shown", 0), word("other", 30)], "shown other", ""),  # two fifths in common
        ([word("a", 0), word("far", 5)], "a far", ""),  # the longer stands mostly alone
        ([word("above", 0, 100), word("below", 0, 116)], "above below", ""),  # lines set solid
        ([word("DRAFT", 0, 60, 90), word("text", 5)], "DRAFT text", ""),  # a watermark
        ([word("tilted", 0, 100, 20, 60), word("text", 10, 120)], "tilted text", ""),
        ([word("....", 0), word("12.50", 0)], ".... 12.50", ""),  # marks under a value
        ([word("here", 900, 900), word("off", -50, -50)], "here off", ""),
    ],
)
def test_copies_are_dropped_and_contradictions_disputed(
    words: list[LayerWord], kept: str, disputed: str
) -> None:
    assert found(words) == (kept.split(), set(disputed.split()))


def test_clear_words_are_those_that_nothing_disputes() -> None:
    overlaps = find_overlaps([word("shown", 0), word("other", 0), word("clear", 200)])
    assert [each.text for each in overlaps.clear] == ["clear"]


def test_words_without_extent_do_no_harm() -> None:
    point = LayerWord("point", ((5.0, 5.0),) * 4, 0)
    far = LayerWord("far", ((1e6, 1e6),) * 4, 0)
    assert found([point, far, word("word", 0)])[0] == ["point", "far", "word"]


def test_twenty_thousand_words_in_one_place_are_one() -> None:
    assert found([word("same", 0.001 * n) for n in range(20_000)]) == (["same"], set())
