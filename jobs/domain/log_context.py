"""Fields that every log line of a request or a task carries."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypedDict

_FIELDS: ContextVar[Mapping[str, object]] = ContextVar("pagesight.log", default={})  # noqa: B039 - never changed


def log_fields() -> Mapping[str, object]:
    """The fields of the request or task that runs now."""
    return _FIELDS.get()


def add_log_fields(**fields: object) -> None:
    """Add fields until the request or task that runs now ends."""
    _FIELDS.set({**_FIELDS.get(), **fields})


class Origin(Protocol):
    """A job or batch, with the ids of the request that made it."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def tenant(self) -> str:
        """The tenant's name."""

    @property
    def request_id(self) -> str | None:
        """The request's `X-Request-Id`."""

    @property
    def trace(self) -> str | None:
        """The trace id of its `traceparent` (W3C Trace Context)."""


class OriginFields(TypedDict):
    """The fields of a new job or batch that say which request made it."""

    request_id: str | None
    trace: str | None


def origin() -> OriginFields:
    """Return the ids of the request that runs now, to be stored with what it creates."""
    known = log_fields()
    return {"request_id": _text(known.get("request_id")), "trace": _text(known.get("trace"))}


def add_origin(of: Origin) -> None:
    """Add tenant and request of a job or batch to the log lines of the task that runs now."""
    ids = {"request_id": of.request_id, "trace": of.trace}
    add_log_fields(tenant=of.tenant, **{name: value for name, value in ids.items() if value})


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@contextmanager
def logging_with(**fields: object) -> Iterator[None]:
    """Add fields for the length of a `with`."""
    token = _FIELDS.set({**_FIELDS.get(), **fields})
    try:
        yield
    finally:
        _FIELDS.reset(token)
