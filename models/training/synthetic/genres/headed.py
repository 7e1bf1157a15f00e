"""Pages whose headings are hard to find: lettering on bands and ribbons, notes with a marker."""

from collections.abc import Callable
from random import Random

from models.training.synthetic.elements.figures import Desk
from models.training.synthetic.elements.tables import table
from models.training.synthetic.genres.publications import any_table, framed, item_list, paragraph
from models.training.synthetic.genres.school import badge, question, school_look
from models.training.synthetic.markup import (
    HANDS,
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

_SIZES = ((794, 1040), (700, 980), (760, 1060), (816, 1056), (640, 900))
_WEARS = ("clean", "clean", "clean", "scan", "phone", "bilevel")
_ORDER = (
    "一、",
    "二、",
    "三、",
    "\uff08一\uff09",
    "\uff08二\uff09",
    "第一章 ",
    "第二节 ",
    "【例1】",
    "◆",
    "★ ",
)


def _colour(rng: Random, light: bool) -> str:
    shade = rng.randint(80, 94) if light else rng.randint(22, 48)
    return f"hsl({rng.randint(0, 359)},{rng.randint(35, 95)}%,{shade}%)"


def _ground(rng: Random, dark: bool) -> str:
    """A plain, graded or striped background."""
    first, second = _colour(rng, not dark), _colour(rng, not dark)
    return rng.choice((
        first, first, f"linear-gradient({rng.randint(0, 180)}deg,{first},{second})",
        f"repeating-linear-gradient({rng.randint(0, 180)}deg,{first} 0 14px,{second} 14px 16px)",
    ))  # fmt: skip


def _words(look: Look, low: int, high: int) -> str:
    text = look.write.words(look.rng.randint(low, high))
    return look.rng.choice((text.title(), text.title(), text.upper(), text.capitalize()))


def _lettering(look: Look, dark: bool) -> str:
    """Words of unequal sizes and colours; some have an outline or a shadow."""
    rng, parts = look.rng, []
    for _ in range(rng.choice((1, 2, 2, 3))):
        colour = rng.choice(("#fff", "#fff", _colour(rng, True)) if dark else
                            ("#111", _colour(rng, False)))  # fmt: skip
        shadow = f"text-shadow:{rng.randint(1, 4)}px {rng.randint(1, 4)}px 0 #000" if dark else ""
        effect = rng.choice(("", "", shadow, "letter-spacing:.15em", "font-style:italic"))
        number = str(rng.randint(1, 24))
        word = number if rng.random() < 0.3 else _words(look, 1, 3)
        size = rng.uniform(1.2, 2.4) if word == number else rng.uniform(0.7, 1.2)
        css = f"font-size:{size:.2f}em;color:{colour};{effect};vertical-align:baseline"
        parts.append(f'<span style="{css}">{word}</span>')
    return "&ensp;".join(parts)


def banner(look: Look, width: float) -> str:
    """A coloured band across the page: the title with its number and second line, a tab beside."""
    rng, dark = look.rng, look.rng.random() < 0.8
    tall = rng.randint(70, 190)
    lines = _lettering(look, dark)
    if rng.random() < 0.4:
        colour = "#fff" if dark else "#222"
        lines += f'<div style="font-size:.45em;color:{colour}">{_words(look, 2, 6)}</div>'
    face = f"font-weight:{rng.choice((400, 700, 900))};font-family:'{rng.choice((*SANS, *SERIF))}'"
    colour = "#fff" if dark else "#111"
    title = tag("title", lines, f"display:inline-block;font-size:{rng.uniform(1.7, 3.2):.1f}em;"
                f"{face};line-height:1.1;text-indent:0;color:{colour}")  # fmt: skip
    place = f"padding:{rng.randint(6, 30)}px {rng.randint(16, 90)}px"
    tab = ""
    if rng.random() < 0.35:
        inner = tag("header", "<br>".join(_words(look, 1, 3) for _ in range(rng.randint(1, 3))),
                    "display:inline-block;font-size:.8em")  # fmt: skip
        tab = absolute(inner, width * rng.uniform(0.62, 0.78), 8, 150,
                       "background:#fff8;padding:8px;border-radius:0 0 12px 12px")  # fmt: skip
    curve = rng.choice(("", "", f"border-radius:0 0 {rng.randint(20, 200)}px 0"))
    return (
        f'<div style="position:relative;width:{width:.0f}px;min-height:{tall}px;display:flex;'
        f"align-items:{rng.choice(('center', 'flex-end'))};background:{_ground(rng, dark)};"
        f'{curve}"><div style="{place}">{title}</div>{tab}</div>'
    )


def ribbon(look: Look) -> str:
    """A section heading on a ribbon, pill, bar or torn label, level or tilted."""
    rng, dark = look.rng, look.rng.random() < 0.7
    colour = "#fff" if dark else "#111"
    shape = rng.choice((
        "border-radius:30px", "border-radius:4px", "clip-path:polygon(0 8%,100% 0,96% 100%,3% 90%)",
        "clip-path:polygon(0 0,93% 0,100% 50%,93% 100%,0 100%)", "box-shadow:2px 3px 4px #888",
    ))  # fmt: skip
    wide = rng.choice(("inline-block", "inline-block", "block"))
    tilted = wide == "inline-block" and rng.random() < 0.4
    tilt = f"transform:rotate({rng.uniform(-14, 4):.1f}deg)" if tilted else ""
    parts = f'<b style="color:{_colour(rng, dark)}">{_words(look, 1, 1)} {rng.randint(1, 9)}</b>'
    text = _words(look, 1, 4)
    text = f"{parts}&emsp;{text}" if rng.random() < 0.3 else text
    title = tag("title", text, "display:inline-block")
    return (
        f'<div style="margin:{rng.randint(6, 18)}px 0 {rng.randint(4, 12)}px;break-after:avoid;'
        f'text-indent:0"><div style="display:{wide};padding:{rng.randint(2, 12)}px '
        f"{rng.randint(8, 30)}px;background:{_ground(rng, dark)};color:{colour};{shape};{tilt};"
        f'font-weight:700;font-size:{rng.uniform(0.95, 1.7):.2f}em">{title}</div></div>'
    )


def ruled_heading(look: Look) -> str:
    """A heading set off by rules, a bar, a box, an ornament or a Chinese numeral."""
    rng = look.rng
    line = f"{rng.choice((1, 2, 4))}px {rng.choice(('solid', 'double', 'dotted'))} {accent(rng)}"
    frame = rng.choice((
        f"border-bottom:{line}", f"border-top:{line};border-bottom:{line}", f"border:{line}",
        f"border-left:8px solid {accent(rng)};padding-left:8px", "", "",
    ))  # fmt: skip
    letter = rng.choice("ABCDIVX")
    signs = ("", "", "■ ", "▶ ", f"{rng.randint(1, 9)} ", f"{letter}. ", "§ ")
    sign = rng.choice(_ORDER if look.script == "chinese" else signs)
    place = rng.choice(("left", "left", "center", "right"))
    face = f"font-weight:{rng.choice((400, 700, 700, 900))};font-family:'{rng.choice(SANS)}'"
    title = tag("title", sign + _words(look, 1, 8), f"display:inline-block;{face}")
    return (
        f'<div style="{frame};text-align:{place};margin:.7em 0 .4em;break-after:avoid;'
        f"text-indent:0;color:{rng.choice((look.ink, accent(rng)))};line-height:1.25;"
        f'font-size:{rng.uniform(0.95, 2.1):.2f}em">{title}</div>'
    )


def _oval(look: Look) -> str:
    """Short lines on a soft blot of colour, the first of them bold and a line of its own."""
    rng = look.rng
    lines = "<br>".join(look.write.words(rng.randint(2, 6)) for _ in range(rng.randint(2, 5)))
    blot = f"radial-gradient(closest-side,{_colour(rng, True)},#fff)"
    head = tag("text", f"<b>{_words(look, 2, 4)}</b>", "display:inline-block")
    return (
        f'<div class="keep" style="background:{blot};padding:26px 90px;text-indent:0">'
        f"<div>{head}</div>{tag('text', lines, 'display:inline-block')}</div>"
    )


def _tick_table(look: Look) -> str:
    """A table to be filled in: sentences at the left, empty columns at the right."""
    rng = look.rng
    count, line = rng.randint(3, 9), f"1px solid {accent(rng)}"
    head = f"<td><b>{_words(look, 1, 3)}</b></td>"
    head += "".join(f"<td><b>{letter}</b></td>" for letter in "ABCDEFGHI"[:count])
    rows = f'<tr style="background:{_colour(rng, True)};text-align:center">{head}</tr>'
    for _ in range(rng.randint(4, 10)):
        rows += f"<tr><td>{look.write.words(rng.randint(2, 6))}</td>{'<td></td>' * count}</tr>"
    fill = _colour(rng, True) if rng.random() < 0.5 else "#fff"
    css = f"<style>.ticks td{{border:{line};padding:{rng.randint(2, 8)}px}}</style>"
    return css + (
        f'<table class="ticks keep" data-c="table" data-whole style="width:98%;background:{fill};'
        f'border:{line};margin:6px 0;text-indent:0">{rows}</table>'
    )


def workbook(desk: Desk) -> Page:
    """A page of a coloured school book or magazine: a band, ribbons, exercises, tables."""
    rng = desk.rng
    width, height = rng.choice(_SIZES)
    look = school_look(rng, SANS if rng.random() < 0.5 else SERIF, (11, 17))
    look.indent = False
    makers: tuple[Callable[[], str], ...] = (
        lambda: ribbon(look), lambda: ruled_heading(look), lambda: badge(look),
        lambda: question(look, rng.randint(1, 12)), lambda: paragraph(look, 1, 4),
        lambda: item_list(look, 2, 6), lambda: _oval(look), lambda: _tick_table(look),
        lambda: any_table(look, True),
    )  # fmt: skip
    weights = (2.2, 1.6, 0.6, 3, 2.5, 0.8, 0.35, 0.35, 0.25)
    parts = [maker() for maker in rng.choices(makers, weights, k=24)]
    count = rng.choice((1, 1, 2))
    rule = "column-rule:1px solid #888" if rng.random() < 0.4 else ""
    body = columns("".join(parts), count, rng.uniform(16, 34), rule)
    top = banner(look, width) if rng.random() < 0.7 else ""
    room = height - (170 if top else 0)
    html = framed(look, body, width, room, (rng.uniform(30, 90), rng.uniform(16, 50)))
    placed = f'{top}<div style="position:absolute;top:{height - room}px;left:0">{html}</div>'
    return Page(sheet(look, placed, width, height), width, height, rng.choice(_WEARS), "workbook")


def notes(desk: Desk) -> Page:
    """Handwritten notes on ruled paper: short items at many indents, marked headings, a grid."""
    rng = desk.rng
    width, height = rng.choice(_SIZES)
    step = rng.randint(26, 38)
    look = draw_look(rng, HANDS, (step * 0.55, step * 0.8))
    look.justify = look.indent = False
    look.script = look.write.script = rng.choice(("latin", "latin", "chinese"))
    if look.script == "chinese":
        look.family = "KouzanBrushFontGyousyo"
    look.leading, look.gap_px = step / look.size_px, 0
    look.ink = rng.choice(("#111", "#1a2a7a", "#222", "#24408b"))
    ruling = rng.choice(("#999", "#333", "#9bd", "#bbb", ""))
    paper = f"repeating-linear-gradient(#fff 0 {step - 1}px,{ruling} {step - 1}px {step}px)"
    rows, left = "", rng.uniform(20, 70)
    for index in range(int((height - 120) / step / 1.6)):
        rows += _noted(look, index, step)
    marks = absolute(tag("page_number", str(rng.randint(1, 90))), width / 2, height - 40)
    head = f"NO. {rng.choice(('', '3'))}<br>Date &emsp;·&emsp;·"
    if rng.random() < 0.4:
        marks += absolute(tag("header", head, "font:11px/1.6 'Liberation Sans'"), width - 140, 16)
    inner = (f'<div class="clip" style="position:absolute;left:{left:.0f}px;top:{step * 2}px;'
             f"width:{width - 2 * left:.0f}px;height:{(height - 110) // step * step}px;"
             f'overflow:hidden;background:{paper if ruling else "none"}">{rows}</div>')  # fmt: skip
    return Page(sheet(look, inner + marks, width, height), width, height,
                rng.choice(("clean", "scan", "phone", "bilevel")), "notes")  # fmt: skip


def _noted(look: Look, index: int, step: int) -> str:
    """One item of notes: a marked heading, a few lines at some indent, a table drawn by hand."""
    rng = look.rng
    inset = rng.choice((0, 0, 1, 1, 2, 3)) * 26
    if rng.random() < 0.16:
        marker = f"hsl({rng.choice((55, 55, 320, 130, 190))},95%,{rng.randint(70, 82)}%)"
        shade = rng.choice((f"background:{marker};border-radius:40%", "text-decoration:underline",
                            f"border:2px solid {look.ink}", f"color:{accent(rng)}"))  # fmt: skip
        sign = rng.choice(_ORDER) if look.script == "chinese" else f"{index % 12 + 1}. "
        place = rng.choice(("left", "left", "center"))
        title = tag("title", sign + _words(look, 1, 4), f"display:inline-block;{shade}")
        return f'<div style="text-align:{place};font-weight:{rng.choice((400, 700))}">{title}</div>'
    if rng.random() < 0.05:
        return (
            f'<div style="line-height:{step}px">{table(look, rng.randint(2, 5), wide=True)}</div>'
        )
    text = look.write.sentence() if rng.random() < 0.5 else look.write.paragraph(1, 3)
    sign = rng.choice(
        ("", "", "— ", f"({index % 9 + 1}) ", "如: " if look.script == "chinese" else "e.g. ")
    )
    return tag("handwriting", sign + text, f"margin-left:{inset}px")
