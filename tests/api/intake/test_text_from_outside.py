"""Text that callers send, on both databases: refused or cleaned, never an internal error."""

import json
import re
from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.api.routes.test_create_job import PNG, RAW, problem
from tests.support.service import Service, running_service

BAD = {
    "NUL": "a\0b.png",
    "line break": "a\nb.png",
    "tab": "a\tb.png",
    "escape": "a\x1b[31mb.png",
    "override": "invoice\u202egpj.exe",
    "isolate": "a\u2066b.png",
    "mark": "a\u200fb.png",
}
LINES = {"Content-Type": "application/jsonl"}
_tenants = count()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp(request.param)
    allowed: dict[str, Any] = {"egress_allow": ("files.example.com",)}
    if request.param == "sqlite":
        with running_service(folder, **allowed) as running:
            yield running
        return
    keys = folder / "keys"
    keys.touch(mode=0o600)
    url = request.getfixturevalue("cluster").new_database()
    with running_service(folder, database_url=url, webhook_key_file=keys, **allowed) as running:
        yield running


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    with service.client(service.key(f"text{next(_tenants)}")) as client:
        yield client


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_name_that_was_chosen_is_refused(client: httpx.Client, bad: str) -> None:
    listed = {"url": "https://files.example.com/a"}
    refused = [
        client.post("/v1/jobs", json={**listed, "filename": bad}),
        client.post("/v1/jobs", content=PNG, headers=RAW, params={"filename": bad}),
        client.post("/v1/jobs", files={"file": PNG}, data={"filename": bad}),
        client.post("/v1/webhooks", json={**listed, "description": bad}),
        *(
            client.post("/v1/batches", content=json.dumps({**listed, name: bad}), headers=LINES)
            for name in ("custom_id", "name")
        ),
    ]
    assert [each.status_code for each in refused] == [422] * 6, [each.text for each in refused]
    assert client.get("/v1/jobs").json()["jobs"] == []


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_name_that_a_file_has_is_cleaned(client: httpx.Client, bad: str) -> None:
    head = f'Content-Disposition: form-data; name="file"; filename="C:\\tmp\\{bad}"'
    body = f"--x\r\n{head}\r\n\r\n".encode() + PNG + b"\r\n--x--\r\n"
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = client.post("/v1/jobs", content=body, headers=form)
    if bad in {BAD["line break"], BAD["NUL"], BAD["escape"]}:  # not a header by any reading
        assert answer.status_code in {202, 400}
    else:
        assert answer.status_code == 202, answer.text
    if answer.status_code == 202:
        assert answer.json()["input"]["filename"].isprintable()


@pytest.mark.parametrize("length", [255, 256])
def test_names_are_as_long_as_documented(client: httpx.Client, length: int) -> None:
    answers = [
        client.post("/v1/jobs", content=PNG, headers=RAW, params={"filename": "n" * length}),
        client.post("/v1/jobs", files={"file": PNG}, data={"filename": "n" * length}),
    ]
    assert {each.status_code for each in answers} == {202 if length == 255 else 422}


@pytest.mark.parametrize(
    "sent",
    [
        {"metadata": {"a": "\0"}},
        {"metadata": {"\0": 1}},
        {"metadata": {"a": "\ud800"}},
        {"options": {"languages": ["\0"]}},
        {"options": {"languages": ["a\ud800"]}},
        {"options": {"pages": "1\0"}},
    ],
    ids=str,
)
def test_what_no_database_keeps_is_refused(client: httpx.Client, sent: dict[str, Any]) -> None:
    body = json.dumps({"url": "https://files.example.com/a", **sent})
    answer = client.post("/v1/jobs", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}, answer.text
    fields = {name: json.dumps(value) for name, value in sent.items()}
    assert client.post("/v1/jobs", files={"file": PNG}, data=fields).status_code in {400, 422}


def test_a_backslash_before_a_u_is_no_escape(client: httpx.Client) -> None:
    data = {"metadata": json.dumps({"path": "C:\\u0000\\new"})}
    assert client.post("/v1/jobs", files={"file": PNG}, data=data).status_code == 202


CURSORS = ["garbage", "%00", "job_", "job_" + "0" * 25, "JOB_" + "0" * 26, "0" * 65, "a'b", "ü"]


@pytest.mark.parametrize("cursor", CURSORS)
@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/batches", "/v1/webhooks/deliveries"])
def test_a_cursor_that_is_none_is_refused(client: httpx.Client, path: str, cursor: str) -> None:
    text = cursor if cursor.startswith("%") else quote(cursor)
    problem(client.get(f"{path}?before={text}"), 422, "invalid_request")


