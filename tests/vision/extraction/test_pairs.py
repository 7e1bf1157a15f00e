from collections import Counter

import pytest

from tests.support.printed import page_of
from vision.extraction.evidence import pieces_of
from vision.extraction.pairs.features import candidates_of
from vision.extraction.pairs.linking import pairs_of, weights
from vision.extraction.pairs.units import units_of


def pairs(*rows):
    return [(pair.label.text, pair.value.text) for pair in pairs_of(pieces_of(page_of(*rows)))]


def units(text):
    return [(unit.piece.text, unit.closed) for unit in units_of(pieces_of(page_of(text)))]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Date: 3 May", [("Date:", True), ("3 May", False)]),
        ("Weight -- 5 kg", [("Weight --", True), ("5 kg", False)]),
        ("at 12:30 precisely", [("at 12:30 precisely", False)]),
        ("--- ...", []),
    ],
)
def test_a_piece_is_cut_where_labels_end(text, cut):
    assert units(text) == cut


def test_values_stand_beside_their_labels():
    form = (
        [(50, "Name:"), (250, "Jo Miller"), (550, "Date:"), (700, "3 May 1990")],
        [(50, "Street:"), (250, "Mill Road 5"), (550, "Phone:"), (700, "555 1234")],
        [(50, "Town:"), (250, "Brookfield"), (550, "Room:"), (700, "12")],
    )
    assert set(pairs(*form)) == {
        ("Name:", "Jo Miller"), ("Date:", "3 May 1990"), ("Street:", "Mill Road 5"),
        ("Phone:", "555 1234"), ("Town:", "Brookfield"), ("Room:", "12"),
    }  # fmt: skip


TABLE = (
    [(250, "North"), (450, "South"), (650, "West")],
    [(50, "Rope"), (250, "120"), (450, "340"), (650, "55")],
    [(50, "Paint"), (250, "18"), (450, "92"), (650, "71")],
    [(50, "Nails"), (250, "240"), (450, "610"), (650, "35")],
)


def test_a_cell_has_the_label_of_its_row_and_the_head_of_its_column():
    found = set(pairs(*TABLE))
    assert {("Paint", "18"), ("North", "18"), ("Nails", "610"), ("South", "610")} <= found


def test_no_value_has_three_labels_and_no_label_is_a_value():
    found = pairs_of(pieces_of(page_of(*TABLE, [(50, "Date:"), (250, "3 May 1990")])))
    values = Counter(id(pair.value) for pair in found)
    assert max(values.values()) == 2
    assert not {id(pair.label) for pair in found} & set(values)


def test_pages_of_one_word_and_of_none_have_no_pairs():
    assert pairs("alone") == pairs() == []


def test_there_is_a_weight_for_each_feature():
    found = candidates_of(units_of(pieces_of(page_of("Name: Jo", "Town: Ely"))))
    assert {way: each.features.shape[1] for way, each in found.items()} == {
        way: len(each) for way, each in weights().items()
    }
