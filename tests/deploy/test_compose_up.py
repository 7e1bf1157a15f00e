"""The Compose file brought up: its commands, environment, secrets and names, without an engine.

Each service runs on a network namespace of its own, finds the others by Compose's names and listens
at its usual port. In the place of two images are Debian's PostgreSQL and Redis, and for SeaweedFS
moto's S3 server. Not played: images (`make image-test` does), read-only roots, restarts.
"""

import json
import re
import sys
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.chaos.hosts import NETWORK, Hosts, hosts
from tests.deploy.test_compose import COMPOSE
from tests.support.compose import SERVICES, Composed, composed, filled
from tests.support.http import http_client
from tests.support.manifests import DEPLOY, documents
from tests.support.patience import PATIENCE_S
from tests.support.postgres import running_cluster
from tests.support.receiver import receiver
from tests.support.s3 import make_bucket
from tests.support.workplace import answers, await_true

pytestmark = pytest.mark.timeout(600)
READING = ("api", "control", "readers")
# What each counts of one page that was read.
COUNTS = {
    "api": r"\npagesight_http_request_seconds_count",
    "control": r'\npagesight_jobs_ended_total\{state="succeeded"\} 1',
    "readers": r'\npagesight_pages_total\{outcome="succeeded"\} 1',
}
GIVEN = {"POSTGRES_PASSWORD": "secret1", "REDIS_PASSWORD": "secret2", "S3_SECRET": "secret3"}


@pytest.fixture(scope="module")
def net() -> Iterator[Hosts]:
    with hosts("postgres", "redis", "s3", *READING) as made:
        yield made


@pytest.fixture(scope="module")
def services(net: Hosts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    folder = tmp_path_factory.mktemp("compose")
    keys = folder / "webhook-keys"
    keys.write_text("QUJD" * 10 + "QUI=\n")
    given = GIVEN | {"PAGESIGHT_EGRESS_ALLOW": json.dumps([NETWORK])}
    address = net.address("postgres")
    with (
        running_cluster(net.on("postgres"), address, NETWORK) as cluster,
        composed(net, folder, given, keys) as made,
    ):
        variables = SERVICES["postgres"]["environment"]
        role, password = variables["POSTGRES_USER"], filled(variables["POSTGRES_PASSWORD"], given)
        make = f"CREATE ROLE {role} LOGIN PASSWORD '{password}'"
        cluster.program("psql", "--command", make, "postgres")
        cluster.program("createdb", "--owner", role, variables["POSTGRES_DB"])
        words = [filled(word, given) for word in SERVICES["redis"]["command"]]
        made.start("redis", [*net.on("redis"), *words, "--dir", str(folder)])
        port = SERVICES["api"]["environment"]["AWS_ENDPOINT"].rpartition(":")[2]
        moto = [sys.executable, "-m", "moto.server", "--host", "0.0.0.0", "--port", port]
        made.start("s3", [*net.on("s3"), *moto])
        make_bucket(net.address("s3"), int(port))
        made.run("control", *SERVICES["migrate"]["command"])
        for name in READING:
            made.start(name)
        yield made


def url(net: Hosts, name: str) -> str:
    """Where Prometheus finds a service, by the configuration that Compose mounts."""
    (config,) = documents(DEPLOY / "compose" / "prometheus.yml")
    (port,) = {
        found["port"]
        for job in config["scrape_configs"]
        for found in job["dns_sd_configs"]
        if name in found["names"]
    }
    return f"http://{net.address(name)}:{port}"


@pytest.fixture(scope="module")
def page() -> bytes:
    picture = Image.new("RGB", (600, 120), "white")
    ImageDraw.Draw(picture).text((30, 30), "Composed service", "black", ImageFont.load_default(40))
    with BytesIO() as file:
        picture.save(file, "PNG")
        return file.getvalue()


def test_a_page_is_read_and_reported_by_what_the_compose_file_starts(
    net: Hosts, services: Composed, page: bytes
) -> None:
    for name in READING:
        address = f"{url(net, name)}/readyz"
        await_true(
            lambda at=address: answers(at), lambda n=name: f"{n} to be ready\n{services.log(n)}"
        )
    create = ("keys", "create", "--tenant", "sales", "--scopes", "jobs:read,jobs:write")
    (key,) = re.findall(r"ps_\S+", services.run("api", *create))
    headers = {"Authorization": f"Bearer {key}"}
    with (
        receiver(host=net.gateway) as server,
        http_client(base_url=url(net, "api"), headers=headers, timeout=PATIENCE_S) as client,
    ):
        form = {"callback_url": f"{server.url}/done", "options": '{"detectors": []}'}
        job = client.post("/v1/jobs", data=form, files={"file": page}).json()
        await_true(lambda: server.requests, lambda: f"the callback\n{services.log('control')}")
        (call,) = server.requests
        text = client.get(f"/v1/jobs/{job['id']}/result", params={"format": "text"}).text
        for name, count in COUNTS.items():  # counted after the commit that the callback follows
            at = f"{url(net, name)}/metrics"
            await_true(lambda at=at, count=count: re.search(count, client.get(at).text), count)
    assert json.loads(call.body)["type"] == "job.succeeded"
    assert text.split() == ["Composed", "service"]


def test_every_service_that_is_ours_is_of_those_that_were_brought_up() -> None:
    ours = {name for name, each in SERVICES.items() if "pagesight" in each["image"]}
    assert ours == {*READING, "migrate", "readers-gpu"}
    assert COMPOSE["secrets"].keys() == {"webhook-keys"}
