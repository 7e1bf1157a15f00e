"""JSON of the service as models. Members that a newer service adds are ignored."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pagesight.client.box import Box
from pagesight.client.errors import UnexpectedResponseError

T = TypeVar("T")


def decode(kind: type[T], value: object) -> T:
    """The value as `kind`. UnexpectedResponseError names the place of what does not fit."""
    decoded: T = _decode(kind, value, kind.__name__)
    return decoded


def _decode(kind: Any, value: Any, place: str) -> Any:
    if is_dataclass(kind):
        return _dataclass(kind, value, place)
    if kind is Box:
        return Box(*_tuple((float,) * 4, value, place))
    if kind is datetime:
        return _moment(value, place)
    decoder = _GENERIC.get(get_origin(kind))
    if decoder is not None:
        return decoder(get_args(kind), value, place)
    return _scalar(kind, value, place)


def _dataclass(kind: Any, value: Any, place: str) -> Any:
    _expect(isinstance(value, dict), "an object", value, place)
    hints, given = _hints(kind), {}
    for name, hint in hints.items():
        if name in value:
            given[name] = _decode(hint, value[name], f"{place}.{name}")
        elif name not in _defaulted(kind):
            given[name] = _absent(hint, f"{place}.{name}")
    return kind(**given)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _defaulted(kind: Any) -> frozenset[str]:
    required = {each.name for each in fields(kind) if _is_required(each)}
    return frozenset(_hints(kind).keys() - required)


def _is_required(field: Any) -> bool:
    return field.default is field.default_factory  # both are MISSING


def _absent(kind: Any, place: str) -> Any:
    """What stands for a member that an older service does not send."""
    if NoneType in get_args(kind):
        return None
    if get_origin(kind) is tuple and get_args(kind)[-1] is Ellipsis:
        return ()
    if get_origin(kind) is Mapping:
        return {}
    raise UnexpectedResponseError(f"{place} is missing from the service's answer")


def _tuple(members: tuple[Any, ...], value: Any, place: str) -> tuple[Any, ...]:
    _expect(isinstance(value, list), "an array", value, place)
    if members[-1] is Ellipsis:
        members = (members[0],) * len(value)
    _expect(len(members) == len(value), f"{len(members)} items", value, place)
    pairs = enumerate(zip(members, value, strict=True))
    return tuple(_decode(member, each, f"{place}[{i}]") for i, (member, each) in pairs)


def _mapping(members: tuple[Any, ...], value: Any, place: str) -> dict[str, Any]:
    _expect(isinstance(value, dict), "an object", value, place)
    return {key: _decode(members[1], each, f"{place}.{key}") for key, each in value.items()}


def _optional(members: tuple[Any, ...], value: Any, place: str) -> Any:
    if value is None and NoneType in members:
        return None
    kinds = [member for member in members if member is not NoneType]
    return _decode(kinds[0], value, place) if len(kinds) == 1 else value


def _moment(value: Any, place: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise UnexpectedResponseError(f"{place}: expected a time, got {value!r}") from error


def _scalar(kind: Any, value: Any, place: str) -> Any:
    if kind is float and type(value) is int:
        return float(value)
    # A Literal lists what this version knows; a newer service may know more.
    if kind in {str, int, float, bool}:
        _expect(type(value) is kind, kind.__name__, value, place)
    return value


def _expect(holds: bool, wanted: str, value: object, place: str) -> None:
    if not holds:
        raise UnexpectedResponseError(f"{place}: expected {wanted}, got {type(value).__name__}")


_GENERIC: dict[Any, Callable[[tuple[Any, ...], Any, str], Any]] = {
    tuple: _tuple,
    Mapping: _mapping,
    dict: _mapping,
    UnionType: _optional,
    Union: _optional,
}
