import json
from dataclasses import replace

import httpx

from jobs.storage.blob_keys import result_key
from tests.api.routes.test_corrections import finished_job, worded_page
from tests.api.routes.test_create_job import problem
from tests.api.routes.test_jobs import new_job
from tests.support.service import Service, document, page_reading
from vision.export.json import dumps, page_reading_to_dict


def book(client: httpx.Client, service: Service, pages: int) -> str:
    """A job whose pages have two words each, one of them of confidence 0.4."""
    job_id = new_job(client)
    service.open(job_id, pages)
    numbers = range(1, pages + 1)
    for number in numbers:
        claim = service.ledger.pages.claim(job_id, number, "w")
        assert claim is not None
        page = replace(worded_page(), number=number)
        reading = replace(page_reading(number, "He11o World"), page=page)
        service.ledger.pages.succeed(claim, json.dumps(page_reading_to_dict(reading)))
    job = service.ledger.jobs.load(job_id)
    service.blobs.put(result_key(job), dumps(document("He11o World")).encode())
    assert service.ledger.finishing.finish(job_id, result_key(job), pages) is not None
    return job_id


def waiting(client: httpx.Client) -> list[tuple[str, int]]:
    listed = client.get("/v1/checks").json()["checks"]
    return [(each["job"]["id"], each["doubtful"]) for each in listed]


def test_doubtful_words_of_a_whole_document_come_with_their_places(
    client: httpx.Client, service: Service
) -> None:
    job_id = book(client, service, 3)
    path = f"/v1/jobs/{job_id}/doubtful"
    found = client.get(path).json()
    assert (found["revision"], found["next_page"]) == (0, None)
    assert [(each["page"], each["text"]) for each in found["words"]] == [
        (number, "He11o") for number in (1, 2, 3)
    ]
    word = found["words"][1]
    assert (word["context"], word["box"]) == ("He11o World", [10, 10, 45, 30])
    assert len(client.get(path, params={"below": 0.95}).json()["words"]) == 6
    first = client.get(path, params={"limit": 1}).json()
    assert ([each["page"] for each in first["words"]], first["next_page"]) == ([1], 2)
    rest = client.get(path, params={"from_page": 2}).json()
    assert [each["page"] for each in rest["words"]] == [2, 3]
    place = {name: word[name] for name in ("page", "block", "line", "word")}
    change = {"corrections": [{**place, "text": "Hello"}]}
    assert client.patch(f"/v1/jobs/{job_id}/corrections", json=change).is_success
    after = client.get(path).json()
    assert (after["revision"], [each["page"] for each in after["words"]]) == (1, [1, 3])
    problem(client.get(path, params={"below": 0}), 422, "invalid_request")
    problem(client.get(f"/v1/jobs/{new_job(client)}/doubtful"), 409, "not_finished")


def test_documents_wait_until_they_are_marked_as_checked(
    client: httpx.Client, service: Service
) -> None:
    before = waiting(client)
    certain = finished_job(client, service)  # ended without a doubtful word
    first, second = book(client, service, 1), book(client, service, 2)
    assert waiting(client) == [(second, 2), (first, 1), *before]
    page = client.get("/v1/checks", params={"limit": 1}).json()
    rest = client.get("/v1/checks", params={"limit": 1, "before": page["next"]}).json()
    assert [each["job"]["id"] for each in (*page["checks"], *rest["checks"])] == [second, first]
    with service.client(service.key("stranger")) as other:
        assert waiting(other) == []
        problem(other.put(f"/v1/jobs/{first}/check", json={"checked": True}), 404, "not_found")
    for job_id in (first, certain):
        assert client.put(f"/v1/jobs/{job_id}/check", json={"checked": True}).status_code == 204
    assert waiting(client) == [(second, 2), *before]
    client.put(f"/v1/jobs/{first}/check", json={"checked": False})
    assert client.delete(f"/v1/jobs/{second}").status_code == 204
    assert waiting(client) == [(first, 1), *before]
    unread = f"/v1/jobs/{new_job(client)}/check"
    problem(client.put(unread, json={"checked": True}), 409, "not_finished")
