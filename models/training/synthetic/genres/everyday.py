"""Everyday pages that are no articles: newspapers, slides, screens, cards, Chinese textbooks."""

from random import Random

from models.training.synthetic.elements.figures import Desk, figure
from models.training.synthetic.elements.marks import barcode, logo, qr_code, signature, stamp
from models.training.synthetic.elements.tables import table
from models.training.synthetic.genres.publications import (
    captioned,
    display,
    framed,
    heading,
    item_list,
    paragraph,
)
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


def newspaper(desk: Desk) -> Page:
    """A broadsheet or tabloid: a banner, articles of unequal width, pictures with captions."""
    rng = desk.rng
    width, height = rng.choice(((900, 1300), (1000, 1400), (820, 1100)))
    look = draw_look(rng, SERIF, (9, 11.5))
    look.script = look.write.script = rng.choice(("latin", "latin", "latin", "chinese", "cyrillic"))
    count = rng.choice((4, 5, 6))
    size = f"font-size:{rng.uniform(3, 6):.1f}em;line-height:1.05;text-align:center"
    name = tag("header", look.write.words(2).title(), size)
    line = tag("header", f"{look.write.date()} · {look.write.words(3)}", "text-align:center")
    left, rows = height - 260.0, ""
    while left > 190:
        tall = min(left, rng.uniform(190, 420))
        rows += _article(look, desk, width - 60, count, tall)
        left -= tall + 12
    number = absolute(tag("page_number", str(rng.randint(1, 40))), width - 50, 14)
    html = number + absolute(name + line + rows, 30, 24, width - 60)
    return Page(sheet(look, html, width, height, _paper(rng)), width, height, _wear(rng),
                "newspaper")  # fmt: skip


def _article(look: Look, desk: Desk, width: float, count: int, tall: float) -> str:
    """One or two articles side by side, each a heading over columns."""
    rng = look.rng
    parts = rng.choice(([count], [count - 2, 2], [2, count - 2]))
    boxes = ""
    for share in parts:
        size = f"font-size:{rng.uniform(1.3, 1.6 + 0.3 * share):.1f}em;font-weight:700"
        head = tag("title", look.write.words(rng.randint(3, 9)).capitalize(),
                   f"{size};line-height:1.1;margin:4px 0 6px")  # fmt: skip
        inner = width * share / count - 14
        shown = figure(look, desk.photographs, inner / share, tall / 2)
        picture = captioned(look, shown, "", False) if rng.random() < 0.4 else ""
        body = picture + "".join(paragraph(look, 1, 4) for _ in range(14))
        boxes += (
            f'<div style="width:{inner:.0f}px;height:{tall:.0f}px;display:flex;'
            f'flex-direction:column">{head}{columns(body, share, 10)}</div>'
        )
    rule = "border-top:1px solid #333;" if rng.random() < 0.6 else ""
    return f'<div style="display:flex;gap:14px;{rule}margin-top:10px">{boxes}</div>'


def deck(desk: Desk) -> Page:
    """A slide with boxes, big numbers, columns of points, a chart, a logo in the corner."""
    rng = desk.rng
    width, height = rng.choice(((1056, 594), (960, 720), (1100, 619)))
    look = draw_look(rng, SANS, (15, 24))
    look.justify = look.indent = False
    head = tag("title", look.write.heading(2, 9), f"font-size:{rng.uniform(1.4, 2):.1f}em;"
               f"font-weight:{rng.choice((400, 700))};color:{look.accent}")  # fmt: skip
    under = tag("text", look.write.sentence(), "font-size:.9em") if rng.random() < 0.4 else ""
    room = height - 190
    makers = (lambda: item_list(look, 3, 6), lambda: _cards(look), lambda: paragraph(look, 1, 3),
              lambda: figure(look, desk.photographs, width * 0.42, room * 0.9),
              lambda: table(look, rng.randint(3, 7), rng.randint(3, 5), True))  # fmt: skip
    blocks = "".join(
        f'<div style="flex:1;min-width:0;overflow:hidden" class="clip">{make()}</div>'
        for make in rng.sample(makers, rng.choice((1, 2, 2, 3)))
    )
    x = width * 0.05
    html = absolute(head + under, x, 26, width - 2 * x - 90)
    html += absolute(blocks, x, 150, width - 2 * x, f"display:flex;gap:26px;height:{room}px")
    html += absolute(logo(rng, 44), width - 90, 22) if rng.random() < 0.5 else ""
    foot = tag("footer", look.write.words(rng.randint(2, 6)), "font-size:12px")
    html += absolute(foot, x, height - 28) if rng.random() < 0.6 else ""
    number = tag("page_number", str(rng.randint(1, 60)), "font-size:12px")
    html += absolute(number, width - 50, height - 28) if rng.random() < 0.7 else ""
    return Page(sheet(look, html, width, height), width, height, _wear(rng, 0.9), "deck")


def _cards(look: Look) -> str:
    """Coloured boxes, each a short heading over a sentence or a number."""
    rng = look.rng
    cards = ""
    for _ in range(rng.randint(2, 4)):
        hue = rng.randint(0, 359)
        head = tag("title", look.write.words(2).title(), "font-weight:700;display:inline-block")
        text = tag("text", rng.choice((look.write.sentence(), look.write.number())))
        cards += (f'<div style="background:hsl({hue},50%,92%);border-radius:8px;padding:10px;'
                  f'margin:6px 0">{head}{text}</div>')  # fmt: skip
    return cards


