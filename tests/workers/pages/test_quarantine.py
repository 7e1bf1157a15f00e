import threading
import time
from collections.abc import Callable

from tests.support.patience import PATIENCE_S
from workers.pages.quarantine import Quarantine


def started(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_many_read_together() -> None:
    quarantine = Quarantine()
    meeting = threading.Barrier(3)

    def read() -> None:
        with quarantine.together():
            meeting.wait(PATIENCE_S)

    threads = [started(read) for _ in range(3)]
    for thread in threads:
        thread.join(PATIENCE_S)
    assert not meeting.broken


def test_a_suspect_waits_until_no_page_is_read_and_blocks_new_ones() -> None:
    quarantine = Quarantine()
    order: list[str] = []
    inside, leave = threading.Event(), threading.Event()

    def reader() -> None:
        with quarantine.together():
            inside.set()
            leave.wait(PATIENCE_S)
            order.append("reader")

    def suspect() -> None:
        with quarantine.alone():
            order.append("suspect")

    def newcomer() -> None:
        with quarantine.together():
            order.append("newcomer")

    threads = [started(reader)]
    assert inside.wait(PATIENCE_S)
    threads.append(started(suspect))
    time.sleep(0.05)  # until it waits
    threads.append(started(newcomer))
    time.sleep(0.05)
    assert order == []
    leave.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert order == ["reader", "suspect", "newcomer"]


def test_suspects_read_one_after_the_other() -> None:
    quarantine = Quarantine()
    inside = most = 0

    def suspect() -> None:
        nonlocal inside, most
        with quarantine.alone():
            inside += 1
            most = max(most, inside)
            time.sleep(0.01)
            inside -= 1

    threads = [started(suspect) for _ in range(4)]
    for thread in threads:
        thread.join(PATIENCE_S)
    assert (inside, most) == (0, 1)
