"""The tools, called by the SDK's own client, before a real API."""

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from mcp import MCPError
from PIL import Image

from jobs.domain.job import Fault
from pagesight.mcp.config import Config
from tests.api.routes.test_create_job import PNG
from tests.pagesight.mcp.conftest import Ask, failure_of
from tests.support.hand_worker import TEXTS, HandWorker
from tests.support.service import Service


def test_a_file_is_read_and_its_page_fetched(ask: Ask, worker: HandWorker, tmp_path: Path) -> None:
    (tmp_path / "scan.png").write_bytes(PNG)
    job = ask("read_document", source=str(tmp_path / "scan.png"), wait_s=60)
    assert (job["state"], job["pages"], job["pages_read"]) == ("succeeded", 2, 2)
    assert job["begins_with"] == TEXTS[0]
    page = ask("get_page", job_id=job["job_id"], page=2)
    assert (page["text"].strip(), page["pages"], page["next_offset"]) == (f"## {TEXTS[1]}", 2, None)


def test_parameters_become_options(ask: Ask, service: Service) -> None:
    sent = base64.b64encode(PNG).decode()
    job = ask(
        "read_document",
        content_base64=sent,
        filename="a.png",
        languages=["deu"],
        pages="1",
        fields=["order no"],
        options={"dpi": 200},
        wait_s=0,
    )
    kept = service.ledger.jobs.load(job["job_id"])
    assert kept.filename == "a.png"
    chosen = {name: kept.options[name] for name in ("languages", "pages", "dpi", "analyses")}
    assert chosen == {"languages": ["deu"], "pages": "1", "dpi": 200, "analyses": ["fields"]}
    assert job["state"] == "queued"
    assert job["queue_position"] is not None
    assert "get_job" in job["next"]


def test_a_job_is_waited_for_with_progress(
    ask: Ask, connected: Callable[..., Any], portal: BlockingPortal, service: Service, key: str
) -> None:
    job_id = ask("read_document", content_base64=base64.b64encode(PNG).decode(), wait_s=0)["job_id"]
    assert ask("get_job", job_id=job_id)["state"] == "queued"
    service.open(job_id, 2)
    service.read_page(job_id, 1, "one")
    assert ask("get_job", job_id=job_id, wait_s=0.1)["pages_read"] == 1
    assert ask("get_page", job_id=job_id, format="text")["text"] == "one"
    service.read_page(job_id, 2, "two")
    service.finish(job_id, "one", "two")
    assert ask("get_job", job_id=job_id, wait_s=60)["state"] == "succeeded"
    failed = ask("read_document", content_base64=base64.b64encode(PNG).decode(), wait_s=0)
    service.ledger.jobs.fail(failed["job_id"], Fault("damaged", "It is damaged.", "caller"))
    assert ask("get_job", job_id=failed["job_id"])["fault"] == "It is damaged. [damaged]"


def test_a_text_comes_in_parts(ask: Ask, job: str) -> None:
    whole = "Invoice No. 4711\nTotal due 1"
    parts, offset = [], 0
    while offset is not None:
        part = ask("get_page", job_id=job, page=1, format="text", offset=offset, limit=10)
        parts.append(part["text"])
        offset = part["next_offset"]
    assert [len(part) for part in parts] == [10, 10, 8]
    assert "".join(parts) == whole
    assert (part["tables"], part["doubtful_words"]) == (1, 1)
    past = ask("get_page", job_id=job, page=1, format="text", offset=100)
    assert (past["text"], past["next_offset"]) == ("", None)
    markdown = ask("get_page", job_id=job, page=2)["text"]
    assert markdown.startswith("## Invoice No. 4711")
    assert "Total due 2" in markdown


def test_a_table_comes_in_parts(ask: Ask, job: str) -> None:
    head = ask("get_table", job_id=job, rows=2)
    assert head["rows"] == [["r0c0", "r0c1"], ["r1c0", "r1c1"]]
    assert (head["header_rows"], head["columns"], head["next_row"]) == (1, 2, 2)
    rest = ask("get_table", job_id=job, page=2, first_row=2)
    assert (rest["rows"], rest["next_row"]) == ([["r2c0", "r2c1"]], None)


def test_fields_that_were_asked_for_come_before_known_ones(ask: Ask, job: str) -> None:
    fields = ask("get_fields", job_id=job)["fields"]
    assert fields == {"total": {"value": "3.00", "page": 2}, "date": {"value": None}}
    assert ask("get_fields", job_id=job, names=["date"])["fields"] == {"date": {"value": None}}


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("4711", [(1, "4711", 90), (2, "4711", 90)]),
        ("invoice no", [(1, "Invoice No.", 10), (2, "Invoice No.", 10)]),
        ("DUE 2", [(2, "due 2", 50)]),
        ("4711 Total", []),
        ("none", []),
    ],
)
def test_words_are_found_with_their_places(
    ask: Ask, job: str, words: str, places: list[tuple[int, str, float]]
) -> None:
    found = ask("search_words", job_id=job, words=words)
    assert [(each["page"], each["text"], each["box"][0]) for each in found["matches"]] == places
    assert found["total"] == len(places)


def test_many_places_come_in_parts(ask: Ask, job: str) -> None:
    first = ask("search_words", job_id=job, words="o", limit=3)
    assert (first["total"], len(first["matches"]), first["next_offset"]) == (6, 3, 3)
    second = ask("search_words", job_id=job, words="o", limit=3, offset=3)
    assert second["next_offset"] is None
    assert {each["page"] for each in second["matches"]} == {2}
    assert first["matches"][0]["line"] == "Invoice No. 4711"


