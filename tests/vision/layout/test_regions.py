import pytest

from vision.core.document import Box, Line, Word
from vision.core.stages import Detection
from vision.layout.regions import kind_of, make_regions, region_of


def finding(label, *box, confidence=0.9, model="doc"):
    return model, Detection(label, confidence, Box(*box))


def labels(*findings):
    return [region.label for region in make_regions(findings, 1000, 1000)]


def text_line(*box, words=()):
    return Line("x", 1.0, Box(*box), tuple(Word("x", 1.0, Box(*word)) for word in words))


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("text", "text"),
        ("page_number", "page_number"),
        ("Page-header", "header"),
        ("Section-header", "title"),
        ("List item", "list"),
        ("Picture", "figure"),
        ("checkbox", None),
        ("person", None),
    ],
)
def test_labels_of_layout_models_name_kinds_and_others_do_not(label, kind):
    assert kind_of(label) == kind


def test_regions_are_numbered_down_the_page():
    regions = make_regions(
        [finding("text", 0, 500, 9, 600), finding("title", 0, 0, 9, 50)], 99, 999
    )
    assert [(region.id, region.label) for region in regions] == [("r1", "title"), ("r2", "text")]


def test_two_models_that_find_the_same_table_make_one_region_of_the_surer_one():
    regions = make_regions(
        [
            finding("table", 0, 0, 100, 100, confidence=0.6, model="a"),
            finding("Table", 5, 5, 100, 100, confidence=0.8, model="b"),
        ],
        1000,
        1000,
    )
    assert [(region.model, region.confidence) for region in regions] == [("b", 0.8)]


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ((0, 0, 100, 100), (0, 0, 100, 61), 1),
        ((0, 0, 100, 100), (50, 0, 160, 100), 2),
        ((0, 0, 100, 100), (10, 10, 20, 20), 1),
        ((0, 0, 100, 100), (95, 0, 105, 100), 2),
        ((0, 0, 100, 100), (100, 0, 200, 100), 2),
    ],
)
def test_the_same_label_twice_is_one_thing_when_it_overlaps_much_or_lies_inside(
    first, second, count
):
    assert len(labels(finding("text", *first), finding("text", *second, confidence=0.5))) == count


def test_different_labels_may_share_a_place():
    assert labels(finding("figure", 0, 0, 9, 9), finding("logo", 0, 0, 9, 9)) == ["figure", "logo"]


def test_people_may_stand_before_people():
    assert len(labels(finding("person", 0, 0, 100, 100), finding("person", 10, 10, 40, 90))) == 2


def test_boxes_are_clipped_to_the_page_and_dropped_when_outside():
    regions = make_regions(
        [finding("text", -5, -5, 50, 50), finding("text", 200, 0, 300, 50)], 100, 100
    )
    assert [region.box for region in regions] == [Box(0, 0, 50, 50)]


def test_a_line_belongs_to_the_smallest_region_around_it():
    regions = make_regions(
        [finding("figure", 0, 0, 500, 500), finding("text", 0, 0, 90, 90)], 999, 999
    )
    assert region_of(text_line(10, 10, 50, 30), regions).label == "text"


def test_a_table_keeps_its_text_from_regions_inside_it():
    regions = make_regions(
        [finding("table", 0, 0, 500, 500), finding("text", 0, 0, 90, 90)], 999, 999
    )
    assert region_of(text_line(10, 10, 50, 30), regions).label == "table"


@pytest.mark.parametrize(("inside", "belongs"), [(1, False), (2, True), (3, True)])
def test_a_line_belongs_where_most_of_its_words_are(inside, belongs):
    regions = make_regions([finding("text", 0, 0, 100 * inside, 50)], 999, 999)
    words = [(100 * i + 10, 10, 100 * i + 90, 30) for i in range(3)]
    found = region_of(text_line(10, 10, 290, 30, words=words), regions)
    assert (found is not None) == belongs


def test_a_checkbox_owns_no_text():
    regions = make_regions([finding("checkbox", 0, 0, 100, 100)], 999, 999)
    assert region_of(text_line(10, 10, 50, 30), regions) is None


def a_form(pieces, table_confidence, piece_confidence=0.5):
    """A table region around pieces of text, one below the other."""
    inside = [
        finding("text", 10, 50 * at + 10, 200, 50 * at + 40, confidence=piece_confidence)
        for at in range(pieces)
    ]
    return [finding("table", 0, 0, 400, 50 * pieces + 20, confidence=table_confidence), *inside]


@pytest.mark.parametrize(
    ("pieces", "confidence", "stays"),
    [
        pytest.param(6, 0.4, False, id="surer pieces of text deny it"),
        pytest.param(6, 0.5, True, id="pieces as sure as the table"),
        pytest.param(6, 0.9, True, id="a sure table"),
        pytest.param(5, 0.4, True, id="few pieces"),
        pytest.param(0, 0.4, True, id="no pieces"),
    ],
)
def test_a_table_less_sure_than_most_of_much_text_in_it_is_a_form(pieces, confidence, stays):
    assert ("table" in labels(*a_form(pieces, confidence))) == stays


def test_text_beside_a_table_does_not_deny_it():
    beside = [finding("text", 500, 50 * at, 700, 50 * at + 30, confidence=0.9) for at in range(8)]
    assert "table" in labels(*a_form(0, 0.3), *beside)


def tables(*rows):
    """Tables of one column from (top, bottom, confidence)."""
    return [finding("table", 0, top, 400, foot, confidence=sure) for top, foot, sure in rows]


@pytest.mark.parametrize(
    ("parts", "tops"),
    [
        pytest.param([(0, 190, 0.75), (210, 400, 0.7)], [0, 210], id="two that fill it"),
        pytest.param([(0, 120, 0.9), (140, 260, 0.7), (280, 400, 0.7)], [0, 140, 280], id="three"),
        pytest.param([(0, 190, 0.75)], [0], id="one alone is a part of it"),
        pytest.param([(0, 190, 0.75), (210, 400, 0.65)], [0], id="one of two is less certain"),
        pytest.param([(0, 80, 0.75), (300, 380, 0.75)], [0], id="most of it is in neither"),
        pytest.param([(0, 230, 0.75), (170, 400, 0.7)], [0], id="they overlap"),
    ],
)
def test_a_table_around_several_tables_that_fill_it_is_left_out(parts, tops):
    regions = make_regions(tables((0, 400, 0.8), *parts), 999, 999)
    assert [region.box.y0 for region in regions] == tops
