"""One receiver hangs and has much to be told; others, and pages, go on as if it were not there.

Redis, Celery, control and the pages worker are real processes. Nothing is timed: while the
one hangs, everything else must come to its end.
"""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.domain.delivery import DeliveryFilter
from jobs.domain.job import Fault
from jobs.domain.states import DeliveryState, JobState
from tests.doubles import WHITE
from tests.support.ledgers import created
from tests.support.patience import PATIENCE_S
from tests.support.receiver import Reply, receiver
from tests.support.workplace import TENANT, Workplace, await_true, pages_pdf

BROKEN = Fault("truncated", "The file ends early.", "caller")
MANY = 40


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with Workplace(tmp_path, egress_allow=("127.0.0.1",), webhook_timeout_s=60) as made:
        yield made


def end_jobs(place: Workplace, count: int, tenant: str) -> None:
    for _ in range(count):
        place.ledger.jobs.fail(created(place.ledger, tenant=tenant, input_blob="x").id, BROKEN)


def test_a_hanging_receiver_slows_neither_its_neighbours_nor_pages(place: Workplace) -> None:
    go_on = threading.Event()
    with receiver(Reply(before=lambda: go_on.wait(PATIENCE_S))) as hanging, receiver() as quick:
        place.ledger.endpoints.create("dead", f"{hanging.url}/a", ["job.failed"])
        place.ledger.endpoints.create(TENANT, f"{hanging.url}/b", ["job.failed"])
        mine = place.ledger.endpoints.create(TENANT, quick.url)
        end_jobs(place, MANY, "dead")
        place.start_worker("control")
        place.reader()
        await_true(lambda: len(hanging.requests) >= 4, "the hanging receiver to be called")
        end_jobs(place, MANY, TENANT)
        document = place.submit(pages_pdf(WHITE, WHITE))
        assert place.await_final(document).state is JobState.SUCCEEDED
        await_true(
            lambda: len({each.headers["webhook-id"] for each in quick.requests}) == MANY + 1,
            "every delivery to the quick receiver",
        )
        # Four for each of the two endpoints: that is as many as one that hangs may have.
        assert len(hanging.requests) <= 8
        held = place.ledger.deliveries.list(
            "dead", DeliveryFilter(states=(DeliveryState.PENDING,))
        )[0]
        assert held
        told = DeliveryFilter(endpoint_id=mine.id, states=(DeliveryState.DELIVERED,))
        await_true(
            lambda: len(place.ledger.deliveries.list(TENANT, told, limit=500)[0]) == MANY + 1,
            "the deliveries to be recorded",
        )
        go_on.set()
