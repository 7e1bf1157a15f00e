"""The service on what companies run: PostgreSQL and Redis over TLS with passwords, S3.

Every part is real: PostgreSQL, Redis and an S3 server on loopback, API, two control workers and a
reader as processes. Only the engine is a double. Backup and restore are played at the end.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import text

from jobs.broker.celery_publisher import Publisher
from jobs.db.engine import Database
from jobs.domain.delivery import DeliveryFilter
from jobs.domain.errors import BlobError, LedgerUnavailable, NotFound
from jobs.domain.job import Job
from jobs.domain.states import DeliveryState, JobState
from jobs.ledger import open_ledger
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings
from jobs.storage.blob_keys import result_key
from jobs.storage.blob_store import CHUNK_BYTES, Blobs, open_blobs
from jobs.webhooks.endpoint_store import secret_keys
from jobs.webhooks.key_rotation import use_new_key
from jobs.webhooks.secret_box import SecretKeyMissing
from tests.doubles import BLUE, WHITE
from tests.support.certificates import Certificates, free_port, make_certificates
from tests.support.ledger_view import callback_endpoint
from tests.support.postgres import SUPERUSER, Cluster, running_cluster
from tests.support.receiver import receiver
from tests.support.redis import TlsRedis
from tests.support.s3 import BUCKET, running_s3
from tests.support.workplace import TENANT, Workplace, await_true, pages_pdf

USER, PASSWORD = "reader", "p@ss:word/1"
JOBS, PAGES = 5, 2


@dataclass
class Site:
    """A running service, its servers, and what it has done."""

    place: Workplace
    cluster: Cluster
    certificates: Certificates
    redis: TlsRedis
    database_url: str
    jobs: list[Job]
    calls: list[tuple[str, str]]  # webhook-id and type of each request that arrived


@pytest.fixture(scope="module")
def certificates() -> Iterator[Certificates]:
    """In a folder that PostgreSQL's user can read."""
    with tempfile.TemporaryDirectory(prefix="tls-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        made = make_certificates(folder)
        made.authority.chmod(0o644)
        made.certificate.chmod(0o644)
        own = folder / "postgres.key"
        shutil.copy(made.key, own)
        own.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(own, SUPERUSER)
        made.key.chmod(0o644)
        yield made


@pytest.fixture(scope="module")
def cluster(certificates: Certificates) -> Iterator[Cluster]:
    folder = certificates.key.parent
    options = (
        f"port={free_port()}",
        "ssl=on",
        f"ssl_cert_file={certificates.certificate}",
        f"ssl_key_file={folder / 'postgres.key'}",
    )
    with running_cluster(listen="127.0.0.1", options=options) as made:
        made.require_tls(USER, PASSWORD)
        yield made


@pytest.fixture(scope="module")
def redis(certificates: Certificates) -> Iterator[TlsRedis]:
    with tempfile.TemporaryDirectory(prefix="redis-", dir="/tmp") as folder:
        server = TlsRedis(Path(folder), certificates, PASSWORD.replace("/", ""))
        server.start()
        try:
            yield server
        finally:
            server.kill()


@pytest.fixture(scope="module")
def site(
    cluster: Cluster,
    redis: TlsRedis,
    certificates: Certificates,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    cluster.program("createdb", "live")
    database_url = tls_url(cluster, "live", certificates.authority)
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as environment, running_s3() as aws:
        for name, value in aws.items():
            environment.setenv(name, value)
        settings = {
            "database_url": database_url,
            "broker_url": redis.url,
            "blob_url": f"s3://{BUCKET}/live",
            "webhook_key_file": str(folder / "webhook-keys"),
            "egress_allow": ("127.0.0.1",),
            # As in production: on a busy machine a short lease would end while a worker is at work.
            "lease_s": 30,
            "republish_s": 30,
            "database_pool": 2,
            "database_overflow": 4,
        }
        with Workplace(folder, **settings) as place:
            use_new_key(place.ledger.database, secret_keys(place.settings))
            for control in [place.start_worker("control") for _ in range(2)]:
                place.await_ready(control)
            place.reader()
            yield work(place, cluster, certificates, redis, database_url)


def work(
    place: Workplace,
    cluster: Cluster,
    certificates: Certificates,
    redis: TlsRedis,
    database_url: str,
) -> Site:
    """Read some documents, and wait for their callbacks."""
    document = pages_pdf(*[WHITE, BLUE][:PAGES])
    with receiver() as server:
        url = f"{server.url}/done"
        begun = [place.submit(document, callback_url=url) for _ in range(JOBS)]
        ended = [place.await_final(job) for job in begun]
        await_true(
            lambda: deliveries(place, DeliveryState.DELIVERED) == JOBS,
            lambda: f"callbacks\n{place.log('control')}",
        )
        calls = [
            (call.headers["webhook-id"], json.loads(call.body)["type"]) for call in server.requests
        ]
    return Site(place, cluster, certificates, redis, database_url, ended, calls)


def tls_url(cluster: Cluster, name: str, authority: Path) -> str:
    login = f"{USER}:{quote(PASSWORD, safe='')}"
    check = f"sslmode=verify-full&sslrootcert={authority}"
    return f"postgresql://{login}@127.0.0.1:{cluster.port}/{name}?{check}"


def deliveries(place: Workplace, state: DeliveryState) -> int:
    found, _ = place.ledger.deliveries.list(TENANT, DeliveryFilter(states=(state,)), limit=100)
    return len(found)


def test_documents_are_read_and_reported_over_encrypted_connections(site: Site) -> None:
    assert {job.state for job in site.jobs} == {JobState.SUCCEEDED}
    with site.place.ledger.database.read() as connection:
        rows = connection.execute(
            text(
                "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                " WHERE client_addr IS NOT NULL"
            )
        ).all()
    assert len(rows) >= 4  # reader, two control workers, this process
    assert all(encrypted for (encrypted,) in rows)
    for job in site.jobs:
        assert len(site.place.result(job)["pages"]) == PAGES


def test_two_control_workers_do_nothing_twice(site: Site) -> None:
    control = [each for each in site.place.reports() if each.role == "control"]
    assert len(control) == 2
    assert len(site.calls) == len(dict(site.calls)) == JOBS  # no webhook arrived twice
    assert {kind for _, kind in site.calls} == {"job.succeeded"}
    for job in site.jobs:
        kinds = [event.kind for event in site.place.ledger.events.since(job.id, 0, 100)]
        assert kinds.count("job.succeeded") == 1
        assert job.open_attempts == 1


def test_who_does_not_know_the_authority_or_the_password_gets_nowhere(
    site: Site, tmp_path: Path
) -> None:
    strangers = make_certificates(tmp_path)
    wrong = [
        tls_url(site.cluster, "live", strangers.authority),
        site.database_url.replace(quote(PASSWORD, safe=""), "guess"),
        site.database_url.partition("?")[0] + "?sslmode=disable",
    ]
    for url in wrong:
        database = Database(Settings(_env_file=None, database_url=url).sqlalchemy_url)
        with pytest.raises(LedgerUnavailable):
            database.now()
        database.close()
    brokers = [
        site.redis.url.replace(str(site.certificates.authority), str(strangers.authority)),
        site.redis.url.replace(PASSWORD.replace("/", ""), "guess"),
    ]
    for url in [*brokers, site.redis.url]:
        publisher = Publisher(Settings(_env_file=None, data_dir=tmp_path, broker_url=url))
        assert publisher.ping() is (url == site.redis.url)
        publisher.close()


def test_a_backup_is_restored_elsewhere_with_nothing_dangling(site: Site, tmp_path: Path) -> None:
    dump = Path(tempfile.mkdtemp(prefix="dump-", dir="/tmp"))
    dump.chmod(0o777)
    try:
        # The database first, then the blobs: a blob more is swept later, a blob less is a loss.
        site.cluster.program(
            "pg_dump", "--format", "custom", "--file", str(dump / "ledger"), "live"
        )
        copy_blobs(site.place.blobs, open_blobs(f"file://{tmp_path / 'blobs'}"))
        site.cluster.program("createdb", "restored")
        site.cluster.program(
            "pg_restore", "--exit-on-error", "--dbname", "restored", str(dump / "ledger")
        )
    finally:
        shutil.rmtree(dump)
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path,
        database_url=tls_url(site.cluster, "restored", site.certificates.authority),
        blob_url=f"file://{tmp_path / 'blobs'}",
        webhook_key_file=site.place.settings.webhook_key_path,
    )
    migrate(settings)  # as every start of a new version does; the tables are complete already
    ledger, blobs = open_ledger(settings), open_blobs(settings.blob_store_url)
    keys = {key for prefix in blobs.prefixes("tenants/") for key in blobs.list(prefix)}
    for job in site.jobs:
        restored = ledger.jobs.load(job.id)
        assert restored == job
        assert {restored.input_blob, restored.result_blob} <= keys
        assert blobs.get(result_key(restored)) == site.place.blobs.get(result_key(job))
    owners = {key.split("/jobs/")[1].split("/")[0] for key in keys}
    assert owners == {job.id for job in site.jobs}
    secret = callback_endpoint(ledger, TENANT).secrets
    assert secret == callback_endpoint(site.place.ledger, TENANT).secrets
    ledger.close()


def test_a_backup_without_the_webhook_keys_says_what_is_missing(site: Site, tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path,
        database_url=site.database_url,
        webhook_key_file=tmp_path / "other-keys",
    )
    ledger = open_ledger(settings)
    with pytest.raises(SecretKeyMissing, match="other-keys"):
        callback_endpoint(ledger, TENANT)
    ledger.close()


def test_blobs_of_every_size_are_kept_copied_listed_and_deleted_on_s3(site: Site) -> None:
    blobs = open_blobs(f"s3://{BUCKET}/another")
    big = os.urandom(2 * CHUNK_BYTES + 17)  # three parts
    keys = [f"tenants/a/jobs/job_{number}/input" for number in range(3)]
    blobs.put_stream(keys[0], iter([big[:100], big[100:]]))
    blobs.copy(keys[0], keys[1])
    blobs.put(keys[2], b"")
    assert blobs.list("tenants/a/") == keys
    assert blobs.prefixes("tenants/a/jobs/") == [key.removesuffix("input") for key in keys]
    assert b"".join(blobs.stream(keys[1])) == big
    with blobs.local_path(keys[2]) as path:
        assert path.read_bytes() == b""
    blobs.delete_prefixes(["tenants/a/jobs/job_0/", "tenants/a/jobs/job_1/"])
    assert blobs.list("tenants/a/") == [keys[2]]
    with pytest.raises(NotFound):
        blobs.get(keys[0])
    assert blobs.answers()


def test_a_bucket_that_is_not_there_is_an_error_of_the_store(site: Site) -> None:
    with pytest.raises((BlobError, NotFound)):
        open_blobs("s3://no-such-bucket/x").put("tenants/a/jobs/job_1/input", b"x")


def copy_blobs(source: Blobs, target: Blobs) -> None:
    """What `aws s3 sync` or `rclone sync` does."""
    for prefix in source.prefixes("tenants/"):
        for key in source.list(prefix):
            target.put(key, source.get(key))


def test_the_programs_of_the_backup_page_are_those_that_are_played_here() -> None:
    page = (Path(__file__).parents[2] / "docs/operations/backup.md").read_text(encoding="utf-8")
    assert "pg_dump --format custom --file" in page
    assert "pg_restore --exit-on-error --dbname" in page
