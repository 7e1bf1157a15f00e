import logging

import pytest

from jobs.broker.celery_publisher import TASKS
from jobs.domain.topics import Topic
from workers import tasks
from workers.runtime.heartbeat import Liveness
from workers.tasks import NotServed, app, serve

ENVELOPES = {
    Topic.PROCESS_BATCH: tasks.process_batch,
    Topic.FINISH_JOB: tasks.finish_job,
    Topic.OPEN_JOB: tasks.open_job,
    Topic.READ_PAGE: tasks.read_page,
    Topic.DELIVER: tasks.deliver,
    Topic.MAKE_FILE: tasks.make_file,
}


@pytest.fixture(autouse=True)
def _nothing_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_handlers", {})


def test_every_topic_has_a_task_that_celery_finds_by_its_name() -> None:
    assert set(ENVELOPES) == set(Topic)
    assert {name for name, _ in TASKS.values()} == {
        name for name in app.tasks if name.startswith("pagesight.")
    }


@pytest.mark.parametrize("topic", Topic)
def test_a_message_calls_what_serves_its_topic_with_the_ids_of_each_row(topic: Topic) -> None:
    called: list[tuple[object, ...]] = []
    liveness = Liveness(lambda: 0)
    serve(topic, lambda *ids: called.append((*ids, liveness._active)), liveness)
    ENVELOPES[topic](["first", 1], ["second", 2])
    assert called == [("first", 1, 1), ("second", 2, 1)]
    assert liveness._active == 0


def test_a_row_that_fails_is_logged_and_keeps_no_other_from_its_work(
    caplog: pytest.LogCaptureFixture,
) -> None:
    called: list[str] = []

    def run(job_id: str) -> None:
        called.append(job_id)
        if job_id == "bad":
            raise ValueError(job_id)

    serve(Topic.OPEN_JOB, run, Liveness(lambda: 0))
    tasks.open_job(["bad"], ["good"])
    assert called == ["bad", "good"]
    assert [record.levelno for record in caplog.records if record.exc_info] == [logging.ERROR]


def test_a_process_that_was_started_otherwise_says_how_to_start_workers() -> None:
    with pytest.raises(NotServed, match="pagesight worker --role"):
        tasks.read_page(["job", 1])
