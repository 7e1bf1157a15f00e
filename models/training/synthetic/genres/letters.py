"""Genres of correspondence: letters, typed memos, signed pages, handwritten notes."""

from models.training.synthetic.elements.figures import Desk, figure
from models.training.synthetic.elements.marks import signature, stamp
from models.training.synthetic.elements.office_parts import (
    SIZES,
    edge_marks,
    letterhead,
    office_wear,
    sheet_of,
    signatures,
    typed_look,
)  # fmt: skip
from models.training.synthetic.elements.tables import table
from models.training.synthetic.genres.publications import heading, item_list, paragraph
from models.training.synthetic.markup import HANDS, MONO, Page, absolute, draw_look, tag


def letter(desk: Desk) -> Page:
    """A letter with a letterhead, an address, paragraphs and a signature."""
    rng = desk.rng
    size, look = rng.choice(SIZES), typed_look(rng)
    look.indent, look.gap_px = False, look.size_px * rng.uniform(0.5, 1.2)
    gap = f"margin:{rng.uniform(6, 26):.0f}px 0"
    parts = [letterhead(look) if rng.random() < 0.75 else ""]
    shift = rng.choice((0, 0, 45, 60))
    parts.append(f'<div style="margin-left:{shift}%">{tag("text", look.write.date(), gap)}</div>')
    parts.append(tag("text", look.write.address(), gap))
    parts.append(tag("text", f"Dear {look.write.name()}:", gap))
    if rng.random() < 0.25:
        parts.append(tag("title", "Re: " + look.write.words(5).title(), f"{gap};font-weight:700"))
    parts += [paragraph(look, 1, 5) for _ in range(rng.randint(1, 5))]
    if rng.random() < 0.2:
        parts.append(rng.choice((item_list(look, 2, 5), table(look, rng.randint(3, 9)))))
    parts.append(signatures(look))
    if rng.random() < 0.4:
        parts.append(tag("text", "cc: " + look.write.name(), gap))
    marks = edge_marks(look, *size)
    if rng.random() < 0.25:
        foot = tag("footer", look.write.words(12), "font-size:.75em;text-align:center")
        marks += absolute(foot, 80, size[1] - 44, size[0] - 160)
    return sheet_of(look, "".join(parts), marks, size, office_wear(rng), "letter")


def memo(desk: Desk) -> Page:
    """A typed memo or report with underlined headings, lists and aligned numbers."""
    rng = desk.rng
    size = rng.choice(SIZES)
    look = draw_look(rng, MONO, (11.5, 15.5))
    look.justify, look.write.script = False, "latin"
    look.indent, look.gap_px = rng.random() < 0.4, rng.uniform(4, 16)
    look.leading = rng.choice((1.05, 1.15, 1.3, 1.8))
    rows = "".join(
        f"<div>{key}: &emsp;{look.write.words(3).title()}</div>" for key in ("TO", "FROM", "DATE")
    )
    parts = [tag("text", rows, "margin:12px 0")]
    if rng.random() < 0.5:
        parts.insert(0, tag("title", look.write.words(2).upper(), "text-align:center"))
    for _ in range(rng.randint(3, 9)):
        makers = (
            paragraph(look),
            paragraph(look),
            item_list(look, 2, 6),
            table(look, rng.randint(3, 18)),
        )
        under = (
            f"display:inline-block;text-decoration:{rng.choice(('underline', 'none'))};margin:6px 0"
        )
        title = tag("title", look.write.words(rng.randint(1, 5)).title(), under)
        parts.append(rng.choice((*makers, f"<div>{title}</div>{paragraph(look)}")))
    if rng.random() < 0.5:
        parts.insert(rng.randint(3, len(parts)), signatures(look))
    marks = edge_marks(look, *size)
    if rng.random() < 0.6:
        number = tag("page_number", rng.choice(("-2-", "Page 3", "14")), "display:inline-block")
        marks += absolute(number, size[0] / 2, rng.choice((18, size[1] - 34)))
    return sheet_of(look, "".join(parts), marks, size, office_wear(rng, 0.05), "memo")