def test_a_cursor_that_was_given_is_accepted(client: httpx.Client) -> None:
    for _ in range(3):
        assert client.post("/v1/jobs", content=PNG, headers=RAW).status_code == 202
    first = client.get("/v1/jobs", params={"limit": 2}).json()
    rest = client.get("/v1/jobs", params={"limit": 2, "before": first["next"]}).json()
    assert len(first["jobs"] + rest["jobs"]) == 3
    assert rest["next"] is None


IDS = [
    "%00",
    "a%00b",
    "%0A",
    "x" * 300,
    "%ED%A0%80",
    "..%2F..",
    "%E2%80%AE",
    "%27%20OR%201=1",
    "%25",
]


@pytest.mark.parametrize("name", IDS)
def test_no_id_is_an_internal_error(client: httpx.Client, name: str) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path, methods in paths.items():
        if "{" not in path:
            continue
        filled = re.sub(r"\{\w+\}", name, path.replace("{number}", "1"))
        for method in methods:
            answer = client.request(method, filled)
            assert answer.status_code in {404, 422}, (method, filled, answer.text)


@pytest.mark.parametrize("name", ["batch_id", "webhook_id", "job_id"])
def test_no_filter_is_an_internal_error(client: httpx.Client, name: str) -> None:
    path = "/v1/jobs" if name == "batch_id" else "/v1/webhooks/deliveries"
    problem(client.get(f"{path}?{name}=%00"), 422, "invalid_request")
    assert client.get(f"{path}?{name}=unknown").status_code == 200
    replayed = client.post("/v1/webhooks/deliveries/replay", json={name: "a\0"})
    problem(replayed, 422, "invalid_request")


@pytest.mark.parametrize("moment", [0, 1e9, "0", "1700000000", True])
def test_a_time_is_written_as_one(client: httpx.Client, moment: object) -> None:
    sent = client.post("/v1/webhooks/deliveries/replay", json={"until": moment})
    problem(sent, 422, "invalid_request")
    given = {"until": str(moment)}
    problem(client.get("/v1/webhooks/deliveries", params=given), 422, "invalid_request")
    good = client.get("/v1/webhooks/deliveries", params={"until": "2026-01-31T12:00:00Z"})
    assert good.status_code == 200


BODIES = [b"\xff{", b"\xed\xa0\x80", b'{"url": "\xff"}', b"", b"null", b"[" * 5000]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:10]))
@pytest.mark.parametrize(
    "path", ["/v1/webhooks", "/v1/webhooks/deliveries/replay", "/v1/jobs", "/v1/batches"]
)
def test_a_body_that_is_no_json_has_a_documented_answer(
    client: httpx.Client, path: str, body: bytes
) -> None:
    kind = "application/jsonl" if path == "/v1/batches" else "application/json"
    answer = client.post(path, content=body, headers={"Content-Type": kind})
    documented = client.get("/openapi.json").json()["paths"][path]["post"]["responses"]
    assert 400 <= answer.status_code < 500
    assert str(answer.status_code) in documented


def test_the_key_is_looked_at_before_the_body(service: Service) -> None:
    with service.client("ps_0123456789_x") as nobody:
        for path in ("/v1/webhooks", "/v1/webhooks/deliveries/replay"):
            problem(nobody.post(path, content=b"\xff{"), 401, "unauthorised")
            problem(nobody.post(path, content=bytes(9 << 20)), 401, "unauthorised")


def test_a_body_that_is_held_in_memory_has_a_limit(client: httpx.Client) -> None:
    long = json.dumps({"url": "https://files.example.com/", "description": "x" * (2 << 20)})
    kind = {"Content-Type": "application/json"}
    problem(client.post("/v1/webhooks", content=long, headers=kind), 413, "too_large")
    pieces = (long[at : at + 65536].encode() for at in range(0, len(long), 65536))
    assert client.post("/v1/webhooks", content=pieces, headers=kind).status_code in {400, 413}


def test_a_byte_order_mark_before_json_is_ignored(client: httpx.Client) -> None:
    entry = "\ufeff" + json.dumps({"url": "https://files.example.com/a.png"})
    for path, kind in (("/v1/jobs", "application/json"), ("/v1/batches", "application/jsonl")):
        answer = client.post(path, content=entry.encode(), headers={"Content-Type": kind})
        assert answer.status_code == 202, answer.text
    answer = client.post("/v1/jobs", content=PNG, headers=RAW, params={"metadata": '\ufeff{"a":1}'})
    assert answer.json()["metadata"] == {"a": 1}
