"""`pagesight webhooks` as a person runs it, against a running API and deliveries by the sender."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from jobs.db.clock import utc_now
from jobs.domain.delivery import Delivery, DeliveryFilter
from jobs.domain.states import DeliveryState
from tests.support import template
from tests.support.ledgers import finished
from tests.support.patience import PATIENCE_S
from tests.support.receiver import receiver
from tests.support.service import Service, running_service
from tests.support.workplace import await_true
from workers.egress.client import EgressClient
from workers.webhooks.sender import Sender

ROOT = Path(__file__).parents[3]
TENANT = "laptop"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(
        tmp_path_factory.mktemp("service"), egress_allow=("127.0.0.1",)
    ) as running:
        yield running


@pytest.fixture
def environment(service: Service, tmp_path: Path) -> dict[str, str]:
    """Of a person who knows where the API is and has a key for it."""
    return {
        **os.environ,
        "PAGESIGHT_SERVER": service.url,
        "PAGESIGHT_API_KEY": service.key(TENANT),
        "PAGESIGHT_DATA_DIR": str(tmp_path),
    }


def run(environment: dict[str, str], *words: str, stdin: bytes = b"") -> "Ended":
    command = [sys.executable, "-m", "cli.main", "webhooks", *words]
    ended = template.run(command, env=environment, cwd=ROOT, input=stdin, capture_output=True)
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


class Ended:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


class Listener:
    """A running `pagesight webhooks listen` and what it has printed."""

    def __init__(self, environment: dict[str, str], *words: str) -> None:
        command = [sys.executable, "-u", "-m", "cli.main", "webhooks", "listen", *words]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=pipe, stderr=pipe
        )
        self.out = self.err = ""
        self._threads = [
            threading.Thread(target=self._read, args=(name,), daemon=True)
            for name in ("out", "err")
        ]
        for thread in self._threads:
            thread.start()

    def await_said(self, words: str) -> "re.Match[str]":
        await_true(lambda: re.search(words, self.out + self.err), lambda: f"{words}: {self.err}")
        found = re.search(words, self.out + self.err)
        assert found is not None
        return found

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE_S)
        for thread in self._threads:
            thread.join(PATIENCE_S)
        return code

    def _read(self, name: str) -> None:
        for line in getattr(self.process, f"std{name}"):
            setattr(self, name, getattr(self, name) + line.decode())


@contextmanager
def listening(environment: dict[str, str], *words: str) -> Iterator[Listener]:
    listener = Listener(environment, *words)
    try:
        yield listener
    finally:
        if listener.process.poll() is None:
            listener.process.kill()
        listener.process.wait()
        for stream in (listener.process.stdout, listener.process.stderr):
            assert stream is not None
            stream.close()


def pending(service: Service, **which: Any) -> list[Delivery]:
    states = (DeliveryState.PENDING,)
    return list(service.ledger.deliveries.list(TENANT, DeliveryFilter(states=states, **which))[0])


def deliver(service: Service) -> None:
    """Do the control worker's part for all that is due."""
    client = EgressClient(service.settings.egress_allow)
    sender = Sender(service.ledger, client, utc_now, 10.0)
    for delivery in pending(service):
        sender.deliver(delivery.id)
    client.close()


def test_listen_registers_shows_verified_deliveries_and_cleans_up(
    service: Service, environment: dict[str, str]
) -> None:
    with listening(environment, "--events", "job.*") as listener:
        endpoint_id = listener.await_said(r"Registered as (\w+) for job\.\*")[1]
        job = finished(service.ledger, tenant=TENANT)
        deliver(service)
        listener.await_said(r"answered 204")
        assert "job.succeeded" in listener.out
        assert "verified" in listener.out
        assert job.id in listener.out
        assert [each.id for each in service.ledger.endpoints.list(TENANT)] == [endpoint_id]
        assert listener.end() == 0
    assert service.ledger.endpoints.list(TENANT) == []


def test_listen_answers_as_told_and_shows_tries_of_one_message_as_such(
    service: Service, environment: dict[str, str]
) -> None:
    with listening(environment, "--status", "500,204") as listener:
        listener.await_said("Registered")
        finished(service.ledger, tenant=TENANT)
        (delivery,) = pending(service)
        deliver(service)
        listener.await_said("answered 500")
        assert service.ledger.deliveries.get(TENANT, delivery.id).state is DeliveryState.PENDING
        with service.client(environment["PAGESIGHT_API_KEY"]) as client:
            client.post(f"/v1/webhooks/deliveries/{delivery.id}/replay")
        attempts = service.ledger.deliveries.attempts(TENANT, delivery.id)
        assert [each.status for each in attempts] == [500]
        assert listener.end() == 0


def test_listen_passes_on_byte_for_byte_and_answers_as_the_other_did(
    service: Service, environment: dict[str, str]
) -> None:
    with receiver() as app, listening(environment, "--forward-to", f"{app.url}/in") as listener:
        listener.await_said("Registered")
        (endpoint,) = service.ledger.endpoints.list(TENANT)
        finished(service.ledger, tenant=TENANT)
        deliver(service)
        listener.await_said("answered 200 by")
        (request,) = app.requests
        (secret,) = service.ledger.endpoints.secrets(endpoint.id)
        assert request.path == "/in"
        assert Webhook(secret).verify(request.body, request.headers)["type"] == "job.succeeded"
        assert listener.end() == 0


