"""Hosts whose clocks differ by minutes, over one PostgreSQL: only its time may count."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from jobs.domain.ids import new_id
from jobs.domain.job import NewBatch
from jobs.domain.states import JobState
from jobs.storage.blob_keys import archive_key, documents_key
from tests.chaos.books import await_all_ended, judge, told_about
from tests.chaos.clocks import make_wrong_clocks
from tests.chaos.fleet import Fleet
from tests.chaos.load import Load
from tests.chaos.pages import coloured
from tests.chaos.report import Note, Scale
from tests.doubles import BLUE, WHITE
from tests.support.postgres import Cluster
from tests.support.receiver import Reply, receiver
from tests.support.workplace import PLAIN, TENANT, Workplace, await_true
from tests.workers.control.test_zip_archive import packed

# Beyond a lease (10 s), a deadline (300 s), and what verifiers of signatures allow (300 s).
API_S, CONTROL_S, READER_S = 420, 660, -540
DEADLINE_S = 300.0
IN_BATCH = 4


@contextmanager
def at_odds(cluster: Cluster, folder: Path) -> Iterator[Fleet]:
    """A service whose API and control worker are fast, one reader slow, and the other right."""
    keys = folder / "webhook-keys"
    settings = {"lease_s": 10, "egress_allow": ("127.0.0.1",), "webhook_key_file": keys}
    with (
        Workplace(folder, database_url=cluster.new_database(), **settings) as place,
        Fleet(place, seed=4) as fleet,
    ):
        place.environment["TEST_WAITS"] = "0.0001"
        reader, ahead = "build_double_engine", make_wrong_clocks(folder)
        fleet.add("control-0", lambda: place.start_worker("control", prefix=ahead(CONTROL_S)))
        fleet.add("pages-slow", lambda: place.start_worker("pages", reader, ahead(READER_S)))
        fleet.add("pages-right", lambda: place.start_worker("pages", reader))
        place.url = place.choose_address()
        command = [*ahead(API_S), sys.executable, "-m", "cli.main", "api"]
        fleet.add("api", lambda: place.launch(command, "api.log"))
        fleet.await_api()
        fleet.await_ready()
        yield fleet


@pytest.mark.timeout(900)
def test_hosts_whose_clocks_differ_by_minutes_lose_nothing_and_do_nothing_twice(
    cluster: Cluster, tmp_path: Path, scale: Scale, note: Note
) -> None:
    """Leases, deadlines, the outbox, the schedule of webhooks and their signatures."""
    total, kills = scale(12, 200), scale(1, 6)
    refusals = [Reply(status=503)] * scale(3, 40)
    with at_odds(cluster, tmp_path) as fleet, receiver(*refusals, Reply()) as server:
        place = fleet.place
        endpoint = place.ledger.endpoints.create(TENANT, server.url, ["job.*"])
        secret = place.ledger.endpoints.secrets(endpoint.id)[0]
        batch_id = _hand_in_a_batch(place)
        load = Load(
            place.url,
            fleet.key(),
            lambda n: coloured(n, BLUE),
            total,
            PLAIN,
            pace_s=0.1,
            fields={"deadline_s": str(DEADLINE_S)},
        )
        with load:
            for number in range(kills):
                name = ("pages-slow", "pages-right")[number % 2]
                await_true(lambda name=name: _holds_a_new_page(fleet, name), f"{name} to read")
                fleet.kill(name)
        await_all_ended(place, 120)
        batch = place.ledger.batches.get(TENANT, batch_id)
        await_true(
            lambda: len(told_about(server.requests)) == total + IN_BATCH,
            lambda: f"every message\n{place.log('control')[-3000:]}",
        )
        calls = list(server.requests)
        books = judge(place, load)
        off_s = _off_by_s(place)
    for call in calls:  # refuses what was signed more than five minutes away from now
        Webhook(secret).verify(call.body, call.headers)
    told = told_about(calls)
    what = f"API {API_S:+d} s, control {CONTROL_S:+d} s, a reader {READER_S:+d} s; {kills} kills"
    figures = f"{len(told)} ends told of once each, every signature within five minutes of now"
    note(8, "clocks of hosts that differ", what, books, figures, fleet)
    assert off_s == pytest.approx(CONTROL_S, abs=60)
    assert books.are_clean
    assert books.done == books.accepted == total
    assert books.again <= kills * place.settings.worker_threads
    assert batch.counts == {JobState.SUCCEEDED: IN_BATCH}
    assert set(told.values()) == {1}


def _holds_a_new_page(fleet: Fleet, name: str) -> bool:
    pages = fleet.pages_of(name)
    return bool(pages) and all(page.attempts == 1 for page in pages)


def _hand_in_a_batch(place: Workplace) -> str:
    """Accepted here, laid out by the control worker, whose clock is past the deadline already."""
    new = NewBatch(new_id("batch"), TENANT, PLAIN, archive=True, deadline_s=DEADLINE_S)
    names = [f"{number}.png" for number in range(IN_BATCH)]
    entries = [(name, coloured(number, WHITE)) for number, name in enumerate(names)]
    place.blobs.put(archive_key(new), packed(*entries))
    place.blobs.put(documents_key(new), b"")
    return place.ledger.batches.create(new)[0].id


def _off_by_s(place: Workplace) -> float:
    """How far the control worker's clock is ahead: its log against when the file was written."""
    file = place.folder / "control.log"
    said = json.loads(file.read_text().splitlines()[-1])["time"]
    return datetime.fromisoformat(said).timestamp() - file.stat().st_mtime
