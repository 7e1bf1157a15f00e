import random
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fields.drawn_forms import draw_form
from benchmarks.fields.fit_links import owned
from benchmarks.fields.forms import score_given, score_read
from benchmarks.fields.perceptron import Plan, fit_network
from benchmarks.fields.readings import ReadPage
from benchmarks.fields.receipts import tally
from tests.support.printed import page_of
from vision.extraction.pairs.linking import linked
from vision.extraction.pairs.network import networks, store, stored

TRUE = {"company": "HALL LTD", "date": "05/08/2017", "address": "", "total": "RM 13.25"}


def read(*rows: str) -> ReadPage:
    return ReadPage("one", "even", page_of(*rows), {"fields": TRUE})


def test_fields_are_compared_by_letters_and_digits_and_totals_as_numbers() -> None:
    result = tally([read("Hall, Ltd.", "05/08/2017", "Total: 13.25")])
    assert {kind: score.f1 for kind, score in result.scores.items()} == {
        "company": 1.0, "date": 1.0, "address": 1.0, "total": 1.0,
    }  # fmt: skip
    assert result.misses == []
    assert result.strict["date"].f1 == 1.0
    assert result.strict["total"].f1 == 0.0


def test_what_is_not_found_and_what_is_wrong_are_listed() -> None:
    result = tally([read("Total: 13.26")])
    assert [(miss.kind, miss.found) for miss in result.misses if miss.true] == [
        ("company", ""), ("date", ""), ("total", "13.26"),
    ]  # fmt: skip
    assert (result.scores["total"].matched, result.scores["total"].found) == (0, 1)
    assert sum(result.legible.values()) == 0


def form(links: list[list[int]]) -> ReadPage:
    """A form of four rows: a label at x 50 and an entry at x 250, ten pixels a letter."""
    rows = [("Name:", "Miller"), ("Town:", "Ely"), ("Phone:", "555 1234"), ("Room:", "12")]
    page = page_of(*([(50, label), (250, entry)] for label, entry in rows))
    lines = page.blocks[0].lines
    words = [
        {"text": word.text, "box": list(word.box), "entity": at}
        for at, line in enumerate(lines)
        for word in line.words
    ]
    entities = [
        {"id": at, "label": "answer" if at % 2 else "question", "linking": links}
        for at in range(len(lines))
    ]
    return ReadPage("form", "odd", page, {"words": words, "entities": entities})


@pytest.mark.parametrize("score", [score_given, score_read])
def test_links_count_once_and_only_where_both_sides_are_right(score) -> None:
    right = form([[0, 1], [2, 3], [4, 5], [6, 7]])
    assert score([right]).true == 4
    assert score([right]).matched >= 3
    wrong = form([[0, 3], [2, 1]])
    assert (score([wrong]).matched, score([wrong]).true) == (0, 2)
    assert score([form([])]).true == 0


def test_a_drawn_form_is_the_same_for_the_same_seed_and_links_entries_that_it_has() -> None:
    one, other = (draw_form(random.Random(5)) for _ in range(2))
    assert (one.entries, one.links) == (other.entries, other.links)
    assert len(one.links) > 5
    assert {at for link in one.links for at in link} <= set(range(len(one.entries)))
    assert len(one.kinds) == len(one.entries)
    assert {one.kinds[label] for label, _ in one.links} == {"label"}
    assert {one.kinds[value] for _, value in one.links} == {"value"}


def test_the_weights_of_the_product_link_drawn_forms_that_they_were_not_fitted_on() -> None:
    matched = found = true = 0
    for seed in (5000, 5001, 5002):
        units, owners, _, links = owned(seed)
        owner_of = {id(unit.piece): at for unit, at in zip(units, owners, strict=True)}
        pairs = {(owner_of[id(each.label)], owner_of[id(each.value)]) for each in linked(units)}
        matched, found = matched + len(pairs & links), found + len(pairs)
        true += len(links)
    assert 2 * matched > 0.75 * (found + true)


def test_the_average_of_several_fits_is_one_network_that_learned_the_same() -> None:
    rows = np.random.default_rng(3).normal(size=(2000, 3))
    truth = (rows[:, :1] > rows[:, 1:2]).astype(float)
    network = fit_network(rows, truth, Plan(hidden=16, epochs=60, fits=3))
    assert network.hidden.shape == (3, 48)
    assert ((network.scores(rows) > 0) == (truth > 0)).mean() > 0.95


def test_networks_are_stored_the_same_each_time_and_as_they_were(tmp_path: Path) -> None:
    one, other = tmp_path / "one.npz", tmp_path / "other.npz"
    store(one, networks())
    store(other, stored(one))
    assert one.read_bytes() == other.read_bytes()
    assert stored(one).keys() == networks().keys()
    assert (stored(one)["links"].hidden == networks()["links"].hidden).all()


def test_a_word_is_covered_by_its_centre_however_loose_its_true_box_is() -> None:
    loose = form([[0, 1], [2, 3], [4, 5], [6, 7]])
    for word in loose.truth["words"]:
        x0, y0, x1, y1 = word["box"]
        word["box"] = [x0 - 4, y0 - 5, x1 + 4, y1 + 5]
    assert score_read([loose]).matched >= 3
