"""Another reader's text against the result of a job, over the API."""

import json

import httpx
import pytest

from api.routes.verification import MOST_BYTES
from jobs.storage.blob_keys import file_key
from tests.api.routes.test_create_job import PNG, RAW, problem
from tests.support.service import Service

MARKDOWN = {"Content-Type": "text/markdown"}


@pytest.fixture
def address(client: httpx.Client) -> str:
    job = client.post("/v1/jobs", content=PNG, headers=RAW).json()
    return f"/v1/jobs/{job['id']}/verify"


def test_a_text_is_compared_with_the_result(
    client: httpx.Client, service: Service, address: str
) -> None:
    early = client.post(address, content=b"text", headers=MARKDOWN)
    problem(early, 409, "not_finished")
    service.succeed(address.split("/")[3], "Grand total due", "Second page")
    text = "# Grand *tota1* due soon"
    found = client.post(address, content=text.encode(), headers=MARKDOWN).json()
    assert (found["given_words"], found["supported"], found["read_words"]) == (4, 2, 5)
    (difference,) = found["differences"]
    assert (difference["text"], difference["read"]) == ("tota1", "total")
    assert difference["place"]["page"] == 1
    assert text[difference["start"] : difference["end"]] == "tota1"
    assert [each["text"] for each in found["unsupported"]] == ["soon"]
    assert [(each["text"], each["place"]["page"]) for each in found["unread"]] == [
        ("Second page", 2)
    ]
    assert client.post(address, content=b"").json()["given_words"] == 0


def test_texts_that_cannot_be_compared_are_refused(
    client: httpx.Client, service: Service, address: str
) -> None:
    service.succeed(address.split("/")[3], "text")
    problem(client.post(address, content=b"x" * (MOST_BYTES + 1)), 413, "too_large")
    body = problem(client.post(address, content=b"abc\xff"), 400, "bad_request")
    assert body["detail"] == "The text is not UTF-8: byte 3."
    problem(client.post("/v1/jobs/job_1/verify", content=b"x"), 404, "not_found")


def test_the_pictures_are_looked_at_where_that_is_asked_for(
    client: httpx.Client, service: Service, address: str
) -> None:
    job = service.succeed(address.split("/")[3], "Grand total due")
    asked = {"content": b"Grand total due soon", "params": {"ink": "true"}}
    early = client.post(address, **asked)
    problem(early, 409, "not_finished")
    assert int(early.headers["retry-after"]) >= 1
    seen = {"uncovered": [[1, 95, 12, 99, 28], [1, 10, 80, 60, 95]], "blank": []}
    service.blobs.put(file_key(job, "ink"), json.dumps(seen).encode())
    found = client.post(address, **asked).json()
    assert [each["ink"] for each in found["unsupported"]] == [
        {"page": 1, "box": [95.0, 12.0, 99.0, 28.0]}
    ]
    assert found["uncovered"] == [{"page": 1, "box": [10.0, 80.0, 60.0, 95.0]}]
    assert found["blank"] == []
