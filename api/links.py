"""Where links lead: below the address by which callers reach the service."""

from contextvars import ContextVar

# Set for each request. Empty: links are paths, and the caller's client knows the host.
BASE: ContextVar[str] = ContextVar("pagesight.base", default="")


def link(path: str) -> str:
    """A link to a path of the service, as this request's caller can follow it."""
    return BASE.get() + path
