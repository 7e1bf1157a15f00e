"""Made-up pages: every kind can be drawn, names only classes there are, and follows its seed."""

import re
from random import Random
from xml.etree import ElementTree as Tree

import pytest

from models.training.labels import CLASSES
from models.training.synthetic.elements.figures import Desk, Photographs
from models.training.synthetic.elements.formulas import formula, inline
from models.training.synthetic.elements.marks import signature
from models.training.synthetic.elements.school_figures import school_figure
from models.training.synthetic.elements.science_figures import MAKERS
from models.training.synthetic.genres.catalogue import WEIGHTS, draw_page

GENRES = [pytest.param(genre, id=genre.__name__) for genre in WEIGHTS]
NO_PHOTOGRAPHS = Photographs(None)


def labels_of(html: str) -> set[str]:
    """The classes that a page marks for the renderer."""
    return set(re.findall(r'data-c="(\w+)"', html))


@pytest.mark.parametrize("genre", GENRES)
@pytest.mark.parametrize("seed", range(3))
def test_every_kind_of_page_marks_regions_of_known_classes(genre, seed: int) -> None:
    page = genre(Desk(Random(seed), NO_PHOTOGRAPHS))
    labels = labels_of(page.html)
    assert labels
    assert labels <= set(CLASSES)
    assert page.width > 200
    assert page.height > 200


def test_all_classes_are_drawn_by_some_page() -> None:
    drawn = set().union(*(labels_of(draw_page(s, NO_PHOTOGRAPHS).html) for s in range(120)))
    assert drawn == set(CLASSES)


def test_a_seed_always_draws_the_same_page() -> None:
    assert draw_page(11, NO_PHOTOGRAPHS) == draw_page(11, NO_PHOTOGRAPHS)
    assert draw_page(11, NO_PHOTOGRAPHS) != draw_page(12, NO_PHOTOGRAPHS)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("make", [formula, inline])
def test_formulas_are_balanced_markup(make, seed: int) -> None:
    markup = make(Random(seed))
    names = re.findall(r"<(/?)(\w+)", markup)
    opened: list[str] = []
    for closing, name in names:
        if closing:
            assert opened.pop() == name
        else:
            opened.append(name)
    assert not opened
    assert markup.startswith("<math")


@pytest.mark.parametrize("seed", range(10))
def test_a_signature_is_one_labelled_drawing(seed: int) -> None:
    drawn = signature(Random(seed))
    assert drawn.count('data-c="signature"') == 1
    assert drawn.startswith("<svg")
    assert drawn.endswith("</svg>")


@pytest.mark.parametrize("maker", [pytest.param(m, id=m.__name__) for m in dict.fromkeys(MAKERS)])
def test_every_drawing_of_papers_is_well_formed(maker) -> None:
    for seed in range(20):
        drawn = maker(Random(seed), 240, 150)
        assert len(Tree.fromstring(f"<svg>{drawn}</svg>")) > 1


def test_every_drawing_of_school_books_is_well_formed() -> None:
    for seed in range(60):
        drawn = school_figure(Random(seed), 200, 120).replace(" data-whole", "")
        assert Tree.fromstring(drawn).get("data-c") == "figure"
