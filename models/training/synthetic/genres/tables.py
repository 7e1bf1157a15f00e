"""Pages that live by their tables: typed reports, accounts, contents, forms with grids."""

from models.training.synthetic.elements.figures import Desk
from models.training.synthetic.elements.office_parts import SIZES
from models.training.synthetic.elements.tables import table
from models.training.synthetic.elements.typed_tables import (
    blank_grid,
    statement,
    typed_contents,
    typed_table,
)
from models.training.synthetic.genres.publications import captioned, framed, heading, paragraph
from models.training.synthetic.markup import MONO, SANS, SERIF, Look, Page, draw_look, sheet, tag

_TYPES = (MONO, MONO, SERIF, SERIF, SANS)


def _some_table(look: Look, rows: int | None = None) -> str:
    makers = (typed_table, typed_table, typed_table, statement, statement, table)
    return look.rng.choice(makers)(look, rows)


def _set(look: Look, piece: str) -> str:
    """A table with a caption, a heading or nothing above it."""
    chance = look.rng.random()
    if chance < 0.45:
        return captioned(look, piece, look.rng.choice(("Table", "TABLE")), True)
    gap = f'<div style="margin:{look.rng.uniform(4, 16):.0f}px 0">{piece}</div>'
    return heading(look, (0.95, 1.2)) + gap if chance < 0.75 else gap


def _whole_page(look: Look) -> str:
    rng = look.rng
    rows = rng.randint(9, 34)
    maker = rng.choice((typed_table, typed_table, statement, blank_grid, table))
    after = "".join(paragraph(look) for _ in range(rng.choice((0, 0, 1, 3))))
    return _set(look, maker(look, rows)) + after


def _between_prose(look: Look) -> str:
    rng = look.rng
    parts = []
    for _ in range(rng.randint(1, 4)):
        parts += [paragraph(look, 2, 7) for _ in range(rng.randint(1, 3))]
        parts.append(_set(look, _some_table(look, rng.randint(2, 9))))
    return "".join(parts[rng.randint(0, 1) :])


def _side_by_side(look: Look) -> str:
    rng = look.rng
    across = rng.choice((2, 2, 3))
    cells = "".join(
        f'<div style="min-width:0">{_set(look, _some_table(look, rng.randint(2, 9)))}</div>'
        for _ in range(across * rng.randint(1, 3))
    )
    grid = f"display:grid;grid-template-columns:repeat({across},1fr);gap:10px 26px"
    prose = "".join(paragraph(look) for _ in range(rng.randint(0, 3)))
    pieces = [f'<div style="{grid}">{cells}</div>', prose]
    rng.shuffle(pieces)
    return "".join(pieces)


def _contents(look: Look) -> str:
    rng = look.rng
    title = tag("title", rng.choice(("TABLE OF CONTENTS", "Contents", look.write.words(2).upper())),
                f"text-align:{rng.choice(('left', 'center'))};margin:8px 0 18px")  # fmt: skip
    after = "".join(paragraph(look) for _ in range(rng.choice((0, 0, 1, 4))))
    return title + typed_contents(look, rng.randint(3, 34)) + after


def tabular(desk: Desk) -> Page:
    """A page of tables, mostly typed or printed long ago and scanned."""
    rng = desk.rng
    size = (1056, 816) if rng.random() < 0.12 else rng.choice(SIZES)
    families = rng.choice(_TYPES)
    look = draw_look(rng, families, (10, 14.5))
    look.indent, look.gap_px = rng.random() < 0.4, rng.uniform(3, 14)
    if families is MONO:
        look.justify, look.write.script = False, "latin"
    maker = rng.choices((_whole_page, _between_prose, _side_by_side, _contents), (4, 4, 2, 1.2))[0]
    body = f'<div class="clip" style="overflow:hidden;flex:1 1 0;min-height:0">{maker(look)}</div>'
    html = framed(look, body, *size, (rng.uniform(48, 120), rng.uniform(30, 80)))
    worn = rng.choice(("bilevel", "bilevel", "bilevel", "scan", "scan", "fax", "clean", "phone"))
    return Page(sheet(look, html, *size), *size, worn, "tabular")
