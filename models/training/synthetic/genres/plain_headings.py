"""Pages of dense text whose headings hardly differ from it: bold, numbered, centred, spaced."""

from random import Random

from models.training.synthetic.elements.figures import Desk
from models.training.synthetic.genres.publications import (
    any_table,
    display,
    framed,
    item_list,
    paragraph,
)
from models.training.synthetic.genres.school import question, school_look
from models.training.synthetic.markup import SANS, SERIF, Look, Page, accent, columns, sheet, tag

_SIZES = ((794, 1123), (700, 1000), (760, 1060), (840, 1180), (620, 900))
_WEARS = ("clean", "clean", "clean", "scan", "phone", "bilevel")
_NUMERALS = "一二三四五六七八九十"


def _number(rng: Random, chinese: bool) -> str:
    """The number of a heading: by sections, letters, Roman or Chinese numerals; often none."""
    one, two = rng.randint(1, 12), rng.randint(1, 9)
    numeral = rng.choice(_NUMERALS)
    if chinese and rng.random() < 0.7:
        return rng.choice((
            f"{numeral}、", f"\uff08{numeral}\uff09", f"第{numeral}节 ", f"第{numeral}部分 ",
            f"{one}\uff0e", f"【例{two}】", f"考点{numeral} ", f"{one}.{two} ",
        ))  # fmt: skip
    return rng.choice(("", "", "", f"{one} ", f"{one}. ", f"{one}.{two} ", f"{one}.{two}.{two} ",
                       f"{rng.choice('ABCDEF')}. ", "II. ", "IV. ", f"Section {two}: ",
                       f"Chapter {one} ", f"Unit {one} "))  # fmt: skip


def _heading(look: Look) -> str:
    """One or two lines that bold type, another face, spacing or a place in the middle sets off."""
    rng, chinese = look.rng, look.script == "chinese"
    words = look.write.words(rng.choice((1, 2, 2, 3, 4, 6, 9, 14)))
    text = _number(rng, chinese) + rng.choice((words.title(), words.capitalize(), words.upper()))
    end = rng.choice(("", "", "", ":", "\uff1a" if chinese else "."))
    face = rng.choice((
        "font-weight:700", "font-weight:700", "font-weight:700", "font-style:italic",
        f"color:{accent(rng)}", f"color:{accent(rng)};font-weight:700", "letter-spacing:.12em",
        f"font-family:'{rng.choice(SANS)}','Noto Sans CJK SC';font-weight:700",
        "text-decoration:underline",
    ))  # fmt: skip
    size = rng.choice((1.0, 1.0, 1.05, 1.15, 1.3, 1.6))
    place = rng.choice(("left", "left", "left", "center", "center", "right"))
    gap = f"margin:{rng.uniform(0, 0.9):.1f}em 0 {rng.uniform(0, 0.5):.1f}em"
    css = f"{face};font-size:{size}em;text-align:{place};{gap};text-indent:0;break-after:avoid"
    return tag("title", text + end, css)


def _headlines(look: Look) -> str:
    """A large heading of one to three lines, with a line before or after it in smaller type."""
    rng = look.rng
    place = rng.choice(("left", "center", "center"))
    size, weight = rng.uniform(1.6, 3.6), rng.choice((400, 700, 900))
    face = f"font-family:'{rng.choice((*SANS, *SERIF))}','Noto Sans CJK SC';font-weight:{weight}"
    colour = rng.choice(("#000", "#000", accent(rng)))
    title = tag("title", look.write.words(rng.randint(2, 9)).capitalize(),
                f"font-size:{size:.1f}em;line-height:1.12;{face};color:{colour}")  # fmt: skip
    second = tag("text", look.write.words(rng.randint(3, 12)), "font-size:1.1em;margin:4px 0")
    parts = rng.choice((title, title, title + second, second + title))
    css = f"text-align:{place};text-indent:0;margin:6px 0 12px;break-after:avoid"
    return f'<div style="{css}">{parts}</div>'


def dense(desk: Desk) -> Page:
    """A page of a textbook, report, newspaper or examination: text with plain headings."""
    rng = desk.rng
    width, height = rng.choice(_SIZES)
    look = school_look(rng, SERIF if rng.random() < 0.6 else SANS, (9, 15))
    makers = (_heading, lambda at: paragraph(at, 1, 6), lambda at: question(at, rng.randint(1, 20)),
              lambda at: item_list(at, 2, 5), display, lambda at: any_table(at, False))  # fmt: skip
    weights = (4, 7, rng.choice((0, 0, 6)), 0.7, rng.choice((0, 0, 2)), 0.15)
    parts = [maker(look) for maker in rng.choices(makers, weights, k=34)]
    parts.insert(0, _heading(look))
    count = rng.choice((1, 1, 2, 2, 3, 4)) if look.size_px < 12 else rng.choice((1, 1, 2))
    rule = "column-rule:1px solid #888" if rng.random() < 0.3 else ""
    body = columns("".join(parts), count, rng.uniform(14, 30), rule)
    top = _headlines(look) if rng.random() < 0.55 else ""
    html = framed(look, top + body, width, height, (rng.uniform(26, 90), rng.uniform(20, 70)))
    paper = rng.choice(("#fff", "#fff", "#fff", "#fbf6e6", "#eef4fa", "#f3f3f0"))
    return Page(sheet(look, html, width, height, paper), width, height, rng.choice(_WEARS), "dense")
