from collections import Counter

import pytest

from tests.support.printed import page_of
from vision.extraction.evidence import pieces_of
from vision.extraction.pairs.features import (
    Form,
    join_features,
    link_features,
    role_features,
    unit_features,
)
from vision.extraction.pairs.linking import joined, pairs_of, role_chances
from vision.extraction.pairs.network import networks
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
        ("State of _Indiana", [("State of", False), ("_Indiana", False)]),
        ("Room 5 | Floor 2", [("Room 5", False), ("Floor 2", False)]),
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
    form = Form.of(units_of(pieces_of(page_of("Name: Jo", "Town: Ely"))))
    roles = role_chances(form)
    rows = {
        "first_roles": unit_features(form), "roles": role_features(form, roles),
        "links": link_features(form, roles).features, "joins": join_features(form, roles).features,
    }  # fmt: skip
    assert {name: each.shape[1] for name, each in rows.items()} == {
        name: len(network.hidden) for name, network in networks().items()
    }


def test_the_chances_of_the_roles_of_a_unit_add_up_to_one():
    form = Form.of(units_of(pieces_of(page_of(*TABLE))))
    chances = role_chances(form)
    assert chances.shape == (15, 4)
    assert chances.sum(axis=1) == pytest.approx(1)


def test_a_tick_belongs_to_the_choice_behind_it():
    rows = (
        [(50, "Condition"), (250, "X"), (270, "Good"), (450, "Fair"), (650, "Poor")],
        [(50, "Packaging"), (250, "Good"), (430, "X"), (450, "Fair"), (650, "Poor")],
    )
    assert {("Good", "X"), ("Fair", "X")} <= set(pairs(*rows))


ADDRESS = (
    [(50, "Date:"), (250, "3 May 1990")],
    "",
    [(50, "Comments:"), (250, "The samples were received in good order and")],
    [(250, "were sent to the laboratory for a second test")],
    [(250, "because the first one could not be finished.")],
    "",
    [(50, "Phone:"), (250, "555 1234")],
)


def test_the_lines_of_an_answer_are_one_value():
    found = dict(pairs(*ADDRESS))
    assert found["Comments:"].startswith("The samples")
    assert found["Comments:"].endswith("could not be finished.")
    assert found["Date:"] == "3 May 1990"


def test_joining_keeps_every_word_once():
    cut = units_of(pieces_of(page_of(*ADDRESS)))
    words = Counter(token.ref for unit in cut for token in unit.piece.tokens)
    kept = Counter(token.ref for unit in joined(cut) for token in unit.piece.tokens)
    assert kept == words
