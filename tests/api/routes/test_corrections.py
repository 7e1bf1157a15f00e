import io
import json
import threading
from dataclasses import astuple, replace
from zipfile import ZipFile

import httpx

from jobs.storage.blob_keys import file_key, result_key
from jobs.storage.result_index import write_index
from tests.api.conftest import Tenant
from tests.api.routes.test_create_job import PNG, RAW, problem
from tests.api.routes.test_jobs import new_job
from tests.support.service import Service, document, page_reading
from vision.core.document import Block, Box, Document, Line, Page, Word
from vision.export.json import dumps, page_reading_to_dict
from vision.export.streamed import StreamedResult

WORDS = (Word("He11o", 0.4, Box(10, 10, 45, 30)), Word("World", 0.9, Box(50, 10, 90, 30)))
LINE = Line("He11o World", 0.65, Box(10, 10, 90, 30), WORDS)


def worded_page() -> Page:
    page = document("He11o World").pages[0]
    return replace(page, blocks=(Block("b1", "title", (LINE,)),))


def worded() -> Document:
    return replace(document("He11o World"), pages=(worded_page(),))


def finished_job(client: httpx.Client, service: Service, **options: object) -> str:
    """A job whose only page has two words."""
    params = {"options": json.dumps(options)}
    job_id: str = client.post("/v1/jobs", content=PNG, headers=RAW, params=params).json()["id"]
    service.open(job_id, 1)
    claim = service.ledger.pages.claim(job_id, 1, "w")
    assert claim is not None
    reading = replace(page_reading(1, "He11o World"), page=worded_page())
    service.ledger.pages.succeed(claim, json.dumps(page_reading_to_dict(reading)))
    job = service.ledger.jobs.load(job_id)
    service.blobs.put(result_key(job), dumps(worded()).encode())
    assert service.ledger.finishing.finish(job_id, result_key(job)) is not None
    return job_id


def hello(text: str | None = "Hello", word: int = 0) -> dict[str, object]:
    return {"page": 1, "block": "b1", "line": 0, "word": word, "text": text}


def test_corrections_are_revisions_beside_the_original(
    client: httpx.Client, service: Service
) -> None:
    job_id = finished_job(client, service)
    path, result = f"/v1/jobs/{job_id}/corrections", f"/v1/jobs/{job_id}/result"
    assert client.get(path).json() == {"revision": 0, "corrections": [], "revisions": []}
    saved = client.patch(path, json={"revision": 0, "corrections": [hello()]})
    assert saved.status_code == 200, saved.text
    assert saved.json()["corrections"] == [hello()]
    assert [(each["revision"], each["words"]) for each in saved.json()["revisions"]] == [(1, 1)]
    client.patch(path, json={"corrections": [hello("there", 1)]})
    texts = {
        name: client.get(result, params={"format": "text", "revision": name}).text
        for name in ("0", "1", "2", "latest")
    }
    assert texts == {
        "0": "He11o World\n",
        "1": "Hello World\n",
        "2": "Hello there\n",
        "latest": "Hello there\n",
    }
    assert client.get(result, params={"format": "text"}).text == "He11o World\n"
    changed = client.get(result, params={"revision": "latest"}).json()
    assert changed["analyses"]["corrections"] == {"revision": 2, "words": 2}
    assert client.get(path, params={"revision": "1"}).json()["corrections"] == [hello()]
    client.patch(path, json={"corrections": [hello(None)]})
    assert client.get(path).json()["corrections"] == [hello("there", 1)]


def test_a_change_of_an_earlier_revision_names_the_latest(
    client: httpx.Client, service: Service
) -> None:
    path = f"/v1/jobs/{finished_job(client, service)}/corrections"
    assert client.patch(path, json={"revision": 0, "corrections": [hello()]}).is_success
    refused = client.patch(path, json={"revision": 0, "corrections": [hello("Hullo")]})
    assert problem(refused, 409, "revision_conflict")["latest"] == 1
    assert client.get(path).json()["corrections"] == [hello()]


