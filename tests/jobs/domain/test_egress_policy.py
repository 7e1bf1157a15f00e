import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.domain.egress_policy import EgressRefused, address_allowed, parse_target

ANY = ("*",)
INSIDE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2001::1", "2001:db8::1",
    "192.0.0.192", "192.88.99.1", "168.63.129.16", "::ffff:0:127.0.0.1", "3fff::1", "5f00::1",
    "2001:20::1", "4000::1", "2002:7f00:1::",
    "2002:808:808::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not address_allowed(address, ANY)
    assert not address_allowed(address, ("example.com",))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed_unless_nothing_is(address: str) -> None:
    assert address_allowed(address, ANY)
    assert address_allowed(address, ("example.com",))
    assert not address_allowed(address, ())
    assert not address_allowed(address, ("10.0.0.0/8", "localhost"))


@pytest.mark.parametrize(
    ("entry", "allowed", "refused"),
    [
        ("10.1.0.0/16", ["10.1.0.1", "10.1.255.255", "::ffff:10.1.0.1"], ["10.2.0.1", "8.8.8.8"]),
        ("127.0.0.1", ["127.0.0.1", "::ffff:127.0.0.1"], ["127.0.0.2", "::1"]),
        ("::1", ["::1"], ["127.0.0.1", "::2"]),
        ("localhost", ["127.0.0.1", "::1"], ["10.0.0.1", "0.0.0.0", "8.8.8.8"]),
        ("fd00::/8", ["fd00::1"], ["fe80::1"]),
        ("8.8.8.8", ["8.8.8.8"], ["8.8.4.4"]),
    ],
)
def test_a_network_permits_just_that(entry: str, allowed: list[str], refused: list[str]) -> None:
    assert all(address_allowed(address, (entry,)) for address in allowed)
    assert not any(address_allowed(address, (entry,)) for address in refused)


@pytest.mark.parametrize(
    ("url", "allow"),
    [
        ("https://example.com/a?b=c", ("example.com",)),
        ("https://EXAMPLE.com./", ("Example.com",)),
        ("https://a.example.com/", ("*.example.com",)),
        ("https://a.b.example.com/", ("*.example.com",)),
        ("http://anything.example/", ANY),
        ("http://localhost:8000/", ("localhost",)),
        ("http://127.0.0.1:8000/", ("127.0.0.1",)),
        ("http://[::1]:8000/", ("::1",)),
        ("http://10.1.2.3/", ("10.0.0.0/8",)),
        ("http://8.8.8.8/", ANY),
    ],
)
def test_allowed_urls(url: str, allow: tuple[str, ...]) -> None:
    assert parse_target(url, allow).scheme == url.split(":", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("url", "allow"),
    [
        ("https://example.com/", ()),
        ("https://example.com.evil.com/", ("example.com",)),
        ("https://evilexample.com/", ("example.com", "*.example.com")),
        ("https://example.com/", ("*.example.com",)),
        ("https://a.example.com/", ("example.com",)),
        ("http://127.0.0.1/", ANY),
        ("http://169.254.169.254/latest/meta-data/", ANY),
        ("http://[::ffff:127.0.0.1]/", ANY),
        ("http://[::1]/", ANY),
        ("http://localhost/", ("10.0.0.0/8",)),
        ("http://8.8.8.8/", ("10.0.0.0/8",)),
        ("http://8.8.8.8/", ("example.com", "*.example.com")),
        ("http://[2606:4700::1111]/", ("example.com",)),
        ("http://127.0.0.1/", ("localhost.example.com",)),
        ("http://example.com/", ("10.0.0.0/8",)),
    ],
)
def test_hosts_that_are_not_allowed_are_refused(url: str, allow: tuple[str, ...]) -> None:
    with pytest.raises(EgressRefused, match="PAGESIGHT_EGRESS_ALLOW"):
        parse_target(url, allow)


@pytest.mark.parametrize(
    "url",
    ["", "example.com", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "http://",
     "http:///a", "http://user@example.com/", "http://user:word@example.com/", "http://@a.com/",
     "http://example.com:0/", "http://example.com:65536/", "http://example.com:a/", "http://[::1/",
     "http://exa mple.com/", "http://example.com/\r\nHost: a", "http://exämple.com/",
     "http://example.com\\@evil.com/", "http://a..b/", "http://-a.com/", "gopher://a/",
     "http://[fe80::1%25eth0]/", "http://a.com/" + "x" * 2048],
)  # fmt: skip
def test_what_is_no_plain_url_is_refused(url: str) -> None:
    with pytest.raises(EgressRefused):
        parse_target(url, ANY)


def test_a_target_has_the_parts_a_request_needs() -> None:
    target = parse_target("https://Example.com/a/b?c=d#e", ANY)
    assert (target.scheme, target.host, target.port) == ("https", "example.com", 443)
    assert (target.path, target.authority) == ("/a/b?c=d", "example.com")
    assert parse_target("http://example.com", ANY).path == "/"
    assert parse_target("http://example.com:8080/", ANY).authority == "example.com:8080"
    assert parse_target("http://[::1]:80/", ("::1",)).authority == "[::1]"
    assert parse_target("http://[::1]:81/", ("::1",)).authority == "[::1]:81"


@given(st.text() | st.text().map(lambda rest: f"http://{rest}"))
def test_any_text_is_a_target_or_refused(url: str) -> None:
    try:
        target = parse_target(url, ANY)
    except EgressRefused:
        return
    assert target.host
    assert 0 < target.port < 65536


@given(st.ip_addresses())
def test_what_is_public_is_global_too(address: object) -> None:
    if address_allowed(str(address), ANY):
        assert getattr(address, "is_global", True)
