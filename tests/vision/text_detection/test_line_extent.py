"""Lines are cut by the whole pieces of ink on their rows."""

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from vision.imaging.connected_components import find_letters
from vision.text_detection.line_extent import whole_pieces
from vision.text_detection.morphology import ClassicalLineFinder, find_lines


def page_of(rows, size=30, step=70):
    """A page 1,000 pixels wide with the rows of text below each other."""
    page = Pillow.new("RGB", (1000, 80 + step * len(rows)), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size)
    for number, row in enumerate(rows):
        draw.text((100, 40 + step * number), row, "black", font)
    return np.asarray(page)


def boxes(lines):
    return sorted(((*line.quad[0], *line.quad[2]) for line in lines), key=lambda box: box[1])


def ink_of(page, top, bottom):
    rows, columns = np.nonzero(page[top:bottom, :, 0] < 128)
    return columns.min(), rows.min() + top, columns.max() + 1, rows.max() + top + 1


def covers(box, ink):
    return box[0] <= ink[0] and box[1] <= ink[1] and box[2] >= ink[2] and box[3] >= ink[3]


@pytest.mark.parametrize(
    "row",
    ["moss on stone.", "moss on stone:", "moss on sto-", "moss on stone ...", "- moss on stone",
     "-450.00 moss", "moss 12 =", "\N{BULLET} moss on stone", "'moss on stone'"],
)  # fmt: skip
def test_marks_at_both_ends_belong_to_their_line(row):
    page = page_of(["wishing mill pond", row, "wishing mill pond"])
    found = boxes(ClassicalLineFinder().find(page, ()).lines)
    assert len(found) == 3
    assert covers(found[1], ink_of(page, 105, 170))


@pytest.mark.parametrize(
    "row", ["Tone on a moss rose", "moss or a nose on hen", "moss can run job"]
)
def test_a_line_with_one_tall_letter_keeps_its_top(row):
    page = page_of(["moss on a nose", row, "moss on a nose"])
    found = boxes(ClassicalLineFinder().find(page, ()).lines)
    assert len(found) == 3
    assert covers(found[1], ink_of(page, 105, 175))