def test_a_corrected_result_is_the_same_where_it_is_written_page_by_page(
    client: httpx.Client, service: Service
) -> None:
    job_id = finished_job(client, service)
    corrections = {"corrections": [hello()]}
    assert client.patch(f"/v1/jobs/{job_id}/corrections", json=corrections).status_code == 200

    def answers() -> dict[str, bytes]:
        path, forms = f"/v1/jobs/{job_id}/result", ("text", "html", "alto", "json", "docling")
        made = {name: client.get(path, params={"format": name, "revision": "1"}) for name in forms}
        both = client.get(path, params={"format": "json,text", "revision": "1"})
        with ZipFile(io.BytesIO(both.content)) as archive:
            zipped = {name: archive.read(name) for name in archive.namelist()}
        return {**{name: answer.content for name, answer in made.items()}, **zipped}

    whole = answers()
    assert all(b"Hello" in text for text in whole.values())
    job = service.ledger.jobs.load(job_id)
    reading = replace(page_reading(1, "He11o World"), page=worded_page())
    result = StreamedResult(worded().document, [reading], (), worded().receipt)
    service.blobs.put_stream(result_key(job), result)
    write_index(service.blobs, job, map(astuple, result.ranges))
    assert answers() == whole


def test_only_words_that_exist_in_a_result_can_be_corrected(
    client: httpx.Client, service: Service, tenant: Tenant
) -> None:
    path = f"/v1/jobs/{finished_job(client, service)}/corrections"
    for wrong in ({"word": 2}, {"line": 1}, {"block": "b2"}, {"page": 2}):
        refused = client.patch(path, json={"corrections": [hello() | wrong]})
        problem(refused, 422, "unknown_word")
    problem(client.patch(path, json={"corrections": []}), 422, "invalid_request")
    problem(client.patch(path, json={"corrections": [hello("a\x07")]}), 422, "invalid_request")
    waiting = f"/v1/jobs/{new_job(client)}/corrections"
    problem(client.patch(waiting, json={"corrections": [hello()]}), 409, "not_finished")
    problem(client.get(path, params={"revision": "9"}), 404, "not_found")
    with service.client(service.key("stranger")) as other:
        problem(other.get(path), 404, "not_found")
        problem(other.patch(path, json={"corrections": [hello()]}), 404, "not_found")


def test_corrected_lines_are_exported_with_what_was_read(
    client: httpx.Client, service: Service
) -> None:
    job_id = finished_job(client, service)
    path = f"/v1/jobs/{job_id}/corrections"
    assert client.get(f"{path}/lines").text == ""
    client.patch(path, json={"corrections": [hello()]})
    (line,) = map(json.loads, client.get(f"{path}/lines").text.splitlines())
    assert (line["read"], line["text"]) == ("He11o World", "Hello World")
    assert line["box"] == list(LINE.box)
    assert line["image"] == f"/v1/jobs/{job_id}/pages/1/image?width=3200"


def missed(text: str, word: int = 0, box: object = (50, 60, 80, 80)) -> dict[str, object]:
    return {"page": 1, "block": "added", "line": 0, "word": word, "text": text, "box": box}


def test_words_that_were_missed_are_added_at_their_box(
    client: httpx.Client, service: Service
) -> None:
    job_id = finished_job(client, service)
    path, result = f"/v1/jobs/{job_id}/corrections", f"/v1/jobs/{job_id}/result"
    saved = client.patch(path, json={"corrections": [missed("there"), hello()]})
    assert saved.json()["corrections"] == [missed("there", box=[50, 60, 80, 80]), hello()]
    latest = {"format": "text", "revision": "latest"}
    assert client.get(result, params=latest).text == "Hello World\n\nthere\n"
    lines = [json.loads(line) for line in client.get(f"{path}/lines").text.splitlines()]
    assert [(each["block"], each["text"], each["read"]) for each in lines] == [
        ("b1", "Hello World", "He11o World"),
        ("added", "there", ""),
    ]
    taken_back = {**missed(""), "box": None, "text": None}
    assert client.patch(path, json={"corrections": [taken_back]}).is_success
    assert client.get(result, params=latest).text == "Hello World\n"
    off = client.patch(path, json={"corrections": [missed("off", box=(0, 0, 99999, 5))]})
    assert "not on page 1" in problem(off, 422, "unknown_word")["detail"]
    for wrong in ({"block": "b1"}, {"line": 1}, {"box": None}):
        refused = client.patch(path, json={"corrections": [missed("no") | wrong]})
        problem(refused, 422, "invalid_request")