def screen(desk: Desk) -> Page:
    """A screenshot: a bar with a menu, a sidebar, cards, a table or an article, a footer."""
    rng = desk.rng
    width, height = rng.choice(((1280, 800), (1100, 720), (420, 860), (1024, 768)))
    look = draw_look(rng, SANS, (12, 16))
    look.justify = look.indent = False
    narrow = width < 600
    items = " &emsp; ".join(look.write.word().title() for _ in range(2 if narrow else 6))
    bar = tag("header", items, "display:inline-block;color:#fff")
    bar = f'<div style="background:{accent(rng)};padding:14px 18px">{logo(rng, 26)} {bar}</div>'
    side = ""
    if not narrow and rng.random() < 0.6:
        look_of = "width:190px;padding:14px;background:#f2f2f4"
        side = f'<div style="{look_of}">{item_list(look, 5, 12)}</div>'
    makers = (lambda: table(look, rng.randint(4, 12), wide=True), lambda: _cards(look),
              lambda: heading(look) + paragraph(look, 1, 3), lambda: item_list(look, 3, 6),
              lambda: figure(look, desk.photographs, 0.4 * width, 260))  # fmt: skip
    body = heading(look, (1.4, 2.2)) + "".join(make() for make in rng.choices(makers, k=6))
    main = columns(body, 1, 0, "padding:16px")
    html = bar + f'<div style="display:flex;height:{height - 90}px">{side}{main}</div>'
    html += absolute(tag("footer", look.write.words(5), "font-size:11px"), 20, height - 24)
    return Page(sheet(look, html, width, height), width, height, "clean", "screen")


def id_card(desk: Desk) -> Page:
    """An identity, member or bank card, alone or copied onto a sheet of paper."""
    rng = desk.rng
    look = draw_look(rng, SANS, (10, 14))
    look.justify = look.indent = False
    alone = rng.random() < 0.5
    width, height = (560, 350) if alone else (794, 1000)
    x, y = (0, 0) if alone else (rng.uniform(60, 200), rng.uniform(60, 400))
    hue = rng.randint(0, 359)
    html = absolute(_card(look, desk), x, y, 560,
                    f"height:350px;background:linear-gradient(hsl({hue},45%,92%),"
                    f"hsl({hue + 40},45%,84%));border-radius:14px")  # fmt: skip
    return Page(sheet(look, html, width, height), width, height, _wear(rng, 0.3), "id_card")


def _card(look: Look, desk: Desk) -> str:
    rng = look.rng
    title = tag("title", look.write.words(rng.randint(2, 4)).upper(), "font-weight:700")
    fields = "".join(
        f'<div style="font-size:.75em;opacity:.7">{look.write.word()}</div>'
        f"<div>{value.upper()}</div>"
        for value in (
            look.write.name(),
            look.write.date(),
            look.write.words(2),
            look.write.number(),
        )
    )
    portrait = figure(look, desk.photographs, 130, 170)
    code = rng.choice((qr_code, barcode, logo, stamp))(rng)
    machine = ""
    if rng.random() < 0.4:
        rows = ("".join(rng.choice("ABCDEKLMNRST0123456789<<<<") for _ in range(30)) for _ in "123")
        machine = absolute(tag("text", "<br>".join(rows), "font-family:'Liberation Mono'"), 24, 285)
    return (
        absolute(title, 24, 16, 500) + absolute(portrait, 24, 60, 140)
        + absolute(tag("text", fields), 190, 62, 200)
        + absolute(code, 420, rng.uniform(60, 160))
        + absolute(signature(rng, 34), 200, 235) + machine
    )  # fmt: skip


def asian_textbook(desk: Desk) -> Page:
    """A Chinese or Japanese textbook or paper: headings, formulas, figures, boxed examples."""
    rng = desk.rng
    width, height = rng.choice(((700, 1000), (760, 1060), (794, 1123)))
    look = draw_look(rng, SERIF, (13, 17))
    look.script = look.write.script = rng.choice(("chinese", "chinese", "kana"))
    look.leading = rng.uniform(1.4, 1.9)
    margin = (rng.uniform(50, 90), rng.uniform(36, 70))
    inner = width - 2 * margin[0]
    pieces = [heading(look, (1.2, 1.9))]
    for _ in range(16):
        kind = rng.random()
        if kind < 0.5:
            pieces.append(paragraph(look, 1, 3))
        elif kind < 0.66:
            pieces.append(display(look))
        elif kind < 0.78:
            pieces.append(heading(look))
        elif kind < 0.9:
            shown = figure(look, desk.photographs, inner * rng.uniform(0.4, 0.9), 260)
            pieces.append(captioned(look, shown, "图", False))
        else:
            boxed = f"border:1px solid {look.accent};padding:8px;margin:8px 0"
            pieces.append(f'<div class="keep" style="{boxed}">{paragraph(look, 1, 3)}</div>')
    body = columns("".join(pieces), rng.choice((1, 1, 1, 2)), 24)
    html = framed(look, body, width, height, margin)
    return Page(sheet(look, html, width, height, _paper(rng)), width, height, _wear(rng, 0.5),
                "asian_textbook")  # fmt: skip


def _paper(rng: Random) -> str:
    return rng.choice(("#fff", "#fff", "#f7f3e8", "#efe8d6"))


def _wear(rng: Random, clean: float = 0.35) -> str:
    if rng.random() < clean:
        return "clean"
    return rng.choice(("scan", "scan", "bilevel", "phone"))
