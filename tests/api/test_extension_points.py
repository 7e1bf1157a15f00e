"""A new event type is one entry in one file; a new route is one file and a line in the registry."""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from api import app as application
from api.keyed_router import keyed_router
from api.security.auth import Reader
from api.security.rate_limits import RateLimits
from jobs.domain.events import JobEventKind, WebhookEvent
from jobs.domain.states import FINAL_BATCH_STATES, FINAL_JOB_STATES
from jobs.security.api_keys import ApiKey
from tests.api.routes.test_create_job import PNG, RAW, problem
from tests.support.service import running_service

ROOT = Path(__file__).parents[2]
WEBHOOK_DOCS = (ROOT / "docs" / "how-to" / "webhooks.md").read_text(encoding="utf-8")
API_DOCS = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")

# What the copy with one more event of each kind must do, without another change.
CHECK = """
import tempfile
from pathlib import Path
from api.app import create_app
from api.schemas.webhooks import NewEndpoint
from jobs.domain.events import JobEventKind, WebhookEvent, wants
from jobs.settings import Settings

for events in (["document.archived"], ["document.*"], ["*"]):
    endpoint = NewEndpoint(url="https://example.org/", events=events)
    assert wants(endpoint.events, WebhookEvent.DOCUMENT_ARCHIVED), events
document = create_app(Settings(_env_file=None, data_dir=Path(tempfile.mkdtemp()))).openapi()
events = document["components"]["schemas"]["NewEndpoint"]["properties"]["events"]["items"]["enum"]
assert {"document.archived", "document.*"} <= set(events), events
stream = document["paths"]["/v1/jobs/{job_id}/events"]["get"]["responses"]["200"]["description"]
assert "page.skipped" in stream, stream
print(*WebhookEvent, *JobEventKind)
"""


def undocumented(names: Iterable[str], text: str) -> list[str]:
    return [name for name in names if not re.search(rf"`{re.escape(name)}`", text)]


def test_every_event_is_documented() -> None:
    assert undocumented(WebhookEvent, WEBHOOK_DOCS) == []
    assert undocumented({event.family for event in WebhookEvent}, WEBHOOK_DOCS) == []
    assert undocumented(JobEventKind, API_DOCS) == []


def test_the_end_of_every_job_and_batch_has_an_event() -> None:
    for state in FINAL_JOB_STATES:
        assert WebhookEvent(f"job.{state}").value == JobEventKind(f"job.{state}").value
    assert all(WebhookEvent(f"batch.{state}") for state in FINAL_BATCH_STATES)


def test_an_event_added_in_one_place_is_validated_described_and_must_be_documented(
    tmp_path: Path,
) -> None:
    copytree(ROOT / "jobs", tmp_path / "jobs")
    for package in ("api", "vision"):
        (tmp_path / package).symlink_to(ROOT / package)
    registry = tmp_path / "jobs" / "domain" / "events.py"
    text = registry.read_text(encoding="utf-8")
    for after, entry in (
        ('WEBHOOK_PING = "webhook.ping"', 'DOCUMENT_ARCHIVED = "document.archived"'),
        ('PAGE_FAILED = "page.failed"', 'PAGE_SKIPPED = "page.skipped"'),
    ):
        assert text.count(after) == 1
        text = text.replace(after, f"{after}\n    {entry}")
    registry.write_text(text, encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-c", CHECK],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    names = checked.stdout.split()
    assert undocumented(names, WEBHOOK_DOCS + API_DOCS) == ["document.archived", "page.skipped"]


@pytest.fixture
def with_another_router(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resource as a new file of api/routes would have it, and its line in the registry."""
    router = keyed_router("/v1/shelves", "shelves")

    @router.get("", operation_id="listShelves", summary="List shelves")
    def list_shelves(key: Reader) -> list[str]:
        return [key.tenant]

    @router.get("/open", operation_id="getOpen", summary="A handler that checks no scope")
    def get_open() -> list[str]:
        return []

    registry = (*application.ROUTES, SimpleNamespace(router=router))
    monkeypatch.setattr(application, "ROUTES", registry)


@pytest.mark.usefixtures("with_another_router")
def test_a_route_from_one_file_is_authenticated_and_described(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        with service.client() as nobody:
            for path in ("/v1/shelves", "/v1/shelves/open"):
                problem(nobody.get(path), 401, "unauthorised")
            document = nobody.get("/openapi.json").json()
        with service.client(service.key("a", "jobs:read")) as reader:
            assert reader.get("/v1/shelves").json() == ["a"]
        with service.client(service.key("a", "webhooks")) as keeper:
            problem(keeper.get("/v1/shelves"), 403, "forbidden")
    operation = document["paths"]["/v1/shelves"]["get"]
    assert operation["security"] == [{"BearerKey": []}, {"HeaderKey": []}]
    assert {"401", "403", "429", "503"} <= operation["responses"].keys()


def test_every_router_of_the_api_but_the_service_s_own_needs_a_key(tmp_path: Path) -> None:
    with running_service(tmp_path) as service, service.client() as nobody:
        paths = nobody.get("/openapi.json").json()["paths"]
    unprotected = {
        path
        for path, operations in paths.items()
        if not all(each.get("security") for each in operations.values())
    }
    assert unprotected == {
        "/healthz",
        "/readyz",
        "/metrics",
        "/v1/schema/document.json",
        "/problems/{code}",
    }


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/jobs"), ("POST", "/v1/jobs")])
def test_a_request_counts_once_against_the_rate_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    admitted: list[str] = []

    async def admit(_limits: RateLimits, request: Request, _key: ApiKey) -> None:
        admitted.append(request.url.path)

    monkeypatch.setattr(RateLimits, "admit", admit)
    with running_service(tmp_path) as service, service.client(service.key("a")) as client:
        assert client.request(method, path, content=PNG, headers=RAW).is_success
    assert admitted == [path]
