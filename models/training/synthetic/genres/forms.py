"""Genres of forms and invoices: forms, invoices, receipts, labels full of codes."""

from models.training.synthetic.elements.figures import Desk, figure
from models.training.synthetic.elements.marks import (
    barcode,
    checkbox,
    handwriting,
    logo,
    qr_code,
    stamp,
)
from models.training.synthetic.elements.office_parts import (
    SIZES,
    edge_marks,
    letterhead,
    office_wear,
    sheet_of,
    signatures,
    signed_block,
)  # fmt: skip
from models.training.synthetic.elements.tables import table
from models.training.synthetic.genres.publications import any_table, heading, paragraph
from models.training.synthetic.markup import (
    MONO,
    SANS,
    SERIF,
    Look,
    Page,
    absolute,
    accent,
    draw_look,
    sheet,
    tag,
)
from models.training.synthetic.pseudo_text import Writer


def _form_field(look: Look) -> str:
    rng = look.rng
    label = tag(
        "text",
        look.write.words(rng.randint(1, 4)).capitalize(),
        "display:inline-block;font-size:.85em",
    )
    filled = rng.random()
    value = ""
    if filled < 0.45:
        value = handwriting(rng, Writer(rng).words(rng.randint(1, 4)).title(), rng.uniform(13, 21))
    elif filled < 0.7:
        value = tag("text", look.write.words(3), "display:inline-block")
    line = rng.choice(
        (
            "border-bottom:1px solid #333;",
            "border:1px solid #444;",
            "border-bottom:1px dotted #333;",
        )
    )
    stacked = rng.choice(("block", "flex"))
    return (
        f'<div style="flex:1 1 {rng.choice((28, 45, 90))}%;display:{stacked};gap:6px;{line}'
        f'padding:3px 4px;min-height:26px;overflow:hidden;white-space:nowrap">{label} {value}</div>'
    )


def _choices(look: Look) -> str:
    rng = look.rng
    size, rows = rng.uniform(11, 21), rng.randint(2, 7)
    across = rng.choice((1, 2, 3, 4))
    wrap = "display:inline-block;margin-left:6px"
    cells = "".join(
        f"<div>{checkbox(rng, size)}{tag('text', look.write.words(rng.randint(1, 4)), wrap)}</div>"
        for _ in range(rows * across)
    )
    grid = f"display:grid;grid-template-columns:repeat({across},1fr);gap:5px;margin:8px 0"
    return f'<div style="{grid}">{cells}</div>'


def form(desk: Desk) -> Page:
    """A form: fields filled by hand or not, checkboxes, a signature, a code in the corner."""
    rng = desk.rng
    size = rng.choice(SIZES)
    look = draw_look(rng, SANS if rng.random() < 0.7 else SERIF, (10.5, 14.5))
    look.indent, look.justify = False, False
    parts = [letterhead(look) if rng.random() < 0.4 else "", heading(look, (1.3, 2.1))]
    for _ in range(rng.randint(2, 6)):
        fields = "".join(_form_field(look) for _ in range(rng.randint(2, 9)))
        wrap = f"display:flex;flex-wrap:wrap;gap:{rng.choice((0, 6, 10))}px;margin:6px 0"
        block = f'<div style="{wrap}">{fields}</div>'
        ground = rng.choice(("#222", accent(rng)))
        band = f"background:{ground};color:#fff;padding:3px 6px;margin:6px 0"
        bar = tag("title", look.write.words(3).title(), "display:inline-block")
        bar = f'<div style="{band}">{bar}</div>'
        ticks = (_choices(look), _choices(look))
        parts.append(rng.choice((block, block, *ticks, paragraph(look, 1, 2), bar, heading(look))))
    parts.append(_choices(look))
    if rng.random() < 0.2:
        parts.append(table(look, rng.randint(3, 9), wide=True))
    if rng.random() < 0.6:
        parts.append(signatures(look))
    marks = edge_marks(look, *size)
    if rng.random() < 0.5:
        code = (barcode if rng.random() < 0.5 else qr_code)(rng)
        marks += absolute(code, rng.uniform(0.5, 0.75) * size[0], rng.choice((14, size[1] - 120)))
    return sheet_of(look, "".join(parts), marks, size, office_wear(rng, 0.35), "form")


