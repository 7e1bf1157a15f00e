import threading

from tests.support.patience import PATIENCE_S
from tests.support.workplace import await_true
from workers.engine.batching import Batcher
from workers.observability.metrics import REGISTRY
from workers.observability.waits import add_wait, gathering_waits


def test_waits_of_one_stage_add_up_and_end_with_the_page() -> None:
    with gathering_waits() as first:
        add_wait("recognise", 0.5)
        add_wait("recognise", 0.25)
        add_wait("detect", 1.0)
    with gathering_waits() as second:
        add_wait("detect", 2.0)
    add_wait("detect", 4.0)  # outside a page: counted nowhere
    assert (first, second) == ({"recognise": 0.75, "detect": 1.0}, {"detect": 2.0})


def test_a_wait_belongs_to_the_page_of_its_thread() -> None:
    found = {}

    def other() -> None:
        with gathering_waits() as waited:
            add_wait("detect", 1.0)
        found.update(waited)

    with gathering_waits() as mine:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert (mine, found) == ({}, {"detect": 1.0})


def test_a_batch_reports_its_size_and_how_long_its_callers_waited_for_it() -> None:
    """The second caller waits while the first one's batch runs, and says so."""
    running, go_on = threading.Event(), threading.Event()

    def run(items: list[int]) -> list[int]:
        running.set()
        assert go_on.wait(PATIENCE_S)
        return items

    batcher = Batcher[int, int](run, 8, 0.0, stage="test-stage")
    waits: list[float] = []

    def call(count: int) -> None:
        with gathering_waits() as waited:
            batcher(list(range(count)))
        waits.append(waited["test-stage"])

    threads = [threading.Thread(target=call, args=(count,)) for count in (3, 2)]
    threads[0].start()
    assert running.wait(PATIENCE_S)
    threads[1].start()
    await_true(lambda: batcher._waiting, "the second caller")
    go_on.set()
    for thread in threads:
        thread.join()
    batcher.close()
    assert len(waits) == 2
    assert min(waits) >= 0
    labels = {"stage": "test-stage"}
    assert REGISTRY.get_sample_value("pagesight_batch_items_count", labels) == 2
    assert REGISTRY.get_sample_value("pagesight_batch_items_sum", labels) == 5
