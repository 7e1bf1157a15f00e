"""Genres of publications: journals, books, reports, notices, slides."""

from random import Random

from models.training.synthetic.elements.figures import Desk, Photographs, figure
from models.training.synthetic.elements.formulas import formula
from models.training.synthetic.elements.tables import contents_rows, table
from models.training.synthetic.markup import (
    SANS,
    SERIF,
    Look,
    Page,
    absolute,
    accent,
    columns,
    draw_look,
    sheet,
    tag,
)

_PAPERS = ((794, 1123), (816, 1056), (700, 1050), (760, 1000), (816, 1100))


def paragraph(look: Look, low: int = 2, high: int = 7) -> str:
    """One paragraph of running text."""
    return tag("text", look.write.paragraph(low, high), element="p")


def heading(look: Look, scale: tuple[float, float] = (1.0, 1.4)) -> str:
    """A section heading in one of many styles."""
    rng = look.rng
    face = rng.choice(("font-weight:700", "font-weight:700", "font-style:italic",
                       "font-variant:small-caps", "font-weight:700;font-style:italic"))  # fmt: skip
    colour = f"color:{look.accent};" if rng.random() < 0.25 else ""
    margin = f"margin:{rng.uniform(0.3, 1.3):.1f}em 0 {rng.uniform(0.1, 0.7):.1f}em"
    size = f"font-size:{rng.uniform(*scale):.2f}em;line-height:1.2"
    place = f"text-align:{rng.choice(('left', 'left', 'left', 'center'))};break-after:avoid"
    return tag("title", look.write.heading(), f"{face};{colour}{size};{margin};{place}")


def item_list(look: Look, low: int = 3, high: int = 9) -> str:
    """A list, labelled as a whole: bullets, numbers or references."""
    rng = look.rng
    sign = rng.choice(("•", "\u2013", "▪", "o", "1", "1", "[1]", "(a)"))
    rows, deep = "", rng.choice((1, 2, 3))
    for index in range(rng.randint(low, high)):
        mark = sign
        if "1" in sign:
            mark = sign.replace("1", str(index + 1)) + ("." if sign == "1" else "")
        elif "a" in sign:
            mark = f"({chr(97 + index % 26)})"
        gap = f"padding-left:1.8em;text-indent:-1.4em;margin-bottom:{rng.choice((0, 0, 2, 5))}px"
        text = look.write.paragraph(1, deep) if rng.random() < 0.7 else look.write.words(4)
        rows += f'<div style="{gap}">{mark}&ensp;{text}</div>'
    return tag("list", rows, f"margin:{rng.uniform(2, 10):.0f}px 0 {rng.uniform(2, 10):.0f}px")


def display(look: Look) -> str:
    """A displayed formula, sometimes numbered; the number is running text."""
    rng = look.rng
    number = f"({rng.randint(1, 40)})" if rng.random() < 0.5 else ""
    maths = tag("formula", formula(rng), "display:inline-block", whole=True)
    return (
        f'<div class="keep" style="display:flex;justify-content:space-between;text-indent:0;'
        f'align-items:center;margin:{rng.uniform(3, 12):.0f}px 0"><span></span>{maths}'
        f"<span>{number}</span></div>"
    )


def captioned(look: Look, thing: str, word: str, above: bool) -> str:
    """A figure or table with its caption, kept together."""
    rng = look.rng
    label = f"<b>{word} {rng.randint(1, 12)}{rng.choice('.: ')}</b> "
    text = label + (look.write.paragraph(1, 4) if rng.random() < 0.7 else look.write.heading(3, 9))
    place = rng.choice(("left", "left", "center", "justify"))
    size = f"font-size:{rng.uniform(0.78, 1):.2f}em;text-align:{place};text-indent:0;margin:4px 0"
    caption = tag("caption", text, size)
    note = ""
    if above and rng.random() < 0.35:
        note = tag(
            "footnote", look.write.paragraph(1, 2), "font-size:.8em;text-indent:0;margin:3px 0"
        )
    pieces = caption + thing + note if above else thing + caption
    return f'<div class="keep" style="margin:{rng.uniform(6, 18):.0f}px 0">{pieces}</div>'


