"""What office papers share: typed looks, letterheads, signature blocks, marks at the edge."""

from random import Random

from models.training.synthetic.elements.marks import handwriting, logo, signature, stamp
from models.training.synthetic.elements.wordmark import wordmark
from models.training.synthetic.markup import (
    MONO,
    SANS,
    SERIF,
    SIGNING_HANDS,
    Look,
    Page,
    absolute,
    draw_look,
    sheet,
    tag,
)  # fmt: skip
from models.training.synthetic.pseudo_text import Writer

SIZES = ((816, 1056), (816, 1056), (794, 1123), (760, 1060))


def office_wear(rng: Random, clean: float = 0.12) -> str:
    """How office paper reaches us: mostly scanned, often to black and white."""
    if rng.random() < clean:
        return "clean"
    return rng.choice(("bilevel", "bilevel", "bilevel", "scan", "scan", "fax", "phone"))


def typed_look(rng: Random, sizes: tuple[float, float] = (11.5, 15.5)) -> Look:
    """Type of a typewriter, an office printer or a print shop."""
    families = rng.choice((MONO, MONO, SERIF, SANS))
    look = draw_look(rng, families, sizes)
    if families is MONO:
        look.justify, look.script = False, "latin"
        look.write.script = "latin"
    return look


def letterhead(look: Look) -> str:
    """An emblem, the sender's name, perhaps an address and a rule."""
    rng = look.rng
    place = rng.choice(("left", "center", "center", "right"))
    colour = look.accent if rng.random() < 0.5 else "#111"
    emblem = logo(rng) if rng.random() < 0.6 else ""
    size = (
        f"font-size:{rng.uniform(1.1, 2):.1f}em;color:{colour};font-weight:{rng.choice((400, 700))}"
    )
    words, face = look.write.words(rng.randint(2, 5)).upper(), "letter-spacing:1px"
    if rng.random() < 0.2:  # script that is no signature
        words, face = Writer(rng).name(), f"font-family:'{rng.choice(SIGNING_HANDS)}'"
    name = tag("header", words, f"{size};{face}")
    if rng.random() < 0.2:
        emblem, name = wordmark(rng), ""
    where = look.write.address().replace("<br>", " · ") if rng.random() < 0.7 else ""
    lines = tag("header", where, "font-size:.75em") if where else ""
    rule = "border-bottom:2px solid;" if rng.random() < 0.3 else ""
    return f'<div style="text-align:{place};{rule}margin-bottom:14px">{emblem}{name}{lines}</div>'


def signed_block(look: Look) -> str:
    """Closing words, a signature across or above the printed name."""
    rng = look.rng
    closing = tag("text", look.write.words(2).capitalize() + ",", "display:inline-block")
    name = f"{look.write.name()}<br>{look.write.words(3).title()}"
    printed = tag("text", name, "display:inline-block") if rng.random() < 0.85 else ""
    height = rng.uniform(26, 84)
    up, raised = rng.uniform(0, 0.9) * height, rng.uniform(-0.35, 0.25) * height
    line = '<div style="border-top:1px solid #333;width:220px"></div>' if rng.random() < 0.3 else ""
    mark = (
        f'<div style="margin:{raised:.0f}px 0 {-up:.0f}px {rng.uniform(-4, 50):.0f}px">'
        f"{signature(rng, height)}</div>"
    )
    over = ""
    if rng.random() < 0.12:  # stamped across the signature
        over = absolute(stamp(rng), rng.uniform(-30, 120), rng.uniform(-20, 40))
    block = f"{closing}{mark}{line}{printed}{over}"
    return f'<div style="display:inline-block;position:relative;text-indent:0">{block}</div>'


def signatures(look: Look) -> str:
    """One to three signature blocks side by side, some of them still unsigned."""
    rng = look.rng
    count = rng.choice((1, 1, 1, 1, 2, 3))
    blocks = [signed_block(look) for _ in range(count)]
    if count > 1 or rng.random() < 0.3:
        blocks.append(f'<div style="display:inline-block">{tag("text", look.write.name())}</div>')
    place = rng.choice(("flex-start", "flex-start", "center", "flex-end", "space-between"))
    return (
        f'<div style="display:flex;flex-wrap:wrap;gap:18px;justify-content:{place};'
        f'align-items:flex-start;margin:{rng.uniform(6, 30):.0f}px 0">{"".join(blocks)}</div>'
    )


def edge_marks(look: Look, width: int, height: int) -> str:
    """Numbers that archives print at the edge, margin notes, stamps."""
    rng, out = look.rng, ""
    digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(6, 10)))
    if rng.random() < 0.35:
        turn = f"writing-mode:vertical-rl;font:{rng.randint(12, 22)}px 'Liberation Mono'"
        out += absolute(
            digits, width - rng.uniform(24, 44), rng.uniform(0.2, 0.8) * height, None, turn
        )
    elif rng.random() < 0.4:
        spot = (rng.uniform(0.55, 0.85) * width, height - rng.uniform(30, 60))
        size = f"font:700 {rng.randint(13, 22)}px 'Liberation Sans'"
        out += absolute(tag("footer", digits), *spot, None, size)
    if rng.random() < 0.3:
        spot = (rng.uniform(0.1, 0.75) * width, rng.uniform(0.05, 0.8) * height)
        out += absolute(stamp(rng), *spot)
    if rng.random() < 0.12:
        note = handwriting(rng, Writer(rng).words(rng.randint(1, 5)))
        out += absolute(note, rng.uniform(0.1, 0.6) * width, rng.uniform(0.02, 0.1) * height)
    return out


def sheet_of(
    look: Look, body: str, marks: str, size: tuple[int, int], wear: str, genre: str
) -> Page:
    """The page of `size` with `body` within its margins and `marks` where they say."""
    width, height = size
    x, y = look.rng.uniform(60, 125), look.rng.uniform(36, 90)
    inner = (
        f'<div class="clip" style="position:absolute;left:{x:.0f}px;top:{y:.0f}px;overflow:hidden;'
        f'width:{width - 2 * x:.0f}px;height:{height - y - 30:.0f}px">{body}</div>'
    )
    return Page(sheet(look, inner + marks, width, height), width, height, wear, genre)
