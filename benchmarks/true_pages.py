"""Pages with their truth, made or from the evaluation sets, as files that any program can read."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.made_pages import MAKERS, MadePage, made_pages, skewed, turned
from vision.core.document import Box
from vision.core.errors import BadInput
from vision.core.geometry import union
from vision.core.limits import Limits
from vision.input.decode import decode_page
from vision.layout.rows import rows_of

# Their text is not in reading order: neither edits between texts nor their order mean anything.
UNORDERED = ("sroie", "funsd", "scene_text")
# Lists some short lines at the ends of paragraphs before the paragraphs.
_LOOSELY_ORDERED = "hist_de"
SETS = (
    "sroie", "funsd", "hist_de", "hist_fr", "omnidoc", "pages_misc", "scene_text",
    "lines_deu", "lines_ara",
)  # fmt: skip
# Where a language is not installed the nearest that is reads; all programs alike.
_NEAREST = {"deu_latf": ("frk", "deu")}


@dataclass(frozen=True, slots=True)
class TrueUnit:
    """A word, line or block of the truth; `order` is None where its place is not known."""

    text: str
    box: tuple[float, float, float, float]
    order: int | None = None


@dataclass(frozen=True, slots=True)
class TruePage:
    """A page's file and what stands on it. `half`: constants may have been tuned on `even`.

    `lines` are there where the truth tells lines besides the blocks or words that are its `units`.
    On forms their `order` is the number of the entry they belong to, and `answers` tell which
    entry is the label of which.
    """

    collection: str
    name: str
    half: str
    path: Path
    languages: str
    text: str
    units: tuple[TrueUnit, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    lines: tuple[TrueUnit, ...] = ()
    answers: tuple[tuple[int, int], ...] = ()

    @property
    def ordered(self) -> bool:
        """Whether `text` is in reading order."""
        return self.collection not in UNORDERED


def made_set(folder: Path, rounds: int) -> Iterator[TruePage]:
    """The pages that the benchmark draws, upright."""
    for number, page in enumerate(made_pages(rounds)):
        yield _made("made", number, page, folder)


def turned_sets(folder: Path, rounds: int) -> Iterator[TruePage]:
    """Some of them in all four rotations, and skewed."""
    pages = made_pages(rounds)
    chosen = pages[:4] if rounds == 1 else pages[:4] + pages[-len(MAKERS) :][:4]
    for quarter_turns in range(4):
        for number, page in enumerate(chosen):
            name = f"turned_{quarter_turns * 90}"
            yield _made(name, number, turned(page, quarter_turns), folder)
    for degrees in (-3.0, 2.0):
        for number, page in enumerate(pages[:4]):
            yield _made("skewed", number, skewed(page, degrees), folder)


def _made(collection: str, number: int, page: MadePage, folder: Path) -> TruePage:
    path = folder / f"{collection}_{number}_{page.name}.png"
    Image.fromarray(page.pixels).save(path, compress_level=1)
    upright = collection == "made"
    units = [TrueUnit(line.text, line.box, at) for at, line in enumerate(page.lines)]
    return TruePage(
        collection,
        page.name,
        _half(number),
        path,
        "eng",
        page.text,
        tuple(units) if upright else (),
        page.fields,
    )


def real_set(data: Path, name: str, folder: Path, limit: int | None) -> Iterator[TruePage]:
    """The first `limit` pages of an evaluation set, decoded; pages without a text are left out."""
    for number, truth in enumerate(_with_text(data, name)[:limit]):
        try:
            image = decode_page(data / name / truth["image"], 1, 300, Limits())
        except BadInput:
            continue
        path = folder / f"{name}_{truth['id']}.png"
        Image.fromarray(image.pixels).save(path, compress_level=1)
        yield TruePage(
            name,
            truth["id"],
            _half(number),
            path,
            truth.get("lang") or "eng",
            truth["text"],
            tuple(_units(name, truth)),
            truth.get("fields") or {},
            tuple(_lines(truth)),
            tuple(_answers(truth)),
        )


def size_of(data: Path, name: str) -> int:
    """How many pages of an evaluation set have a text."""
    return len(_with_text(data, name))


def readable_languages(asked: str, installed: Sequence[str]) -> str:
    """The languages asked for as far as they are installed, else their nearest, else English."""
    choices = ((code, *_NEAREST.get(code, ()), "eng") for code in asked.split("+"))
    known = [next((code for code in each if code in installed), "eng") for each in choices]
    return "+".join(dict.fromkeys(known))


def _with_text(data: Path, name: str) -> list[dict[str, Any]]:
    known = [json.loads(path.read_text()) for path in sorted((data / name / "gt").glob("*.json"))]
    return [page for page in known if page.get("text")]


def _units(name: str, truth: dict[str, Any]) -> Iterator[TrueUnit]:
    if "blocks" in truth:
        for block in truth["blocks"]:
            if block.get("text") and not block["ignore"] and block["type"] != "table":
                yield TrueUnit(block["text"], tuple(block["box"]), block.get("order"))
        return
    for at, unit in enumerate(truth.get("words") or truth.get("lines") or []):
        order = None if name in (*UNORDERED, _LOOSELY_ORDERED) else at
        yield TrueUnit(unit["text"], tuple(unit["box"]), order)


def _lines(truth: dict[str, Any]) -> Iterator[TrueUnit]:
    for line in truth.get("lines", ()) if "blocks" in truth else ():
        yield TrueUnit(line["text"], tuple(line["box"]))
    for entry in truth.get("entities", ()):
        words = [word for word in truth["words"] if word["entity"] == entry["id"]]
        boxes = [Box(*word["box"]) for word in words]
        for row in rows_of(boxes, range(len(boxes))):
            box = union(boxes[at] for at in row)
            text = " ".join(words[at]["text"] for at in row)
            yield TrueUnit(text, (box.x0, box.y0, box.x1, box.y1), entry["id"])


def _answers(truth: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Labels with what is filled in, by number, where each has but one of the other."""
    kinds = {entry["id"]: entry["label"] for entry in truth.get("entities", ())}
    links = {tuple(link) for entry in truth.get("entities", ()) for link in entry["linking"]}
    known = [link for link in links if [kinds[at] for at in link] == ["question", "answer"]]
    labels, filled = (Counter(link[side] for link in known) for side in (0, 1))
    yield from sorted(link for link in known if labels[link[0]] == filled[link[1]] == 1)


def _half(number: int) -> str:
    return "odd" if number % 2 else "even"
