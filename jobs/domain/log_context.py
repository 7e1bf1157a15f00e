"""Fields that every log line of a request or a task carries."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_FIELDS: ContextVar[Mapping[str, object]] = ContextVar("pagesight.log", default={})  # noqa: B039 - never changed


def log_fields() -> Mapping[str, object]:
    """The fields of the request or task that runs now."""
    return _FIELDS.get()


def add_log_fields(**fields: object) -> None:
    """Add fields until the request or task that runs now ends."""
    _FIELDS.set({**_FIELDS.get(), **fields})


@contextmanager
def logging_with(**fields: object) -> Iterator[None]:
    """Add fields for the length of a `with`."""
    token = _FIELDS.set({**_FIELDS.get(), **fields})
    try:
        yield
    finally:
        _FIELDS.reset(token)
