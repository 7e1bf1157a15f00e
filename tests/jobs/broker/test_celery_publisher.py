import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.broker.celery_publisher import TASKS, Publisher, make_app
from jobs.domain.errors import BrokerDown
from jobs.domain.topics import Topic
from jobs.queue.task_table import Message
from jobs.settings import Settings
from tests.support.patience import PATIENCE_S
from tests.support.redis import RedisServer


@pytest.fixture
def broker_settings(redis: RedisServer, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path, broker_url=redis.url)


@pytest.fixture
def publisher(broker_settings: Settings) -> Iterator[Publisher]:
    publisher = Publisher(broker_settings)
    yield publisher
    publisher.close()


def messages(*topics: str) -> list[Message]:
    return [Message(n, topic, ("job_1", n)) for n, topic in enumerate(topics)]  # type: ignore[arg-type]


def test_each_topic_has_a_task_and_a_queue() -> None:
    assert TASKS == {
        "tend_batch": ("pagesight.tend_batch", "control"),
        "open_job": ("pagesight.open_job", "documents"),
        "read_page": ("pagesight.read_page", "pages"),
        "finish_job": ("pagesight.finish_job", "control"),
        "deliver": ("pagesight.deliver", "webhooks"),
        "make_file": ("pagesight.make_file", "control"),
    }


def test_messages_lie_in_their_queues_as_json(publisher: Publisher, redis: RedisServer) -> None:
    publisher.publish(messages(*Topic, "read_page"))
    assert {topic: publisher.depth(topic) for topic in Topic} == {
        "tend_batch": 3,
        "open_job": 1,
        "finish_job": 3,
        "read_page": 2,
        "deliver": 1,
        "make_file": 3,
    }
    with redis.client() as client:
        raw = client.rpop("webhooks")
    message = json.loads(raw)  # type: ignore[arg-type]
    assert message["headers"]["task"] == "pagesight.deliver"
    assert message["content-type"] == "application/json"


def test_a_message_reaches_a_consumer_with_its_arguments(
    publisher: Publisher, broker_settings: Settings
) -> None:
    publisher.publish(messages("read_page"))
    app = make_app(broker_settings)
    with app.connection_for_read() as connection, connection.SimpleQueue("pages") as queue:
        message = queue.get(timeout=PATIENCE_S)
        message.ack()
    args, kwargs, _ = message.payload
    assert (args, kwargs) == ([["job_1", 0]], {})
    app.close()


@pytest.mark.parametrize(
    ("topic", "rows", "depth"),
    [
        ("open_job", 1, 1),
        ("open_job", 8, 8),
        ("open_job", 9, 5),
        ("open_job", 200, 13),
        ("read_page", 20, 20),
    ],
)
def test_a_burst_of_documents_shares_messages_and_pages_go_alone(
    publisher: Publisher, redis: RedisServer, topic: Topic, rows: int, depth: int
) -> None:
    publisher.publish(messages(*[topic] * rows))
    assert publisher.depth(topic) == depth
    with redis.client() as client:
        bodies = client.lrange(TASKS[topic][1], 0, -1)
    named = [row for body in bodies for row in json.loads(b64decode(json.loads(body)["body"]))[0]]
    assert sorted(named) == [["job_1", number] for number in range(rows)]


# By default each question would hang for longer than this.
@pytest.mark.timeout(20)
def test_a_frozen_broker_is_noticed_and_found_again(
    publisher: Publisher, redis: RedisServer
) -> None:
    publisher.publish(messages("open_job"))
    redis.freeze()
    with pytest.raises(BrokerDown):
        publisher.publish(messages("open_job"))
    with pytest.raises(BrokerDown):
        publisher.depth("open_job")
    assert not publisher.ping()
    redis.thaw()
    assert publisher.ping()
    publisher.publish(messages("open_job"))


def test_a_broker_that_is_gone_is_noticed_and_found_again(
    publisher: Publisher, redis: RedisServer
) -> None:
    publisher.publish(messages("open_job"))
    redis.kill()
    with pytest.raises(BrokerDown):
        publisher.publish(messages("open_job"))
    with pytest.raises(BrokerDown):
        publisher.depth("open_job")
    assert not publisher.ping()
    redis.start()
    publisher.publish(messages("open_job"))
    assert publisher.depth("open_job") >= 1


def test_a_message_is_json_and_leaves_the_broker_when_its_work_is_done(
    broker_settings: Settings,
) -> None:
    conf = make_app(broker_settings).conf
    assert conf.task_acks_late
    assert conf.task_ignore_result
    assert conf.worker_prefetch_multiplier == 1
    assert conf.accept_content == ["json"]