@pytest.mark.parametrize("size", [24, 30, 44])
def test_each_digit_alone_in_a_ruled_cell_is_found_once(size):
    page = Pillow.new("RGB", (1000, 500), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size)
    for row in range(4):
        for column in range(5):
            x, y = 60 + 170 * column, 50 + 90 * row
            draw.rectangle((x, y, x + 170, y + 90), outline="black", width=2)
            draw.text((x + 30, y + 20), "0123456789"[(row * 5 + column) % 10], "black", font)
    found = ClassicalLineFinder().find(np.asarray(page), ()).lines
    places = sorted(
        (int(line.quad[0][1] - 50) // 90, int(line.quad[0][0] - 60) // 170) for line in found
    )
    assert places == [(row, column) for row in range(4) for column in range(5)]


def test_leaders_do_not_set_the_size_of_letters():
    row = "Sails" + "." * 60 + "7"
    page = page_of([row] * 6)
    text = find_letters(page)
    heights = text.boxes[:, 3]
    assert len(text.boxes) < len(text.pieces) / 4
    assert np.median(heights) > 15
    assert len(find_lines(text).lines) == 12


def salted(page, share, side, seed=3):
    """The page with black squares of `side` pixels strewn over it."""
    rng = np.random.default_rng(seed)
    page = page.copy()
    height, width = page.shape[:2]
    places = rng.integers(0, (width, height), (int(share * height * width), 2))
    for x, y in places.tolist():
        page[y : y + side, x : x + side] = 0
    return page


@pytest.mark.parametrize("side", [1, 2])
def test_specks_are_no_lines(side):
    rows = ["wishing mill pond", "the moss on a stone", "the hill and dale"] * 3
    page = find_lines(find_letters(salted(page_of(rows), 0.004, side)))
    assert len(page.lines) <= 2 * len(rows)
    assert find_lines(find_letters(page_of(rows))).dust == 0


@pytest.mark.parametrize("digit", "0123456789")
def test_a_digit_that_stands_alone_has_room_above_and_below(digit):
    page = Pillow.fromarray(page_of(["wishing mill pond", "", "wishing mill pond"]))
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(30)
    draw.text((600, 110), digit, "black", font)
    found = boxes(find_lines(find_letters(np.asarray(page))).lines)
    (box,) = [each for each in found if each[0] > 550]
    _, top, _, bottom = ink_of(np.asarray(page), 105, 170)
    assert box[1] <= top - 3
    assert box[3] >= bottom + 3


def test_text_up_the_margin_is_one_rising_line():
    page = np.array(page_of(["wishing mill pond", "the moss on a stone"] * 4))
    label = page_of(["Form 1234567890"], step=60)[30:80, 90:400]
    page[100 : 100 + label.shape[1], 900 : 900 + label.shape[0]] = np.rot90(label)
    lines = ClassicalLineFinder().find(page, ()).lines
    (rising,) = [line for line in lines if line.quad[0][1] > line.quad[1][1]]
    assert len(lines) == 9
    height = rising.quad[0][1] - rising.quad[1][1]
    ink = np.flatnonzero((page[:, 900:, 0] < 128).any(axis=1))
    assert height == pytest.approx(ink[-1] - ink[0], rel=0.15)


def test_small_text_up_the_margin_is_found_with_its_low_letters_and_hyphens():
    page = np.array(page_of(["wishing mill pond", "the moss on a stone"] * 4))
    text = page_of(["Form 84-B, edition 5"], size=21, step=60)[30:75, 95:330]
    page[90 : 90 + text.shape[1], 900 : 900 + text.shape[0]] = np.rot90(text)
    lines = ClassicalLineFinder().find(page, ()).lines
    (rising,) = [line for line in lines if line.quad[0][1] > line.quad[1][1]]
    assert len(lines) == 9
    rows = np.flatnonzero((page[:, 900:, 0] < 128).any(axis=1))
    columns = np.flatnonzero((page[:, 900:, 0] < 128).any(axis=0)) + 900
    assert rising.quad[0][1] >= rows[-1]
    assert rising.quad[1][1] <= rows[0]
    assert rising.quad[0][0] <= columns[0]
    assert rising.quad[2][0] >= columns[-1]


def test_a_column_of_single_digits_set_close_is_no_text_up_the_page():
    page = page_of([f"{'moss pond hill'[: 9 + n % 5]}" for n in range(8)], step=30).copy()
    draw = ImageDraw.Draw(image := Pillow.fromarray(page))
    for row in range(8):
        draw.text((700, 40 + 30 * row), str(row), "black", ImageFont.load_default(30))
    lines = ClassicalLineFinder().find(np.asarray(image), ()).lines
    assert all(line.quad[0][1] == line.quad[1][1] for line in lines)
    assert sum(line.quad[0][0] > 650 for line in lines) == 8


def test_what_is_left_of_a_rule_does_not_lengthen_the_line_beside_it():
    page = page_of(["wishing mill pond", "Date: hill and dale", "wishing mill pond"]).copy()
    _, _, right, bottom = ink_of(page, 105, 170)
    clean = boxes(ClassicalLineFinder().find(page, ()).lines)
    page[bottom - 2 : bottom, right + 6 : 900] = 0
    ruled = boxes(ClassicalLineFinder().find(page, ()).lines)
    assert ruled == [pytest.approx(box, abs=2) for box in clean]


@pytest.mark.parametrize(("letter", "gap"), [("I", 32), ("1", 32), ("a", 30)])
def test_a_single_letter_between_words_set_far_apart_belongs_to_one_of_them(letter, gap):
    page = Pillow.fromarray(page_of(["wishing mill pond hens", "", "wishing mill pond hens"]))
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(30)
    x = 100
    for word in ("mossy", letter, "stones"):
        draw.text((x, 110), word, "black", font)
        x += round(font.getlength(word)) + gap
    found = boxes(find_lines(find_letters(np.asarray(page))).lines)
    row = [each for each in found if 100 < (each[1] + each[3]) / 2 < 160]
    assert len(row) == 2
    assert min(each[2] - each[0] for each in row) > 60


def test_words_of_typewriting_make_one_line():
    page = Pillow.new("RGB", (1000, 400), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(30)
    rows = ["moss on a stone was seen", "once a man saw a moose", "no one can say so soon"]
    for number, row in enumerate(rows):
        for column, letter in enumerate(row):
            draw.text((100 + 22 * column, 80 + 90 * number), letter, "black", font, anchor="ms")
    found = boxes(find_lines(find_letters(np.asarray(page))).lines)
    assert len(found) == len(rows)
    assert min(right - left for left, _, right, _ in found) > 22 * 20


@pytest.mark.parametrize("backwards", [False, True])
def test_a_dash_between_two_lines_of_a_row_belongs_to_the_nearer_one(backwards):
    cores = np.array([[100, 100, 200, 120], [240, 100, 300, 120]])
    dash = np.array([[220, 109, 10, 3]], np.int32)  # 20 from one, 10 from the other
    letters = np.array([[100, 100, 100, 20], [240, 100, 60, 20]], np.int32)
    order = slice(None, None, -1 if backwards else 1)
    lines, _ = whole_pieces(cores[order], np.vstack([letters, dash]), 20.0, 36, (400, 1000))
    left, right = sorted(lines.tolist())
    assert left[2] < 220
    assert right[0] <= 220


def typewritten(row, cell=18, size=30):
    """A page on which each character of the row has a cell of the same width."""
    page = Pillow.new("RGB", (1000, 220), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size)
    for line in range(2):
        for at, letter in enumerate(row):
            x = 60 + cell * at + (cell - draw.textlength(letter, font)) / 2
            draw.text((x, 40 + 70 * line), letter, "black", font)
    return np.asarray(page)


@pytest.mark.parametrize(
    "row", ["note no. seven on moss", "a ton. no sum. on rose", "net: one; two"]
)
def test_a_stop_between_the_words_of_typewriting_belongs_to_the_word_before_it(row):
    page = typewritten(row)
    found = boxes(ClassicalLineFinder().find(page, ()).lines)
    for line, (top, bottom) in enumerate([(30, 95), (100, 165)]):
        stops = [60 + 18 * at + 9 for at, letter in enumerate(row) if letter in ".:;"]
        own = [box for box in found if top <= (box[1] + box[3]) / 2 <= bottom]
        for stop in stops:
            assert any(box[0] < stop < box[2] for box in own), (line, stop, own)


def test_parts_of_a_typewritten_line_are_one_once_the_stop_between_them_was_found():
    page = typewritten("note no. seven on moss")
    assert len(ClassicalLineFinder().find(page, ()).lines) == 2


@pytest.mark.parametrize("letter", [12.0, 20.0])
def test_a_page_on_which_all_lines_are_marks_has_no_line(letter):
    marks = np.array([[10, 10, 14, 14], [200, 40, 205, 44]], np.int32)
    pieces = np.array([[10, 10, 4, 4], [200, 40, 5, 4]], np.int32)
    lines, _ = whole_pieces(marks, pieces, letter, 20, (100, 300))
    assert len(lines) == 0


@pytest.mark.parametrize("nearer", [0, 1])
def test_of_hundreds_of_rows_each_takes_its_own_stop_and_the_one_between_two_that_is_nearer(nearer):
    letter, rows = 20.0, 300
    tops = 30 * np.arange(rows, dtype=np.int32)[:, None]
    left = np.hstack([tops * 0 + 10, tops, tops * 0 + 100, tops + 20])
    right = left + np.array([120, 0, 120, 0], np.int32)
    stop = np.hstack([tops * 0 + (105, 120)[nearer], tops + 16, tops * 0 + 4, tops * 0 + 4])
    cores = np.vstack([left, right])
    letters = cores.copy()
    letters[:, 2:] = (90, 20)
    pieces = np.vstack([letters, stop])[np.random.default_rng(5).permutation(3 * rows)]

    lines, _ = whole_pieces(cores, pieces, letter, 1, (30 * rows, 400))

    room = 0.15 * letter
    ends = lines[np.argsort(lines[:, 0], kind="stable")][:, [0, 2]].reshape(2, rows, 2)
    grown = [[10 - room, 100 + room], [130 - room, 220 + room]]
    grown[nearer][1 - nearer] = (109 + room, 120 - room)[nearer]
    assert np.abs(ends - np.array(grown)[:, None]).max() <= 0.5
