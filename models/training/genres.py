"""All genres of made-up pages, and how often each is drawn."""

from collections.abc import Callable
from random import Random

from models.training import genres_forms as forms
from models.training import genres_letters as letters
from models.training import genres_print as printed
from models.training import genres_school as school
from models.training import genres_tables as tables
from models.training.figures import Desk, Photographs
from models.training.markup import Page

WEIGHTS: dict[Callable[[Desk], Page], float] = {
    printed.journal: 13, printed.book: 6, printed.notice: 4, printed.report: 6, printed.slide: 3,
    school.maths: 18, school.exam: 12, school.textbook: 14,
    letters.letter: 22, letters.memo: 6, letters.signed: 10, letters.note: 4, tables.tabular: 18,
    forms.form: 5, forms.invoice: 4, forms.receipt: 1, forms.codes: 3,
}  # fmt: skip


def draw_page(seed: int, photographs: Photographs) -> Page:
    """The page that belongs to a seed: the same seed always makes the same page."""
    rng = Random(seed)
    genre = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    return genre(Desk(rng, photographs))
