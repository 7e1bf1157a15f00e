"""Cases of prose: footnotes, formulas, slanted and lined print, and what lies on the paper."""

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.robustness.canvas import BLACK, Canvas, Colour
from benchmarks.robustness.texts import ITEMS, SENTENCES, TITLES, sentences

_LEFT = 110
_SLANT = 0.21
_FRENCH = (
    "La bibliothèque est fermée le lundi.", "Le café sera servi à huit heures.",
    "Où est la clé de la pièce ?", "L'été dernier, la récolte fut très bonne.",
    "Une facture détaillée sera envoyée.", "Ne laissez pas le chien près du portail.",
)  # fmt: skip
_FORMULAS = (
    "3x + 7 = 2y - 5", "a < b and b > c", "12 : 4 = 3", "(x - 1)(x + 1) = 0", "y = 2x \u00b1 3",
    "7 \u00d7 8 = 56", "100 \u00f7 4 = 25", "5 \u2264 n < 9", "25% of 80 = 20", "x/2 + y/3 = 1",
    "-4 + 9 = 5", "2 \u00d7 (-3) = -6", "{1, 2, 3}", "|a - b| = 7",
)  # fmt: skip
_GREY: Colour = (186, 186, 186)
_PALE: Colour = (205, 205, 205)
_RULE: Colour = (150, 170, 205)


def mathematics(page: Canvas) -> None:
    """Exercises with signs of arithmetic."""
    for at, text in enumerate(page.random.sample(_FORMULAS, 6)):
        page.row(90 + at * page.em * 1.9, [(_LEFT, f"{at + 1})", "l"), (_LEFT + 80, text, "l")])


