"""Deliveries to a real receiver, checked by the public library and by what the ledger keeps."""

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from jobs.domain.delivery import Delivery, DeliveryFilter
from jobs.domain.ids import new_id
from jobs.domain.job import Fault, NewJob
from jobs.domain.states import DeliveryState
from jobs.ledger import Ledger, open_ledger
from jobs.settings import Settings
from tests.support.ledger_view import callback_endpoint
from tests.support.migrations import create_tables
from tests.support.patience import PATIENCE_S
from tests.support.receiver import Received, Receiver, Reply, receiver
from workers.egress.client import EgressClient
from workers.webhooks.retry_schedule import WAITS_S
from workers.webhooks.sender import KEPT_BYTES, Sender

TENANT = "tenant-a"


class Clock:
    """The present, moved on by tests: signatures must not look old to the library."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Post:
    """A ledger with one finished job whose end a receiver is told of."""

    def __init__(self, folder: Path, server: Receiver) -> None:
        settings = Settings(_env_file=None, data_dir=folder, egress_allow=("127.0.0.1",))
        create_tables(settings)
        self.clock = Clock()
        self.ledger: Ledger = open_ledger(settings, self.clock)
        self.client = EgressClient(settings.egress_allow)
        self.sender = Sender(self.ledger, self.client, self.clock, 5.0, random.Random(3))
        self.server = server
        self.endpoint = self.ledger.endpoints.create(TENANT, f"{server.url}/hook")

    def end_job(self, **values: str) -> Delivery:
        """End a job and return the delivery that the ledger made for it."""
        new = NewJob(id=new_id("job"), tenant=TENANT, options={}, input_blob="x", **values)
        job, _ = self.ledger.jobs.create(new)
        self.ledger.jobs.fail(job.id, Fault("truncated", "The file ends early.", "caller"))
        return self.deliveries(job.id)[0]

    def deliveries(self, job_id: str) -> list[Delivery]:
        return list(self.ledger.deliveries.list(TENANT, DeliveryFilter(job_id=job_id))[0])

    def state(self, delivery: Delivery) -> DeliveryState:
        return self.now(delivery).state

    def now(self, delivery: Delivery) -> Delivery:
        return self.ledger.deliveries.get(TENANT, delivery.id)

    def wait_for_turn(self, delivery: Delivery) -> None:
        """Move the clock to the delivery's next attempt."""
        due = self.now(delivery).next_attempt_at
        assert due is not None
        self.clock.ahead += max(due - self.clock(), timedelta()) + timedelta(milliseconds=1)


@contextmanager
def post(folder: Path, *replies: Reply) -> Iterator[Post]:
    with receiver(*replies) as server:
        made = Post(folder, server)
        try:
            yield made
        finally:
            made.client.close()
            made.ledger.close()


def verified(request: Received, secret: str) -> dict[str, object]:
    content: dict[str, object] = Webhook(secret).verify(request.body, request.headers)
    return content


def test_a_delivery_verifies_with_the_public_library(tmp_path: Path) -> None:
    with post(tmp_path) as office:
        delivery = office.end_job()
        office.sender.deliver(delivery.id)
        request = office.server.requests[0]
        assert request.method == "POST"
        assert request.path == "/hook"
        assert request.headers["content-type"] == "application/json"
        assert request.headers["webhook-id"] == delivery.id
        content = verified(request, office.endpoint.secrets[0])
        assert content["type"] == "job.failed"
        assert content == json.loads(delivery.payload)
        with pytest.raises(WebhookVerificationError):
            verified(request, "whsec_" + "A" * 43 + "=")
        assert office.state(delivery) is DeliveryState.DELIVERED
        attempt = office.ledger.deliveries.attempts(TENANT, delivery.id)[0]
        assert (attempt.number, attempt.status, attempt.response) == (1, 200, "ok")
        assert attempt.duration_ms > 0


def test_while_a_secret_is_rotated_both_the_old_and_the_new_one_verify(tmp_path: Path) -> None:
    with post(tmp_path) as office:
        rotated = office.ledger.endpoints.rotate_secret(TENANT, office.endpoint.id)
        office.sender.deliver(office.end_job().id)
        request = office.server.requests[0]
        assert len(request.headers["webhook-signature"].split(" ")) == 2
        for secret in (office.endpoint.secrets[0], rotated.secrets[0]):
            verified(request, secret)
        assert rotated.secrets[0] != office.endpoint.secrets[0]


