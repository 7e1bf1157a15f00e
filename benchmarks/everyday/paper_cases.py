"""Cases of office and printed paper: statements, newspapers, dictionaries, drafts, exams."""

import cv2
import numpy as np

from benchmarks.everyday.diagram_cases import turned_text
from benchmarks.everyday.public_cases import paste
from benchmarks.robustness.canvas import BLACK, Canvas
from benchmarks.robustness.texts import (
    ENTRIES,
    ITEMS,
    LOW_SENTENCES,
    STREETS,
    TITLES,
    sentences,
)

_LEFT = 90


def numbered_lines(page: Canvas) -> None:
    """A pleading: a number before each line, two rules at the margin."""
    lines = list(page.broken(sentences(page.random, 8), 940))
    for at, line in enumerate(lines, 1):
        page.row(70 + at * page.em * 1.8, [(84, str(at), "r"), (140, line, "l")])
    for x in (100, 108):
        page.draw.line((x, 0, x, page.image.height), BLACK, 2)


def redacted(page: Canvas) -> None:
    """A letter in which black bars hide words."""
    for at, line in enumerate(page.broken(sentences(page.random, 7), 980)):
        words, y, x = line.split(), 90 + at * page.em * 1.7, float(_LEFT)
        hidden = page.random.randrange(len(words)) if at % 2 else -1
        page.add_line(" ".join(word for place, word in enumerate(words) if place != hidden))
        for place, word in enumerate(words):
            if place == hidden:
                box = (x, y - page.em * 0.9, x + page.width_of(word), y + page.em * 0.3)
                page.draw.rectangle(box, fill=BLACK)
            else:
                page.put(x, y, word)
            x += page.width_of(word + " ")


def ledger_sheet(page: Canvas) -> None:
    """Squared ledger paper: blue and red rules, a digit between each pair of them."""
    source = page.random
    for at in range(8):
        page.draw.line((40, 90 + at * 52, 1160, 90 + at * 52), (150, 180, 220), 2)
    for x in (520, 760, 1000):
        page.draw.line((x, 40, x, 470), (220, 90, 90), 3)
    for at, entry in enumerate(source.sample(ENTRIES, 7)):
        cells = [(60, entry, "l"), *((x, f"{source.uniform(1, 900):.2f}", "r")
                                     for x in (740, 980, 1150))]  # fmt: skip
        page.row(130 + at * 52, cells, ink=(30, 40, 110))


def huge_title(page: Canvas) -> None:
    """A title eight times as large as the lines below it."""
    page.line(60, 190, page.random.choice(TITLES).title(), em=150, bold=True)
    page.paragraph(64, 270, 900, sentences(page.random, 4))


def dotted_form(page: Canvas) -> None:
    """A form with dotted lines, typed blue entries that stand on them."""
    source = page.random
    for at, entry in enumerate(source.sample(ENTRIES, 5)):
        y = 90 + at * page.em * 2
        page.add_line(f"{entry}: {source.choice(ITEMS)} {source.randint(2, 900)}")
        label, value = page.text.rsplit("\n", 1)[-1].split(": ")
        page.put(_LEFT, y, f"{label}:")
        for x in range(420, 1100, 8):
            page.draw.ellipse((x, y + 4, x + 2, y + 6), fill=(90, 90, 90))
        page.put(450, y, value, ink=(20, 40, 150))


def lone_line(page: Canvas) -> None:
    """A whole sheet, empty but for a line at its foot and a number."""
    source, (width, height) = page.random, page.image.size
    page.line(150, height - 150, source.choice(LOW_SENTENCES))
    page.line(width / 2, height - 60, str(source.randint(2, 90)))


def margin_lines(page: Canvas) -> None:
    """An upright title, and a line that runs up both margins."""
    source = page.random
    page.line(_LEFT + 40, 90, source.choice(TITLES), bold=True)
    page.paragraph(_LEFT + 40, 160, 900, sentences(page.random, 6))
    turned_text(page, 40, 300, f"Ref. {source.randint(1000, 9999)}/{source.randint(10, 99)}", 90)
    turned_text(page, 1190, 300, source.choice(STREETS), -90)


def grey_copy(page: Canvas) -> None:
    """A copy of a copy: grey paper, broken letters, dark edges and dust."""
    page.paragraph(_LEFT + 20, 100, 960, sentences(page.random, 6))
    rough = np.random.default_rng(page.random.randrange(1 << 30))
    soft = cv2.GaussianBlur(page.pixels.astype(float), (0, 0), 1.2)
    soft += rough.normal(0, 60, soft.shape[:2])[..., None]
    hard = np.clip((cv2.GaussianBlur(soft, (0, 0), 0.8) - 120) * 3, 30, 225)
    hard[:, :24], hard[-18:] = 40, 50
    paste(page, hard)
