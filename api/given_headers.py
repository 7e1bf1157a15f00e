"""The headers of a request by their names, read once.

Starlette decodes every header of a request for each one that is looked up.
"""

from collections.abc import Mapping, MutableMapping
from typing import Any, Final

from starlette.requests import Request

_GIVEN: Final = "pagesight.given"  # where a request's scope keeps them


def given_headers(scope: MutableMapping[str, Any]) -> Mapping[bytes, bytes]:
    """The headers by their names in lower case; of one that is repeated the first."""
    given: Mapping[bytes, bytes] | None = scope.get(_GIVEN)
    if given is None:
        given = scope[_GIVEN] = dict(reversed(scope["headers"]))
    return given


def header(request: Request, name: bytes) -> str | None:
    """A header's value, as `request.headers` has it."""
    value = given_headers(request.scope).get(name)
    return None if value is None else value.decode("latin-1")
