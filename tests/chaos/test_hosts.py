"""API, Redis, PostgreSQL, control and two readers on hosts of their own, and pulled cables."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.chaos.books import await_all_ended, judge
from tests.chaos.fleet import Fleet
from tests.chaos.hosts import NETWORK, Hosts, hosts
from tests.chaos.load import Load
from tests.chaos.pages import coloured
from tests.chaos.report import Note, Scale
from tests.doubles import BLUE
from tests.support.postgres import running_cluster
from tests.support.workplace import PLAIN, Workplace, answers, await_true

REDIS_PORT, POSTGRES_PORT, API_PORT = 6379, 5432, 8765
MOST = 10_000  # pages, more than are submitted while hosts are cut off


@contextmanager
def spread(net: Hosts, folder: Path) -> Iterator[Fleet]:
    """The service over the hosts; blobs lie in a folder that all share, as on a file server.

    A cut or a slow host costs a page an attempt; how many it has is tested elsewhere.
    """
    with ExitStack() as stack:
        cluster = stack.enter_context(
            running_cluster(net.on("postgres"), net.address("postgres"), NETWORK)
        )
        stack.enter_context(_redis(net, folder))
        url = cluster.new_database(net.address("postgres"))
        broker = f"redis://{net.address('redis')}:{REDIS_PORT}/0"
        settings = {"database_url": url, "broker_url": broker, "lease_s": 3, "max_attempts": 9}
        place = stack.enter_context(Workplace(folder, **settings))
        fleet = stack.enter_context(Fleet(place, seed=12))
        _start(net, fleet)
        yield fleet


def _start(net: Hosts, fleet: Fleet) -> None:
    place = fleet.place
    for host in ("control", "reader-a", "reader-b"):
        role, builder = ("control", "") if host == "control" else ("pages", "build_double_engine")
        name = host.replace("reader", "pages")
        fleet.add(name, lambda r=role, b=builder, h=host: place.start_worker(r, b, net.on(h)))
    place.environment |= {"PAGESIGHT_HOST": net.address("api"), "PAGESIGHT_PORT": str(API_PORT)}
    place.url = f"http://{net.address('api')}:{API_PORT}"
    command = [*net.on("api"), sys.executable, "-m", "cli.main", "api"]
    fleet.add("api", lambda: place.launch(command, "api.log"))
    await_true(lambda: answers(f"{place.url}/healthz"), lambda: f"the API\n{place.log('api')}")
    fleet.await_ready()


@contextmanager
def _redis(net: Hosts, folder: Path) -> Iterator[None]:
    command = ["redis-server", "--bind", net.address("redis"), "--port", str(REDIS_PORT)]
    options = ["--protected-mode", "no", "--dir", str(folder), "--save", ""]
    process = subprocess.Popen([*net.on("redis"), *command, *options], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


@pytest.mark.timeout(900)
def test_a_reader_cut_off_in_the_middle_of_its_page_loses_nothing_and_comes_back_to_work(
    tmp_path: Path, scale: Scale, note: Note
) -> None:
    """As 1, 8 and 10 on several hosts: the cut is longer than the lease."""
    rounds = scale(1, 4)
    names = ("api", "redis", "postgres", "control", "reader-a", "reader-b")
    with hosts(*names) as net, spread(net, tmp_path) as fleet:
        place, waits, over = fleet.place, [], threading.Event()
        load = Load(place.url, fleet.key(), lambda n: coloured(n, BLUE), MOST, PLAIN, pace_s=0.3)
        load.gate = lambda: not over.is_set()  # a slow machine needs more pages to be cut off in
        with load:
            for _ in range(rounds):
                name = fleet.await_holder()
                net.cut(name.replace("pages", "reader"))
                at = fleet.note(f"{name} cut off")
                lost = fleet.pages_of(name)
                await_true(lambda lost=lost: all(map(fleet.moved_on, lost)), "another attempt")
                waits.append(time.time() - at)
                time.sleep(place.settings.lease_s)
                net.mend(name.replace("pages", "reader"))
                fleet.note(f"{name} back")
                await_true(lambda n=name: _is_back(fleet, n), f"{name} to be back")
            over.set()
        await_all_ended(place, 120)
        books = judge(place, load)
    figures = f"taken up elsewhere after {max(waits):.1f} s at most, the reader back at work"
    note(8, "six hosts, a reader cut off", f"{rounds} times in mid page", books, figures, fleet)
    assert books.are_clean
    assert books.done == books.accepted >= rounds
    assert not [code for code in fleet.exit_codes if code != -signal.SIGKILL]


@pytest.mark.timeout(900)
def test_every_host_cut_off_in_turn_loses_nothing(tmp_path: Path, scale: Scale, note: Note) -> None:
    """The cable of each host pulled for a few seconds, under load, one after the other."""
    cut_s = scale(2, 12)
    names = ("api", "redis", "postgres", "control", "reader-a", "reader-b")
    with hosts(*names) as net, spread(net, tmp_path) as fleet:
        place = fleet.place
        total = scale(30, 250)
        load = Load(place.url, fleet.key(), lambda n: coloured(n, BLUE), total, PLAIN, pace_s=0.3)
        with load:
            for name in names:
                net.cut(name)
                fleet.note(f"{name} cut off")
                time.sleep(cut_s)
                net.mend(name)
                fleet.note(f"{name} back")
                time.sleep(scale(1, 4))
        await_all_ended(place, 300)
        books = judge(place, load)
    figures = f"slowest answer {load.slowest_s:.1f} s; answers {dict(load.answers)}"
    note(8, "six hosts, each cut off", f"each for {cut_s} s", books, figures, fleet)
    assert books.are_clean
    assert books.done == books.accepted == total


def _is_back(fleet: Fleet, name: str) -> bool:
    """Whether the reader reports again, or was started anew and does."""
    pid = fleet.pid(name)
    return any(report.pid == pid for report in fleet.place.ledger.workers.live(max_age_s=4))
