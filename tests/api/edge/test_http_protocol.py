"""What ordinary clients send and expect, byte for byte where their libraries would hide it."""

import hashlib
import http.client
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api.http_protocol import EdgeLimits
from tests.api.conftest import Tenant
from tests.api.routes.test_create_job import PNG, RAW, problem
from tests.support.http import http_client
from tests.support.parts import require
from tests.support.patience import PATIENCE_S
from tests.support.service import Service, running_service
from tests.support.wire import Wire

SHA256 = hashlib.sha256(PNG).hexdigest()
H2C = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQA\r\n"
OFFERS = {
    "h2c": H2C,
    "TLS": "Connection: Upgrade\r\nUpgrade: TLS/1.2\r\n",
    "websocket": "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n",
    "several": "Upgrade: h2c, websocket\r\nConnection: upgrade\r\n",
}


def head(service: Service, tenant: Tenant, *lines: str, path: str = "/v1/jobs") -> bytes:
    fixed = [
        f"POST {path} HTTP/1.1",
        f"Host: {urlsplit(service.url).netloc}",
        f"Authorization: {tenant.client.headers['authorization']}",
        "Content-Type: image/png",
    ]
    return "\r\n".join([*fixed, *(line.strip() for line in lines), "", ""]).encode()


def chunked(body: bytes) -> bytes:
    half = len(body) // 2
    pieces = (body[:half], body[half:], b"")
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
@pytest.mark.parametrize("framing", ["length", "chunks"])
@pytest.mark.parametrize("cut", [None, 1, -1, -7, 4000], ids=str)
def test_a_body_survives_an_upgrade_that_is_ignored(
    service: Service, tenant: Tenant, offer: str, framing: str, cut: int | None
) -> None:
    length = f"Content-Length: {len(PNG)}" if framing == "length" else "Transfer-Encoding: chunked"
    request = head(service, tenant, offer, length)
    sent = request + (PNG if framing == "length" else chunked(PNG))
    where = None if cut is None else (cut if cut >= 0 else len(request) + cut)
    with Wire(service.url) as wire:
        for _ in range(2):  # and the connection serves the next request as well
            wire.send(sent) if where is None else wire.send(sent[:where], sent[where:])
            answer = wire.answer()
            assert answer.status == 202, answer
            assert json.loads(answer.body)["input"]["sha256"] == SHA256


def test_an_upgrade_without_a_body_is_ignored_in_a_pipeline(
    service: Service, tenant: Tenant
) -> None:
    get = f"GET /healthz HTTP/1.1\r\nHost: x\r\n{H2C}\r\n".encode()
    post = head(service, tenant, H2C, f"Content-Length: {len(PNG)}") + PNG
    with Wire(service.url) as wire:
        wire.send(get + post + get)
        assert [wire.answer().status for _ in range(3)] == [200, 202, 200]


