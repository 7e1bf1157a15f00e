"""What holds for every route: methods, paths, proxies, origins, ids of requests."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.forwarded import TrustedProxies
from tests.api.conftest import Tenant
from tests.api.routes.test_create_job import PNG, RAW, problem
from tests.support.http import http_client
from tests.support.patience import PATIENCE_S
from tests.support.service import Service, running_service

ORIGIN = "https://app.example.com"


def get_paths(service: Service) -> Iterator[str]:
    with service.client() as nobody:
        document = nobody.get("/openapi.json").json()
    yield from (path for path, methods in document["paths"].items() if "get" in methods)
    yield from ("/", "/docs", "/console/app.js", "/openapi.json")


def test_head_answers_as_get_does_without_a_body(service: Service, tenant: Tenant) -> None:
    job_id = tenant.client.post("/v1/jobs", content=PNG, headers=RAW).json()["id"]
    service.succeed(job_id, "Hello")
    varying = {"date", "x-request-id", "transfer-encoding", "content-length", "retry-after"}
    for path in get_paths(service):
        if path == "/v1/webhooks/callback-secret":  # what is shown once must not be lost
            assert tenant.client.head(path).status_code == 405
            assert tenant.client.get(path).status_code == 200
            continue
        filled = path.replace("{job_id}", job_id).replace("{number}", "1")
        filled = filled.replace("{code}", "internal").replace("{batch_id}", "b")
        got, headed = tenant.client.get(filled), tenant.client.head(filled)
        assert headed.status_code == got.status_code, path
        assert headed.content == b""
        same = {name: value for name, value in got.headers.items() if name not in varying}
        assert same.items() <= dict(headed.headers).items(), path


def test_allow_names_every_method_of_the_path(service: Service, tenant: Tenant) -> None:
    document = tenant.client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        other = "PATCH" if "put" in methods else "PUT"
        refused = tenant.client.request(other, path.replace("{number}", "1"))
        problem(refused, 405, "method_not_allowed")
        known = {method.upper() for method in methods} | ({"HEAD"} if "get" in methods else set())
        assert set(refused.headers["allow"].split(", ")) == known, path


@pytest.mark.parametrize("path", ["/v1/jobs/", "/v1/jobs//"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_slash_at_the_end_changes_nothing(tenant: Tenant, path: str, method: str) -> None:
    answer = tenant.client.request(method, path, content=PNG, headers=RAW)
    assert answer.status_code == {"GET": 200, "POST": 202}[method]
    assert answer.headers.get("location", "/").startswith("/")


@pytest.mark.parametrize("part", ["%00", "a%0Ab", "%1B", "job_%7F"])
@pytest.mark.parametrize("form", ["/v1/jobs/{}", "/v1/jobs/{}/result", "/v1/webhooks/{}", "/{}"])
def test_control_characters_in_a_path_are_not_found(tenant: Tenant, form: str, part: str) -> None:
    problem(tenant.client.get(form.format(part)), 404, "not_found")


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP, deflate", "x-unknown"])
@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/batches", "/v1/webhooks"])
def test_an_encoded_body_is_refused_by_name(tenant: Tenant, path: str, encoding: str) -> None:
    headers = RAW | {"Content-Encoding": encoding}
    refused = tenant.client.post(path, content=PNG, headers=headers)
    assert encoding in str(problem(refused, 415, "unsupported_media")["detail"])
    assert refused.headers["accept-encoding"] == "identity"


def test_an_identity_encoding_is_accepted(tenant: Tenant) -> None:
    headers = RAW | {"Content-Encoding": "identity"}
    assert tenant.client.post("/v1/jobs", content=PNG, headers=headers).status_code == 202


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-123", True), ("a" * 128, True), ("a" * 129, False), ("a b", False), ("", False)],
)
def test_the_id_of_a_request_is_returned(tenant: Tenant, given: str, kept: bool) -> None:
    for path in ("/healthz", "/v1/jobs/nothing"):
        shown = tenant.client.get(path, headers={"X-Request-Id": given}).headers["x-request-id"]
        assert (shown == given) == kept
        assert shown


def test_requests_have_different_ids(tenant: Tenant) -> None:
    assert len({tenant.client.get("/healthz").headers["x-request-id"] for _ in range(5)}) == 5


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service behind a proxy, for pages of another origin."""
    with running_service(
        tmp_path_factory.mktemp("public"),
        public_url="https://ocr.example.com/ocr/",
        cors_origins=(ORIGIN,),
    ) as running:
        yield running


@pytest.mark.parametrize("prefix", ["", "/ocr"])
def test_links_lead_to_the_public_address(public: Service, prefix: str) -> None:
    base = "https://ocr.example.com/ocr"
    with public.client(public.key("public")) as client:
        made = client.post(f"{prefix}/v1/jobs", content=PNG, headers=RAW)
        job = made.json()
        assert made.headers["location"] == f"{base}/v1/jobs/{job['id']}"
        assert all(link.startswith(f"{base}/v1/jobs/") for link in job["links"].values())
        assert client.get(f"{prefix}/v1/jobs/{job['id']}").json()["links"] == job["links"]
        missing = client.get(f"{prefix}/v1/jobs/nothing").json()
        assert missing["type"] == f"{base}/problems/not_found"
        assert missing["instance"] == f"{base}/v1/jobs/nothing"
        assert client.get(f"{prefix}/openapi.json").json()["servers"] == [{"url": base}]
        assert client.get(f"{prefix}/docs").status_code == 200


