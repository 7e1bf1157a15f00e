"""Cases of screens: a conversation, a sheet of numbers, a terminal, a form, tiles, a slide."""

import cv2
import numpy as np
from PIL import Image

from benchmarks.robustness.canvas import BLACK, WHITE, Canvas, Colour
from benchmarks.robustness.texts import (
    CHAPTERS,
    ENTRIES,
    ITEMS,
    SENTENCES,
    SURNAMES,
    TOWNS,
    money,
)

_LEFT = 60
_GRID: Colour = (205, 208, 212)
_MONTHS = ("January", "April", "June", "September", "November")


def chat_dark(page: Canvas) -> None:
    """A conversation in a dark window: bubbles in two colours, small times beside them."""
    source = page.random
    page.draw.rectangle((0, 0, *page.image.size), fill=(11, 20, 26))
    page.draw.rectangle((0, 0, page.image.width, 56), fill=(32, 44, 51))
    page.line(20, 37, source.choice(SURNAMES).title(), bold=True, ink=(233, 237, 239))
    for at, text in enumerate(source.sample(SENTENCES, 5)):
        own, y = at % 2, 90 + at * page.em * 2.9
        wide = page.width_of(text) + page.em * 3.6
        x = page.image.width - 20 - wide if own else 20
        fill = (0, 92, 75) if own else (32, 44, 51)
        page.draw.rounded_rectangle((x, y, x + wide, y + page.em * 2.2), 10, fill=fill)
        page.put(x + 12, y + page.em * 1.4, text, ink=(233, 237, 239))
        time = f"{source.randint(10, 23)}:{source.randint(10, 59)}"
        page.put(x + wide - 8, y + page.em * 1.9, time, em=page.em * 0.7, anchor="rs",
                 ink=(140, 155, 162))  # fmt: skip
        page.add_line(f"{text} {time}")


def subpixel_screen(page: Canvas) -> None:
    """A window whose letters have coloured edges: each colour is a third of a pixel further."""
    source, size = page.random, page.image.size
    wide = Canvas(f"wide:{source.random()}", (size[0] * 3, size[1] * 3), page.face, page.em * 3)
    wide.draw.rectangle((0, 0, *wide.image.size), fill=source.choice((WHITE, (240, 240, 240))))
    for at, text in enumerate(source.sample(SENTENCES, 6)):
        wide.line(48, 90 + at * page.em * 4.8, text)
    page.add_line(wide.text)
    soft = cv2.blur(wide.pixels, (3, 1))[:, :, 0].astype(float)
    thirds = soft.reshape(size[1], 3, size[0] * 3).mean(axis=1)
    page.image.paste(Image.fromarray(thirds.reshape(size[1], size[0], 3).astype(np.uint8)))


def spreadsheet(page: Canvas) -> None:
    """A screen of a spreadsheet: letters above, numbers at the left, thin grey lines."""
    source, wide, high = page.random, (44, 190, 110, 110, 120), round(page.em * 1.7)
    edges = [sum(wide[:at]) for at in range(len(wide) + 1)]
    page.draw.rectangle((0, 0, edges[-1], high), fill=(240, 241, 243))
    page.draw.rectangle((0, 0, edges[1], high * 9), fill=(240, 241, 243))
    heads = ((edges[at + 1] + edges[at + 2]) / 2 for at in range(4))
    page.add_line("A B C D")
    for x, letter in zip(heads, "ABCD", strict=True):
        page.put(x, high * 0.72, letter, anchor="ms", ink=(90, 94, 98))
    for at in range(1, 9):
        name = "Item" if at == 1 else source.choice(ITEMS)
        values = ["Units", "Price", "Sum"] if at == 1 else [
            str(source.randint(1, 99)), f"{source.uniform(1, 99):.2f}", money(source)]  # fmt: skip
        y = high * at + high * 0.72
        page.put(edges[1] / 2, y, str(at), anchor="ms", ink=(90, 94, 98))
        cells = [(edges[2 + place] + wide[2 + place] - 6, value, "r")
                 for place, value in enumerate(values)]  # fmt: skip
        page.row(y, [(edges[1] + 6, name, "l"), *cells])
        page.add_line(str(at))
    for at in range(10):
        page.draw.line((0, high * at, edges[-1], high * at), _GRID)
    for x in edges:
        page.draw.line((x, 0, x, high * 9), _GRID)