def test_a_callback_of_one_job_is_signed_with_the_tenants_callback_secret(tmp_path: Path) -> None:
    with post(tmp_path) as office:
        office.ledger.endpoints.update(TENANT, office.endpoint.id, enabled=False)
        delivery = office.end_job(callback_url=f"{office.server.url}/mine")
        office.sender.deliver(delivery.id)
        request = office.server.requests[0]
        assert request.path == "/mine"
        verified(request, callback_endpoint(office.ledger, TENANT).secrets[0])


@pytest.mark.parametrize("status", [301, 408, 425, 429, 500, 503])
def test_an_answer_that_may_change_is_tried_again_with_the_same_id(
    tmp_path: Path, status: int
) -> None:
    with post(tmp_path, Reply(status), Reply(204, b"")) as office:
        delivery = office.end_job()
        office.sender.deliver(delivery.id)
        assert office.state(delivery) is DeliveryState.PENDING
        office.sender.deliver(delivery.id)  # a hint that comes too early changes nothing
        assert len(office.server.requests) == 1
        office.wait_for_turn(delivery)
        office.clock.ahead = timedelta(seconds=min(office.clock.ahead.total_seconds(), 200))
        office.sender.deliver(delivery.id)
        assert office.state(delivery) is DeliveryState.DELIVERED
        assert {request.headers["webhook-id"] for request in office.server.requests} == {
            delivery.id
        }


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
def test_an_answer_that_says_no_is_final(tmp_path: Path, status: int) -> None:
    with post(tmp_path, Reply(status, b"no\0thanks")) as office:
        delivery = office.end_job()
        office.sender.deliver(delivery.id)
        assert office.state(delivery) is DeliveryState.FAILED
        attempt = office.ledger.deliveries.attempts(TENANT, delivery.id)[0]
        assert (attempt.status, attempt.response) == (status, "no\ufffdthanks")
        enabled = office.ledger.endpoints.get(TENANT, office.endpoint.id).enabled
        assert enabled is (status != 410)


def test_a_dead_receiver_is_tried_on_schedule_until_its_attempts_are_used_up(
    tmp_path: Path,
) -> None:
    with post(tmp_path, Reply(500, b"x" * 2 * KEPT_BYTES)) as office:
        delivery = office.end_job()
        for _ in range(len(WAITS_S) + 1):
            assert office.state(delivery) is DeliveryState.PENDING
            office.wait_for_turn(delivery)
            office.sender.deliver(delivery.id)
        assert office.state(delivery) is DeliveryState.FAILED
        attempts = office.ledger.deliveries.attempts(TENANT, delivery.id)
        assert [attempt.number for attempt in attempts] == list(range(1, 11))
        assert {len(attempt.response) for attempt in attempts} == {KEPT_BYTES}
        total_s = (attempts[-1].at - attempts[0].at).total_seconds()
        assert 0.9 * sum(WAITS_S) < total_s < 1.1 * sum(WAITS_S) + 60


def test_a_receiver_that_asks_for_time_gets_it(tmp_path: Path) -> None:
    with post(tmp_path, Reply(503, headers={"Retry-After": "3600"})) as office:
        delivery = office.end_job()
        office.sender.deliver(delivery.id)
        due = office.now(delivery).next_attempt_at
        assert due is not None
        assert due - office.clock() > timedelta(minutes=59)


def test_a_receiver_that_hangs_is_given_up_on_in_time_and_recorded(tmp_path: Path) -> None:
    go_on = threading.Event()
    with post(tmp_path, Reply(before=lambda: go_on.wait(PATIENCE_S))) as office:
        delivery = office.end_job()
        Sender(office.ledger, office.client, office.clock, 0.2).deliver(delivery.id)
        go_on.set()
        attempt = office.ledger.deliveries.attempts(TENANT, delivery.id)[0]
        assert attempt.status is None
        assert (attempt.error or "").startswith("url_timeout")
        assert office.state(delivery) is DeliveryState.PENDING


def test_a_callback_inside_is_never_connected_to_and_the_reason_is_recorded(
    tmp_path: Path,
) -> None:
    with post(tmp_path) as office:
        office.ledger.endpoints.update(TENANT, office.endpoint.id, url="http://169.254.169.254/")
        delivery = office.end_job()
        office.sender.deliver(delivery.id)
        attempt = office.ledger.deliveries.attempts(TENANT, delivery.id)[0]
        assert (attempt.error or "").startswith("egress_refused")
