"""The client calls every operation of the API, or it is listed with a reason."""

import json
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

import pytest

from api.app import create_app
from jobs.settings import Settings
from jobs.storage.blob_keys import file_key, result_key
from pagesight.client import ApiError, AsyncClient, Client
from tests.api.routes.test_create_job import PNG
from tests.support.client_operations import METHODS, WITHOUT
from tests.support.placed_documents import placed_document
from tests.support.service import Service
from vision.core.document import PageReading, PageReceipt
from vision.export.json import dumps, page_reading_to_dict


def operations() -> set[str]:
    settings = Settings(_env_file=None, database_url="sqlite://")
    paths = create_app(settings).openapi()["paths"].values()
    return {each["operationId"] for methods in paths for each in methods.values()}


def test_every_operation_has_a_method_or_a_reason() -> None:
    assert METHODS.keys() | WITHOUT.keys() == operations()
    assert METHODS.keys().isdisjoint(WITHOUT)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_the_methods_exist(kind: Any) -> None:
    client = kind("http://127.0.0.1:1", "ps_x")
    for name in METHODS.values():
        assert callable(attrgetter(name)(client)), name


def test_deliveries_are_listed_shown_and_sent_again(client: Client, service: Service) -> None:
    hook = client.webhooks.create("https://hooks.example.com/a")
    sent = [client.webhooks.ping(hook.id) for _ in range(3)]
    found = list(client.webhooks.deliveries(webhook_id=hook.id, event="webhook.ping"))
    assert [each.id for each in found] == [each.id for each in reversed(sent)]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert list(client.webhooks.deliveries(since=tomorrow)) == []
    assert list(client.webhooks.deliveries(state="delivered")) == []
    assert '"webhook.ping"' in client.webhooks.delivery(sent[0].id).payload
    assert client.webhooks.attempts(sent[0].id) == ()
    assert client.webhooks.replay(sent[0].id).state == "pending"
    waiting = client.webhooks.replay_all(states=["pending"], webhook_id=hook.id)
    assert (waiting.replayed, waiting.more) == (0, False)  # they are on their way already


def test_the_secret_of_callbacks_is_shown_once(client: Client) -> None:
    secret = client.webhooks.callback_secret()
    assert secret.startswith("whsec_")
    with pytest.raises(ApiError) as caught:
        client.webhooks.callback_secret()
    assert caught.value.status == 409
    assert client.webhooks.rotate_callback_secret(overlap_h=0) != secret


def test_corrections_are_revisions_that_refuse_each_other(client: Client, service: Service) -> None:
    job = client.jobs.submit(PNG)
    service.open(job.id, 1)
    claim = service.ledger.pages.claim(job.id, 1, "w")
    assert claim is not None
    reading = PageReading(placed_document().pages[0], PageReceipt(1, (), {}))
    service.ledger.pages.succeed(claim, json.dumps(page_reading_to_dict(reading)))
    ended = service.finish(job.id, "Hello")
    service.blobs.put(result_key(ended), dumps(placed_document()).encode())
    word = {"page": 1, "block": "b1", "line": 0, "word": 1}
    saved = client.jobs.correct(job.id, [{**word, "text": "Hallo"}], revision=0)  # type: ignore[typeddict-item]
    assert (saved.revision, [each.text for each in saved.corrections]) == (1, ["Hallo"])
    with pytest.raises(ApiError) as caught:
        client.jobs.correct(job.id, [{**word, "text": "Hola"}], revision=0)  # type: ignore[typeddict-item]
    assert caught.value.code == "revision_conflict"
    (line,) = client.jobs.result(job.id, revision="latest").pages[0].blocks[0].lines
    assert line.words[1].text == "Hallo"
    assert client.jobs.corrections(job.id).revision == 1


def test_usage_counts_the_pages_that_were_read(client: Client, service: Service) -> None:
    service.succeed(client.jobs.submit(PNG).id, "Hello", "World")
    assert client.usage().pages_read == 2


def test_the_ink_is_waited_for(client: Client, service: Service) -> None:
    job = service.succeed(client.jobs.submit(PNG).id, "Hello")
    seen = b'{"uncovered": [[1, 10, 80, 60, 95]], "blank": []}'
    service.blobs.put(file_key(job, "ink"), seen)
    (place,) = client.jobs.verify(job.id, "Hello", ink=True).uncovered
    assert (place.page, tuple(place.box)) == (1, (10, 80, 60, 95))
