"""Pages of science and schools: papers full of formulas, textbooks, examination papers."""

from random import Random

from models.training.synthetic.elements.figures import Desk, figure
from models.training.synthetic.elements.formulas import FONTS, formula, inline, plain_fraction
from models.training.synthetic.elements.school_figures import school_figure
from models.training.synthetic.elements.tables import table
from models.training.synthetic.genres.publications import (
    any_figure,
    any_table,
    framed,
    heading,
    item_list,
)
from models.training.synthetic.markup import (
    SANS,
    SERIF,
    Look,
    Page,
    accent,
    columns,
    draw_look,
    sheet,
    tag,
)

_SIZES = ((794, 1123), (794, 1123), (816, 1056), (740, 1040), (700, 990))
_WEARS = ("clean", "clean", "clean", "scan", "scan", "bilevel", "phone")


def school_look(rng: Random, families: tuple[str, ...], sizes: tuple[float, float]) -> Look:
    """Typography of a school book: a third of them Chinese."""
    look = draw_look(rng, families, sizes)
    if rng.random() < 0.3:
        look.script = look.write.script = "chinese"
        look.family = rng.choice(("Noto Serif CJK SC", "Noto Serif CJK SC", "Noto Sans CJK SC"))
        look.leading = rng.uniform(1.3, 1.8)
    return look


def _maths_text(look: Look, low: int, high: int) -> str:
    """A paragraph with formulas among its words."""
    rng, joiner = look.rng, "" if look.script == "chinese" else " "
    parts = []
    for _ in range(rng.randint(low, high)):
        parts += [look.write.words(rng.randint(3, 12)).capitalize(), inline(rng)]
        parts.append(look.write.words(rng.randint(1, 8)) + rng.choice(".,.:"))
    return tag("text", joiner.join(parts), element="p")


def _displayed(look: Look, place: str) -> str:
    """A displayed formula at the page's usual place; its number stands apart and is unlabelled."""
    rng = look.rng
    number = f"({rng.choice(('', '2.', '3.'))}{rng.randint(1, 60)})" if rng.random() < 0.6 else ""
    maths = tag("formula", formula(rng), "display:inline-block", whole=True)
    left = "" if place == "left" else "<span></span>"
    inset = f"margin:{rng.uniform(2, 11):.0f}px 0 {rng.uniform(2, 11):.0f}px"
    return (
        f'<div class="keep" style="display:flex;justify-content:space-between;text-indent:0;'
        f'align-items:center;{inset};padding-left:{20 if not left else 0}px">'
        f"{left}{maths}<span>{number}</span></div>"
    )


def maths(desk: Desk) -> Page:
    """A page of a paper, a thesis or lecture notes where every few lines are a formula."""
    rng = desk.rng
    width, height = rng.choice(_SIZES)
    look = school_look(rng, (*SERIF, "Latin Modern Roman", "Latin Modern Roman"), (10, 16))
    count = 2 if look.size_px < 13 and rng.random() < 0.6 else 1
    place = rng.choice(("centre", "centre", "left"))
    dense, parts = rng.uniform(0.5, 2), []
    for _ in range(30):
        makers = (
            lambda: _maths_text(look, 1, 5),
            lambda: _maths_text(look, 1, 1) + _displayed(look, place),
            lambda: heading(look), lambda: any_figure(look, desk.photographs, width / count - 90),
            lambda: any_table(look, True), lambda: item_list(look, 2, 5),
        )  # fmt: skip
        parts.append(rng.choices(makers, (1, dense, 0.2, 0.05, 0.05, 0.05))[0]())
    margin, gap = (rng.uniform(46, 105), rng.uniform(34, 80)), rng.uniform(14, 30)
    html = framed(look, columns("".join(parts), count, gap), width, height, margin)
    page = sheet(look, html, width, height)
    font = f"math{{font-family:'{rng.choice(FONTS)}'}}"
    return Page(page.replace("</style>", font + "</style>", 1), width, height,
                rng.choice(_WEARS), "maths")  # fmt: skip


