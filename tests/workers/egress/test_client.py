"""What the one client for outgoing requests reaches, and what it never does."""

import itertools
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from jobs.domain.egress_policy import EgressRefused
from tests.support.patience import PATIENCE_S
from tests.support.receiver import Reply, receiver
from workers.egress.client import EgressClient, EgressFailed, Resolver

LOOPBACK = ("127.0.0.0/8",)


@contextmanager
def client(*allow: str, resolver: Resolver | None = None) -> Iterator[EgressClient]:
    made = EgressClient(allow, resolver) if resolver else EgressClient(allow)
    try:
        yield made
    finally:
        made.close()


def get(made: EgressClient, url: str, timeout_s: float = 10) -> tuple[int, bytes]:
    with made.send("GET", url, timeout_s=timeout_s) as answer:
        return answer.status, answer.read(1_000_000)


def answers(*addresses: str) -> Resolver:
    return lambda host, port: addresses


def test_an_allowed_address_is_reached_with_host_and_agent_named() -> None:
    with receiver(Reply(body=b"hello")) as server, client(*LOOPBACK) as made:
        assert get(made, f"{server.url}/a/b?c=d") == (200, b"hello")
        request = server.requests[0]
    assert request.path == "/a/b?c=d"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["user-agent"].startswith("pagesight/")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[::ffff:127.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::7f00:1]",
    ],
)
def test_no_connection_goes_inside_when_every_public_address_is_allowed(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_a, **_k: pytest.fail("connected"))
    with client("*") as made, pytest.raises(EgressRefused):
        get(made, f"http://{host}/")


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fe80::1%eth0"]
)
def test_a_public_name_that_leads_inside_is_refused(inside: str) -> None:
    resolver = answers("93.184.216.34", inside)
    with client("*", resolver=resolver) as made, pytest.raises(EgressRefused) as refused:
        get(made, "http://metadata.example/")
    assert refused.value.code == "egress_refused"


def test_a_name_is_resolved_once_so_rebinding_it_changes_nothing() -> None:
    turns = itertools.chain([["127.0.0.1"]], itertools.repeat(["10.0.0.1"]))
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return next(turns)

    with receiver() as server, client("rebind.example", *LOOPBACK, resolver=rebinding) as made:
        assert get(made, f"http://rebind.example:{server.port}/")[0] == 200
        assert asked == ["rebind.example"]
        assert server.requests[0].headers["host"] == f"rebind.example:{server.port}"
        with pytest.raises(EgressRefused):
            get(made, f"http://rebind.example:{server.port}/")
        assert len(server.requests) == 1


def test_the_next_address_is_tried_where_one_refuses_the_connection() -> None:
    with receiver() as server:
        resolver = answers("127.0.0.2", "127.0.0.1")  # nobody listens at the first
        with client("two.example", *LOOPBACK, resolver=resolver) as made:
            assert get(made, f"http://two.example:{server.port}/")[0] == 200


def test_a_redirect_is_an_answer_and_not_a_way_on() -> None:
    with receiver(Reply(302, headers={"Location": "http://10.0.0.1/"})) as server:
        with client(*LOOPBACK) as made:
            assert get(made, server.url)[0] == 302
        assert len(server.requests) == 1


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as proxy, receiver(Reply(body=b"direct")) as server, client(*LOOPBACK) as made:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert get(made, server.url) == (200, b"direct")
        assert proxy.requests == []


def test_nothing_is_allowed_by_default() -> None:
    with client() as made, pytest.raises(EgressRefused) as refused:
        get(made, "https://example.org/")
    assert refused.value.code == "egress_refused"


def test_a_server_that_drips_is_cut_off_at_the_deadline() -> None:
    go_on = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
                while not go_on.wait(0.02):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with client(*LOOPBACK) as made, pytest.raises(EgressFailed) as failed:
            get(made, url, timeout_s=0.3)
        go_on.set()
        thread.join(PATIENCE_S)
    assert failed.value.code == "url_timeout"


def test_a_resolver_that_hangs_does_not_outlast_the_deadline() -> None:
    go_on = threading.Event()

    def hanging(host: str, port: int) -> Sequence[str]:
        go_on.wait(PATIENCE_S)
        return ()

    with client("*", resolver=hanging) as made, pytest.raises(EgressFailed) as failed:
        get(made, "http://slow.example/", timeout_s=0.1)
    go_on.set()
    assert failed.value.code == "url_timeout"


def test_many_names_that_hang_leave_lookups_for_others() -> None:
    go_on = threading.Event()

    def hanging(host: str, port: int) -> Sequence[str]:
        if host.startswith("slow"):
            go_on.wait(PATIENCE_S)
        return ["127.0.0.1"]

    def ask(number: int) -> None:
        with suppress(EgressFailed):
            get(made, f"http://slow{number}.example/", timeout_s=5)

    allow = ("*.example", *LOOPBACK)
    with receiver() as server, client(*allow, resolver=hanging) as made:
        asking = [threading.Thread(target=ask, args=(number,)) for number in range(40)]
        for thread in asking:
            thread.start()
        assert get(made, f"http://quick.example:{server.port}/", timeout_s=5)[0] == 200
        go_on.set()
        for thread in asking:
            thread.join(PATIENCE_S)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0"])
def test_other_spellings_of_an_inner_address_lead_nowhere(host: str) -> None:
    with client("*") as made, pytest.raises((EgressRefused, EgressFailed)):
        get(made, f"http://{host}/", timeout_s=5)


def test_a_name_without_address_and_a_closed_port_are_unreachable() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with client("*", resolver=unknown) as made, pytest.raises(EgressFailed) as nameless:
        get(made, "http://nowhere.example/")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with client(*LOOPBACK) as made, pytest.raises(EgressFailed) as closed:
        get(made, f"http://127.0.0.1:{port}/")
    assert (nameless.value.code, closed.value.code) == ("url_unreachable", "url_unreachable")


def test_an_answer_that_is_not_http_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def babble() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 mail.example ESMTP\r\n\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        with client(*LOOPBACK) as made, pytest.raises(EgressFailed) as failed:
            get(made, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join(PATIENCE_S)
    assert failed.value.code == "url_unreachable"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and self-signed certificate of `secure.example` in one file."""
    folder = tmp_path_factory.mktemp("tls")
    key, made, both = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    command = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=secure.example"
    names = ["-addext", "subjectAltName=DNS:secure.example"]
    subprocess.run(
        ["openssl", *command.split(), *names, "-keyout", key, "-out", made],
        check=True,
        capture_output=True,
    )
    both.write_bytes(key.read_bytes() + made.read_bytes())
    return both


@contextmanager
def tls_server(certificate: Path, names: list[str | None]) -> Iterator[int]:
    """Serves one connection and keeps the name that the client asked for in its hello."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as secure:
                    secure.recv(1000)
                    secure.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            except OSError:
                return  # the client did not trust us

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(PATIENCE_S)


def test_tls_names_and_verifies_the_host_though_the_address_is_pinned(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    names: list[str | None] = []
    resolver = answers("127.0.0.1")
    with client("*.example", *LOOPBACK, resolver=resolver) as made:
        with tls_server(certificate, names) as port:
            assert get(made, f"https://secure.example:{port}/")[0] == 204
        with tls_server(certificate, names) as port, pytest.raises(EgressFailed):
            get(made, f"https://other.example:{port}/")
    assert names == ["secure.example", "other.example"]
