"""Of long lines only the stretches that were read with doubt are read again."""

from dataclasses import replace

import numpy as np
import pytest

from tests.support.lines import crop_of, written
from vision.core.document import Box, ModelUse
from vision.core.stages import CropWord, LineReading
from vision.recognition.stretches import part_of, stretches_of, with_stretches

TEXT = "the whole harbour was full of small boats which waited for the tide"
CROP = crop_of(written(TEXT))
USES = {name: ModelUse(name, "1", "", "CPUExecutionProvider") for name in ("lstm", "ppocr")}


def read(doubtful=(), text=TEXT, pixels=CROP.pixels):
    """A reading whose words stand where their ink does; those named have little confidence."""
    inked = np.flatnonzero((pixels < 128).any(axis=(0, 2)))
    edges = np.flatnonzero(np.diff(inked) > 5)
    starts, ends = [inked[0], *inked[edges + 1]], [*(inked[edges] + 1), inked[-1] + 1]
    words = tuple(
        CropWord(word, 0.5 if word in doubtful else 0.97, Box(x0, 0.0, x1, 9.0), listed=True)
        for word, x0, x1 in zip(text.split(), starts, ends, strict=True)
    )
    return LineReading(text, 0.95, words, "lstm", (USES["lstm"],))


def second(text, confidence=0.99):
    words = tuple(CropWord(word, confidence, Box(2.0, 0.0, 9.0, 9.0)) for word in text.split())
    return LineReading(text, confidence, words, "ppocr", (USES["ppocr"],))


def words_in(reading, stretches):
    return [
        " ".join(word.text for word in reading.words[each.first : each.end]) for each in stretches
    ]


def test_a_sign_alone_is_read_again_with_the_words_beside_it():
    text = TEXT.replace("of", "~")
    crop = crop_of(written(text))
    reading = read(("~",), text, crop.pixels)
    assert words_in(reading, stretches_of(crop, reading)) == ["full ~ small"]


@pytest.mark.parametrize(
    ("doubtful", "stretches"),
    [
        (["harbour"], ["harbour"]),
        (["the"], ["the", "the"]),
        (["whole", "tide"], ["whole", "tide"]),
        (["full", "small"], ["full of small"]),
        ([], []),
        (TEXT.split()[:10], []),
    ],
    ids=["one", "both ends", "far apart", "near", "none doubtful", "most of the line"],
)
def test_doubtful_words_are_read_again_with_what_lies_between_near_ones(doubtful, stretches):
    reading = read(doubtful)
    assert words_in(reading, stretches_of(CROP, reading)) == stretches


@pytest.mark.parametrize(
    "properties",
    [
        {"gapped": True},
        {"accented": True},
        {"engine": "tesseract"},
        {"text": f"| {TEXT}"},
        {"text": TEXT.replace("was", "wás")},
    ],
    ids=[
        "a gap within a word",
        "accents that were not read",
        "other confidences",
        "a suspicious mark",
        "a foreign letter",
    ],
)
def test_a_line_with_more_in_doubt_than_its_words_is_read_whole(properties):
    assert stretches_of(CROP, replace(read(["harbour"]), **properties)) == []


@pytest.mark.parametrize("light", [False, True])
def test_words_beside_pale_print_that_was_not_read_are_read_again(light):
    """As of a word that glare has faded."""
    whole = read(["harbour"])
    faded = whole.words[8]
    reading = replace(whole, words=whole.words[:8] + whole.words[9:])
    pixels = CROP.pixels.copy()
    columns = slice(round(faded.box.x0), round(faded.box.x1))
    pixels[:, columns] = 255 - (255 - pixels[:, columns]) // 3
    crop = crop_of(255 - pixels if light else pixels)
    assert faded.text == "which"
    assert words_in(reading, stretches_of(crop, reading)) == ["harbour", "boats waited"]


def test_short_lines_are_read_whole():
    pixels = written("the whole harbour")
    reading = read(["harbour"], "the whole harbour", pixels)
    assert stretches_of(crop_of(pixels), reading) == []


def test_no_line_is_cut_where_ink_joins_the_words():
    pixels = CROP.pixels.copy()
    pixels[-3:] = 0
    assert stretches_of(crop_of(pixels), read(["harbour"])) == []


def test_the_image_of_a_stretch_shows_its_words_alone_at_their_place():
    (stretch,) = stretches_of(CROP, read(["harbour"]))
    part = part_of(CROP, stretch)
    word = read().words[2].box
    assert stretch.left < word.x0
    assert word.x1 < stretch.right
    assert (part.pixels == CROP.pixels[:, stretch.left : stretch.right]).all()
    assert part.to_page[0, 2] == stretch.left


def test_words_of_the_second_reading_take_their_place_in_the_line():
    first = read(["harbour"])
    stretches = stretches_of(CROP, first)
    line = with_stretches(first, stretches, [second("harbor")])
    assert line.text == TEXT.replace("harbour", "harbor")
    assert [word.engine for word in line.words[:4]] == ["", "", "ppocr", ""]
    assert line.words[2].box.x0 == stretches[0].left + 2
    assert line.models == (USES["lstm"], USES["ppocr"])
    assert [word.text for word in line.words] == line.text.split()


def test_a_stretch_that_the_second_reader_finds_no_text_in_is_doubtful():
    first = read(["harbour"])
    line = with_stretches(first, stretches_of(CROP, first), [LineReading("", 0.0)])
    assert line.text == TEXT
    assert [word.text for word in line.words if word.incomplete] == ["harbour"]
