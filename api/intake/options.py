"""Checks what a caller chose for a reading: known names, allowed values, installed models."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, get_type_hints

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    create_model,
)
from pydantic_core import PydanticCustomError

from api.problems import Problem
from vision.core.options import (
    ANY_LANGUAGE,
    Declaration,
    ReadOptions,
    declarations,
    option_errors,
    with_profile,
)
from vision.input.page_selection import parse_pages

KNOWN: Final = tuple(declarations())
# In JSON that escapes: NUL, and halves of a surrogate pair without the other one.
_UNSTORABLE: Final = re.compile(
    r"(?<!\\)(?:\\\\)*\\u(?:0000|d[89ab]..(?!\\ud[c-f])|(?<!\\ud[89ab]..\\u)d[c-f]..)"
)
_DEFAULTS: Final = {each.name: each.default for each in fields(ReadOptions)}


def check_options(given: Mapping[str, Any]) -> ReadOptions:
    """The options with their defaults.

    Raises Problem `unknown_option` and `invalid_option`, BadInput `bad_page_selection`.
    """
    try:
        text = json.dumps(given)
        if _UNSTORABLE.search(text):
            rows = [{"place": "options", "expected": "Text without NUL and lone surrogates"}]
            raise _invalid(rows)
        return _check_text(text)
    except RecursionError as error:
        rows = [{"place": "options", "expected": "Names and values, nested no deeper"}]
        raise _invalid(rows) from error


def options_dict(options: ReadOptions) -> dict[str, Any]:
    """The options by name, as they are stored: the profile, and what differs from the defaults.

    A worker of the previous release lacks the options of this one: it can read what uses none.
    """
    stored = {
        name: value
        for name, default in _DEFAULTS.items()
        if (value := getattr(options, name)) is not default and value != default
    }
    return {"profile": options.profile} | stored


def _field(kind: Any, declared: Declaration, default: Any) -> Any:
    """An option as a field of the request's model: type, allowed values, description."""
    if declared.choices and kind is str:
        kind = Literal[declared.choices]
    if declared.parse:
        shown = WithJsonSchema({"type": ["object", "array", "string", "null"]})
        kind = Annotated[kind, BeforeValidator(_parser(declared.parse)), shown]
    bounds = {"ge": declared.minimum, "le": declared.maximum}
    limits: dict[str, Any] = {name: each for name, each in bounds.items() if each is not None}
    return Annotated[kind, Field(description=declared.help, **limits)], default


def _parser(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The parsing of an option whose default is null, with its errors as pydantic's."""

    def parsed(given: Any) -> Any:
        if given is None:
            return None
        try:
            return parse(given)
        except ValueError as error:
            raise PydanticCustomError("option", "{expected}", {"expected": str(error)}) from error

    return parsed


def _request_model() -> type[BaseModel]:
    kinds = get_type_hints(ReadOptions)
    defaults = {each.name: each.default for each in fields(ReadOptions)}
    declared = {
        name: _field(kinds[name], each, defaults[name]) for name, each in declarations().items()
    }
    return create_model(
        "ReadOptions", __config__=ConfigDict(), __doc__=ReadOptions.__doc__, **declared
    )


# The options as OpenAPI documents them, made from their declarations.
OptionsIn: Final = _request_model()
_adapter: Final[TypeAdapter[BaseModel]] = TypeAdapter(OptionsIn)


@lru_cache(maxsize=64)  # most callers send the same options again and again
def _check_text(text: str) -> ReadOptions:
    given = json.loads(text)
    unknown = sorted(given.keys() - set(KNOWN))
    if unknown:
        names = ", ".join(repr(name) for name in unknown)
        raise Problem("unknown_option", f"There is no option {names}.", known=list(KNOWN))
    try:
        checked = _adapter.validate_python(with_profile(given))
    except ValidationError as error:
        raise _invalid(error_rows(error.errors(include_url=False))) from error
    options = ReadOptions(**{name: getattr(checked, name) for name in KNOWN})
    if errors := option_errors(options):
        raise _invalid([{"place": name, "expected": expected} for name, expected in errors])
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
    return Problem("invalid_option", f"These options are not allowed: {places}.", errors=errors)


def _union(capabilities: list[Mapping[str, Any]], key: str) -> set[str]:
    return {name for row in capabilities for name in row.get(key, ())}


def _check_among(code: str, what: str, asked: tuple[str, ...], installed: set[str]) -> None:
    missing = [name for name in asked if name not in installed]
    if installed and missing:
        names = ", ".join(repr(name) for name in missing)
        raise Problem(code, f"There is no {what} {names} here.", installed=sorted(installed))
