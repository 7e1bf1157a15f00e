"""Where outgoing requests may go: URLs to their parts, addresses to yes or no. No sockets here.

Allow entries: `*` is every public address; a host name or `*.suffix` is those names at public
addresses; a network or a literal address is just that, public or not; `localhost` is that name at
this machine's loopback addresses. A name that leads to a private address needs both entries, and
a URL with an address in place of a name needs `*` or a network.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

IpAddress = IPv4Address | IPv6Address
_PORTS = {"http": 80, "https": 443}
_LOCALHOST = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_UNICAST = IPv6Network("2000::/3")  # all of IPv6 that is given out to the world (RFC 4291)
# Within what the library calls global. IPv4: protocol assignments, which hold the metadata address
# of one cloud; that of another, which is public by its number alone; the relays of 6to4. IPv6:
# protocol assignments with Teredo (RFC 2928, RFC 4380), whose addresses, as those of 6to4 (RFC
# 3056), carry an IPv4 address that the network may unpack behind our back; examples (RFC 9637).
_UNCLEAR = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",
        "168.63.129.16/32",
        "192.88.99.0/24",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
    )
)
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_LONGEST_URL = 2048


class EgressRefused(Exception):  # noqa: N818 - the field's word, and it reads well at the raise
    """An outgoing request is refused, or its URL is invalid; code in docs/reference/errors.md."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of a URL that may be asked for, as soon as its address is allowed too.

    `host` is lower case, without brackets or final dot; `path` holds the query.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The `Host` header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def parse_target(url: str, allow: Sequence[str]) -> Target:
    """Return a URL's parts; EgressRefused when it is malformed or its host is not allowed."""
    parts, host = _split(url)
    address = _literal(host)
    allowed = _name_allowed(host, allow) if address is None else _literal_allowed(address, allow)
    if not allowed:
        raise EgressRefused(
            "egress_refused",
            f"{host} is not among the hosts this service may reach; its operator allows them "
            "in PAGESIGHT_EGRESS_ALLOW",
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, parts.port or _PORTS[parts.scheme], path)


def address_allowed(ip: str | IpAddress, allow: Sequence[str]) -> bool:
    """Say whether a connection may go to an address: the last check, on what was resolved."""
    address = _plain(ip_address(ip) if isinstance(ip, str) else ip)
    if any(address in network for network in _networks(allow)):
        return True
    return any(_is_name(entry) for entry in allow) and _is_public(address)


def _literal_allowed(address: IpAddress, allow: Sequence[str]) -> bool:
    """A literal address has no name, so allowing names does not allow it."""
    return address_allowed(address, [each for each in allow if each == "*" or not _is_name(each)])


def _split(url: str) -> tuple[SplitResult, str]:
    if len(url) > _LONGEST_URL or not url.isascii() or any(c <= " " or c in '\\"<>' for c in url):
        raise EgressRefused("bad_url", "a URL is at most 2,048 printable ASCII characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise EgressRefused("bad_url", f"not a URL: {error}") from error
    if parts.scheme not in _PORTS:
        raise EgressRefused("bad_url", "a URL begins with http:// or https://")
    if "@" in parts.netloc or port == 0:
        raise EgressRefused("bad_url", "a URL has no user name and a port above 0")
    host = (parts.hostname or "").removesuffix(".")
    if _literal(host) is None and _NAME.fullmatch(host) is None:
        raise EgressRefused("bad_url", f"not a host name: {host!r}")
    return parts, host


def _literal(host: str) -> IpAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _plain(address: IpAddress) -> IpAddress:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def _is_public(address: IpAddress) -> bool:
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not special and not any(address in net for net in _UNCLEAR)


def _networks(allow: Iterable[str]) -> Iterator[IPv4Network | IPv6Network]:
    for entry in allow:
        if entry == "localhost":
            yield from _LOCALHOST
        elif not _is_name(entry):
            yield ip_network(entry, strict=False)


def _is_name(entry: str) -> bool:
    """Say whether an allow entry speaks of names, not of addresses."""
    if entry == "localhost":
        return False
    try:
        ip_network(entry, strict=False)
    except ValueError:
        return True
    return False


def _name_allowed(host: str, allow: Iterable[str]) -> bool:
    return any(_name_matches(host, entry.lower()) for entry in allow)


def _name_matches(host: str, entry: str) -> bool:
    if entry == "*":
        return True
    if entry.startswith("*."):
        return host.endswith(entry[1:])
    return host == entry
