import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.readings import blank_page, read_line
from vision.core.document import Barcode, Box
from vision.core.geometry import compose, translation
from vision.core.stages import Detection, LineReading
from vision.layout.assemble import assemble

TURN = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]])  # clockwise by a quarter, about the origin


def rotation(degrees, about=(500, 700)):
    """Clockwise on the page, whose y runs down."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
    return compose(translation(*about), compose(turn, translation(-about[0], -about[1])))


def assembled(*lines, regions=(), page=None, barcodes=()):
    crops, readings = zip(*lines, strict=True) if lines else ((), ())
    findings = [("doc", Detection(label, 0.9, Box(*box))) for label, *box in regions]
    return assemble(page or blank_page(), crops, readings, findings, barcodes, ("eng",))


def assembled_without_figures(*lines, regions):
    crops, readings = zip(*lines, strict=True)
    findings = [("doc", Detection(label, 0.9, Box(*box))) for label, *box in regions]
    return assemble(blank_page(), crops, readings, findings, (), ("eng",), "leave_out")


def prose(x, y, *texts):
    return [read_line(text, x, y + 26 * i, width=300) for i, text in enumerate(texts)]


def kinds(page):
    return [(block.kind, "/".join(line.text for line in block.lines)) for block in page.blocks]


def test_an_empty_page_has_no_text_and_says_so():
    page = assembled()
    assert (page.text, page.blocks) == ("", ())
    assert [warning.code for warning in page.warnings] == ["no_text"]


def test_lines_without_regions_become_text_in_reading_order():
    page = assembled(*prose(50, 100, "one", "two"), *prose(400, 100, "three", "four", "five"))
    assert kinds(page) == [("text", "one/two"), ("text", "three/four/five")]
    assert page.text == "one\ntwo\n\nthree\nfour\nfive"
    assert page.warnings == ()


def test_a_wide_gap_parts_paragraphs_where_no_region_does():
    page = assembled(*prose(50, 0, "a", "b", "c"), *prose(50, 130, "d", "e"))
    assert kinds(page) == [("text", "a/b/c"), ("text", "d/e")]


def test_double_spacing_is_no_paragraph_gap():
    lines = [read_line(text, 50, 50 * i, width=300) for i, text in enumerate("abcdef")]
    assert kinds(assembled(*lines)) == [("text", "a/b/c/d/e/f")]


def test_larger_print_starts_a_block():
    page = assembled(read_line("HEAD", 50, 0, height=40), *prose(50, 50, "a", "b"))
    assert kinds(page) == [("text", "HEAD"), ("text", "a/b")]


def test_a_check_box_that_the_region_of_its_text_leaves_out_is_read_with_it():
    lines = [read_line("☑", 50, 100, width=20), read_line("by post", 82, 100, width=120)]
    page = assembled(*lines, regions=[("text", 80, 95, 210, 125)])
    assert page.text == "☑ by post"
    apart = [read_line("☑", 50, 100, width=20), read_line("by post", 182, 100, width=120)]
    page = assembled(*apart, regions=[("text", 180, 95, 310, 125)])
    assert page.text == "☑\n\nby post"


def test_regions_give_kinds_and_hold_lines_together():
    page = assembled(
        *prose(50, 0, "Heading", "body one", "body two"),
        regions=[("title", 40, 0, 400, 24), ("text", 40, 25, 400, 90)],
    )
    assert kinds(page) == [("title", "Heading"), ("text", "body one/body two")]
    assert [block.region for block in page.blocks] == ["r1", "r2"]
    assert [block.id for block in page.blocks] == ["b1", "b2"]


def test_addresses_side_by_side_are_kept_apart_by_their_regions():
    lines = [read_line(t, x, y) for y in (0, 26) for t, x in ((f"from {y}", 50), (f"to {y}", 400))]
    page = assembled(*lines, regions=[("text", 40, 0, 200, 60), ("text", 390, 0, 600, 60)])
    assert kinds(page) == [("text", "from 0/from 26"), ("text", "to 0/to 26")]


def form_of(*rows):
    """Lines of rows given as their height on the page and (text, x) each."""
    return [read_line(text, x, y) for y, row in rows for text, x in row]


def test_labels_above_their_entries_are_read_cell_by_cell():
    page = assembled(
        *form_of(
            (0, [("name", 50), ("town", 500)]),
            (30, [("Ann", 60), ("Rome", 510)]),
            (100, [("date", 50), ("sum", 500)]),
            (130, [("May", 60), ("12", 510)]),
        )
    )
    assert page.text.split() == ["name", "Ann", "town", "Rome", "date", "May", "sum", "12"]
    assert [text for _, text in kinds(page)] == ["name/Ann", "town/Rome", "date/May", "sum/12"]


def test_a_label_whose_entry_is_empty_keeps_its_place():
    rows = (0, [("budget", 50), ("account", 300), ("branch", 600)]), (30, [("9590", 610)])
    assert assembled(*form_of(*rows)).text.split() == ["budget", "account", "branch", "9590"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(
            ((0, [("to:", 50), ("Ann", 300)]), (26, [("from:", 50), ("Bob", 300)])), id="colons"
        ),
        pytest.param(
            ((0, [("brand", 50), ("Fox", 140)]), (26, [("colour", 50), ("red", 140)])),
            id="entries close beside",
        ),
        pytest.param(
            tuple((26 * i, [(f"a{i}", 50), (f"b{i}", 500)]) for i in range(4)), id="even rows"
        ),
        pytest.param(
            ((0, [("left", 50), ("right", 500)]), (26, [("under both of them alike " * 2, 50)])),
            id="entry under two labels",
        ),
        pytest.param(
            ((0, [("left", 50), ("right", 500)]), (70, [("one", 50), ("two", 500)])), id="far below"
        ),
    ],
)
def test_rows_that_are_no_labels_above_entries_are_read_across(rows):
    told = [word for _, row in rows for text, _ in row for word in text.split()]
    assert assembled(*form_of(*rows)).text.split() == told


def test_a_form_that_was_taken_for_a_table_is_read_as_a_form():
    rows = [
        each
        for y in (0, 110, 220)
        for each in ((y, [("name:", 50), ("town:", 500)]), (y + 40, [("Ann", 60), ("Rome", 510)]))
    ]
    page = assembled(*form_of(*rows), regions=[("table", 40, 0, 700, 300)])
    assert page.text.split() == ["name:", "Ann", "town:", "Rome"] * 3
    assert page.tables == ()


def test_two_columns_of_labels_above_wide_entries_are_a_form_and_no_columns_of_prose():
    rows = [
        each
        for y in (0, 110, 220, 330)
        for each in (
            (y, [("a label of words", 50), ("another label here", 500)]),
            (y + 40, [("what is filled in there", 60), ("and what is here", 510)]),
        )
    ]
    told = [line.text for block in assembled(*form_of(*rows)).blocks for line in block.lines]
    assert told == ["a label of words", "what is filled in there", "another label here",
                    "and what is here"] * 4  # fmt: skip


def test_labels_that_a_region_holds_stay_with_the_entries_beside_it():
    rows = [(26 * i, [(f"label{i}", 50), (f"{i}", 300)]) for i in range(3)]
    page = assembled(*form_of(*rows), regions=[("text", 40, 0, 200, 90)])
    assert page.text.split() == ["label0", "0", "label1", "1", "label2", "2"]
    assert [region.label for region in page.regions] == ["text"]


def test_long_labels_with_colons_are_no_column_of_prose():
    labels = ("number of the sample:", "number of the batch:", "date of the delivery:")
    entries = ("one hundred and ninety five", "the second of the year", "the first of November")
    rows = [
        (26 * i, [(label, 50), (entry, 500)])
        for i, (label, entry) in enumerate(zip(labels, entries, strict=True))
    ]
    told = [line.text for block in assembled(*form_of(*rows)).blocks for line in block.lines]
    assert told == [text for pair in zip(labels, entries, strict=True) for text in pair]


def test_a_label_and_its_entry_in_one_cell_do_not_keep_rows_together():
    rows = (
        (0, [("ship to", 50), ("date wanted", 700)]),
        (26, [("Rome", 50), ("attention:", 200), ("Ann", 350), ("May", 710)]),
    )
    told = assembled(*form_of(*rows)).text.split()
    assert " ".join(told) == "ship to Rome attention: Ann date wanted May"


def test_heads_come_first_then_the_body_then_footnotes_and_feet():
    page = assembled(
        read_line("17", 480, 1370),
        read_line("a note", 50, 1300),
        *prose(50, 100, "body", "goes on"),
        read_line("Journal", 50, 20),
        regions=[
            ("page_number", 470, 1360, 520, 1395),
            ("footnote", 40, 1290, 400, 1330),
            ("header", 40, 10, 400, 45),
        ],
    )
    assert kinds(page) == [
        ("header", "Journal"),
        ("text", "body/goes on"),
        ("footnote", "a note"),
        ("page_number", "17"),
    ]


@pytest.mark.parametrize("label", ["footer", "header", "page_number"])
def test_what_has_other_text_in_its_row_is_no_margin_of_the_page(label):
    rows = [(26 * i, [(f"item{i}", 50), (f"{i}.00", 500)]) for i in range(4)]
    last = (104, [("total", 50), ("6.00", 500)]), (200, [("thanks", 50)])
    page = assembled(*form_of(*rows, *last), regions=[(label, 45, 100, 120, 128)])
    assert page.text.split()[-3:] == ["total", "6.00", "thanks"]


def test_a_page_number_at_the_top_comes_first():
    page = assembled(
        *prose(50, 100, "body", "more"),
        read_line("17", 900, 10),
        regions=[("page_number", 890, 0, 930, 40)],
    )
    assert [block.kind for block in page.blocks] == ["page_number", "text"]


def test_pieces_of_a_line_are_joined_in_order_when_they_stand_close():
    page = assembled(read_line("world", 120, 101), read_line("Hello", 50, 100))
    (line,) = page.blocks[0].lines
    assert line.text == "Hello world"
    assert [word.text for word in line.words] == ["Hello", "world"]
    assert line.box == Box(50, 100, 170, 121)


@pytest.mark.parametrize(("gap", "lines"), [(39, 1), (41, 2)])
def test_pieces_more_than_two_line_heights_apart_stay_apart(gap, lines):
    page = assembled(read_line("Total", 50, 100), read_line("9.00", 100 + gap, 100))
    assert len(page.blocks[0].lines) == lines
    assert page.text.split() == ["Total", "9.00"]


def test_a_joined_line_is_as_sure_as_its_letters_on_average():
    crop, reading = read_line("cccccccc", 50, 100)
    sure = LineReading("cccccccc", 1.0, reading.words)
    other_crop, other = read_line("dd", 140, 100)
    unsure = LineReading("dd", 0.5, other.words)
    (line,) = assembled((crop, sure), (other_crop, unsure)).blocks[0].lines
    assert line.confidence == pytest.approx(0.9)


def test_a_table_region_gives_a_block_with_a_line_a_row_and_a_grid():
    page = assembled(
        *[read_line(text, x, y) for text, x, y in (("a", 50, 0), ("b", 400, 0))],
        *[read_line(text, x, y) for text, x, y in (("c", 50, 40), ("d", 400, 40))],
        regions=[("table", 40, 0, 500, 80)],
    )
    assert kinds(page) == [("table", "a b/c d")]
    assert [(cell.row, cell.column, cell.text) for cell in page.tables[0].cells] == [
        (0, 0, "a"),
        (0, 1, "b"),
        (1, 0, "c"),
        (1, 1, "d"),
    ]
    assert page.tables[0].region == page.blocks[0].region == "r1"


def test_a_table_between_columns_of_text_is_read_as_a_whole():
    cells = [read_line(f"{x}{y}", x, y) for y in (300, 330) for x in (50, 250, 450, 650)]
    page = assembled(
        *prose(50, 0, "a", "b", "c"),
        *prose(400, 0, "d", "e", "f"),
        *cells,
        regions=[("table", 40, 290, 740, 360)],
    )
    assert [block.kind for block in page.blocks] == ["text", "text", "table"]
    assert page.blocks[2].lines[0].text == "50300 250300 450300 650300"


def test_upright_text_has_no_polygon_and_boxes_of_its_words():
    (line,) = assembled(read_line("two words", 50, 100)).blocks[0].lines
    assert line.polygon is None
    assert line.box == Box(50, 100, 140, 120)
    assert [word.box for word in line.words] == [Box(50, 100, 80, 120), Box(90, 100, 140, 120)]


def test_text_that_runs_down_the_page_has_a_polygon_and_comes_after_the_body():
    to_frame = compose(translation(980, 100), TURN)
    page = assembled(
        read_line("along the edge", 0, 0, to_frame=to_frame), *prose(50, 100, "body", "more")
    )
    assert kinds(page) == [("text", "body/more"), ("text", "along the edge")]
    edge = page.blocks[1].lines[0]
    assert edge.polygon[0] == pytest.approx((980, 100))
    assert edge.polygon[1] == pytest.approx((980, 240))
    assert edge.box == pytest.approx((960, 100, 980, 240))


@pytest.mark.parametrize(("degrees", "has_polygon"), [(0.9, False), (1.1, True)])
def test_a_line_has_a_polygon_when_it_tilts_by_more_than_a_degree(degrees, has_polygon):
    tilted = read_line("a tilted line", 50, 100, to_frame=rotation(degrees))
    (line,) = assembled(tilted).blocks[0].lines
    assert (line.polygon is not None) == has_polygon


def test_a_tilted_page_is_ordered_as_if_it_were_straight():
    tilt = rotation(4)
    left = [read_line(f"left {i}", 50, 26 * i, width=400, to_frame=tilt) for i in range(30)]
    right = [read_line(f"right {i}", 500, 26 * i, width=400, to_frame=tilt) for i in range(30)]
    page = assembled(*right, *left, page=blank_page(to_page=tilt))
    assert page.text.split("\n") == [
        *(f"left {i}" for i in range(30)),
        "",
        *(f"right {i}" for i in range(30)),
    ]


def test_hebrew_pieces_are_joined_from_the_right():
    page = assembled(read_line("עולם", 50, 100), read_line("שלום", 100, 100))
    assert page.text == "שלום עולם"


def test_readings_without_text_leave_nothing():
    crop, _ = read_line("x", 50, 100)
    page = assembled((crop, LineReading("  ", 0.1)), read_line("here", 50, 300))
    assert page.text == "here"


def test_a_reading_without_words_covers_its_crop():
    crop, _ = read_line("hello", 50, 100)
    (line,) = assembled((crop, LineReading("hello", 0.7))).blocks[0].lines
    assert (line.box, line.words) == (Box(50, 100, 100, 120), ())


def test_each_crop_needs_its_reading():
    crop, reading = read_line("x", 0, 0)
    with pytest.raises(ValueError, match="1 readings for 2 crops"):
        assemble(blank_page(), [crop, crop], [reading], (), (), ("eng",))


def test_the_page_keeps_what_was_known_of_it():
    code = Barcode("QRCode", "x", Box(0, 0, 9, 9))
    page = assembled(read_line("x", 0, 0), barcodes=[code])
    assert (page.width, page.height, page.dpi, page.languages) == (1000, 1400, 150.0, ("eng",))
    assert page.barcodes == (code,)


def test_text_inside_figures_is_left_out_when_asked_and_captions_and_tables_stay():
    lines = [
        read_line("axis", 60, 60),
        read_line("Figure 1", 60, 260, width=200),
        read_line("after", 50, 400, width=300),
    ]
    regions = [("figure", 50, 50, 400, 300), ("caption", 50, 250, 400, 290)]
    kept = assembled(*lines, regions=regions)
    assert [kind for kind, _ in kinds(kept)] == ["figure", "caption", "text"]
    left = assembled_without_figures(*lines, regions=regions)
    assert kinds(left) == [("caption", "Figure 1"), ("text", "after")]
    assert left.text == "Figure 1\n\nafter"
    assert [region.label for region in left.regions] == ["figure", "caption"]


def test_a_page_of_nothing_but_a_figure_that_is_left_out_says_that_it_has_no_text():
    regions = [("figure", 0, 0, 400, 300)]
    page = assembled_without_figures(read_line("axis", 60, 60), regions=regions)
    assert (page.text, [warning.code for warning in page.warnings]) == ("", ["no_text"])


def found(label, confidence, *box):
    return "doc", Detection(label, confidence, Box(*box))


def read_with(lines, *findings):
    crops, readings = zip(*lines, strict=True)
    return assemble(blank_page(), crops, readings, findings, (), ("eng",))


def in_order(page):
    return [line.text for block in page.blocks for line in block.lines]


def contents():
    """A list of contents: titles of different lengths and the numbers of their pages."""
    return [("Of sails", "3"), ("Ropes and their lay", "19"), ("Masts and yards", "44"),
            ("Paint", "97")]  # fmt: skip


@pytest.mark.parametrize("confidence", [0.3, 0.57, 0.9])
def test_a_table_that_cuts_off_some_titles_does_not_tear_them_from_their_numbers(confidence):
    rows = [(30 * at, [(title, 50), (page, 300)]) for at, (title, page) in enumerate(contents())]
    page = read_with(form_of(*rows), found("table", confidence, 110, 0, 400, 120))
    assert page.text.split("\n") == [f"{title} {number}" for title, number in contents()]


def test_a_false_table_over_a_line_of_prose_and_the_edge_text_joins_nothing():
    edge = read_line("Form 17-C", 0, 0, to_frame=compose(translation(980, 60), TURN))
    texts = ("Goods are called for on working days", "Bring this slip", "A fee falls due")
    page = read_with([*prose(50, 0, *texts), edge], found("table", 0.3, 40, 50, 1000, 300))
    assert kinds(page) == [("text", "/".join(texts)), ("text", "Form 17-C")]
    assert [region.label for region in page.regions] == ["table"], "the region itself is reported"


@pytest.mark.parametrize("confidence", [0.26, 0.49])
def test_a_false_table_over_two_columns_of_prose_leaves_them_columns(confidence):
    left = [f"line {i} of the column at the left" for i in range(6)]
    right = [f"line {i} of the column beside it" for i in range(6)]
    columns = ((left, 50), (right, 400))
    lines = [read_line(t, x, 26 * at) for texts, x in columns for at, t in enumerate(texts)]
    page = read_with(lines, found("table", confidence, 40, 0, 760, 160))
    assert in_order(page) == [*left, *right]


def test_a_table_beside_a_column_of_text_takes_none_of_it():
    cells = [read_line(text, x, y) for y in (0, 30, 60) for text, x in (("tea", 50), ("1.90", 200))]
    lines = [*cells, *prose(300, 2, "one line", "two lines", "three lines")]
    page = read_with(lines, found("table", 0.6, 40, 0, 260, 90))
    assert kinds(page)[0] == ("table", "tea 1.90/tea 1.90/tea 1.90")


@pytest.mark.parametrize("label", ["signature", "handwriting", "text", "formula", "stamp"])
def test_a_region_around_the_amounts_does_not_tear_them_from_their_labels(label):
    rows = [(30 * at, [(f"item{at}", 50), (f"{at}.00", 400)]) for at in range(4)]
    page = read_with(form_of(*rows), found(label, 0.9, 390, 0, 460, 120))
    assert page.text.split() == [text for _, row in rows for text, _ in row]


def test_an_uncertain_region_beside_one_label_does_not_reorder_its_row():
    rows = [(30 * at, [(f"item{at}", 50), (f"{at}.00", 400)]) for at in range(1, 4)]
    lines = [read_line("0.00", 400, 0), *form_of(*rows)]
    page = read_with(lines, found("signature", 0.34, 390, 0, 460, 56))
    told = ["0.00", *(text for _, row in rows for text, _ in row)]
    assert page.text.split() == told


_LABELS = st.sampled_from(["table", "figure", "text", "title", "list", "header", "signature"])
_FINDINGS = st.lists(
    st.tuples(
        _LABELS,
        st.sampled_from([0.26, 0.45, 0.6, 0.9]),
        *[st.integers(0, 600)] * 2,
        *[st.integers(20, 500)] * 2,
    ),
    max_size=5,
)


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 500)), min_size=1, max_size=20),
    _FINDINGS,
)
def test_no_line_is_lost_or_doubled_whatever_regions_were_found(places, regions):
    lines = [read_line(f"n{at} more words", x, y) for at, (x, y) in enumerate(places)]
    findings = [
        found(label, confidence, x, y, x + w, y + h) for label, confidence, x, y, w, h in regions
    ]
    page = read_with(lines, *findings)
    words = [word for word in page.text.split() if word.startswith("n")]
    assert sorted(words) == sorted(f"n{at}" for at in range(len(places)))