def _answers(look: Look) -> str:
    """Answers to choose from, in one to four columns: words, numbers, fractions, formulas."""
    rng = look.rng
    across, count = rng.choice((1, 2, 2, 4)), rng.choice((3, 4, 4, 4))
    sign = rng.choice(("{}.", "({})", "{})", "<b>{}</b>"))
    makers = (
        lambda: inline(rng), lambda: plain_fraction(rng), lambda: str(rng.randint(1, 500)),
        lambda: f"{plain_fraction(rng)} {rng.choice(('&lt;', '&gt;', '='))} {plain_fraction(rng)}",
        lambda: look.write.words(rng.randint(1, 4)), lambda: look.write.words(rng.randint(1, 4)),
    )  # fmt: skip
    maker, cells = rng.choice(makers), ""
    for letter in rng.choice(("ABCD", "ABCD", "FGHJ", "abcd"))[:count]:
        cells += f"<span>{sign.format(letter)}&ensp;{maker()}</span>"
    grid = f"display:grid;grid-template-columns:repeat({across},1fr);gap:3px 14px"
    return f'<div style="{grid};margin-left:1.4em">{cells}</div>'


def question(look: Look, number: int) -> str:
    """A numbered question, labelled as one block of text with its answers."""
    rng, write = look.rng, look.write
    asked = write.paragraph(1, 3) + (f" {inline(rng)} " if rng.random() < 0.3 else "")
    blank = "____" if rng.random() < 0.3 else ""
    sign = rng.choice((f"{number}.", f"<b>{number}.</b>", f"({number})"))
    body = f'<div style="padding-left:1.6em;text-indent:-1.6em">{sign}&ensp;{asked}{blank}</div>'
    answers = _answers(look) if rng.random() < 0.7 else ""
    chance = rng.random()
    if chance < 0.15:
        return _parted(look, body, answers)
    block = tag("text", body + answers, "min-width:0;flex:1")
    if chance < 0.4:
        drawn = school_figure(rng, rng.uniform(80, 190), rng.uniform(70, 150))
        wide = rng.random() < 0.6
        way = "flex" if wide else "block"
        return f'<div class="keep" style="display:{way};gap:14px">{block}{drawn}</div>'
    return block


def _parted(look: Look, asked: str, answers: str) -> str:
    """A question whose drawing or small table stands between it and its answers."""
    rng = look.rng
    drawn = school_figure(rng, rng.uniform(90, 260), rng.uniform(40, 150))
    small = table(look, rng.randint(2, 5), rng.randint(2, 3))
    place = f"margin:6px 0 6px {rng.uniform(1, 5):.1f}em;max-width:70%"
    between = f'<div style="{place}">{drawn if rng.random() < 0.7 else small}</div>'
    below = tag("text", answers) if answers else ""
    return f'<div class="keep">{tag("text", asked)}{between}{below}</div>'


def exam(desk: Desk) -> Page:
    """An examination paper or worksheet: numbered questions, answers, drawings, blanks."""
    rng = desk.rng
    width, height = rng.choice((*_SIZES, (1123, 794)))
    look = school_look(rng, SERIF if rng.random() < 0.6 else SANS, (11, 16))
    look.indent, number, parts = False, rng.randint(1, 30), []
    if rng.random() < 0.4:
        size = f"text-align:center;font-weight:700;font-size:{rng.uniform(1.3, 1.9):.1f}em"
        parts.append(tag("title", look.write.words(rng.randint(2, 6)).title(), size))
    space = f"margin:0 0 {rng.uniform(5, 20):.0f}px"
    for _ in range(26):
        if rng.random() < 0.14:
            parts.append(heading(look, (1, 1.3)) + tag("text", look.write.sentence()))
        if rng.random() < 0.05:
            parts.append(f'<div style="{space}">{table(look, rng.randint(2, 5))}</div>')
        parts.append(f'<div style="{space}">{question(look, number)}</div>')
        number += 1
    count = rng.choice((1, 1, 2)) if width < height else 2
    rule = "column-rule:1px solid #666" if rng.random() < 0.3 else ""
    body = columns("".join(parts), count, rng.uniform(18, 40), rule)
    html = framed(look, body, width, height, (rng.uniform(40, 90), rng.uniform(30, 70)))
    return Page(sheet(look, html, width, height), width, height, rng.choice(_WEARS), "exam")


