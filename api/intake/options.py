"""Checks what a caller chose for a reading: known names, allowed values, installed models."""

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from api.problems import Problem
from vision.core.options import ANY_LANGUAGE, ReadOptions, with_profile
from vision.input.page_selection import parse_pages

KNOWN: Final = tuple(field.name for field in dataclasses.fields(ReadOptions))
MIN_DPI, MAX_DPI = 72, 600
# Names of models become names of files: no "..", nothing absolute.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}(?:[./][A-Za-z0-9_-]{1,60}){0,3}")

_adapter = TypeAdapter(ReadOptions)


def check_options(given: Mapping[str, Any]) -> ReadOptions:
    """The options with their defaults.

    Raises Problem `unknown_option` and `invalid_option`, BadInput `bad_page_selection`.
    """
    try:
        return _check_text(json.dumps(given))
    except RecursionError as error:
        rows = [{"place": "options", "expected": "Names and values, nested no deeper"}]
        raise _invalid(rows) from error


def options_dict(options: ReadOptions) -> dict[str, Any]:
    """The options by name, as they are kept. They are flat: no need of `dataclasses.asdict`."""
    return {name: getattr(options, name) for name in KNOWN}


@lru_cache(maxsize=64)  # most callers send the same options again and again
def _check_text(text: str) -> ReadOptions:
    given = json.loads(text)
    unknown = sorted(given.keys() - set(KNOWN))
    if unknown:
        names = ", ".join(repr(name) for name in unknown)
        raise Problem("unknown_option", f"There is no option {names}.", known=list(KNOWN))
    try:
        options = _adapter.validate_python(with_profile(given))
    except ValidationError as error:
        raise _invalid(error_rows(error.errors(include_url=False))) from error
    _check_ranges(options)
    if options.pages is not None:
        parse_pages(options.pages)
    return options


def check_installed(options: ReadOptions, capabilities: Iterable[Mapping[str, Any]]) -> None:
    """Raise Problem `unknown_language` or `unknown_detector` for what no live worker has.

    `capabilities` are those of the live workers; where none is known, everything passes and the
    worker judges.
    """
    known = list(capabilities)
    if options.languages != ANY_LANGUAGE:
        _check_among("unknown_language", "language", options.languages, _union(known, "languages"))
    _check_among("unknown_detector", "detector", options.detectors, _union(known, "detectors"))


def error_rows(errors: Iterable[Any]) -> list[dict[str, str]]:
    """Pydantic's errors as `{place, expected}`, without the values that were sent."""
    return [
        {"place": ".".join(str(part) for part in row["loc"]), "expected": row["msg"]}
        for row in errors
    ]


def _invalid(errors: list[dict[str, str]]) -> Problem:
    places = ", ".join(row["place"] for row in errors)
    return Problem("invalid_option", f"These options are not allowed so: {places}.", errors=errors)


def _check_ranges(options: ReadOptions) -> None:
    rules = (
        ("languages", len(options.languages) > 0, "At least one language"),
        ("languages", all(map(_NAME.fullmatch, options.languages)), "Codes such as `eng`"),
        (
            "languages",
            "auto" not in options.languages or options.languages == ANY_LANGUAGE,
            "`auto` alone, or codes",
        ),
        ("detectors", all(map(_NAME.fullmatch, options.detectors)), "Names from the catalogue"),
        ("dpi", MIN_DPI <= options.dpi <= MAX_DPI, f"From {MIN_DPI} to {MAX_DPI}"),
        ("min_confidence", 0 <= options.min_confidence <= 1, "From 0 to 1"),
        ("second_below", 0 <= options.second_below <= 1, "From 0 to 1"),
        ("min_region_confidence", 0 <= options.min_region_confidence <= 1, "From 0 to 1"),
    )
    errors = [{"place": place, "expected": text} for place, holds, text in rules if not holds]
    if errors:
        raise _invalid(errors)


def _union(capabilities: list[Mapping[str, Any]], key: str) -> set[str]:
    return {name for row in capabilities for name in row.get(key, ())}


def _check_among(code: str, what: str, asked: tuple[str, ...], installed: set[str]) -> None:
    missing = [name for name in asked if name not in installed]
    if installed and missing:
        names = ", ".join(repr(name) for name in missing)
        raise Problem(code, f"There is no {what} {names} here.", installed=sorted(installed))
