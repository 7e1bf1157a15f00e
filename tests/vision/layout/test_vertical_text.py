import numpy as np
import pytest

from tests.support.readings import blank_page, read_line
from vision.layout.assemble import assemble

POEM = ["春眠不觉晓", "处处闻啼鸟", "夜来风雨声", "花落知多少"]


def column(text, x, y, width=30):
    """A line from the top down whose top right corner is at (x + width, y), 32 pixels a letter."""
    turn = np.array([[0.0, -1.0, x + width], [1.0, 0.0, y]])
    return read_line(text, 0, 0, width=32 * len(text), height=width, to_frame=turn)


def text_of(*lines):
    crops, readings = zip(*lines, strict=True)
    return assemble(blank_page(), crops, readings, (), (), ("chi_sim",)).text


def poem(x, y, columns=POEM):
    """Columns from the right to the left whose leftmost one begins at `x`."""
    last = len(columns) - 1
    return [column(text, x + 45 * (last - at), y) for at, text in enumerate(columns)]


def test_columns_of_chinese_are_read_from_the_right():
    assert text_of(*poem(300, 200)) == "\n".join(POEM)


def test_the_order_in_which_columns_were_found_does_not_matter():
    assert text_of(*reversed(poem(300, 200))) == "\n".join(POEM)


def test_two_pieces_of_a_column_follow_each_other_before_the_next_column():
    lines = [column("春眠", 345, 200), column("不觉晓", 345, 300), column("处处闻啼鸟", 300, 200)]
    assert text_of(*lines) == "春眠\n不觉晓\n处处闻啼鸟"


def test_level_text_above_and_below_columns_stays_above_and_below():
    heading = read_line("唐诗两首选读", 100, 100, width=300, height=40)
    note = read_line("以上为唐诗", 100, 500, width=200)
    lines = text_of(note, *poem(300, 200), heading).split("\n\n")
    assert lines == ["唐诗两首选读", "\n".join(POEM), "以上为唐诗"]


def test_the_upper_tier_of_columns_is_read_before_the_lower_one():
    upper, lower = poem(300, 200), poem(300, 700, ["床前明月光", "疑是地上霜"])
    assert text_of(*lower, *upper).replace("\n\n", "\n").split("\n") == [
        *POEM,
        "床前明月光",
        "疑是地上霜",
    ]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["copy for the", "customer only"], ["copy for the", "customer only"]),
        (["ABC春", "DEF鸟"], ["ABC春", "DEF鸟"]),
    ],
)
def test_labels_in_latin_letters_beside_each_other_are_no_such_columns(texts, expected):
    left, right = column(texts[0], 300, 200), column(texts[1], 345, 200)
    assert text_of(right, left).replace("\n\n", "\n").split("\n") == expected


def test_columns_keep_their_true_places_in_the_result():
    crops, readings = zip(*poem(300, 200), strict=True)
    page = assemble(blank_page(), crops, readings, (), (), ("chi_sim",))
    boxes = [line.box for block in page.blocks for line in block.lines]
    assert [(box.x0, box.y0, box.x1, box.y1) for box in boxes] == [
        (435.0 - 45 * at, 200.0, 465.0 - 45 * at, 360.0) for at in range(4)
    ]
