"""One flag for each reading option, made from the option's own declaration."""

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import Enum, StrEnum
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer

from vision.core.options import Declaration, ReadOptions, declarations, option_errors, with_profile

Given = Mapping[str, Any]


def with_reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with a flag for each option; it gets those that were set as `options`."""
    flags = _parameters()

    @functools.wraps(command)
    def run(**arguments: Any) -> None:
        given = {name: arguments.pop(name) for name in flags}
        options = {name: _value(name, each) for name, each in given.items() if each is not None}
        command(**arguments, options=options)

    parameters = dict(inspect.signature(command).parameters)
    del parameters["options"]
    parameters |= flags
    # What typer makes the command line of.
    vars(run)["__signature__"] = inspect.Signature(list(parameters.values()))
    run.__annotations__ = {name: each.annotation for name, each in parameters.items()}
    return run


def read_options(given: Given) -> ReadOptions:
    """The options with their defaults and their profile's choices; typer.BadParameter."""
    options = ReadOptions(**with_profile(given))
    for name, expected in option_errors(options):
        raise typer.BadParameter(f"{name}: {expected}")
    return options


def _parameters() -> dict[str, inspect.Parameter]:
    types = get_type_hints(ReadOptions)
    defaults = {each.name: each.default for each in fields(ReadOptions)}
    return {
        name: inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=_annotation(name, types[name], declared, defaults[name]),
        )
        for name, declared in declarations().items()
    }


def _annotation(name: str, kind: Any, declared: Declaration, default: object) -> Any:
    """What typer makes a flag of; every flag may be absent."""
    flag = f"--{name.replace('_', '-')}"
    about: dict[str, Any] = {"help": declared.help + _shown(default), "show_default": False}
    if declared.minimum is not None:
        about |= {"min": declared.minimum, "max": declared.maximum}
    option = typer.Option(*declared.flags, flag, **about)
    if _is_list(kind):
        return Annotated[list[str] | None, option]
    if declared.parse:
        return Annotated[str | None, option]
    if declared.choices:
        return Annotated[_enum(name, declared.choices) | None, option]
    return Annotated[_plain(kind) | None, option]


def _enum(name: str, choices: tuple[str, ...]) -> Any:
    return StrEnum(name, {each: each for each in choices})


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _plain(kind: Any) -> Any:
    """The type without None."""
    members = [each for each in get_args(kind) if each is not NoneType]
    return members[0] if members else kind


def _shown(default: object) -> str:
    text = ",".join(default) if isinstance(default, tuple) else default
    return f" Default: {text}." if text not in {None, ""} else ""


def _value(name: str, given: Any) -> Any:
    if parse := declarations()[name].parse:
        return _parsed(name, given, parse)
    if isinstance(given, list):
        return tuple(each for text in given for each in _names(text))
    return given.value if isinstance(given, Enum) else given


def _parsed(name: str, given: str, parse: Callable[[Any], Any]) -> Any:
    """The value that a text or the file that it names stands for; typer.BadParameter."""
    try:
        text = Path(given).read_text(encoding="utf-8") if _is_file(given) else given
        return parse(text)
    except (ValueError, OSError) as error:
        raise typer.BadParameter(f"{name}: {error}") from error


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # longer than names may be, or with a NUL
        return False


def _names(text: str) -> list[str]:
    """Names with commas, blanks or `+` between, as Tesseract's own command writes languages."""
    return text.replace("+", " ").replace(",", " ").split()
