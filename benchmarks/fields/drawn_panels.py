"""Sections of drawn forms with values far from their labels: panels, lists, ratings."""

from benchmarks.fields.drawn_pen import CHOICES, THINGS, Pen, company, date, figure, name, words


def panels(pen: Pen) -> None:
    """Framed panels: a label in the upper corner, the value well below it, often in other type."""
    rng = pen.rng
    mark, shout = rng.choice([":", ":", ":", ""]), rng.random() < 0.6
    larger = rng.choice([1.0, 1.0, 1.15, 1.4, 1.8])
    for _ in range(rng.randint(1, 5)):
        columns = rng.choice([1, 1, 2, 2, 3])
        step = (pen.right - pen.left) / columns
        top, deepest = pen.y, pen.y
        if columns > 1 and rng.random() < 0.35:
            pen.write(pen.label((1, 3), mark).upper(), pen.left, top, kind="heading")
            top += pen.leading * rng.uniform(0.7, 1.3)
        for at in range(columns):
            x = pen.left + at * step
            text = pen.label((1, 3), mark)
            label = pen.print_label(text.upper() if shout else text, x, top)
            deepest = max(deepest, pen.box(label).y0)
            if not pen.is_blank():
                below = top + pen.size * rng.uniform(1.2, 4)
                value = rng.choice((pen.value(), pen.value(), words(rng, 3, 16)))
                filled = pen.fill_in(value, x + rng.choice([0, 0.5, 1, 3]) * pen.size, below,
                                     step * 0.9, larger)  # fmt: skip
                pen.link(label, filled)
                deepest = max(deepest, pen.box(filled).y1 - pen.size)
        pen.y = deepest
        pen.down(rng.uniform(1.2, 2.5))


def lists(pen: Pen) -> None:
    """A label with a list of values below it or beside it, one a line, each an entry of its own."""
    rng = pen.rng
    mark, below = rng.choice([":", "", ""]), rng.random() < 0.7
    for _ in range(rng.randint(1, 3)):
        label = pen.print_label(pen.label((1, 3), mark), pen.left + rng.choice([0, 0, 60]))
        x = pen.left + rng.uniform(10, 90) if below else pen.end_of(label) + 2 * pen.size
        if below:
            pen.down(rng.uniform(0.7, 1.5))
        kind = rng.choice((name, company, lambda r: words(r, 1, 5), lambda r: words(r, 4, 9),
                           lambda r: f"{r.choice(THINGS)} {r.randint(1, 90)}".title()))  # fmt: skip
        for _ in range(rng.randint(2, 7)):
            pen.link(label, pen.fill_in(kind(rng), x))
            pen.down(rng.uniform(0.55, 0.9))
        pen.down(rng.uniform(0.3, 1.5))


def ratings(pen: Pen) -> None:
    """Things to rate in rows, grades over or under the columns, one tick in each row."""
    rng = pen.rng
    grades = rng.sample(CHOICES, k=rng.randint(2, 5))
    tab = pen.left + rng.uniform(0.25, 0.5) * (pen.right - pen.left)
    step = (pen.right - tab) / len(grades)
    if rng.random() < 0.6:
        pen.write(pen.label((1, 4), ":"), pen.left, kind="heading")
        pen.down(0.8)
    under, inset = rng.random() < 0.4, rng.choice([0, 20, 50])
    if not under:
        _grades(pen, grades, tab, step)
    for _ in range(rng.randint(2, 6)):
        label = pen.print_label(rng.choice(THINGS).capitalize(), pen.left + inset)
        if not pen.is_blank():
            x = tab + step * (rng.randrange(len(grades)) + rng.uniform(0.1, 0.4))
            pen.link(label, pen.write(pen.tick(), x, kind="value"))
        pen.down(rng.uniform(0.6, 1))
    if under:
        _grades(pen, grades, tab, step)


def _grades(pen: Pen, grades: list[str], tab: float, step: float) -> None:
    for at, grade in enumerate(grades):
        pen.write(grade.capitalize(), tab + at * step, kind="other")
    pen.down(0.8)


def schedule(pen: Pen) -> None:
    """A row of dates or numbers to choose from, some marked beside or below."""
    rng = pen.rng
    if rng.random() < 0.5:
        pen.write(pen.label((1, 3), ":"), pen.left, kind="heading")
        pen.down(0.9)
    step, below = rng.uniform(0.15, 0.34) * (pen.right - pen.left), rng.random() < 0.3
    for _ in range(rng.randint(1, 4)):
        x = pen.left + rng.choice([0, 30])
        while x < pen.right - 70:
            text = rng.choice((date(rng).split(",")[0], figure(rng), rng.choice(CHOICES).upper()))
            label = pen.print_label(text, x)
            if rng.random() < 0.3:
                place = (x, pen.y + pen.size * 1.3) if below else (pen.end_of(label) + pen.size,
                                                                   pen.y)  # fmt: skip
                pen.link(label, pen.write(pen.tick(), *place, kind="value"))
            x += step
        pen.down(1.6 if below else 0.9)
