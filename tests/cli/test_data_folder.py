"""What the service stores is its owner's alone, whatever the folder was and is called."""

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.data_folder import UnusableFolder, prepare_data_folder
from cli.serve.embedded_redis import redis_child, wait_for_redis
from jobs.broker.celery_publisher import Publisher, make_app
from jobs.broker.rate_limiter import Rate, RateCounter
from jobs.domain.errors import LedgerUnavailable
from jobs.domain.topics import Topic
from jobs.ledger import open_ledger
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings
from jobs.storage.blob_store import open_blobs

ROOT = Path(__file__).parents[2]
ODD = ["c#sharp", "50%41", "why?", "a b", "tür", "a&b=c", "it's", "@home:1", "[x]{y}", "$HOME~"]


@pytest.fixture(autouse=True)
def own_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def settings_of(folder: Path) -> Settings:
    return Settings(_env_file=None, data_dir=folder)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mode", [0o755, 0o777, 0o700, 0o770])
def test_a_folder_that_existed_is_closed_to_others(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(mode)
    for name in ("pagesight.db", "pagesight.db-wal", "api-key", "webhook-keys"):
        (folder / name).touch(mode=0o644)
    (folder / "blobs").mkdir(mode=0o755)
    mine = folder / "notes.txt"
    mine.touch(mode=0o644)
    prepare_data_folder(settings_of(folder))
    assert rights(folder) == 0o700
    assert rights(mine) == 0o644  # none of the service's files
    others = [path for path in folder.rglob("*") if path != mine]
    assert {rights(path) & 0o077 for path in others} == {0}


def test_whatever_a_service_process_writes_is_its_owner_s(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    env = {**os.environ, "PAGESIGHT_DATA_DIR": str(folder)}
    command = "umask 000; exec " + f"{sys.executable} -m cli.main migrate"
    subprocess.run(["sh", "-c", command], env=env, cwd=ROOT, check=True)
    assert (folder / "pagesight.db").is_file()
    for path in (folder, *folder.rglob("*")):
        assert rights(path) & 0o077 == 0, path


@pytest.mark.parametrize("kind", ["a file", "below a file"])
def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "file"
    file.touch()
    folder = file if kind == "a file" else file / "data"
    with pytest.raises(UnusableFolder, match="PAGESIGHT_DATA_DIR") as refused:
        prepare_data_folder(settings_of(folder))
    assert str(folder) in str(refused.value)


def test_other_folders_that_cannot_be_used_are_named_with_their_setting(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    wrong = {"tessdata_dir": tmp_path / "nothing", "blob_url": f"file://{file}/blobs"}
    for name, value in wrong.items():
        settings = Settings(_env_file=None, data_dir=tmp_path / "data", **{name: value})
        with pytest.raises(UnusableFolder, match=f"PAGESIGHT_{name.upper()}"):
            prepare_data_folder(settings)
    with pytest.raises(LedgerUnavailable, match="no database can be kept"):
        open_ledger(Settings(_env_file=None, database_url=f"sqlite:///{file}/x.db"))


@pytest.mark.parametrize("name", ODD)
def test_everything_lies_in_a_folder_of_an_odd_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    settings = settings_of(folder)
    prepare_data_folder(settings)
    migrate(settings)
    ledger = open_ledger(settings)
    ledger.keys.create("tenant", ["admin"], "test")
    ledger.close()
    blobs = open_blobs(settings.blob_store_url)
    blobs.put("tenants/a/b", b"content")
    assert blobs.get("tenants/a/b") == b"content"
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (folder / "pagesight.db").is_file()
    assert (folder / "blobs" / "tenants" / "a" / "b").is_file()


@pytest.mark.parametrize("name", ["c#sharp 50%41?", "it's @home:1"])
def test_the_private_redis_is_reached_in_a_folder_of_an_odd_name(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    settings = settings_of(folder)
    prepare_data_folder(settings)
    child = redis_child(folder)
    child.start()
    try:
        wait_for_redis(folder, timeout_s=60)
        publisher = Publisher(settings)
        assert publisher.depth(Topic.READ_PAGE) == 0
        publisher.close()
        with make_app(settings).connection() as connection:
            connection.ensure_connection(max_retries=1)
        assert asyncio.run(_count(settings.celery_broker_url))
    finally:
        child.stop()


async def _count(url: str) -> bool:
    counter = RateCounter(url)
    verdict = await counter.take("key", Rate(5))
    await counter.close()
    return verdict.allowed
