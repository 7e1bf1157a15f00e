"""Forms as words at places, with the links of their labels and values: to fit weights on.

Real annotated forms come with licences that forbid commercial use, so the weights of the product
are fitted on these. A form is a stack of sections: pairs side by side, captions over boxes, tables
with heads and row labels, memo heads, choices, statements, answers of several lines, headings.
"""

import random

from benchmarks.fields.drawn_panels import lists, panels, ratings, schedule
from benchmarks.fields.drawn_pen import VALUES, Drawn, Pen, company, date, figure, words
from benchmarks.fields.drawn_sections import captions, choices, counts, group, statement, strays


def _pairs(pen: Pen) -> None:
    """Labels with a value beside each, in one to three columns; some are not filled in."""
    rng = pen.rng
    columns = rng.choice([1, 1, 2, 2, 3])
    step = (pen.right - pen.left) / columns
    tab = rng.choice([0.0, rng.uniform(0.25, 0.6) * step])
    for _ in range(rng.randint(1, 8)):
        for column in range(columns):
            if rng.random() < 0.12:
                continue
            x = pen.left + column * step
            label = pen.print_label(pen.label((1, 3 if columns < 3 else 2)), x)
            if pen.is_blank():
                continue
            start = max(pen.end_of(label) + pen.size * rng.uniform(0.4, 3), x + tab)
            _beside(pen, label, start, x + step * 1.02)
        pen.down(rng.uniform(0.7, 1.2))


def _beside(pen: Pen, label: int, start: float, end: float) -> None:
    """A value that ends before `end`, in one or two lines, or two values one below the other."""
    text = pen.value() if pen.rng.random() < 0.9 else words(pen.rng, 4, 12)
    wide = start + pen.letter * pen.fill * len(text) > end
    if wide and (end - start < 14 * pen.letter or pen.rng.random() < 0.5):
        text = date(pen.rng)
    value = pen.fill_in(text, start, width=max(end - start, 80))
    pen.link(label, value)
    pen.y = max(pen.y, pen.box(value).y1 - pen.size)
    if pen.rng.random() < 0.06:
        pen.down(0.7)
        pen.link(label, pen.fill_in(pen.value(), start))


def _ruled_pairs(pen: Pen) -> None:
    """Labels without marks in a column and a value at one place for each: a sheet of data."""
    rng = pen.rng
    tab = pen.left + rng.uniform(0.2, 0.55) * (pen.right - pen.left)
    mark = rng.choice(["", "", ":"])
    for _ in range(rng.randint(3, 12)):
        label = pen.print_label(pen.label((1, 4), mark), pen.left)
        start = max(tab, pen.end_of(label) + pen.size)
        if not pen.is_blank():
            pen.link(label, pen.fill_in(pen.value(), start))
        pen.down(rng.uniform(0.6, 1.0))


def _boxes(pen: Pen) -> None:
    """Small captions in a row with the values below them, or the values over them."""
    rng = pen.rng
    columns = rng.randint(1, 5)
    step = (pen.right - pen.left) / columns
    mark, over = rng.choice(["", "", ":"]), rng.random() < 0.15
    for _ in range(rng.randint(1, 4)):
        top = pen.y
        below = top + pen.size * rng.uniform(1.0, 1.5)
        places = (below, top) if over else (top, below)
        for at in range(columns):
            x = pen.left + at * step
            label = pen.print_label(pen.label((1, 3), mark), x, places[0], scale=0.85)
            if not pen.is_blank():
                shift = rng.uniform(0, 1.5) * pen.size
                pen.link(label, pen.fill_in(pen.value(), x + shift, places[1], step * 0.8))
        pen.y = below
        pen.down(rng.uniform(0.9, 1.5))


def _table(pen: Pen) -> None:
    """Heads over columns of cells, with or without a label for each row."""
    rng = pen.rng
    columns, rows = rng.randint(2, 6), rng.randint(2, 9)
    named, step = rng.random() < 0.55, (pen.right - pen.left) / (columns + 1)
    kinds = [rng.choice(VALUES) if rng.random() < 0.35 else figure for _ in range(columns)]
    first = 1 if named else 0
    heads = [
        pen.print_label(pen.label((1, 3), ""), pen.left + (at + first) * step, width=step * 0.9)
        for at in range(columns)
    ]
    pen.y = max(pen.box(head).y0 for head in heads)
    pen.down(rng.uniform(0.8, 1.3))
    centred, mark = rng.random() < 0.4, rng.choice(["", "", ":"])
    for _ in range(rows):
        label = pen.print_label(pen.label((1, 2), mark), pen.left) if named else None
        for at in range(columns):
            if not pen.is_blank():
                x = pen.left + (at + first) * step
                _cell(pen, kinds[at](rng), heads[at], label, (x, step, centred))
        pen.down(rng.uniform(0.6, 1.0))


