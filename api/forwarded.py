"""What a reverse proxy reports of the client, where the proxy is trusted."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from starlette.types import Scope

_PREFIX: Final = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
_SCHEMES: Final = frozenset({"http", "https"})


class TrustedProxies:
    """Reads `X-Forwarded-For`, `-Proto` and `-Prefix` of requests from these addresses.

    `networks` are addresses or CIDR networks; `*` trusts every peer.
    """

    def __init__(self, networks: Iterable[str]) -> None:
        names = set(networks)
        self._all = "*" in names
        self._networks = [ipaddress.ip_network(each, strict=False) for each in names - {"*"}]
        self._trusts = lru_cache(maxsize=1024)(self._is_trusted)

    def apply(self, scope: Scope) -> str:
        """Replace the proxy by its client in `scope`; return the path prefix it reports."""
        client = scope.get("client")
        if not (self._all or self._networks) or not client or not self._trusts(client[0]):
            return ""
        headers = _forwarded(scope)
        scheme = headers.get(b"x-forwarded-proto", "").strip().lower()
        if scheme in _SCHEMES:
            scope["scheme"] = scheme
        if address := self._client(headers.get(b"x-forwarded-for", "")):
            scope["client"] = (address, 0)
        prefix = headers.get(b"x-forwarded-prefix", "").strip().rstrip("/")
        return prefix if _PREFIX.fullmatch(prefix) else ""

    def _client(self, forwarded: str) -> str:
        """The last address that no trusted proxy has; the first where all are proxies."""
        addresses = [_address(each) for each in forwarded.split(",") if each.strip()]
        for address in reversed(addresses):
            if self._all or not self._trusts(address):
                return addresses[0] if self._all else address
        return addresses[0] if addresses else ""

    def _is_trusted(self, text: str) -> bool:
        if self._all:
            return True
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return any(mapped in network for network in self._networks)


def _forwarded(scope: Scope) -> Mapping[bytes, str]:
    """The headers of proxies; of a repeated one the values joined, as RFC 9110 has it."""
    found: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name.startswith(b"x-forwarded-"):
            text = value.decode("latin-1")
            found[name] = f"{found[name]},{text}" if name in found else text
    return found


def _address(text: str) -> str:
    """The address of `1.2.3.4:567`, `[::1]:567` or the address alone."""
    text = text.strip()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
