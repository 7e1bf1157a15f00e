"""Tika's and Open WebUI's requests, sent by `requests` as Open WebUI's loaders send them."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
import requests

from jobs.domain.job import Job
from tests.api.routes.test_create_job import PNG
from tests.support.by_hand import doing
from tests.support.patience import PATIENCE_S
from tests.support.service import Service, running_service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("doors")
    doors = {"tika_door": True, "open_webui_door": True}
    with running_service(folder, max_upload_mb=3, max_wait_s=30, **doors) as running:
        yield running


@contextmanager
def worker(service: Service, tenant: str, *texts: str) -> Iterator[list[Job]]:
    """Finishes the tenant's next job in a thread: it reads these pages, or fails without any."""

    def work(job_id: str) -> Job | None:
        if texts:
            return service.succeed(job_id, *texts)
        service.open(job_id, 1)
        service.fail_page(job_id, 1)
        return service.ledger.finishing.finish(job_id, "unused")

    with doing(service, tenant, work) as done:
        yield done


def tika_url(service: Service, key: str) -> str:
    """The address with the key in it, as it is typed into a client's settings."""
    return service.url.replace("http://", f"http://any:{key}@") + "/tika/text"


def test_tika_s_clients_get_the_text(service: Service) -> None:
    address = tika_url(service, service.key("tika1"))
    with worker(service, "tika1", "Hello", "World") as done:
        answer = requests.put(
            address, data=PNG, headers={"Content-Type": "image/png"}, timeout=PATIENCE_S
        )
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["X-TIKA:content"] == "Hello\n\fWorld\n"
    assert (told["Content-Type"], told["xmpTPg:NPages"]) == ("image/png", "2")
    assert told["pagesight:job"] == done[0].id


def test_open_webui_gets_markdown(service: Service) -> None:
    headers = {
        "Content-Type": "application/pdf",  # not what it is: the content decides
        "Authorization": f"Bearer {service.key('webui1')}",
        "X-Filename": quote("Grüße an alle.png"),
    }
    with worker(service, "webui1", "Hello") as done:
        answer = requests.put(
            f"{service.url}/process", data=PNG, headers=headers, timeout=PATIENCE_S
        )
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["page_content"] == "# Hello\n"
    assert told["metadata"] == {"source": "Grüße an alle.png", "pages": 1, "job": done[0].id}


def test_a_document_that_fails_says_why(service: Service) -> None:
    with worker(service, "tika2"):
        address = tika_url(service, service.key("tika2"))
        answer = requests.put(address, data=PNG, timeout=PATIENCE_S)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/job_failed")


@pytest.mark.parametrize("address", ["any:ps_unknown@", "any:@", ""])
def test_a_request_without_a_valid_key_is_refused(service: Service, address: str) -> None:
    url = service.url.replace("http://", f"http://{address}") + "/tika/text"
    assert requests.put(url, data=PNG, timeout=PATIENCE_S).status_code == 401


def test_what_is_no_document_is_refused_at_once(service: Service) -> None:
    address = tika_url(service, service.key("tika3"))
    answer = requests.put(address, data=b"just text", timeout=PATIENCE_S)
    assert answer.json()["type"] == "/problems/unsupported_type"


def test_a_job_that_takes_longer_goes_on(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.settings, "max_wait_s", 0.1)
    address = tika_url(service, service.key("tika4"))
    answer = requests.put(address, data=PNG, timeout=PATIENCE_S)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not_finished")
    jobs, _ = service.ledger.jobs.list("tika4", limit=1)
    assert jobs[0].state == "queued"