def signed(desk: Desk) -> Page:
    """The last page of a contract or certificate: many signature lines, stamps, dates."""
    rng = desk.rng
    size, look = rng.choice(SIZES), typed_look(rng)
    cells = []
    for _ in range(rng.randint(2, 8)):
        height = rng.uniform(24, 66)
        up = rng.uniform(-4, 0.5 * height)
        mark = signature(rng, height) if rng.random() < 0.75 else "<div style='height:34px'></div>"
        name = f"{look.write.name()}, {look.write.words(2)}"
        printed = tag("text", name, "display:inline-block")
        cells.append(
            f'<div style="width:{rng.choice((44, 46, 60))}%"><div style="margin:0 0 {-up:.0f}px '
            f'{rng.uniform(0, 40):.0f}px">{mark}</div><div style="border-top:1px solid #222"></div>'
            f"{printed}</div>"
        )
    grid_css = "display:flex;flex-wrap:wrap;gap:22px 6%;margin-top:20px"
    grid = f'<div style="{grid_css}">{"".join(cells)}</div>'
    head = letterhead(look) if rng.random() < 0.4 else ""
    top = heading(look, (1.1, 2)) if rng.random() < 0.5 else ""
    body = head + top + "".join(paragraph(look, 1, 5) for _ in range(rng.randint(1, 5))) + grid
    marks = edge_marks(look, *size)
    if rng.random() < 0.6:
        marks += absolute(stamp(rng), rng.uniform(80, 560), rng.uniform(0.35, 0.8) * size[1])
    return sheet_of(look, body, marks, size, office_wear(rng, 0.2), "signed")


def specimens(desk: Desk) -> Page:
    """Signatures on bare paper or in a grid: specimen sheets, attendance lists, cards."""
    rng = desk.rng
    size, look = rng.choice((*SIZES, (816, 400), (640, 640))), typed_look(rng)
    across, down = rng.randint(1, 3), rng.randint(1, 5)
    room = (size[0] - 200) / across, (size[1] - 160) / down
    border = rng.choice(("", "", "", "border:1px solid #333", "border-bottom:1px solid #333"))
    cells, tallest = "", max(26, min(130, room[1] * 0.7, room[0] / 4))
    for _ in range(across * down):
        mark = signature(rng, rng.uniform(24, tallest)) if rng.random() < 0.8 else ""
        name = tag("text", look.write.name(), "display:inline-block") if rng.random() < 0.3 else ""
        inset = f"padding:{rng.uniform(0, 0.2) * room[1]:.0f}px {rng.uniform(4, 40):.0f}px"
        cells += f'<div style="{border};{inset};min-width:0">{mark}<br>{name}</div>'
    grid = f"display:grid;grid-template-columns:repeat({across},1fr);grid-auto-rows:{room[1]:.0f}px"
    top = heading(look, (1.1, 1.8)) if rng.random() < 0.3 else ""
    marks = edge_marks(look, *size) if rng.random() < 0.3 else ""
    body = f'{top}<div style="{grid};text-indent:0">{cells}</div>'
    return sheet_of(look, body, marks, size, office_wear(rng, 0.3), "specimens")


def note(desk: Desk) -> Page:
    """A handwritten page, on plain, ruled or squared paper."""
    rng = desk.rng
    size = rng.choice(SIZES)
    look = draw_look(rng, HANDS, (20, 32))
    look.justify, look.write.script = False, "latin"  # the hands know no other letters
    ruling = rng.choice(("", "repeating-linear-gradient(#fff 0 31px,#9bd 31px 32px)",
                         "repeating-linear-gradient(#fff 0 27px,#bbb 27px 28px)"))  # fmt: skip
    ink = rng.choice(("#111", "#1a2a7a", "#222", "#24408b"))
    parts = []
    for _ in range(rng.randint(3, 9)):
        font = f"font:{look.size_px:.0f}px/{rng.choice((28, 32, 36))}px '{look.family}'"
        style = f"color:{ink};{font};margin-bottom:12px"
        parts.append(tag("handwriting", look.write.paragraph(1, 3), style))
    if rng.random() < 0.5:
        parts.append(signature(rng))
    if rng.random() < 0.25:
        parts.insert(rng.randint(0, len(parts)), figure(look, desk.photographs, size[0] * 0.5, 240))
    page = sheet_of(
        look, "".join(parts), edge_marks(look, *size), size, office_wear(rng, 0.1), "note"
    )
    html = page.html.replace("html{background:#fff}", f"html{{background:{ruling or '#fff'}}}")
    return Page(html, page.width, page.height, page.wear, "note")
