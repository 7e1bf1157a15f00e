"""All genres of synthetic pages, and how often each is drawn."""

from collections.abc import Callable
from random import Random

from models.training.synthetic.elements.figures import Desk, Photographs
from models.training.synthetic.genres import (
    everyday,
    forms,
    headed,
    letters,
    plain_headings,
    school,
    tables,
)
from models.training.synthetic.genres import publications as printed
from models.training.synthetic.markup import Page

WEIGHTS: dict[Callable[[Desk], Page], float] = {
    printed.journal: 34, printed.book: 6, printed.notice: 6, printed.report: 8, printed.slide: 3,
    school.maths: 8, school.exam: 20, school.textbook: 18,
    letters.letter: 24, letters.memo: 4, letters.signed: 12, letters.specimens: 12, letters.note: 3,
    tables.tabular: 16,
    everyday.newspaper: 8, everyday.deck: 10, everyday.screen: 5, everyday.id_card: 5,
    everyday.asian_textbook: 10, headed.workbook: 14, headed.notes: 6,
    plain_headings.dense: 8,
    forms.form: 4, forms.invoice: 4, forms.receipt: 1, forms.codes: 3,
}  # fmt: skip


def draw_page(seed: int, photographs: Photographs) -> Page:
    """The page of a seed: the same seed always gives the same page."""
    rng = Random(seed)
    genre = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    return genre(Desk(rng, photographs))
