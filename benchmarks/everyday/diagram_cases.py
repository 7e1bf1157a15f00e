"""Cases of diagrams and screens: charts, flows, drawings, tables with turned heads, dialogues."""

import math

from PIL import Image, ImageDraw

from benchmarks.robustness.canvas import BLACK, WHITE, Canvas, Colour
from benchmarks.robustness.texts import CHAPTERS, ENTRIES, ITEMS, SENTENCES, SURNAMES, TOWNS

_PIE: tuple[Colour, ...] = ((54, 96, 160), (200, 90, 40), (90, 150, 70), (120, 80, 150))


def flow_chart(page: Canvas) -> None:
    """Boxes and diamonds with words, arrows between them."""
    source = page.random
    for at, text in enumerate(source.sample(CHAPTERS, 4)):
        x, y = 60 + (at % 2) * 620, 50 + (at // 2) * 240
        page.draw.rectangle((x, y, x + 460, y + 110), outline=BLACK, width=3)
        page.line(x + 230, y + 66, text, anchor="ms")
    for y in (105, 345):
        page.draw.line((520, y, 680, y), BLACK, 3)
        page.draw.polygon([(680, y), (660, y - 10), (660, y + 10)], BLACK)
        page.line(600, y - 14, source.choice(("yes", "no")), anchor="ms", em=page.em * 0.8)
    page.draw.line((290, 160, 290, 290), BLACK, 3)
    page.draw.polygon([(290, 290), (280, 270), (300, 270)], BLACK)


def pie_chart(page: Canvas) -> None:
    """White shares on coloured slices, a legend of colours beside them."""
    source = page.random
    cuts = sorted(source.sample(range(14, 87, 3), 3))
    while min(b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)) < 12:
        cuts = sorted(source.sample(range(14, 87, 3), 3))
    for at, (start, end) in enumerate(zip([0, *cuts], [*cuts, 100], strict=True)):
        page.draw.pieslice((60, 40, 500, 480), start * 3.6, end * 3.6, _PIE[at])
        middle = math.radians((start + end) * 1.8)
        x, y = 280 + 140 * math.cos(middle), 260 + 140 * math.sin(middle)
        page.line(x, y + 10, f"{end - start}%", anchor="ms", ink=WHITE, bold=True)
    for at, text in enumerate(source.sample(ENTRIES, 4)):
        y = 140 + at * 70
        page.draw.rectangle((600, y - 22, 624, y + 2), _PIE[at])
        page.line(640, y, text)


def line_chart(page: Canvas) -> None:
    """Two lines over a grid, years below, a turned title at the axis."""
    source = page.random
    turned_text(page, 50, 260, "Price in pounds", 90)
    for at in range(5):
        y = 440 - at * 90
        page.draw.line((150, y, 1180, y), (215, 215, 215), 2)
        page.line(136, y + 8, f"{at * 2.5:.1f}", anchor="rs", em=page.em * 0.75)
    for at in range(6):
        page.line(200 + at * 180, 490, str(2018 + at), anchor="ms", em=page.em * 0.75)
    for colour in ((200, 40, 40), (30, 80, 180)):
        points = [(200 + at * 180, source.randint(110, 420)) for at in range(6)]
        page.draw.line(points, colour, 4)
    for at, name in enumerate(source.sample(ITEMS, 2)):
        x = 300 + at * 340
        page.draw.line((x, 545, x + 50, 545), ((200, 40, 40), (30, 80, 180))[at], 4)
        page.line(x + 64, 555, name)


def turned_text(page: Canvas, x: float, y: float, text: str, angle: float, em: float = 0) -> None:
    """A line of the text whose middle is at this place, turned counter-clockwise."""
    em = em or page.em
    page.add_line(text)
    size = (round(page.width_of(text, em) + 20), round(em * 1.6))
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).text((10, em * 1.15), text, 255, page.face.font(em), anchor="ls")
    turned = mask.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    page.image.paste(BLACK, (round(x - turned.width / 2), round(y - turned.height / 2)), turned)


def turned_heads(page: Canvas) -> None:
    """A ruled table whose columns have turned heads."""
    source = page.random
    rows, count = source.sample(ITEMS, 5), 6
    for at, head in enumerate(source.sample(ENTRIES[:9], count)):
        turned_text(page, 405 + at * 110, 130, head, 90)
    for at, item in enumerate(rows):
        numbers = [(425 + place * 110, str(source.randint(10, 999)), "r") for place in range(count)]
        page.row(285 + at * 56, [(60, item, "l"), *numbers])
    for at in range(len(rows) + 1):
        page.draw.line((40, 246 + at * 56, 1010, 246 + at * 56), BLACK, 2)
    for at in range(count + 1):
        page.draw.line((350 + at * 110, 20, 350 + at * 110, 246 + len(rows) * 56), BLACK, 2)