def test_connect_is_refused(service: Service) -> None:
    with Wire(service.url) as wire:
        wire.send(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")
        assert wire.answer().status == 400


def test_a_java_client_with_its_defaults_submits_documents(
    service: Service, tenant: Tenant, tmp_path: Path
) -> None:
    require(shutil.which("javac"), "a JDK")
    file = tmp_path / "a.png"
    file.write_bytes(PNG)
    key = tenant.client.headers["authorization"].split()[1]
    source = Path(__file__).parent / "Submit.java"
    command = ["java", "-XX:TieredStopAtLevel=1", str(source), service.url, key, str(file)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    for line in ran.stdout.splitlines():
        status, _, body = line.partition(" ")
        assert (status, json.loads(body)["input"]["sha256"]) == ("202", SHA256)


@pytest.mark.parametrize("path", ["result", "result?format=text", "events", ""])
def test_a_client_of_http_1_0_gets_no_chunks(service: Service, tenant: Tenant, path: str) -> None:
    job_id = tenant.client.post("/v1/jobs", content=PNG, headers=RAW).json()["id"]
    service.succeed(job_id, "Hello")
    where = f"/v1/jobs/{job_id}/{path}".rstrip("/")
    asked = f"GET {where} HTTP/1.0\r\nAuthorization: {tenant.client.headers['authorization']}\r\n"
    with Wire(service.url) as wire:
        wire.send(f"{asked}\r\n".encode())
        answer = wire.answer()
        assert answer.status == 200
        assert "transfer-encoding" not in answer.headers
        assert answer.headers["connection"] == "close"
        assert wire.rest() == b""
    newer = tenant.client.get(where)
    if path != "events":  # of which each reconnection begins with its own delay
        assert answer.body == newer.content
    assert b"job.succeeded" in answer.body or path != "events"


REFUSED = {
    "key": ("/v1/jobs", {"Authorization": "Bearer ps_x"}, 401),
    "no key": ("/v1/jobs", {"Authorization": ""}, 401),
    "type": ("/v1/jobs", {"Content-Type": "text/plain"}, 415),
    "encoding": ("/v1/jobs", {"Content-Encoding": "gzip"}, 415),
    "option": ('/v1/jobs?options={"x":1}', {}, 422),
    "idempotency": ("/v1/jobs", {"Idempotency-Key": "ü"}, 422),
    "size": ("/v1/jobs", {}, 413),
    "path": ("/v1/nothing", {}, 404),
    "method": ("/healthz", {}, 405),
    "batch": ("/v1/batches", {"Content-Type": "image/png"}, 415),
}


@pytest.mark.parametrize(("path", "headers", "status"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("connection", ["close", "keep-alive"])
def test_an_early_refusal_reaches_a_client_that_sends_everything_first(
    service: Service,
    tenant: Tenant,
    path: str,
    headers: dict[str, str],
    status: int,
    connection: str,
) -> None:
    body = PNG + bytes(24 << 20)
    own = {"Authorization": tenant.client.headers["authorization"], "Content-Type": "image/png"}
    lines = {**own, **headers, "Connection": connection, "Content-Length": str(len(body))}
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    path = path.replace('"', "%22").replace("{", "%7B").replace("}", "%7D")
    with Wire(service.url) as wire:
        wire.send(f"POST {path} HTTP/1.1\r\nHost: x\r\n{text}\r\n".encode("latin-1"), body)
        answer = wire.answer()
        assert answer.status == status, answer
        assert json.loads(answer.body)["status"] == status


def test_urllib_gets_an_early_refusal(service: Service) -> None:
    request = urllib.request.Request(
        f"{service.url}/v1/jobs",
        data=PNG + bytes(24 << 20),
        headers={"Authorization": "Bearer ps_x", "Content-Type": "image/png"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=PATIENCE_S)
    assert refused.value.code == 401
    refused.value.close()


def test_after_a_refusal_the_connection_can_be_used_again(service: Service, tenant: Tenant) -> None:
    body = bytes(1 << 20)
    with Wire(service.url) as wire:
        wire.send(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert wire.answer().status == 401
        wire.send(body, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wire.answer().status == 200


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose limits are small enough to be reached."""
    limits = EdgeLimits(requests=2, head_s=3, head_bytes=4096, linger_s=2, keep_alive_s=3)
    with running_service(tmp_path_factory.mktemp("impatient"), limits) as running:
        yield running


UNFINISHED = {
    "nothing": b"",
    "a line": b"GET /healthz HTTP/1.1\r\n",
    "half a header": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Lon",
    "empty lines": b"\r\n\r\n",
}


@pytest.mark.parametrize("before", [0, 1], ids=["first", "second"])
def test_connections_that_complete_no_request_are_closed(impatient: Service, before: int) -> None:
    with ExitStack() as stack:
        wires = {name: stack.enter_context(Wire(impatient.url)) for name in UNFINISHED}
        for name, wire in wires.items():
            for _ in range(before):
                wire.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                assert wire.answer().status == 200
            wire.send(UNFINISHED[name])
        for name, wire in wires.items():
            received = wire.rest()
            assert received == b"" or b" 408 " in received.splitlines()[0]
            assert bool(received) == UNFINISHED[name].startswith(b"GET"), name


@pytest.mark.parametrize("line", [b"X-Long: %s", b"X-%s: a\r\n"])
def test_an_endless_head_is_refused(impatient: Service, line: bytes) -> None:
    with Wire(impatient.url) as wire:
        wire.send(b"GET /healthz HTTP/1.1\r\n")
        wire.send(line % (b"a" * 10_000))
        assert b" 431 " in wire.rest().splitlines()[0]


def test_a_body_that_never_ends_after_a_refusal_is_cut_off(impatient: Service) -> None:
    with Wire(impatient.url) as wire:
        wire.send(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n")
        assert wire.answer().status == 401
        assert wire.rest() == b""


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02\x00\x01", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
)
def test_what_is_not_http_gets_a_problem(impatient: Service, garbage: bytes) -> None:
    with Wire(impatient.url) as wire:
        wire.send(garbage)
        answer = wire.answer()
        assert answer.status == 400
        assert json.loads(answer.body)["code"] == "bad_request"


def test_probes_are_answered_while_all_places_are_taken(impatient: Service) -> None:
    key = impatient.key("busy")
    begun = (
        f"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: image/png\r\nContent-Length: 9000\r\nExpect: 100-continue\r\n\r\n"
    )
    with Wire(impatient.url) as one, Wire(impatient.url) as two, impatient.client(key) as client:
        for wire in (one, two):
            wire.send(begun.encode())
            assert wire._file.readline().startswith(b"HTTP/1.1 100")  # its handler runs
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code in {200, 503}
        refused = problem(client.get("/v1/jobs"), 503, "overloaded")
        assert refused["actor"] == "operator"
    # The places are free again once the uploads have ended.
    with impatient.client(key) as client:
        while client.get("/v1/jobs").status_code == 503:
            pass


def test_http_client_of_python_keeps_its_connection(service: Service) -> None:
    connection = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=PATIENCE_S)
    for method in ("GET", "HEAD", "GET"):
        connection.request(method, "/openapi.json")
        answer = connection.getresponse()
        assert answer.status == 200
        assert bool(answer.read()) == (method == "GET")
    connection.close()


def test_the_longest_silent_connections_are_closed_for_new_ones(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http_protocol.most_connections", lambda: 3)
    with ExitStack() as open_ones:
        silent = [open_ones.enter_context(Wire(service.url)) for _ in range(3)]
        for _ in range(2):
            with http_client(base_url=service.url, timeout=PATIENCE_S) as client:
                assert client.get("/healthz").status_code == 200
        assert silent[0].rest() == b""


LONG = "X-Long: " + "a" * 70_000


@pytest.mark.parametrize(
    ("lines", "path", "status"),
    [
        (["Transfer-Encoding: gzip, chunked"], "/v1/jobs", 415),
        (["Transfer-Encoding: chunked", "Transfer-Encoding: gzip"], "/v1/jobs", 400),
        (["Host: another.example", "Content-Length: 0"], "/v1/jobs", 400),
        ([LONG, "Content-Length: 0"], "/v1/jobs", 431),
        (["Content-Length: 0"], "/v1/jobs?" + "a" * 70_000, 431),
        ([LONG, H2C, "Content-Length: 0"], "/v1/jobs", 431),
    ],
    ids=["coding", "chunked twice", "two hosts", "long header", "long path", "long with an offer"],
)
@pytest.mark.parametrize("cut", [0, 100, 60_000, -500], ids=str)
def test_a_head_that_cannot_be_served_is_refused(
    service: Service, tenant: Tenant, lines: list[str], path: str, status: int, cut: int
) -> None:
    sent = head(service, tenant, *lines, path=path) + chunked(PNG)
    with Wire(service.url) as wire:
        wire.send(sent[:cut])
        time.sleep(0.02)  # so that the server most often reads the first piece alone
        wire.send(sent[cut:])
        assert wire.answer().status == status


def test_the_head_behind_a_long_body_is_not_too_long(service: Service, tenant: Tenant) -> None:
    body = PNG + bytes(100_000)
    post = head(service, tenant, f"Content-Length: {len(body)}") + body
    with Wire(service.url) as wire:
        wire.send(post[:200])
        time.sleep(0.02)  # so that the rest comes in one read
        wire.send(post[200:] + b"GET /healthz HTTP/1.1\r\n")
        assert wire.answer().status == 202
        wire.send(b"Host: x\r\n\r\n")
        assert wire.answer().status == 200


def test_a_version_that_is_not_spoken_is_refused(service: Service) -> None:
    with Wire(service.url) as wire:
        wire.send(b"GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n")
        answer = wire.answer()
        assert (answer.status, b"HTTP/2.0" in answer.body) == (400, True)
