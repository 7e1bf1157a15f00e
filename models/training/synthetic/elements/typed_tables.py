"""Tables of typewriters and accountants: few rules, many gaps, prose in the cells."""

from collections.abc import Callable

from models.training.synthetic.markup import Look, tag


def _labelled(look: Look, rows: str, gap: tuple[float, float], css: str = "") -> str:
    """A labelled table whose cells are `gap` CSS pixels apart, down and across."""
    key = f"t{look.rng.getrandbits(40)}"
    cells = f"padding:{gap[0]:.1f}px {gap[1]:.1f}px;vertical-align:top;text-indent:0"
    style = f"<style>.{key} td,.{key} th{{{cells};{css}}}</style>"
    size = f"font-size:{look.rng.uniform(0.82, 1):.2f}em"
    width = look.rng.choice(("width:100%;", "", "margin:auto;"))
    inner = f"{style}<tbody>{rows}</tbody>"
    marked = tag("table", inner, f"{width}{size}", "table", whole=True)
    return marked.replace("<table", f'<table class="{key}"', 1)


def _head(look: Look, count: int, rule: str) -> str:
    write, rng = look.write, look.rng
    under = rng.choice(("", f"border-bottom:{rule}", f"border-bottom:{rule}"))
    words = rng.choice(("underline", "none", "none"))
    style = f"text-align:{rng.choice(('left', 'center'))};font-weight:{rng.choice((400, 700))}"
    cells = "".join(
        f'<th style="{style};{under}"><span style="text-decoration:{words}">'
        f"{write.words(rng.randint(1, 2)).capitalize()}</span></th>"
        for _ in range(count)
    )
    return f"<tr>{cells}</tr>"


def _row(kinds: list[str], cells: list[str], space: float) -> str:
    """One row with `space` CSS pixels above it; prose gets a column that can hold it."""
    widths = ["13em" if kind in ("prose", "long") else "0" for kind in kinds]
    return "<tr>" + "".join(
        f'<td style="padding-top:{space}px;min-width:{width}">{cell}</td>'
        for width, cell in zip(widths, cells, strict=True)
    ) + "</tr>"  # fmt: skip


def _column_kinds(look: Look, count: int, last: str) -> list[str]:
    rest = (look.rng.choice(("number", "number", "word", last)) for _ in range(count - 1))
    return ["word", *rest]


def _makers(look: Look) -> dict[str, Callable[[], str]]:
    write, rng = look.write, look.rng
    return {
        "number": write.number, "word": lambda: write.words(rng.randint(1, 3)).capitalize(),
        "prose": write.sentence, "long": lambda: write.paragraph(1, 2),
    }  # fmt: skip


def _grouped_rows(look: Look, kinds: list[str], rows: int) -> list[str]:
    """Rows in groups of three to six: a gap or words across before each, names at its top."""
    rng, write, makers = look.rng, look.write, _makers(look)
    sparse, spans = rng.random() < 0.35, rng.random() < 0.25
    space, out = rng.choice((0, 0, 6, 14)), []
    for index in range(rows):
        fresh = index % rng.randint(3, 6) == 0
        if spans and fresh:
            out.append(f'<tr><td colspan="{len(kinds)}" style="text-align:center;padding-top:8px">'
                       f"{write.words(rng.randint(2, 6)).capitalize()}</td></tr>")  # fmt: skip
        cells = [makers[kind]() for kind in kinds]
        if sparse and not fresh:
            cells[0] = ""
        out.append(_row(kinds, cells, space if fresh or not sparse else 0))
    return out


def typed_table(look: Look, rows: int | None = None) -> str:
    """A table without grid: groups separated by gaps or spanning words, cells of words or prose."""
    rng = look.rng
    count, rows = rng.choice((2, 3, 3, 4, 5, 6)), rows or rng.randint(2, 26)
    wordy = rng.random() < 0.4
    last = rng.choice(("prose", "long")) if wordy else "number"
    kinds = _column_kinds(look, count, last)
    if wordy:
        kinds[rng.randrange(count)] = last
        rows = min(rows, rng.randint(2, 12))
    rule = f"{rng.choice((1, 1, 1.6))}px solid #222"
    head = [_head(look, count, rule)] if rng.random() < 0.85 else []
    body = "".join(head + _grouped_rows(look, kinds, rows))
    frame = f"border-top:{rule}" if rng.random() < 0.12 else ""
    return _labelled(look, body, (rng.uniform(0.4, 4), rng.uniform(4, 22)), frame)