def technical_drawing(page: Canvas) -> None:
    """Outlines with dimensions on thin lines, some turned, and a block of titles."""
    source = page.random
    page.draw.rectangle((220, 120, 760, 400), outline=BLACK, width=4)
    page.draw.ellipse((420, 190, 560, 330), outline=BLACK, width=4)
    page.draw.line((220, 70, 760, 70), BLACK, 1)
    for x in (220, 760):
        page.draw.line((x, 56, x, 112), BLACK, 1)
    page.line(490, 62, f"{source.randint(100, 900)}", anchor="ms", em=page.em * 0.8)
    page.draw.line((170, 120, 170, 400), BLACK, 1)
    turned_text(page, 152, 260, f"{source.randint(100, 900)}", 90, page.em * 0.8)
    page.draw.line((548, 202, 640, 150), BLACK, 1)
    page.line(645, 156, f"R{source.randint(10, 90)}", em=page.em * 0.8)
    rows = (("Title", source.choice(ITEMS)), ("Drawn", source.choice(SURNAMES).title()),
            ("Scale", "1:5"), ("Sheet", f"{source.randint(2, 9)} of 9"))  # fmt: skip
    for at, (label, value) in enumerate(rows):
        y = 220 + at * 60
        page.draw.rectangle((820, y - 40, 1200, y + 20), outline=BLACK, width=2)
        page.row(y, [(834, label, "l"), (960, value, "l")], em=page.em * 0.85)


def settings_screen(page: Canvas) -> None:
    """A telephone's list of settings: grey notes below names, switches, arrows."""
    source = page.random
    page.draw.rectangle((0, 0, *page.image.size), fill=(242, 242, 247))
    page.line(30, 60, "Settings", bold=True, em=page.em * 1.6)
    for at, name in enumerate(source.sample(ENTRIES, 5)):
        y = 110 + at * 104
        page.draw.rounded_rectangle((20, y, 620, y + 94), 14, fill=WHITE)
        page.line(44, y + 42, name)
        page.line(44, y + 74, f"{source.randint(2, 30)} {source.choice(ITEMS).lower()} in use",
                  em=page.em * 0.7, ink=(140, 140, 146))  # fmt: skip
        if at % 2:
            page.draw.rounded_rectangle((530, y + 30, 594, y + 64), 17, fill=(52, 199, 89))
            page.draw.ellipse((562, y + 32, 592, y + 62), fill=WHITE)
        else:
            page.draw.line([(584, y + 34), (594, y + 47), (584, y + 60)], (190, 190, 196), 3)


def dialogue_box(page: Canvas) -> None:
    """A small window over a blurred screen: a title, a sentence, two buttons."""
    source = page.random
    page.draw.rectangle((0, 0, *page.image.size), fill=(90, 110, 130))
    page.draw.rectangle((90, 50, 790, 330), fill=(250, 250, 250), outline=(120, 120, 120))
    page.draw.rectangle((90, 50, 790, 92), fill=(0, 90, 158))
    page.line(104, 80, f"{source.choice(ENTRIES)} - error {source.randint(100, 999)}", ink=WHITE)
    page.paragraph(120, 150, 640, source.choice(SENTENCES))
    for x, word in ((430, "Retry"), (610, "Cancel")):
        page.draw.rectangle((x, 264, x + 150, 308), (225, 225, 225), (150, 150, 150))
        page.line(x + 75, 294, word, anchor="ms")


def comic(page: Canvas) -> None:
    """Capitals in speech balloons, a caption on yellow."""
    source = page.random
    page.draw.rectangle((0, 0, *page.image.size), fill=(170, 205, 220))
    page.draw.rectangle((20, 20, 620, 78), (252, 232, 120), BLACK, 3)
    page.line(36, 60, f"LATER, IN {source.choice(TOWNS).upper()}...")
    for at, text in enumerate(source.sample(SENTENCES, 2)):
        x, y = 40 + at * 620, 120 + at * 70
        page.draw.ellipse((x, y, x + 560, y + 300), WHITE, BLACK, 3)
        lines = list(page.broken(text.upper(), 400))
        top = y + 165 - len(lines) * page.em * 0.6
        for row, line in enumerate(lines):
            page.line(x + 280, top + row * page.em * 1.2, line, anchor="ms")