def test_the_console_refers_to_its_parts_relatively(public: Service) -> None:
    with public.client() as nobody:
        for page in ("/ocr/", "/ocr/docs", "/ocr/console/app.js", "/ocr/console/docs.js"):
            text = nobody.get(page).text
            assert not any(f"{quote}/{part}" in text for quote in "\"'`" for part in ("v1", "cons"))


def test_pages_of_a_listed_origin_may_call_the_api(public: Service) -> None:
    asks = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    wanted = {"Access-Control-Request-Headers": "authorization,idempotency-key,prefer"}
    with public.client(public.key("cors")) as client:
        preflight = client.options("/v1/jobs", headers=asks | wanted)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == ORIGIN
        answer = client.post("/v1/jobs", content=PNG, headers=RAW | {"Origin": ORIGIN})
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "Location" in answer.headers["access-control-expose-headers"]
        refused = client.get("/v1/jobs/nothing", headers={"Origin": ORIGIN})
        assert refused.headers["access-control-allow-origin"] == ORIGIN
        strange = client.get("/v1/jobs", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in strange.headers


def test_no_origin_may_call_where_none_is_listed(tenant: Tenant) -> None:
    answer = tenant.client.get("/v1/jobs", headers={"Origin": ORIGIN})
    assert "access-control-allow-origin" not in answer.headers


FORWARDED = [
    # trusted, peer, X-Forwarded-For, the client
    ((), "10.0.0.1", "9.9.9.9", "10.0.0.1"),
    (("10.0.0.0/8",), "10.0.0.1", "9.9.9.9", "9.9.9.9"),
    (("10.0.0.0/8",), "11.0.0.1", "9.9.9.9", "11.0.0.1"),
    (("10.0.0.0/8",), "10.0.0.1", "1.1.1.1, 9.9.9.9", "9.9.9.9"),
    (("10.0.0.0/8",), "10.0.0.1", "9.9.9.9, 10.0.0.7", "9.9.9.9"),
    (("10.0.0.0/8",), "10.0.0.1", "10.0.0.8, 10.0.0.7", "10.0.0.8"),
    (("10.0.0.0/8",), "10.0.0.1", "9.9.9.9:4711", "9.9.9.9"),
    (("10.0.0.0/8",), "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
    (("10.0.0.0/8",), "10.0.0.1", "2001:db8::1", "2001:db8::1"),
    (("10.0.0.0/8",), "::ffff:10.0.0.1", "9.9.9.9", "9.9.9.9"),
    (("10.0.0.0/8",), "10.0.0.1", "", "10.0.0.1"),
    (("10.0.0.0/8",), "10.0.0.1", "unknown", "unknown"),
    (("*",), "11.0.0.1", "9.9.9.9, 8.8.8.8", "9.9.9.9"),
    (("2001:db8::/32",), "2001:db8::5", "9.9.9.9", "9.9.9.9"),
]


@pytest.mark.parametrize(("trusted", "peer", "forwarded", "client"), FORWARDED)
def test_the_client_behind_trusted_proxies(
    trusted: tuple[str, ...], peer: str, forwarded: str, client: str
) -> None:
    scope = {"client": (peer, 5), "scheme": "http", "headers": []}
    if forwarded:
        scope["headers"] = [(b"x-forwarded-for", forwarded.encode())]
    TrustedProxies(trusted).apply(scope)
    assert scope["client"][0] == client  # type: ignore[index]


@pytest.mark.parametrize(
    ("given", "prefix"),
    [("/ocr", "/ocr"), ("/a/b/", "/a/b"), ("ocr", ""), ("//evil.example", ""), ("/a b", "")],
)
def test_a_trusted_proxy_may_report_a_prefix(given: str, prefix: str) -> None:
    headers = [(b"x-forwarded-prefix", given.encode()), (b"x-forwarded-proto", b"https")]
    for trusted, shown in ((("10.0.0.1",), prefix), ((), "")):
        scope = {"client": ("10.0.0.1", 5), "scheme": "http", "headers": headers}
        assert TrustedProxies(trusted).apply(scope) == shown
        assert scope["scheme"] == ("https" if trusted else "http")


def test_the_audit_log_shows_the_client_and_not_the_proxy(tmp_path: Path) -> None:
    with running_service(tmp_path, trusted_proxies=("127.0.0.1",)) as service:
        headers = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Prefix": "/ocr"}
        with http_client(base_url=service.url, headers=headers, timeout=PATIENCE_S) as client:
            refused = client.get("/v1/jobs", headers={"Authorization": "Bearer ps_x"})
            assert json.loads(refused.content)["instance"] == "/ocr/v1/jobs"
        assert service.ledger.audit.list(action="key.refused")[0].actor == "203.0.113.7"