def any_table(look: Look, wide: bool = False) -> str:
    """A table with its caption, usually above."""
    return captioned(look, table(look, wide=wide), look.rng.choice(("Table", "TABLE")), True)


def any_figure(look: Look, photographs: Photographs, width: float) -> str:
    """A figure with its caption, usually below."""
    piece = figure(look, photographs, width)
    return captioned(look, piece, look.rng.choice(("Figure", "Fig.")), look.rng.random() < 0.08)


def flow(look: Look, photographs: Photographs, width: float, mix: dict[str, float], n: int) -> str:
    """A run of pieces drawn by weight from `mix`."""
    makers = {
        "text": lambda: paragraph(look), "title": lambda: heading(look) + paragraph(look),
        "list": lambda: item_list(look), "table": lambda: any_table(look, True),
        "figure": lambda: any_figure(look, photographs, width), "formula": lambda: display(look),
        "short": lambda: paragraph(look, 1, 1),
    }  # fmt: skip
    names = look.rng.choices(list(mix), list(mix.values()), k=n)
    return "".join(makers[name]() for name in names)


def _running(look: Look, number: str, inner: str) -> str:
    """A running header or footer: words on one side, page number on the other, or one of them."""
    rng = look.rng
    label = "header" if inner == "head" else "footer"
    words = tag(label, look.write.words(rng.randint(2, 9)).title(), "display:inline-block")
    page = tag("page_number", number, "display:inline-block")
    parts = rng.choice(([words, page], [page, words], [words], ["", page, ""], ["", words, ""]))
    rule = "border-bottom:1px solid #444;" if rng.random() < 0.25 else ""
    slant = rng.choice(("", "font-style:italic;", "font-variant:small-caps;"))
    return (
        f'<div style="display:flex;justify-content:space-between;text-indent:0;{rule}{slant}'
        f'font-size:{rng.uniform(0.75, 1):.2f}em;margin:4px 0 {rng.uniform(6, 22):.0f}px">'
        f"{''.join(p or '<span></span>' for p in parts)}</div>"
    )


def _notes(look: Look) -> str:
    rng = look.rng
    notes = "".join(
        tag("footnote", f"<sup>{i + 1}</sup>{look.write.paragraph(1, 2)}", "text-indent:0")
        for i in range(rng.randint(1, 3))
    )
    rule = '<div style="border-top:1px solid #333;width:30%;margin:8px 0 4px"></div>'
    return f'<div style="font-size:.8em;line-height:1.2">{rule}{notes}</div>'


def framed(look: Look, body: str, width: int, height: int, margin: tuple[float, float]) -> str:
    """Body between running header and footer, as a column that fills the page."""
    rng = look.rng
    number = rng.choice((str(rng.randint(1, 900)), f"Page {rng.randint(1, 9)} of 9", "iv"))
    head = _running(look, number, "head") if rng.random() < 0.8 else ""
    foot = _running(look, number, "foot") if rng.random() < 0.55 else ""
    notes = _notes(look) if rng.random() < 0.26 else ""
    x, y = margin
    return (
        f'<div style="position:absolute;left:{x:.0f}px;top:{y:.0f}px;width:{width - 2 * x:.0f}px;'
        f'height:{height - 2 * y:.0f}px;display:flex;flex-direction:column">'
        f"{head}{body}{notes}{foot}</div>"
    )