def test_a_model_checks_its_own_reading(ask: Ask, job: str) -> None:
    checked = ask("verify_text", job_id=job, text="# Invoice No. 4711\n\nGrand total due 1")
    assert (checked["given_words"], checked["supported"]) == (7, 6)
    assert checked["unsupported"] == ["Grand"]
    assert checked["unread"] == ["page 2: Invoice No. 4711", "page 2: Total due 2"]
    assert checked["complete"]
    assert not ask("verify_text", job_id=job, text="x", limit=1)["complete"]


@pytest.mark.parametrize(
    ("chosen", "size", "colour"),
    [
        ({"page": 1, "box": [60, 10, 99, 29]}, (40, 20), (0, 0, 255)),
        ({"page": 2, "box": [60, 10, 99, 29]}, (40, 20), (255, 0, 0)),
        ({"page": 1}, (100, 100), None),
        ({"page": 1, "longest_side": 64}, (64, 64), None),
        ({"page": 1, "region": "t1"}, (85, 35), None),
        ({"page": 1, "region": "b1"}, (92, 15), None),
    ],
)
def test_a_part_of_a_page_is_shown(
    ask: Ask, job: str, chosen: dict[str, Any], size: tuple[int, int], colour: Any
) -> None:
    (shown,) = ask("get_picture", job_id=job, **chosen)
    assert shown.mime_type == "image/jpeg"
    with Image.open(io.BytesIO(base64.b64decode(shown.data))) as picture:
        assert picture.size == size
        if colour is not None:
            seen = picture.convert("RGB").getpixel((20, 10))
            assert seen == pytest.approx(colour, abs=8)


@pytest.mark.parametrize(
    ("tool", "given", "message"),
    [
        ("get_page", {"page": 3}, "The job reads no page 3"),
        ("get_table", {"table": 2}, "Page 1 has 1 tables"),
        ("get_table", {"page": 3}, "Page 3 was not read"),
        ("get_fields", {"names": ["colour"]}, "No field colour; there are total, date"),
        ("get_picture", {"region": "r9"}, "Page 1 has no r9; it has r1, t1, b1, b2"),
        ("get_picture", {"box": [200, 200, 300, 300]}, "outside the page, of 100 by 100 pixels"),
        ("get_page", {"page": 0}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_had_is_said(
    connected: Callable[..., Any],
    portal: BlockingPortal,
    service: Service,
    key: str,
    job: str,
    tool: str,
    given: dict[str, Any],
    message: str,
) -> None:
    with connected(Config(service.url, key)) as client:
        result = portal.call(client.call_tool, tool, {"job_id": job, **given})
        assert message in failure_of(result)


def test_jobs_of_others_and_wrong_keys_are_refused(
    connected: Callable[..., Any], portal: BlockingPortal, service: Service, job: str
) -> None:
    with connected(Config(service.url, service.key("stranger"))) as client:
        answer = portal.call(client.call_tool, "get_job", {"job_id": job})
        assert "not_found" in failure_of(answer)
    with connected(Config(service.url, "ps_wrong")) as client:
        answer = portal.call(client.call_tool, "get_job", {"job_id": job})
        assert "unauthorised" in failure_of(answer)
    with connected(Config(service.url, None)) as client:
        answer = portal.call(client.call_tool, "get_job", {"job_id": job})
        assert "No API key" in failure_of(answer)


def test_only_files_below_the_roots_are_read(
    connected: Callable[..., Any],
    portal: BlockingPortal,
    service: Service,
    key: str,
    tmp_path: Path,
) -> None:
    allowed, other = tmp_path / "allowed", tmp_path / "other"
    for folder in (allowed, other):
        folder.mkdir()
        (folder / "a.png").write_bytes(PNG)
    (allowed / "link.png").symlink_to(other / "a.png")

    def read(**given: Any) -> Any:
        return portal.call(client.call_tool, "read_document", {"wait_s": 0, **given})

    with connected(Config(service.url, key, roots=(allowed,))) as client:
        assert not read(source=str(allowed / "a.png")).is_error
        for outside in (other / "a.png", allowed / "link.png", allowed / ".." / "other" / "a.png"):
            assert "outside the folders" in failure_of(read(source=str(outside)))
        assert "is not a file" in failure_of(read(source=str(allowed / "b.png")))
        assert "Give either" in failure_of(read())
        assert "not base64" in failure_of(read(content_base64="???"))
    with connected(Config(service.url, key)) as client:
        assert "send `content_base64` or a URL" in failure_of(read(source=str(other / "a.png")))
        assert "egress_refused" in failure_of(read(source="https://files.example.com/a.pdf"))


def test_results_are_resources(
    connected: Callable[..., Any], portal: BlockingPortal, service: Service, key: str, job: str
) -> None:
    with connected(Config(service.url, key, (), any_path=False)) as client:
        listed = portal.call(client.list_resource_templates).resource_templates
        assert {(each.uri_template, each.mime_type) for each in listed} == {
            ("pagesight://jobs/{job_id}/pages/{number}", "text/markdown"),
            ("pagesight://jobs/{job_id}/document.md", "text/markdown"),
            ("pagesight://jobs/{job_id}/result.json", "application/json"),
        }

        def read(name: str) -> str:
            (found,) = portal.call(client.read_resource, f"pagesight://jobs/{job}/{name}").contents
            return str(found.text)

        assert "Total due 2" in read("pages/2")
        assert "Total due 1" not in read("pages/2")
        assert "Total due 1" in read("document.md")
        assert len(json.loads(read("result.json"))["pages"]) == 2
        for missing in ("pages/9", "pages/first"):
            with pytest.raises(MCPError):
                read(missing)
