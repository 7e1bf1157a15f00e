"""Tables in print: ruled, open, banded, boxed, full of prose or of numbers."""

from random import Random

from models.training.synthetic.markup import Look, accent, tag

_RULES = ("booktabs", "booktabs", "grid", "grid", "rows", "none", "none", "banded", "outer", "cols")


def _cell_css(rule: str, pad: float, line: str) -> str:
    base = f"padding:{pad:.1f}px {pad * 2.2:.1f}px;vertical-align:top;"
    borders = {
        "grid": f"td,th{{{base}border:{line}}}",
        "rows": f"td,th{{{base}border-bottom:{line}}}",
        "cols": f"td,th{{{base}border-left:{line}}}",
        "banded": f"td,th{{{base}}}",
    }
    return borders.get(rule, f"td,th{{{base}}}")


def _frame_css(rng: Random, rule: str, line: str) -> str:
    if rule == "booktabs":
        return f"border-top:{line};border-bottom:{line};"
    return f"border:{line};" if rule in ("outer", "grid") or rng.random() < 0.1 else ""


def _cell(look: Look, kind: str) -> str:
    rng, write = look.rng, look.write
    if rng.random() < 0.05:
        return rng.choice(("", "\u2013", "n/a", "…"))
    if kind == "number":
        return write.number() + rng.choice(("", "", "", "%", " *", " ± 0.3"))
    if kind == "prose":
        return write.sentence()
    return write.words(rng.randint(1, 3)).capitalize()


def _row(look: Look, kinds: list[str], aligns: list[str], style: str = "") -> str:
    cells = "".join(
        f'<td style="text-align:{align}">{_cell(look, kind)}</td>'
        for kind, align in zip(kinds, aligns, strict=True)
    )
    return f'<tr style="{style}">{cells}</tr>'


def _head(look: Look, count: int, line: str) -> str:
    rng, write = look.rng, look.write
    cells = [write.words(rng.randint(1, 3)).capitalize() for _ in range(count)]
    fill = f"background:{accent(rng)};color:#fff" if rng.random() < 0.18 else ""
    weight = rng.choice((400, 700))
    under = f"border-bottom:{line};" if rng.random() < 0.7 else ""
    row = "".join(f'<th style="{under}font-weight:{weight};{fill}">{cell}</th>' for cell in cells)
    spanned = ""
    if count > 3 and rng.random() < 0.25:
        over = f'<th colspan="{count - 1}" style="{under}">{write.words(2).title()}</th>'
        spanned = f"<tr><th></th>{over}</tr>"
    return f"{spanned}<tr>{row}</tr>"


def _kinds(rng: Random, count: int) -> list[str]:
    if rng.random() < 0.22:
        return [rng.choice(("prose", "prose", "word")) for _ in range(count)]
    rest = rng.choice(("number", "number", "word", "mixed"))
    kinds = ["number", "number", "word"] if rest == "mixed" else [rest]
    return ["word"] + [rng.choice(kinds) for _ in range(count - 1)]


def table(look: Look, rows: int | None = None, count: int | None = None, wide: bool = False) -> str:
    """One labelled table in the page's typography; `wide` fills the line."""
    rng = look.rng
    rule, line = rng.choice(_RULES), f"{rng.choice((0.7, 1, 1, 1.6))}px solid #222"
    count = count or rng.choice((2, 3, 3, 4, 4, 5, 6, 7, 8, 10))
    kinds = _kinds(rng, count)
    if kinds.count("prose") > 1:
        rows = min(rows or 99, rng.randint(3, 9))
    aligns = ["left"] + [rng.choice(("right", "center", "left"))] * (count - 1)
    band = f"hsl({rng.randint(0, 359)},30%,92%)"
    body = "".join(
        _row(look, kinds, aligns, f"background:{band}" if rule == "banded" and i % 2 else "")
        for i in range(rows or rng.randint(2, 18))
    )
    key = f"t{rng.getrandbits(40)}"
    css = _cell_css(rule, rng.uniform(0.6, 5), line)
    scope = css.replace("td,th", f".{key} td,.{key} th")
    head = _head(look, count, line) if rng.random() < 0.88 else ""
    width = "width:100%;" if wide or rng.random() < 0.5 else "margin:auto;"
    style = f"{_frame_css(rng, rule, line)}{width}font-size:{rng.uniform(0.75, 1):.2f}em"
    inner = f"<style>{scope}</style><tbody>{head}{body}</tbody>"
    return tag("table", inner, style, "table", whole=True).replace(
        "<table", f'<table class="{key}"', 1
    )


def contents_rows(look: Look, rows: int) -> str:
    """A table of contents: entries, leaders, page numbers, as one labelled table."""
    rng, parts, page = look.rng, [], 1
    dots = rng.random() < 0.7
    for _ in range(rows):
        page += rng.randint(1, 12)
        leader = "border-bottom:1px dotted #555;" if dots else ""
        indent = rng.choice((0, 0, 16, 30))
        parts.append(
            f'<div style="display:flex;gap:4px;margin-left:{indent}px">'
            f"<span>{look.write.heading(1, 7)}</span>"
            f'<span style="flex:1;{leader}"></span><span>{page}</span></div>'
        )
    return tag("table", "".join(parts), f"line-height:{rng.uniform(1.2, 2):.2f}")