def _masthead(look: Look) -> str:
    rng = look.rng
    place = rng.choice(("left", "center"))
    size = f"font-size:{rng.uniform(1.5, 2.4):.1f}em;font-weight:{rng.choice((400, 700))}"
    size += ";line-height:1.15"
    parts = [
        tag("title", look.write.words(rng.randint(5, 16)).capitalize(), f"{size};margin:8px 0")
    ]
    authors = ", ".join(look.write.name() for _ in range(rng.randint(1, 7)))
    parts.append(tag("text", authors, "text-indent:0;margin:6px 0"))
    parts.append(
        tag("text", look.write.sentence(), "font-size:.85em;font-style:italic;margin:4px 0")
    )
    if rng.random() < 0.7:
        parts.append(tag("title", "Abstract", "font-weight:700;margin-top:8px"))
        parts.append(tag("text", look.write.paragraph(3, 8), "text-indent:0;margin:4px 0 10px"))
    return f'<div style="text-align:{place}">{"".join(parts)}</div>'


def journal(desk: Desk) -> Page:
    """A dense page of a scientific journal."""
    rng = desk.rng
    width, height = rng.choice(_PAPERS)
    look = draw_look(rng, SERIF if rng.random() < 0.75 else SANS, (9.5, 14))
    count = rng.choice((1, 2, 2, 2, 2, 3))
    if count == 1:
        look.size_px = rng.uniform(12, 16)
    margin = (rng.uniform(42, 95), rng.uniform(28, 60))
    inner = width - 2 * margin[0]
    top = _masthead(look) if rng.random() < 0.15 else ""
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        wide = (any_table(look, rng.random() < 0.6) if rng.random() < 0.35
                else any_figure(look, desk.photographs, inner))  # fmt: skip
        top += wide
    mix = {"text": 6, "title": rng.uniform(0.5, 2.5), "list": rng.uniform(0, 1), "figure": 0.9,
           "table": 0.6, "formula": rng.choice((0, 0.4, 2))}  # fmt: skip
    if rng.random() < 0.12:
        mix = {"list": 5, "title": 1}
    gap = rng.uniform(14, 30)
    body = columns(flow(look, desk.photographs, inner / count - gap, mix, 34), count, gap)
    last = any_table(look, True) if rng.random() < 0.1 else ""
    html = framed(look, top + body + last, width, height, margin)
    return Page(sheet(look, html, width, height), width, height, _wear(rng, 0.75), "journal")


def book(desk: Desk) -> Page:
    """A page of a book or textbook: one wide column, formulas, old or new type."""
    rng = desk.rng
    width, height = rng.choice(((640, 960), (700, 1050), (620, 900), (794, 1123)))
    look = draw_look(rng, SERIF, (13, 18))
    maths = rng.choice((0, 1.5, 4))
    mix = {"text": 5, "title": 0.7, "formula": maths, "short": maths, "figure": 0.4, "list": 0.4,
           "table": 0.25}  # fmt: skip
    margin = (rng.uniform(40, 100), rng.uniform(36, 80))
    body = columns(flow(look, desk.photographs, width - 2 * margin[0], mix, 22), 1, 0)
    html = framed(look, body, width, height, margin)
    paper = rng.choice(("#fff", "#fff", "#f4ecd8", "#efe6cf"))
    return Page(sheet(look, html, width, height, paper), width, height, _wear(rng, 0.4), "book")


def notice(desk: Desk) -> Page:
    """A gazette, newspaper or magazine page: narrow columns, many headings, pictures."""
    rng = desk.rng
    width, height = rng.choice(_PAPERS)
    look = draw_look(rng, SERIF if rng.random() < 0.7 else SANS, (9.5, 12.5))
    count = rng.choice((2, 3, 3, 4, 5))
    mix = {"text": 5, "short": 2, "title": 2, "figure": rng.choice((0.1, 0.8)), "list": 0.3}
    gap, margin = rng.uniform(9, 18), (rng.uniform(26, 60), rng.uniform(22, 50))
    inner = width - 2 * margin[0]
    banner = ""
    if rng.random() < 0.4:
        size = f"font-size:{rng.uniform(2.2, 5):.1f}em;font-weight:700;line-height:1.1"
        banner = tag(
            "title", look.write.words(rng.randint(2, 6)).title(), f"{size};margin-bottom:8px"
        )
    rule = "column-rule:1px solid #555" if rng.random() < 0.4 else ""
    body = columns(flow(look, desk.photographs, inner / count - gap, mix, 48), count, gap, rule)
    html = framed(look, banner + body, width, height, margin)
    return Page(sheet(look, html, width, height), width, height, _wear(rng, 0.45), "notice")


