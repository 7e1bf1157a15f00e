"""Sections of drawn forms that are not pairs in rows: choices, statements, counts, captions."""

from benchmarks.fields.drawn_pen import (
    CHOICES,
    LABELS,
    THINGS,
    VALUES,
    Pen,
    company,
    date,
    figure,
    name,
    short,
    words,
)


def choices(pen: Pen) -> None:
    """Choices with boxes: a ticked one is a label, its tick the value; the title has none."""
    rng = pen.rng
    gap, before = pen.size * rng.uniform(0.4, 1.5), rng.random() < 0.6
    boxed, rows = rng.choice(["", "", "☐ ", "[] ", "O "]), rng.random() < 0.3
    for _ in range(rng.randint(1, 3)):
        x = pen.left
        if rng.random() < 0.75:
            asked = words(rng, 4, 8) + "?" if rng.random() < 0.3 else pen.label((1, 3))
            x = pen.end_of(pen.write(asked, x, kind="heading")) + 2 * pen.size
        for _ in range(rng.randint(2, 5)):
            text = rng.choice(rng.choice((CHOICES, CHOICES, LABELS, THINGS))).capitalize()
            text = date(rng) if rng.random() < 0.05 else text
            ticked = rng.random() < 0.4
            start = x + (1.5 * pen.size + gap if before else 0)
            text = text if ticked or rng.random() < 0.3 else boxed + text
            choice = pen.print_label(text.upper() if pen.capitals else text, start)
            end = pen.end_of(choice)
            if ticked:
                place = x if before else end + gap
                pen.link(choice, pen.write(pen.tick(), place, kind="value"))
            x = end + pen.size * rng.uniform(2, 6)
            if rows or x > pen.right - 80:
                x = pen.left + 60
                pen.down(0.8)
        pen.down()


def statement(pen: Pen) -> None:
    """Prose with gaps that were filled in: each run of prose is the label of what follows it."""
    rng, x = pen.rng, pen.left
    for _ in range(rng.randint(1, 5)):
        text = words(rng, 1, 9).lower()
        if x + pen.letter * len(text) > pen.right - 150:
            x = pen.left
            pen.down()
        label = pen.print_label(text.capitalize() if x == pen.left else text, x)
        value = rng.choice((name, date, company, figure, short))(rng)
        filled = pen.fill_in(value, pen.end_of(label) + pen.size * rng.uniform(0.5, 3))
        pen.link(label, filled)
        x = pen.end_of(filled) + pen.size * rng.uniform(0.5, 3)
    pen.down()


def group(pen: Pen) -> None:
    """A heading that ends as labels do, with indented pairs below or beside it."""
    rng = pen.rng
    title = pen.write(pen.label((1, 3), ":"), pen.left, kind="heading")
    beside = rng.random() < 0.4
    x = pen.end_of(title) + 2 * pen.size if beside else pen.left + rng.uniform(10, 50)
    if not beside:
        pen.down(0.8)
    mark, tab = rng.choice(["", ":"]), rng.choice([0.0, rng.uniform(60, 200)])
    for _ in range(rng.randint(1, 5)):
        label = pen.print_label(pen.label((1, 2), mark), x)
        if not pen.is_blank():
            start = max(pen.end_of(label) + pen.size * rng.uniform(0.5, 3), x + tab)
            pen.link(label, pen.fill_in(pen.value(), start))
        if beside:
            x = max(map(pen.end_of, range(label, len(pen.drawn.entries)))) + 3 * pen.size
            if x > pen.right - 150:
                break
        else:
            pen.down(0.8)
    pen.down()


def captions(pen: Pen) -> None:
    """Captions under lines to sign on; few are signed."""
    count = pen.rng.randint(1, 3)
    step = (pen.right - pen.left) / count
    below = pen.y + pen.leading
    for at in range(count):
        x = pen.left + at * step
        parts = [pen.label((1, 2), "") for _ in range(pen.rng.randint(1, 2))]
        text = " / ".join(parts)
        label = pen.print_label(text, x, below, 0.9)
        if pen.rng.random() < 0.3:
            signed = pen.rng.choice((name, date))(pen.rng)
            pen.link(label, pen.fill_in(signed, x, below - pen.size * 1.2))
    pen.down(2.2)


def counts(pen: Pen) -> None:
    """Things to order or to count, each with its number beside it: their names have figures too."""
    rng = pen.rng
    columns = rng.choice([1, 2, 2, 3])
    step = (pen.right - pen.left) / columns
    tab, mark = rng.uniform(0.4, 0.75) * step, rng.choice(["", "", "", ":"])
    family = rng.choice(THINGS).upper()
    for _ in range(rng.randint(3, 9)):
        for column in range(columns):
            x = pen.left + column * step
            text = rng.choice((f"{family} {rng.choice(THINGS)}", rng.choice(THINGS),
                               f"{family} {rng.randint(1, 200)}")).upper()[:24]  # fmt: skip
            label = pen.print_label(text + mark, x)
            if not pen.is_blank():
                start = max(pen.end_of(label) + pen.size * 0.5, x + tab)
                pen.link(label, pen.fill_in(str(rng.randint(1, 900)), start))
        pen.down(rng.uniform(0.6, 1.0))


def strays(pen: Pen) -> None:
    """What belongs to no label: archive numbers, lines of a fax, addresses, notes, stamps."""
    rng = pen.rng
    places = [(pen.right - 60, 960.0), (pen.right - 60, 20.0), (400.0, 975.0), (pen.left, 985.0)]
    if rng.random() < 0.6:
        place = rng.choice(places)
        pen.write(str(rng.randint(100_000, 99_999_999)), place[0], place[1])
    if rng.random() < 0.25:
        fax = f"{date(rng)} {rng.randint(0, 23)}:{rng.randint(10, 59)} {company(rng).upper()}"
        pen.write(fax, pen.left, 8.0)
        pen.write(f"P. {rng.randint(1, 9)}", pen.right - 40, 8.0)
    for _ in range(rng.choice([0, 0, 1, 2, 3])):
        text = rng.choice((
            rng.choice(VALUES)(rng), words(rng, 5, 14), words(rng, 2, 5).upper(),
            f"* {words(rng, 5, 12).upper()}", f"Form {rng.randint(1, 9999)}",
        ))  # fmt: skip
        pen.write(text, rng.uniform(pen.left, pen.right - 200), rng.choice([30.0, 900.0, 940.0]),
                  rng.uniform(0.7, 1.3))  # fmt: skip