def invoice(desk: Desk) -> Page:
    """An invoice: a logo, two addresses, a table of items, totals, codes, a stamp, a signature."""
    rng = desk.rng
    size = rng.choice(SIZES)
    look = draw_look(rng, SANS if rng.random() < 0.75 else SERIF, (10.5, 14))
    look.indent, look.justify = False, False
    name = rng.choice(("INVOICE", "Receipt", "Statement", look.write.words(2).upper()))
    word = tag("title", name, f"font-size:{rng.uniform(1.4, 2.6):.1f}em;font-weight:700")
    head = [f"<div>{logo(rng)}</div>", f"<div>{word}</div>"]
    rng.shuffle(head)
    row = "display:flex;justify-content:space-between;gap:20px;margin:10px 0"
    facts = "<br>".join(f"{look.write.words(2).title()}: {look.write.number()}" for _ in range(4))
    totals = "<br>".join(f"{look.write.words(1).title()} {look.write.number()}" for _ in range(3))
    code = (qr_code if rng.random() < 0.5 else barcode)(rng)
    signed = signed_block(look) if rng.random() < 0.45 else ""
    parts = [
        f'<div style="{row}">{"".join(head)}</div>',
        f'<div style="{row}">{tag("text", look.write.address())}{tag("text", facts)}</div>',
        table(look, rng.randint(2, 20), rng.choice((4, 5, 6)), True),
        f'<div style="{row}"><span></span>{tag("text", totals, "text-align:right")}</div>',
        paragraph(look, 1, 3) if rng.random() < 0.7 else "",
        f'<div style="{row}">{code}{signed}</div>',
    ]
    marks = edge_marks(look, *size)
    if rng.random() < 0.4:
        marks += absolute(stamp(rng), rng.uniform(80, 560), rng.uniform(0.3, 0.8) * size[1])
    foot = tag("footer", look.write.words(14), "font-size:.8em;text-align:center")
    marks += absolute(foot, 70, size[1] - 40, size[0] - 140)
    return sheet_of(look, "".join(parts), marks, size, office_wear(rng, 0.5), "invoice")


def receipt(desk: Desk) -> Page:
    """A till receipt on a narrow roll."""
    rng = desk.rng
    width, height = rng.randint(300, 430), rng.randint(560, 1000)
    look = draw_look(rng, MONO if rng.random() < 0.6 else SANS, (11, 15))
    look.indent, look.justify, look.write.script = False, False, "latin"
    rows = "".join(
        '<div style="display:flex;justify-content:space-between">'
        f"<span>{look.write.words(2).upper()}</span><span>{look.write.number()}</span></div>"
        for _ in range(rng.randint(2, 14))
    )
    centre = "text-align:center;margin:8px 0"
    rule = f'<div style="border-top:1px {rng.choice(("dashed", "solid"))} #222;margin:6px 0"></div>'
    code = barcode(rng) if rng.random() < 0.5 else qr_code(rng) if rng.random() < 0.6 else ""
    parts = [
        f'<div style="{centre}">{logo(rng)}</div>' if rng.random() < 0.5 else "",
        tag("title", look.write.words(2).upper(), f"{centre};font-size:1.4em"),
        tag("text", look.write.address(), centre), tag("text", look.write.date(), "margin:6px 0"),
        rule, tag("table", rows, "margin:4px 0"), rule,
        tag("text", f"TOTAL &emsp; {look.write.number()}", "text-align:right;font-weight:700"),
        tag("text", look.write.sentence(), centre),
        f'<div style="{centre}">{code}</div>',
    ]  # fmt: skip
    body = absolute("".join(parts), 22, 24, width - 44)
    wear = rng.choice(("phone", "phone", "scan", "bilevel", "clean"))
    return Page(sheet(look, body, width, height), width, height, wear, "receipt")


def codes(desk: Desk) -> Page:
    """A label, poster or ticket full of codes, logos and short lines."""
    rng = desk.rng
    width, height = rng.randint(520, 900), rng.randint(420, 1000)
    look = draw_look(rng, SANS, (12, 24))
    look.justify = look.indent = False
    pieces = [
        rng.choice((barcode, qr_code, qr_code, logo, stamp))(rng) for _ in range(rng.randint(1, 6))
    ]
    pieces += [
        tag("text", look.write.paragraph(1, 1), "max-width:220px") for _ in range(rng.randint(1, 4))
    ]
    pieces.append(
        tag("title", look.write.words(3).title(), f"font-size:{rng.uniform(1.2, 2.4):.1f}em")
    )
    if rng.random() < 0.4:
        pieces.append(figure(look, desk.photographs, width * 0.5, 260))
    if rng.random() < 0.3:
        pieces.append(f"<div>{any_table(look)}</div>")
    rng.shuffle(pieces)
    body = (
        '<div class="clip" style="position:absolute;inset:24px;display:flex;flex-wrap:wrap;'
        f"gap:{rng.randint(14, 44)}px;align-content:flex-start;align-items:center;"
        f'overflow:hidden">{"".join(pieces)}</div>'
    )
    paper = rng.choice(("#fff", "#fff", f"hsl({rng.randint(0, 359)},50%,88%)"))
    return Page(
        sheet(look, body, width, height, paper), width, height, office_wear(rng, 0.5), "codes"
    )