def report(desk: Desk) -> Page:
    """A report: tables and charts between headings, tables of contents, accounts."""
    rng = desk.rng
    wide = rng.random() < 0.2
    width, height = (1056, 816) if wide else rng.choice(_PAPERS)
    look = draw_look(rng, SANS if rng.random() < 0.55 else SERIF, (10.5, 16))
    margin = (rng.uniform(50, 110), rng.uniform(40, 80))
    inner, kind = width - 2 * margin[0], rng.random()
    if kind < 0.16:
        body = heading(look, (1.3, 2)) + contents_rows(look, rng.randint(8, 32))
        body = columns(body, 1, 0)
    elif kind < 0.45:
        big = table(look, rng.randint(12, 48), wide=rng.random() < 0.7)
        body = columns(captioned(look, big, "Table", True) + paragraph(look), 1, 0)
    else:
        mix = {"text": 4, "title": 2, "table": 1.6, "figure": 1.2, "list": 1.2}
        body = columns(flow(look, desk.photographs, inner, mix, 14), rng.choice((1, 1, 1, 2)), 24)
    html = framed(look, body, width, height, margin)
    return Page(sheet(look, html, width, height), width, height, _wear(rng, 0.45), "report")


def slide(desk: Desk) -> Page:
    """A slide: large type, lists, charts, coloured backgrounds."""
    rng = desk.rng
    width, height = rng.choice(((1056, 594), (960, 720)))
    look = draw_look(rng, SANS, (18, 27))
    look.justify = look.indent = False
    dark = rng.random() < 0.3
    hue = rng.randint(0, 359)
    light = rng.choice(("#fff", "#fff", f"hsl({hue},40%,95%)"))
    paper = f"hsl({hue},{rng.randint(10, 60)}%,{rng.randint(8, 24)}%)" if dark else light
    look.ink = "#eee" if dark else look.ink
    head_ground = f"background:{accent(rng)};color:#fff;" if rng.random() < 0.35 else ""
    head = tag(
        "title", look.write.heading(2, 7), "display:inline-block;font-size:1.6em;line-height:1.2"
    )
    pieces = [item_list(look, 2, 6), paragraph(look, 1, 2)]
    if not dark and rng.random() < 0.4:
        pieces.append(table(look, rng.randint(2, 6), rng.randint(2, 5), True))
    if rng.random() < 0.6:
        pieces.append(figure(look, desk.photographs, width * 0.45, 300))
    rng.shuffle(pieces)
    count = rng.choice((1, 2, 2))
    body = (
        f'<div style="{head_ground}padding:14px {width * 0.05:.0f}px">{head}</div>'
        f'<div style="display:flex;height:{height - 150}px;padding:14px {width * 0.05:.0f}px">'
        f"{columns(''.join(pieces), count, 30, 'height:100%')}</div>"
    )
    number = tag("page_number", str(rng.randint(1, 60)), "font-size:14px;display:inline-block")
    foot = tag("footer", look.write.words(4), "font-size:13px;display:inline-block")
    body += absolute(number, width - 60, height - 32) + absolute(foot, 40, height - 32)
    return Page(sheet(look, body, width, height, paper), width, height, _wear(rng, 0.85), "slide")


def _wear(rng: Random, clean: float) -> str:
    """How the paper is treated: born digital with the given chance, else scanned."""
    if rng.random() < clean:
        return "clean"
    return rng.choice(("scan", "scan", "scan", "bilevel", "bilevel", "phone"))