def test_images_of_corrected_lines_are_made_by_a_worker(
    client: httpx.Client, service: Service
) -> None:
    job_id = finished_job(client, service)
    path = f"/v1/jobs/{job_id}/corrections"
    wanted = {"format": "tesseract"}
    empty = client.get(f"{path}/lines", params=wanted)
    assert (empty.status_code, empty.headers["content-type"]) == (200, "application/zip")
    client.patch(path, json={"corrections": [hello()]})
    problem(client.get(f"{path}/lines", params=wanted), 409, "not_finished")
    job = service.ledger.jobs.load(job_id)
    service.blobs.put(file_key(job, "lines-tesseract@1"), b"PK\x03\x04 images")
    assert client.get(f"{path}/lines", params=wanted).content == b"PK\x03\x04 images"
    problem(client.get(f"{path}/lines", params={"format": "x"}), 422, "invalid_request")


def test_corrections_of_a_document_with_fields_are_made_by_a_worker(
    client: httpx.Client, service: Service
) -> None:
    job_id = finished_job(client, service, analyses=["fields"])
    path, result = f"/v1/jobs/{job_id}/corrections", f"/v1/jobs/{job_id}/result"
    client.patch(path, json={"corrections": [hello()]})
    assert client.get(result).is_success
    job = service.ledger.jobs.load(job_id)
    for form, stored in (("json", "json@1"), ("text,csv", "text+csv@1")):
        wanted = {"format": form, "revision": "latest"}
        problem(client.get(result, params=wanted), 409, "not_finished")
        service.blobs.put(file_key(job, stored), b"made")
        assert client.get(result, params=wanted).content == b"made"


def test_a_page_picture_is_made_when_the_page_is_read(
    client: httpx.Client, service: Service, tenant: Tenant
) -> None:
    job_id = new_job(client)
    path = f"/v1/jobs/{job_id}/pages/1/image"
    problem(client.get(path), 409, "not_finished")
    service.open(job_id, 2)
    problem(client.get(path), 409, "not_finished")
    service.read_page(job_id, 1, "Hello")
    waiting = client.get(path, params={"width": 300})
    problem(waiting, 409, "not_finished")
    assert waiting.headers["retry-after"]
    job = service.ledger.jobs.load(job_id)
    service.blobs.put(file_key(job, "page-1-400"), b"picture")
    made = client.get(path, params={"width": 300})
    assert (made.content, made.headers["content-type"]) == (b"picture", "image/jpeg")
    assert "private" in made.headers["cache-control"]
    waiting = client.get(path, params={"width": 800}, headers={"Prefer": "wait=1"})
    problem(waiting, 409, "not_finished")
    timer = threading.Timer(0.2, service.blobs.put, (file_key(job, "page-1-800"), b"large"))
    timer.start()
    made = client.get(path, params={"width": 800}, headers={"Prefer": "wait=30"})
    assert made.content == b"large"
    problem(client.get(f"/v1/jobs/{job_id}/pages/3/image"), 404, "not_found")
    problem(client.get(path, params={"width": 5000}), 422, "invalid_request")
    with service.client(service.key("stranger")) as other:
        problem(other.get(path), 404, "not_found")


def test_jobs_are_found_by_name_custom_id_and_id(client: httpx.Client) -> None:
    def submit(name: str) -> str:
        file = {"file": (name, b"\x89PNG\r\n\x1a\n")}
        job_id: str = client.post("/v1/jobs", files=file).json()["id"]
        return job_id

    invoice, letter = submit("Invoice 100%.png"), submit("letter.png")
    found = {
        text: [
            each["id"] for each in client.get("/v1/jobs", params={"search": text}).json()["jobs"]
        ]
        for text in ("invoice", "100%", "10_%", letter, "png")
    }
    assert found == {
        "invoice": [invoice],
        "100%": [invoice],
        "10_%": [],
        letter: [letter],
        "png": [letter, invoice],
    }