def badge(look: Look) -> str:
    """A heading on a coloured ground, labelled without the ground."""
    rng = look.rng
    light = rng.random() < 0.4
    ground = f"hsl({rng.randint(0, 359)},60%,85%)" if light else accent(rng)
    shape = rng.choice(("border-radius:12px", "", f"transform:rotate({rng.uniform(-6, 2):.1f}deg)"))
    size = (
        f"font-size:{rng.uniform(1, 1.5):.2f}em;font-weight:700;color:{'#111' if light else '#fff'}"
    )
    words = tag("title", look.write.words(rng.randint(1, 4)).title(), "display:inline-block")
    return (
        f'<div style="margin:10px 0 6px;break-after:avoid"><div style="display:inline-block;'
        f'padding:3px 14px;background:{ground};{shape};{size}">{words}</div></div>'
    )


def _side_box(look: Look) -> str:
    """Text on a tinted ground."""
    rng = look.rng
    ground = f"hsl({rng.randint(0, 359)},{rng.randint(25, 70)}%,{rng.randint(86, 95)}%)"
    lines = "<br>".join(look.write.words(rng.randint(2, 6)) for _ in range(rng.randint(2, 5)))
    inner = rng.choice((tag("text", look.write.paragraph(1, 3)), tag("text", lines)))
    head = badge(look) if rng.random() < 0.4 else ""
    shape = rng.choice((0, 8, 20))
    return (
        f'<div class="keep" style="background:{ground};padding:12px 18px;margin:10px 0;'
        f'border-radius:{shape}px;text-indent:0">{head}{inner}</div>'
    )


def _floated(look: Look, desk: Desk, inner: float) -> str:
    """A picture with its caption at one side and paragraphs around it."""
    rng = look.rng
    side = rng.choice(("left", "right"))
    drawn = rng.random() < 0.4
    width = inner * rng.uniform(0.3, 0.45)
    piece = (school_figure(rng, width, width * 0.8) if drawn
             else figure(look, desk.photographs, width, 260))  # fmt: skip
    words = tag("caption", look.write.heading(2, 8), "font-size:.85em;text-align:center")
    caption = words if rng.random() < 0.7 else ""
    text = "".join(tag("text", look.write.paragraph(2, 6), element="p") for _ in range(3))
    box = f"float:{side};width:{width:.0f}px;margin:4px 12px;text-indent:0"
    return f'<div style="{box}">{piece}{caption}</div>{text}<div style="clear:both"></div>'


def _banner(look: Look, width: int) -> str:
    """The coloured band at the top of a unit, with its title."""
    rng = look.rng
    size = f"font-size:{rng.uniform(1.8, 3):.1f}em;font-weight:700;color:#fff;display:inline-block"
    title = tag("title", look.write.words(rng.randint(1, 4)).title(), size)
    return (
        f'<div style="background:{accent(rng)};height:{rng.randint(60, 150)}px;width:{width}px;'
        f'display:flex;align-items:center;padding-left:{rng.randint(30, 90)}px">{title}</div>'
    )


def textbook(desk: Desk) -> Page:
    """A page of a school book or a well-made report: badges, boxes, pictures, exercises."""
    rng = desk.rng
    width, height = rng.choice(_SIZES)
    look = school_look(rng, SANS if rng.random() < 0.5 else SERIF, (11, 17))
    count = rng.choice((1, 1, 1, 2))
    margin = (rng.uniform(44, 110), rng.uniform(30, 60))
    inner = (width - 2 * margin[0]) / count
    makers = (
        lambda: tag("text", look.write.paragraph(2, 6), element="p"), lambda: badge(look),
        lambda: heading(look, (1.05, 1.7)), lambda: _side_box(look),
        lambda: _floated(look, desk, inner), lambda: any_figure(look, desk.photographs, inner - 30),
        lambda: any_table(look, True), lambda: question(look, rng.randint(1, 9)),
        lambda: item_list(look, 2, 5), lambda: _maths_text(look, 1, 2) + _displayed(look, "centre"),
    )  # fmt: skip
    weights = (5, 1, 1, 1, 0.8, 0.7, 0.6, 1, 0.4, rng.choice((0, 0, 1.5)))
    parts = [maker() for maker in rng.choices(makers, weights, k=18)]
    body = columns("".join(parts), count, 24)
    html = framed(look, body, width, height, margin)
    if rng.random() < 0.25:
        html = f'{_banner(look, width)}<div style="position:absolute;top:150px;left:0">{html}</div>'
    return Page(sheet(look, html, width, height), width, height, rng.choice(_WEARS), "textbook")