def test_listen_says_what_to_allow_where_the_service_may_not_reach_it(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with running_service(tmp_path / "closed") as closed:
        chosen = {
            **environment,
            "PAGESIGHT_SERVER": closed.url,
            "PAGESIGHT_API_KEY": closed.key(TENANT),
        }
        ended = run(chosen, "listen")
    assert ended.code == 1
    assert """PAGESIGHT_EGRESS_ALLOW='["127.0.0.1"]'""" in ended.err


def test_list_deliveries_and_replay_tell_of_the_tenants_own(
    service: Service, environment: dict[str, str]
) -> None:
    with receiver() as server:
        endpoint = service.ledger.endpoints.create(TENANT, f"{server.url}/\x1b", ["job.*"])
        finished(service.ledger, tenant=TENANT)
        deliver(service)
        assert endpoint.id in run(environment, "list").out
        shown = run(environment, "deliveries", "--webhook", endpoint.id, "--attempts")
        assert "job.succeeded" in shown.out
        assert "\x1b" not in shown.out
        (delivery,) = service.ledger.deliveries.list(TENANT, DeliveryFilter(endpoint.id))[0]
        assert run(environment, "replay", delivery.id).code == 0
        assert len(pending(service)) == 1
        service.ledger.endpoints.update(TENANT, endpoint.id, enabled=False)
        service.ledger.endpoints.update(TENANT, endpoint.id, enabled=True)
        again = run(environment, "replay", "--webhook", endpoint.id, "--since", "2020-01-01")
        assert "Queued 1 delivery again" in again.err
        service.ledger.endpoints.delete(TENANT, endpoint.id)
    assert run(environment, "ping", "we_none").code == 1


def test_ping_tells_how_it_went(service: Service, environment: dict[str, str]) -> None:
    with receiver() as server:
        endpoint = service.ledger.endpoints.create(TENANT, server.url, ["job.*"])
        said: list[Ended] = []
        asking = threading.Thread(
            target=lambda: said.append(run(environment, "ping", endpoint.id)), daemon=True
        )
        asking.start()
        await_true(lambda: pending(service), "the ping to be written")
        deliver(service)
        asking.join(PATIENCE_S)
        assert (said[0].code, said[0].out[:3]) == (0, "200")
        service.ledger.endpoints.delete(TENANT, endpoint.id)


def test_verify_reads_files_or_standard_input_and_judges(
    environment: dict[str, str], tmp_path: Path
) -> None:
    secret = "whsec_" + "QUJD" * 11
    body = json.dumps({"type": "job.failed"})
    now = utc_now()
    (tmp_path / "headers").write_text(
        f"POST / HTTP/1.1\nwebhook-id: msg_1\nwebhook-timestamp: {int(now.timestamp())}\n"
        f"webhook-signature: {Webhook(secret).sign('msg_1', now, body)}\n"
    )
    (tmp_path / "body").write_text(body)
    (tmp_path / "secret").write_text(secret + "\n")
    headers = ["--headers", str(tmp_path / "headers")]
    kept = ["--secret-file", str(tmp_path / "secret")]
    good = run(environment, "verify", str(tmp_path / "body"), *headers, *kept)
    assert (good.code, "bad" in good.out) == (0, False)
    piped = run(environment, "verify", *headers, "--secret", secret, stdin=body.encode() + b"\n")
    assert piped.code == 1
    assert "without the line end" in piped.out
    assert run(environment, "verify", *headers).code == 2


def test_rekey_makes_the_first_key_and_later_ones(
    environment: dict[str, str], tmp_path: Path
) -> None:
    migrated = [sys.executable, "-m", "cli.main", "migrate"]
    template.run(migrated, env=environment, cwd=ROOT, check=True)
    assert run(environment, "rekey").code == 0
    assert run(environment, "rekey").code == 0
    assert len((tmp_path / "webhook-keys").read_text().split()) == 2
    assert "Removed 1 old key" in run(environment, "rekey", "--forget-old").err


def test_keys_are_rotated_and_the_audit_tells_of_it(
    environment: dict[str, str], tmp_path: Path
) -> None:
    def pagesight(*words: str) -> str:
        command = [sys.executable, "-m", "cli.main", *words]
        return template.run(
            command, env=environment, cwd=ROOT, check=True, capture_output=True
        ).stdout.decode()

    pagesight("migrate")
    first = pagesight("keys", "create", "--tenant", "acme").strip()
    key_id = re.findall(r"key_\w+", pagesight("keys", "list"))[0]
    second = pagesight("keys", "rotate", key_id, "--overlap", "1").strip()
    assert second.startswith("ps_")
    assert second != first
    audit = pagesight("audit", "--tenant", "acme")
    assert re.findall(r"operator +(key\.\w+)", audit) == ["key.rotated", "key.made"]