def _cell(pen: Pen, text: str, head: int, label: int | None,
          place: tuple[float, float, bool]) -> None:  # fmt: skip
    x, step, centred = place
    letter = pen.letter * pen.fill
    if letter * len(text) > step * 0.9:
        text = figure(pen.rng)
    if centred:
        box = pen.box(head)
        x = (box.x0 + box.x1) / 2 - letter * len(text) / 2
    cell = pen.fill_in(text, x + pen.rng.gauss(0, 0.3) * pen.size)
    pen.link(head, cell)
    if label is not None:
        pen.link(label, cell)


def _memo(pen: Pen) -> None:
    mark, tab = pen.rng.choice([":", ":", ""]), pen.rng.uniform(4, 9)
    for title in ("To", "From", "Date", "Subject", "Re", "cc")[: pen.rng.randint(2, 6)]:
        label = pen.print_label((title.upper() if pen.capitals else title) + mark, pen.left)
        start = pen.left + pen.size * tab
        pen.link(label, pen.fill_in(pen.value(), start))
        while pen.rng.random() < 0.2:
            pen.down(0.6)
            pen.link(label, pen.fill_in(pen.value(), start))
        pen.down()


def _heading(pen: Pen) -> None:
    """A heading, and now and then a reference or a line of address near it."""
    rng = pen.rng
    ends = rng.choice(["", "", "", ":"])
    text = pen.label((1, 3), ends) if rng.random() < 0.4 else words(rng, 1, 5).upper() + ends
    middle = (pen.left + pen.right) / 2 - pen.letter * len(text) / 2
    pen.write(text, rng.choice([pen.left, middle]), scale=rng.uniform(0.9, 1.6), kind="heading")
    if rng.random() < 0.15:
        pen.write(f"{rng.choice(['FORM ', '', 'Rev. '])}{rng.randint(100, 99_999)}", pen.right - 90)
    pen.down(rng.uniform(0.9, 1.3))
    if rng.random() < 0.15:
        pen.write(company(rng), middle)
        pen.down(0.8)


def _prose(pen: Pen) -> None:
    start, most = pen.left + pen.rng.choice([0, 40]), int((pen.right - pen.left - 60) / pen.letter)
    for _ in range(pen.rng.randint(1, 5)):
        pen.write(words(pen.rng, 8, 14)[:most], start)
        pen.down(0.5)
    pen.down(0.5)


def _answers(pen: Pen) -> None:
    """A label with an answer of several lines, below it or beside it."""
    rng = pen.rng
    mark = rng.choice([":", ":", ":", "", "?"])
    for _ in range(rng.randint(1, 3)):
        label = pen.print_label(pen.label((1, 4), mark), pen.left)
        if pen.is_blank():
            pen.down(rng.uniform(1, 3))
            continue
        text = " ".join(words(rng, 4, 12) for _ in range(rng.randint(1, 3)))
        beside = rng.random() < 0.5
        x = pen.end_of(label) + pen.size if beside else pen.left + rng.choice([0, 0, 30, 60])
        if not beside:
            pen.down(rng.uniform(0.7, 1.2))
        value = pen.fill_in(text, x, width=max(pen.right - x, 200))
        pen.link(label, value)
        pen.y = pen.box(value).y0 + (pen.box(value).height if beside else 0)
        pen.y = max(pen.y, pen.box(value).y1 - pen.size)
        pen.down(rng.uniform(0.8, 1.6))


_SECTIONS = {
    _pairs: 4, _ruled_pairs: 2, _boxes: 2, _table: 2.2, _memo: 0.8, _heading: 2.5, _prose: 1,
    _answers: 1.3, choices: 1.5, statement: 0.6, group: 1.3, captions: 0.6, counts: 0.8,
    panels: 1.3, lists: 1, ratings: 0.6, schedule: 0.4,
}  # fmt: skip


def draw_form(rng: random.Random) -> Drawn:
    """One form of about a page."""
    drawn = Drawn()
    pen = Pen(rng, drawn)
    kinds = rng.sample(list(_SECTIONS), k=rng.randint(3, len(_SECTIONS)))  # forms are of a piece
    weights = [_SECTIONS[kind] for kind in kinds]
    while pen.y < 900:
        rng.choices(kinds, weights)[0](pen)
        pen.down(rng.uniform(0.2, 1.2))
    strays(pen)
    return drawn