def footnotes(page: Canvas) -> None:
    """Raised numbers in prose, and the notes below a short rule."""
    source = page.random
    texts = source.sample(SENTENCES, 6)
    y = 90.0
    for number, text in enumerate(texts[:4], 1):
        marked = number in (2, 4)
        page.add_line(text + (str(number // 2) if marked else ""))
        page.put(_LEFT, y, text)
        if marked:
            raised = _LEFT + page.width_of(text)
            page.put(raised, y - 0.35 * page.em, str(number // 2), em=0.62 * page.em)
        y += page.em * 1.6
    page.draw.line((_LEFT, y, _LEFT + 300, y), BLACK, 2)
    for number, text in enumerate(texts[4:], 1):
        y += page.em * 1.5
        page.add_line(f"{number} {text}")
        page.put(_LEFT, y - 0.2 * page.em, str(number), em=0.5 * page.em)
        page.put(_LEFT + 0.6 * page.em, y, text, em=0.8 * page.em)


def two_columns_noted(page: Canvas) -> None:
    """Two columns of small print with a note below each."""
    source = page.random
    for at in range(2):
        x = 60 + at * 630
        y = page.paragraph(x, 70, 540, sentences(source, 9), 1.35)
        page.draw.line((x, y, x + 160, y), BLACK, 1)
        page.line(x, y + page.em * 1.3, f"* {source.choice(SENTENCES)}", em=page.em * 0.8)


def two_languages(page: Canvas) -> None:
    """English at the left, French at the right."""
    source = page.random
    pairs = zip(source.sample(SENTENCES, 4), source.sample(_FRENCH, 4), strict=True)
    for at, (english, french) in enumerate(pairs):
        y = 90 + at * page.em * 2.2
        page.row(y, [(40, english, "l"), (860, french, "l")])


def underlined(page: Canvas) -> None:
    """Single words and a whole line underlined."""
    source = page.random
    lines = list(page.broken(sentences(source, 4), 960))
    for at, text in enumerate(lines):
        y = 90 + at * page.em * 1.7
        page.line(_LEFT, y, text)
        words = text.split()
        whole = at == 1 or len(words) < 3  # the last line may be a single word
        first = 0 if whole else source.randrange(len(words) - 1)
        last = len(words) if whole else first + 2
        start = _LEFT + page.width_of(" ".join([*words[:first], ""]) if first else "")
        end = _LEFT + page.width_of(" ".join(words[:last]))
        low = y + page.em * 0.12
        page.draw.line((start, low, end, low), BLACK, max(2, round(page.em / 14)))


def struck(page: Canvas) -> None:
    """A price list in which old prices are struck out."""
    source = page.random
    for at, item in enumerate(source.sample(ITEMS, 5)):
        y = 90 + at * page.em * 1.9
        old, new = f"{source.uniform(20, 90):.2f}", f"{source.uniform(2, 19):.2f}"
        page.row(y, [(_LEFT, item, "l"), (600, old, "r"), (800, new, "r")])
        middle = y - page.em * 0.3
        page.draw.line((600 - page.width_of(old) - 4, middle, 604, middle), BLACK, 2)


def italics(page: Canvas) -> None:
    """Slanted prose."""
    y = 90.0
    for text in page.broken(sentences(page.random, 4), 900):
        page.add_line(text)
        _slanted(page, _LEFT, y, text)
        y += page.em * 1.6


def small_capitals(page: Canvas) -> None:
    """A heading and names in small capitals between plain print."""
    source = page.random
    _capitals(page, _LEFT, 90, source.choice(TITLES).title())
    y = page.paragraph(_LEFT, 150, 900, sentences(source, 2))
    _capitals(page, _LEFT, y + page.em, f"Chapter {source.choice(ITEMS)}")
    page.paragraph(_LEFT, y + page.em * 2.8, 900, sentences(source, 2))


def pale_print(page: Canvas) -> None:
    """Very light grey print."""
    page.line(_LEFT, 90, page.random.choice(TITLES), ink=_GREY)
    page.paragraph(_LEFT, 160, 900, sentences(page.random, 4), ink=_GREY)


def watermark(page: Canvas) -> None:
    """Large pale letters that slant across the print; they may be read or not."""
    source = page.random
    word = source.choice(("DRAFT", "COPY", "SAMPLE"))
    size = page.image.size
    mask = Image.new("L", size, 0)
    font = page.face.font(page.em * 7, bold=True)
    ImageDraw.Draw(mask).text((size[0] / 2, size[1] / 2), word, 255, font, anchor="mm")
    page.image.paste(_PALE, (0, 0), mask.rotate(24))
    page.paragraph(_LEFT, 90, 960, sentences(source, 7))


def punched(page: Canvas) -> None:
    """Holes at the left edge, a staple and its shadow in the corner."""
    height = page.image.height
    for y in (0.25, 0.75):
        page.draw.ellipse((26, height * y - 22, 70, height * y + 22), (40, 40, 44))
    page.draw.line((30, 34, 92, 22), (120, 120, 126), 5)
    page.draw.line((32, 42, 94, 30), (206, 206, 206), 6)
    page.paragraph(_LEFT, 110, 980, sentences(page.random, 6))


def ticked_list(page: Canvas) -> None:
    """Ticks of a pencil beside entries of a list, and a stroke before two of them."""
    source = page.random
    for at, item in enumerate(source.sample(ITEMS, 6)):
        y = 90 + at * page.em * 1.8
        page.row(y, [(_LEFT + 60, item, "l"), (700, str(source.randint(2, 90)), "r")])
        if source.random() < 0.6:
            end = 760 + source.uniform(-8, 8)
            corner = (end + 14, y + 2)
            page.draw.line((end, y - 14, *corner), (110, 110, 116), 3)
            page.draw.line((*corner, end + 44, y - 34), (110, 110, 116), 3)
    page.draw.line((_LEFT, 60, _LEFT - 8, 90 + page.em * 1.8), (120, 120, 126), 4)


def notebook(page: Canvas) -> None:
    """Print on paper ruled in blue, with a red margin."""
    lead = page.em * 1.6
    count = int(page.image.height / lead)
    for at in range(1, count):
        y = 30 + at * lead
        page.draw.line((0, y, page.image.width, y), _RULE, 2)
    page.draw.line((90, 0, 90, page.image.height), (214, 120, 120), 2)
    lines = list(page.broken(sentences(page.random, 5), 980))
    for at, text in enumerate(lines):
        page.line(_LEFT, 30 + (at + 2) * lead - page.em * 0.1, text)


def photocopy(page: Canvas) -> None:
    """Grainy print on grey paper, as a poor photocopy has it."""
    page.paragraph(_LEFT, 90, 960, sentences(page.random, 5))
    pixels = np.asarray(page.image).astype(np.float32)
    noise = np.random.default_rng(page.random.randrange(1 << 30)).normal(0, 22, pixels.shape[:2])
    worn = pixels * 0.72 + 40 + noise[:, :, None]
    page.image.paste(Image.fromarray(worn.clip(0, 255).astype(np.uint8)))


def _slanted(page: Canvas, x: float, y: float, text: str) -> None:
    font = page.face.font(page.em)
    high, wide = round(page.em * 1.6), round(page.width_of(text) + page.em)
    mask = Image.new("L", (wide, high), 0)
    base = round(page.em * 1.2)
    ImageDraw.Draw(mask).text((round(page.em * 0.3), base), text, 255, font, anchor="ls")
    moved = mask.transform(
        mask.size, Image.Transform.AFFINE, (1, _SLANT, -_SLANT * base, 0, 1, 0),
        Image.Resampling.BICUBIC,
    )  # fmt: skip
    page.image.paste(BLACK, (round(x - page.em * 0.3), round(y - base)), moved)


def _capitals(page: Canvas, x: float, y: float, text: str) -> None:
    page.add_line(text.upper())
    for letter in text:
        em = page.em if letter.isupper() else page.em * 0.78
        if letter.strip():
            page.put(x, y, letter.upper(), em=em)
        x += page.width_of(letter.upper(), em) + 1
