"""What an operator decides of the MCP server."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Config:
    """The service behind, and what callers may do.

    `api_key` is used for callers that send none. `roots` are the folders whose files may be named
    as paths; with `any_path` every file may, as for the person who started the server.
    """

    server: str
    api_key: str | None
    roots: tuple[Path, ...] = ()
    any_path: bool = False


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