def _item(look: Look, count: int, total: bool, dots: bool) -> str:
    """One line of a statement, or a sum below a short rule."""
    rng, write = look.rng, look.write
    over = "border-top:1px solid #222;" if total else ""
    name = write.words(rng.randint(1, 6)).capitalize()
    leader = '<span style="flex:1;border-bottom:1px dotted #444"></span>' if dots else ""
    inset = 26 if total else rng.choice((0, 0, 0, 14))
    label = f'<div style="display:flex;margin-left:{inset}px">{name}{leader}</div>'
    sign = "$ " if total or rng.random() < 0.06 else ""
    cells = "".join(
        f'<td style="text-align:right;{over}white-space:nowrap">{sign}{write.number()}</td>'
        for _ in range(count)
    )
    return f"<tr><td>{label}</td>{cells}</tr>"


def statement(look: Look, rows: int | None = None) -> str:
    """A financial statement: indented items, leaders, years across, sums under short rules."""
    rng, write = look.rng, look.write
    count, dots = rng.choice((1, 2, 2, 3, 3, 5)), rng.random() < 0.35
    years = "".join(f"<th>{2024 - year}</th>" for year in range(count))
    line = rng.choice(("border-bottom:1px solid #222", "", "border-bottom:2px solid #222"))
    first = "(in thousands)" if rng.random() < 0.4 else ""
    out = [f'<tr style="{line};text-align:right"><th>{first}</th>{years}</tr>']
    for _ in range(rows or rng.randint(3, 36)):
        kind = rng.random()
        if kind < 0.1:
            section = write.words(3).title()
            out.append(f'<tr><td style="padding-top:7px;font-weight:700">{section}</td>'
                       f"{'<td></td>' * count}</tr>")  # fmt: skip
        else:
            out.append(_item(look, count, kind > 0.86, dots))
    return _labelled(look, "".join(out), (rng.uniform(0.2, 2.5), rng.uniform(3, 14)))


def blank_grid(look: Look, rows: int | None = None) -> str:
    """A ruled grid that is mostly or partly empty, as on forms that were hardly filled in."""
    rng, write = look.rng, look.write
    count, full = rng.randint(3, 12), rng.choice((0.05, 0.2, 0.5))
    fields = [write.number() if rng.random() < full else "&nbsp;" for _ in range(count * 40)]
    out = [_head(look, count, "1px solid #222")]
    for index in range(rows or rng.randint(6, 34)):
        cells = "".join(f"<td>{field}</td>" for field in fields[index * count :][:count])
        out.append(f"<tr>{cells}</tr>")
    gap = (rng.uniform(1, 6), rng.uniform(4, 12))
    return _labelled(look, "".join(out), gap, "border:1px solid #333")


def typed_contents(look: Look, rows: int) -> str:
    """A table of contents with typed dots between entry and page."""
    rng, out = look.rng, []
    marks = rng.choice((".", ". ", "", " &middot;"))
    cut = "flex:1;height:1.2em;overflow:hidden"
    for index in range(rows):
        entry = look.write.heading(1, 8)
        number = f"{rng.choice('ABCD')}-{index + 1}" if rng.random() < 0.3 else str(index * 3 + 1)
        inset, leader = rng.choice((0, 0, 20, 40)), marks * 160
        out.append(
            f'<div style="display:flex;gap:6px;margin-left:{inset}px;text-indent:0"><span '
            f'style="max-width:80%">{entry}</span><span style="{cut}">'
            f"{leader}</span><span>{number}</span></div>"
        )
    return tag("table", "".join(out), f"line-height:{rng.uniform(1.1, 2):.2f}", whole=True)
