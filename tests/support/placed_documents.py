"""A document with everything that formats with places must carry, and strangers' characters."""

from dataclasses import replace

from tests.support.readings import small_document
from vision.core.document import (
    Block,
    Box,
    Character,
    Document,
    DocumentInfo,
    Line,
    Page,
    Region,
    Table,
    TableCell,
    Word,
)


def word(text: str, confidence: float, *box: float) -> Word:
    return Word(text, confidence, Box(*box))


def line(*words: Word) -> Line:
    box = Box(
        min(each.box.x0 for each in words),
        min(each.box.y0 for each in words),
        max(each.box.x1 for each in words),
        max(each.box.y1 for each in words),
    )
    return Line(" ".join(each.text for each in words), 0.9, box, words)


SPELLED = Word(
    "Ab",
    0.8125,
    Box(60, 10, 80, 30),
    (Character("A", 0.9, Box(60, 10, 70, 30)), Character("b", 0.75, Box(70, 10, 80, 30))),
)
TITLE = Block("b1", "title", (line(word("Grüße<&>", 0.9876, 10.25, 10, 50.5, 30.75), SPELLED),))
TURNED = replace(
    line(word("up", 0.5, 5, 100, 25, 150), word("wards", 0.6, 5, 40, 25, 95)),
    polygon=((5.0, 150.0), (5.0, 40.0), (25.0, 40.0), (25.0, 150.0)),
)
ARABIC = line(word("سلام", 0.7, 150, 200, 190, 220), word("عالم", 0.8, 100, 200, 140, 220))
# A bell, a bidirectional override, a noncharacter, a tab, formulas and quotes.
STRANGE = line(
    word('\x07=1+"1"', 0.25, 10, 300, 60, 320),
    word("\u202egnp\ufffe", 0.35, 70, 300, 90, 320),
    word("a\tb", 0.45, 95, 300, 120, 320),
    word("\U0001f600", 1.0, 130, 300, 150, 320),
)
WORDLESS = Line("no words listed", 0.77, Box(10, 340, 120, 360))
ROWS = (
    line(word("Item", 0.9, 10, 400, 50, 420), word("Price", 0.9, 110, 400, 160, 420)),
    line(
        word("=cmd", 0.9, 10, 430, 50, 450),
        word("1,234.50", 0.9, 110, 430, 160, 450),
        word("stray", 0.9, 300, 430, 340, 450),
    ),
)
TABLE = Table(
    "t1",
    Box(5, 395, 350, 455),
    3,
    2,
    (
        TableCell(0, 0, "Item", Box(5, 395, 100, 425)),
        TableCell(0, 1, "Price", Box(100, 395, 200, 425)),
        TableCell(1, 0, "=cmd", Box(5, 425, 100, 455)),
        TableCell(1, 1, "1,234.50", Box(100, 425, 200, 455)),
        TableCell(2, 0, "all <b>\n& more", Box(5, 455, 200, 480), 1, 2),
    ),
    "r2",
)


def placed_document() -> Document:
    """Two pages: one with text of many kinds, a table and a figure, one with nothing."""
    small = small_document()
    first = Page(
        number=1,
        width=400,
        height=600,
        dpi=72.0,
        rotation=0,
        skew=0.0,
        languages=("deu", "ara"),
        text="",
        regions=(
            Region("r1", "figure", 0.9, Box(200, 20, 380, 180), "doc"),
            Region("r2", "table", 0.9, TABLE.box, "doc"),
        ),
        blocks=(
            TITLE,
            Block("b2", "text", (TURNED,)),
            Block("b3", "text", (ARABIC, STRANGE, WORDLESS)),
            Block("b4", "table", ROWS, "r2"),
        ),
        tables=(TABLE,),
    )
    blank = replace(first, number=3, dpi=None, regions=(), blocks=(), tables=(), languages=())
    info = DocumentInfo("application/pdf", "cd" * 32, 3)
    return replace(small, document=info, pages=(first, blank))


def every_word(document: Document) -> list[Word]:
    """The words in reading order; a line that lists none is one."""
    lines = [line for page in document.pages for block in page.blocks for line in block.lines]
    return [
        each
        for line in lines
        for each in line.words or (Word(line.text, line.confidence, line.box),)
    ]
