"""Jobs by words in the texts of their results."""

import httpx
import pytest

from tests.api.conftest import Tenant
from tests.api.routes.test_create_job import problem
from tests.api.routes.test_jobs import new_job
from tests.support.service import Service


def read_job(client: httpx.Client, service: Service, *texts: str) -> str:
    """A job that has ended, whose pages have these texts."""
    job_id = new_job(client)
    service.succeed(job_id, *texts)
    service.ledger.texts.add(service.ledger.jobs.load(job_id), list(enumerate(texts, start=1)))
    return job_id


def test_jobs_are_found_by_the_texts_of_their_pages(tenant: Tenant, service: Service) -> None:
    client = tenant.client
    letter = read_job(client, service, "Dear Ms Miller", "the invoices are enclosed")
    invoice = read_job(client, service, "Invoice 17")
    found = client.get("/v1/jobs", params={"text": "inv*"}).json()
    assert [job["id"] for job in found["jobs"]] == [invoice, letter]
    assert found["matches"] == {
        invoice: [{"page": 1, "snippet": "Invoice 17", "marks": [[0, 7]]}],
        letter: [{"page": 2, "snippet": "the invoices are enclosed", "marks": [[4, 12]]}],
    }
    first = client.get("/v1/jobs", params={"text": "inv*", "limit": 1}).json()
    then = client.get("/v1/jobs", params={"text": "inv*", "before": first["next"]}).json()
    assert [job["id"] for job in then["jobs"]] == [letter]
    assert then["next"] is None
    with service.client(service.key("stranger")) as other:
        assert other.get("/v1/jobs", params={"text": "inv*"}).json()["jobs"] == []


def test_lists_that_search_no_text_have_no_matches(client: httpx.Client) -> None:
    new_job(client)
    assert client.get("/v1/jobs").json()["matches"] is None


@pytest.mark.parametrize("search", [{"text": "* -"}, {"text": "a", "search": "b"}])
def test_a_search_for_no_word_or_for_two_things_is_refused(
    client: httpx.Client, search: dict[str, str]
) -> None:
    problem(client.get("/v1/jobs", params=search), 422, "invalid_request")
