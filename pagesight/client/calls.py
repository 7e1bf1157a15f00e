"""A request to the service as a value: what to send, and how to read the answer.

The clients for threads and for asyncio send the same calls.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx

from pagesight.client.decode import decode
from pagesight.client.responses import json_of

T = TypeVar("T")
M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request. `repeatable`: sending it twice has the effect of sending it once.

    `body` holds httpx's arguments for the body: `json`, or `data` and `files`. With `gone_is_done`
    a repeated attempt that is answered 404 has succeeded: the first one did it.
    """

    method: str
    path: str
    parse: Callable[[httpx.Response], T]
    repeatable: bool = True
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    gone_is_done: bool = False
    read_timeout_s: float | None = None


def one(kind: type[M]) -> Callable[[httpx.Response], M]:
    """A parser of a body that is one object."""
    return lambda response: decode(kind, json_of(response))


def many(kind: type[M], name: str) -> Callable[[httpx.Response], tuple[M, ...]]:
    """A parser of the list that a body has as `name`."""
    return lambda response: tuple(decode(kind, each) for each in json_of(response)[name])


def page_of(kind: type[M], name: str) -> Callable[[httpx.Response], tuple[tuple[M, ...], str]]:
    """A parser of a list and its cursor, which is empty on the last page."""

    def parse(response: httpx.Response) -> tuple[tuple[M, ...], str]:
        body = json_of(response)
        return tuple(decode(kind, each) for each in body[name]), body["next"] or ""

    return parse


def nothing(_response: httpx.Response) -> None:
    """The parser of an answer without a body."""


def content(response: httpx.Response) -> bytes:
    """The parser of a file."""
    return response.content


def path(*parts: str | int) -> str:
    """The path of a resource; each part is quoted."""
    return "/v1/" + "/".join(quote(str(each), safe="") for each in parts)


def given(**values: Any) -> dict[str, Any]:
    """The values that are not None."""
    return {name: value for name, value in values.items() if value is not None}