def terminal(page: Canvas) -> None:
    """A terminal: green and white print of one width on black."""
    source = page.random
    page.draw.rectangle((0, 0, *page.image.size), fill=(12, 12, 12))
    for at in range(7):
        name = f"{source.choice(ITEMS).lower()}_{source.randint(1, 90):02d}.log"
        text = (
            f"{source.randint(100, 99999):>6} {source.choice(_MONTHS)[:3]} "
            f"{source.randint(1, 28)} {source.randint(10, 23)}:{source.randint(10, 59)} {name}"
        )
        page.line(16, 34 + at * page.em * 1.5, text.strip(), ink=((70, 220, 90), WHITE)[at % 2])


def web_form(page: Canvas) -> None:
    """A page of a site: grey hints in fields, white words on buttons, blue links."""
    source = page.random
    page.line(_LEFT, 60, f"Sign in to {source.choice(TOWNS)} Library", em=page.em * 1.5, bold=True)
    for at, (label, hint) in enumerate(
        (("Email", "name@example.org"), ("Card number", "0000 0000"))
    ):
        y = 120 + at * 110
        page.line(_LEFT, y, label, ink=(60, 60, 66))
        page.draw.rounded_rectangle((_LEFT, y + 12, 520, y + 62), 6, outline=(180, 184, 190))
        page.line(_LEFT + 14, y + 44, hint, ink=(160, 164, 170))
    for x, word, fill in ((_LEFT, "Continue", (26, 100, 220)), (300, "Cancel", (110, 116, 124))):
        page.draw.rounded_rectangle((x, 340, x + 190, 392), 8, fill=fill)
        page.line(x + 30, 374, word, bold=True, ink=WHITE)
    page.line(_LEFT, 440, "Forgot your password?", ink=(20, 90, 200))


def dashboard(page: Canvas) -> None:
    """Tiles in strong colours: a large white number, a small word above it."""
    source = page.random
    fills = ((200, 56, 60), (40, 120, 70), (30, 80, 160), (250, 250, 250))
    for at, label in enumerate(source.sample(ENTRIES, 4)):
        x, fill = 30 + at * 300, fills[at]
        ink: Colour = BLACK if fill[0] > 240 else WHITE
        page.draw.rectangle((x, 40, x + 270, 220), fill=fill, outline=(180, 180, 180))
        page.line(x + 20, 84, label, ink=ink, em=page.em * 0.85)
        page.line(x + 20, 176, f"{source.randint(2, 99)}.{source.randint(0, 9)}%", ink=ink,
                  em=page.em * 2.2, bold=True)  # fmt: skip
    page.line(30, 280, source.choice(SENTENCES))


def slide(page: Canvas) -> None:
    """A slide: a title on dark blue, points below it, a small footer."""
    source, width = page.random, page.image.width
    page.draw.rectangle((0, 0, width, 130), fill=(18, 36, 84))
    page.line(_LEFT, 86, source.choice(CHAPTERS), em=page.em * 1.8, bold=True, ink=WHITE)
    for at, text in enumerate(source.sample(SENTENCES, 4)):
        y = 210 + at * page.em * 2.1
        page.draw.ellipse(
            (_LEFT, y - page.em * 0.5, _LEFT + 12, y - page.em * 0.5 + 12), (200, 90, 20)
        )
        page.add_line(f"\u2022 {text}")
        page.put(_LEFT + 34, y, text)
    cells = [(_LEFT, f"{source.choice(TOWNS)} 2025", "l")]
    cells.append((width - 60, str(source.randint(2, 60)), "r"))
    page.row(page.image.height - 30, cells, em=page.em * 0.6, ink=(120, 120, 126))
