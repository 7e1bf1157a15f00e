"""What a caller may choose for one reading: each option declared once, with its description.

API validation, OpenAPI, the command line and docs/reference/options.md are made from these
declarations. Stages are chosen by the names in the registry.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, NamedTuple, get_args

from vision.core.field_request import as_schema
from vision.core.registry import Kind, names, plugins

Profile = Literal["fast", "balanced", "accurate"]
Switch = Literal["auto", "off"]
OcrMode = Literal["auto", "force", "off"]
FigureText = Literal["keep", "leave_out"]
Furniture = Literal["mark", "move", "leave_out"]
CharacterDetail = Literal["off", "boxes"]

ANY_LANGUAGE = ("auto",)
OFF = "off"

# Names become names of files: no "..", nothing absolute.
_NAME = r"[A-Za-z0-9_-]{1,60}(?:[./][A-Za-z0-9_-]{1,60}){0,3}"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is known of an option beside its name and default.

    `help` is a sentence or two. `choices` are the values allowed, in the order of help; `minimum`
    and `maximum` bound numbers and are allowed themselves. `pattern` is for each item of a list,
    `items` are the ones allowed where that is known beforehand, and `flags` are further spellings
    on the command line. `parse` makes the value of what callers send, or raises ValueError with
    what is expected instead.
    """

    help: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    items: tuple[str, ...] | None = None
    least_items: int = 0
    flags: tuple[str, ...] = ()
    parse: Callable[[Any], Any] | None = None


class OptionError(NamedTuple):
    """An option whose value cannot be used, and what was expected instead."""

    name: str
    expected: str


def _option(default: Any, help: str, **limits: Any) -> Any:  # noqa: A002 - the word of every command line
    return field(default=default, metadata={"declaration": Declaration(help, **limits)})


def _stage(kind: Kind, default: str, help: str, *more: str) -> Any:  # noqa: A002 - as above
    return _option(default, f"{help} {_meanings(kind)}.", choices=(*plugins(kind), *more))


