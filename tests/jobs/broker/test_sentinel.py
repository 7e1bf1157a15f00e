"""A Redis master that sentinels watch: its URL, and what happens when it is lost."""

import asyncio
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis import Redis
from redis.exceptions import RedisError

from jobs.broker.celery_publisher import Publisher, celery_settings
from jobs.broker.connection import Sentinels, kombu_url, sentinels_of
from jobs.broker.rate_limiter import Rate, RateCounter
from jobs.domain.errors import BrokerDown
from jobs.domain.topics import Topic
from jobs.queue.task_table import Message
from jobs.settings import Settings
from tests.support.certificates import free_port
from tests.support.workplace import await_true

PASSWORD = "s3:cret"
URL = "redis+sentinel://:s3%3Acret@127.0.0.1:{port}/main?db=2"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://host:6379/0", None),
        ("redis+socket:///run/redis.sock", None),
        (
            "redis+sentinel://a:1,b/main",
            Sentinels((("a", 1), ("b", 26379)), "main", 0, None),
        ),
        (
            "redis+sentinel://:p%40ss@a:1/main?db=3",
            Sentinels((("a", 1),), "main", 3, "p@ss"),
        ),
    ],
)
def test_a_url_names_a_redis_or_the_sentinels_of_a_master(
    url: str, expected: Sentinels | None
) -> None:
    assert sentinels_of(url) == expected


@pytest.mark.parametrize(
    "url", ["redis+sentinel://", "redis+sentinel://a:1", "redis+sentinel:///m"]
)
def test_a_url_without_sentinels_or_master_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="MASTER"):
        sentinels_of(url)
    with pytest.raises(ValueError, match="broker_url"):
        Settings(_env_file=None, broker_url=url)


def test_celery_is_told_every_sentinel_with_the_password_of_the_master() -> None:
    url, options = kombu_url("redis+sentinel://:p%40ss@a:1,b:2/main?db=3")
    assert url == "sentinel://:p%40ss@a:1/3;sentinel://:p%40ss@b:2/3"
    assert options == {"master_name": "main"}
    assert kombu_url("rediss://host/0") == ("rediss://host/0", {})
    settings = Settings(_env_file=None, broker_url="redis+sentinel://a/main")
    transport = celery_settings(settings)["broker_transport_options"]
    assert isinstance(transport, dict)
    assert transport["master_name"] == "main"


@dataclass
class Watched:
    """A master, its replica, and the sentinel that watches them."""

    url: str
    master: "subprocess.Popen[bytes]"
    replica_port: int


def start(folder: Path, name: str, *lines: str) -> "subprocess.Popen[bytes]":
    config = folder / f"{name}.conf"
    (folder / name).mkdir()
    config.write_text("\n".join([f"dir {folder / name}", "bind 127.0.0.1", *lines]) + "\n")
    sentinel = ["--sentinel"] if name == "sentinel" else []
    return subprocess.Popen(["redis-server", str(config), *sentinel], stdout=subprocess.DEVNULL)


def answers(port: int, password: str | None) -> bool:
    with Redis(host="127.0.0.1", port=port, password=password) as client:
        try:
            return bool(client.ping())
        except RedisError:  # not listening yet, or still loading
            return False


@pytest.fixture
def watched() -> Iterator[Watched]:
    first, second, port = free_port(), free_port(), free_port()
    login = (f"requirepass {PASSWORD}", f"masterauth {PASSWORD}", 'save ""')
    with TemporaryDirectory(prefix="sentinel-", dir="/tmp") as name:
        folder = Path(name)
        master = start(folder, "master", f"port {first}", *login)
        processes = [master]
        replicaof = f"replicaof 127.0.0.1 {first}"
        processes.append(start(folder, "replica", f"port {second}", replicaof, *login))
        await_true(lambda: answers(first, PASSWORD) and answers(second, PASSWORD), "both servers")
        await_true(lambda: linked(second), "the replica to follow")
        processes.append(
            start(
                folder,
                "sentinel",
                f"port {port}",
                f"sentinel monitor main 127.0.0.1 {first} 1",
                f"sentinel auth-pass main {PASSWORD}",
                "sentinel down-after-milliseconds main 2000",
                "sentinel failover-timeout main 3000",
            )
        )
        await_true(lambda: answers(port, None) and knows_replica(port), "the sentinel")
        try:
            yield Watched(URL.format(port=port), master, second)
        finally:
            for process in processes:
                process.kill()
                process.wait()


def linked(port: int) -> bool:
    with Redis(host="127.0.0.1", port=port, password=PASSWORD) as client:
        return client.info("replication")["master_link_status"] == "up"


def knows_replica(port: int) -> bool:
    with Redis(host="127.0.0.1", port=port) as client:
        return len(client.sentinel_slaves("main")) == 1


def test_messages_go_to_the_master_and_after_its_loss_to_the_next_one(
    watched: Watched, tmp_path: Path
) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, broker_url=watched.url)
    publisher = Publisher(settings)

    def published() -> bool:
        """On a busy machine the sentinel may take even a sound master for lost."""
        try:
            publisher.publish([Message(1, Topic.READ_PAGE, ("job_1", 1))])
            return publisher.depth(Topic.READ_PAGE) >= 1
        except BrokerDown:
            return False

    await_true(published, "the master to take a message")
    await_true(lambda: asyncio.run(counted(watched.url)), "the master to count a request")
    watched.master.kill()
    watched.master.wait()
    await_true(published, "the replica to become the master")
    with Redis(host="127.0.0.1", port=watched.replica_port, password=PASSWORD, db=2) as client:
        assert client.llen("pages") >= 1
    publisher.close()


async def counted(url: str) -> bool:
    counter = RateCounter(url)
    try:
        return (await counter.take("somebody", Rate(1.0))).allowed
    except BrokerDown:
        return False
    finally:
        await counter.close()
