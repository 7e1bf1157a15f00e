"""The figures of every scenario as a Markdown table and a picture of what happened when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from tests.chaos.books import Books
from tests.chaos.fleet import Blow

WIDTH, BAND, MARGIN = 1400, 150, 40
_INK, _PALE, _RED, _BLUE, _GREEN = "#202020", "#d8d8d8", "#c02020", "#2050c0", "#208040"


_COLUMNS = (
    "statement",
    "scenario",
    "what was done",
    "accepted",
    "done",
    "failed",
    "lost",
    "double",
    "read again",
    "longest gap",
    "figures",
)
Note = Callable[..., None]
_BESIDE_OTHERS = 6


@dataclass(frozen=True)
class Scale:
    """How large a scenario is."""

    full: bool

    def __call__(self, short: Any, full: Any) -> Any:
        """The value for this form."""
        return full if self.full else short

    def within(self, bound_s: float) -> float:
        """A bound of time: itself in the full form; the short form runs beside other tests."""
        return bound_s if self.full else _BESIDE_OTHERS * bound_s


@dataclass(frozen=True)
class Entry:
    """One scenario: the statement it holds the service to, what was done, what came of it."""

    statement: int
    title: str
    done_to_it: str
    books: Books | None
    figures: str
    blows: Sequence[Blow] = ()


def write(entries: Sequence[Entry], folder: Path, head: str) -> None:
    """Write `report.md` and `timeline.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(entries, key=lambda entry: (entry.statement, entry.title))
    (folder / "report.md").write_text(_markdown(ordered, head))
    drawn = [entry for entry in ordered if entry.books and entry.books.accepts]
    if drawn:
        _picture(drawn).save(folder / "timeline.png")


def _markdown(entries: Sequence[Entry], head: str) -> str:
    rows = [
        "| " + " | ".join(_COLUMNS) + " |",
        "|" + "---|" * len(_COLUMNS),
    ]
    rows += [_row(entry) for entry in entries]
    return f"{head}\n\n" + "\n".join(rows) + "\n\n![What happened when](timeline.png)\n"


def _row(entry: Entry) -> str:
    said = [str(entry.statement), entry.title, entry.done_to_it]
    books = entry.books
    if books is None:
        said += [""] * 7
    else:
        counts = (books.accepted, books.done, books.failed, books.lost, books.double, books.again)
        said += [*map(str, counts), f"{books.longest_gap_s:.1f} s"]
    return "| " + " | ".join([*said, entry.figures]) + " |"


def _picture(entries: Sequence[Entry]) -> Image.Image:
    image = Image.new("RGB", (WIDTH, BAND * len(entries)), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(13)
    for number, entry in enumerate(entries):
        _band(draw, font, entry, number * BAND)
    return image


def _band(
    draw: ImageDraw.ImageDraw,
    font: "ImageFont.FreeTypeFont | ImageFont.ImageFont",
    entry: Entry,
    top: int,
) -> None:
    """Accepted (blue) and ended (green) jobs over time; a red line for each blow."""
    books = entry.books
    assert books is not None
    start = min([*books.accepts, *(blow.at for blow in entry.blows)])
    end = max([*books.ends, *(blow.at for blow in entry.blows), start + 1])
    base, height = top + BAND - 20, BAND - 50

    def place(at: float, count: int) -> tuple[float, float]:
        share = count / max(1, books.accepted)
        return MARGIN + (at - start) / (end - start) * (WIDTH - 2 * MARGIN), base - share * height

    for blow in entry.blows:
        x, _ = place(blow.at, 0)
        draw.line([(x, base - height), (x, base)], _RED, 1)
    for times, colour in ((books.accepts, _BLUE), (books.ends, _GREEN)):
        curve = [place(at, count) for count, at in enumerate(times, 1)]
        draw.line([place(times[0], 0), *curve] if times else [], colour, 2)
    draw.line([(MARGIN, base), (WIDTH - MARGIN, base)], _PALE)
    title = f"{entry.statement}. {entry.title}: {entry.done_to_it}"
    draw.text((MARGIN, top + 4), title, _INK, font)
    draw.text((MARGIN, base + 3), "0 s", _INK, font)
    draw.text((WIDTH - MARGIN - 60, base + 3), f"{end - start:.0f} s", _INK, font)