def _meanings(*kinds: Kind) -> str:
    known = (item for kind in kinds for item in plugins(kind).items())
    return "; ".join(f"`{name}`: {each.summary}" for name, each in known)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Options of one job; the defaults suit most documents."""

    profile: Profile = _option(
        "balanced",
        "A set of choices that balances accuracy and speed; other options override single ones.",
        choices=get_args(Profile),
    )
    languages: tuple[str, ...] = _option(
        ("eng",),
        "Tesseract language codes, the most likely first, such as `eng` and `deu`; `auto` alone"
        " detects the language of each page.",
        pattern=_NAME,
        least_items=1,
    )
    ocr: OcrMode = _option(
        "auto",
        "Text that a PDF states: `auto` uses it where it proves sound, `force` recognises every"
        " page as a picture, `off` recognises nothing.",
        choices=get_args(OcrMode),
    )
    rectifier: str = _stage(
        "rectifier",
        "outline",
        "Finds the page in a photograph and rectifies it; `off` leaves it as it is.",
        OFF,
    )
    lines: str = _stage("line_finder", "auto", "Finds the lines of text.")
    recogniser: str = _stage("recogniser", "lstm", "Turns pictures of lines into text.")
    second_reader: str = _stage(
        "second_reader",
        "ppocr",
        "Reads low-confidence lines a second time; `off` for nothing.",
        OFF,
    )
    second_below: float = _option(
        0.9,
        "Lines whose mean letter probability is lower are read a second time; lines with digits or"
        " with words that no word list has need a higher one.",
        minimum=0,
        maximum=1,
    )
    marks: Switch = _option(
        "auto",
        "`auto` looks again at fractions, raised and lowered digits, bullets and check boxes; "
        "`off` leaves what the recognisers read.",
        choices=get_args(Switch),
    )
    detectors: tuple[str, ...] = _option(
        ("pagesight-doc",),
        "Detectors by catalogue name, run in this order; an empty list for none.",
        pattern=_NAME,
        flags=("--detector",),
    )
    min_region_confidence: float = _option(
        0.25, "Regions with less confidence are dropped.", minimum=0, maximum=1
    )
    min_confidence: float = _option(
        0.0,
        "Words less likely to be right are left out of the text and listed as doubtful.",
        minimum=0,
        maximum=1,
    )
    figure_text: FigureText = _option(
        "keep",
        "Text inside regions that are figures: keep it or leave it out; captions always stay.",
        choices=get_args(FigureText),
    )
    furniture: Furniture = _option(
        "mark",
        "Headers, footers and page numbers in Markdown and HTML: marked where they are, moved to"
        " the end of their page, or left out.",
        choices=get_args(Furniture),
    )
    characters: CharacterDetail = _option(
        "off",
        "`boxes` gives every character of a word its box and confidence in the JSON result.",
        choices=get_args(CharacterDetail),
    )
    orientation: Switch = _option(
        "auto",
        "`auto` turns pages that are upside down or sideways; `off` leaves them alone.",
        choices=get_args(Switch),
    )
    deskew: Switch = _option(
        "auto", "`auto` levels tilted pages; `off` leaves them alone.", choices=get_args(Switch)
    )
    illumination: Switch = _option(
        "auto",
        "`auto` evens out shadows and gradients; `off` leaves pages alone.",
        choices=get_args(Switch),
    )
    upscale: Switch = _option(
        "auto", "`auto` enlarges small print; `off` leaves pages alone.", choices=get_args(Switch)
    )
    barcodes: Switch = _option(
        "auto", "`auto` reads bar and QR codes; `off` does not.", choices=get_args(Switch)
    )
    analyses: tuple[str, ...] = _option(
        (),
        "Page and document analyses by name, run in this order."
        f" {_meanings('page_analysis', 'document_analysis')}.",
        items=(*names("page_analysis"), *names("document_analysis")),
    )
    fields: dict[str, Any] | None = _option(
        None,
        "Fields to find: a JSON Schema of an object, or a list of names. Their values are in the"
        " analysis `fields`, which then runs.",
        parse=as_schema,
    )
    dpi: int = _option(300, "Resolution at which PDF pages are rendered.", minimum=36, maximum=1200)
    pages: str | None = _option(None, "Pages to read, such as `1-3,7`; all if absent.")


# What each profile chooses, as docs/reference/profiles.md explains; `balanced` is the defaults.
_PROFILES: Mapping[str, Mapping[str, Any]] = {
    "fast": {
        "rectifier": OFF,
        "second_reader": "ppocr_tiny",
        "second_below": 0.65,
        "detectors": (),
        "barcodes": "off",
    },
    "balanced": {},
    "accurate": {"lines": "learned", "second_reader": "ppocr_wide", "second_below": 0.98},
}


def declarations() -> dict[str, Declaration]:
    """The declaration of each option, in the order of ReadOptions."""
    return {each.name: each.metadata["declaration"] for each in fields(ReadOptions)}


def with_profile(given: Mapping[str, Any]) -> dict[str, Any]:
    """A caller's choices, completed by those of the profile that they name.

    An unknown profile adds nothing: validation refuses it.
    """
    profile = given.get("profile")
    chosen = _PROFILES.get(profile, {}) if isinstance(profile, str) else {}
    return {**chosen, **given}


def option_errors(options: ReadOptions) -> list[OptionError]:
    """Values that are outside their declaration; of the right type already."""
    errors = [
        OptionError(name, expected)
        for name, declared in declarations().items()
        for expected in _violations(getattr(options, name), declared)
    ]
    if "auto" in options.languages and options.languages != ANY_LANGUAGE:
        errors.append(OptionError("languages", "`auto` alone, or codes"))
    return errors


def _violations(value: object, declared: Declaration) -> Iterator[str]:
    if declared.choices and value not in declared.choices:
        yield f"One of {', '.join(declared.choices)}"
    if isinstance(value, (int, float)) and declared.minimum is not None:
        assert declared.maximum is not None
        if not declared.minimum <= value <= declared.maximum:
            yield f"From {declared.minimum:g} to {declared.maximum:g}"
    if isinstance(value, tuple):
        if len(value) < declared.least_items:
            yield f"At least {declared.least_items}"
        if declared.pattern and not all(re.fullmatch(declared.pattern, item) for item in value):
            yield "Names of letters, digits, `-` and `_`"
        if declared.items is not None and not set(value) <= set(declared.items):
            yield f"Of these: {', '.join(declared.items) or 'none is installed'}"
