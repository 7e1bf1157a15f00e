"""The TypeScript client runs under Node.js against a real API; its page's code as printed."""

import base64
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from tests.api.routes.test_create_job import PNG
from tests.support.client_operations import METHODS
from tests.support.hand_worker import TEXTS, HandWorker
from tests.support.parts import require
from tests.support.service import Service, running_service

ROOT = Path(__file__).parents[3]
PROGRAMS = Path(__file__).with_name("programs")
PACKAGE = ROOT / "clients" / "typescript"
PAGE = (ROOT / "docs" / "reference" / "typescript-client.md").read_text()
BLOCKS = re.findall(r"```javascript\n(.*?)```", PAGE, re.DOTALL)
TENANT = "node"
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(b"another secret, 24 bytes").decode()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    with running_service(folder, egress_allow=("hooks.example.com",)) as running:
        yield running


@pytest.fixture(scope="module")
def worker(service: Service) -> Iterator[HandWorker]:
    with HandWorker(service, TENANT) as working:
        yield working


@pytest.fixture
def run(service: Service, worker: HandWorker, tmp_path: Path) -> Callable[..., list[str]]:
    """Runs a module in a folder where the package is installed; what it printed, line by line."""
    node = shutil.which("node")
    require(node, "node")
    installed = tmp_path / "node_modules" / "@pagesight"
    installed.mkdir(parents=True)
    (installed / "client").symlink_to(PACKAGE)
    for name in ("scan.pdf", "broken.pdf", "a.png", "b.png"):
        (tmp_path / name).write_bytes(PNG + name.encode())
    shutil.copytree(PROGRAMS, tmp_path, dirs_exist_ok=True)

    def run_module(name: str, given: object = None) -> list[str]:
        environment = {
            **os.environ,
            "PAGESIGHT_SERVER": service.url,
            "PAGESIGHT_API_KEY": service.key(TENANT),
            "GIVEN": json.dumps(given),
        }
        command = [str(node), "--preserve-symlinks", name]
        ran = subprocess.run(
            command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.splitlines()

    return run_module


def test_the_code_of_the_page_runs(
    run: Callable[..., list[str]], service: Service, tmp_path: Path
) -> None:
    code = "\n".join(BLOCKS).replace("http://127.0.0.1:8765", service.url)
    (tmp_path / "page.mjs").write_text(code)
    printed = run("page.mjs")
    for expected in (
        f"1 {TEXTS[0]}",
        "5 job.succeeded",
        "succeeded true true",
        f"letter-17 {TEXTS[0]}",
        f"b.png {TEXTS[0]}",
        "job_failed caller damaged",
    ):
        assert expected in printed


def test_submissions_are_repeated_and_make_one_job(run: Callable[..., list[str]]) -> None:
    assert [json.loads(line) for line in run("submissions.mjs")] == [
        1,
        4,
        1,
        ["queue_full", 61, True],
        [True, "UnreachableError"],
        ["not_found", 404],
    ]


def test_streams_go_on_where_the_connection_was_lost(run: Callable[..., list[str]]) -> None:
    kinds = ["job.queued", "job.running", "page.succeeded", "page.succeeded", "job.succeeded"]
    assert [json.loads(line) for line in run("streams.mjs")] == [
        kinds,
        *[True] * 4,
        1,
        "completed",
        ["document-0", "two"],
        *[True] * 3,
        [2, "nobody"],
        "not_found",
    ]


def test_webhooks_are_verified(run: Callable[..., list[str]]) -> None:
    body = json.dumps({"type": "job.failed", "timestamp": "2027-01-15", "data": {"n": "\u00fc"}})
    at = 1_800_000_000
    signature = Webhook(SECRET).sign("msg_1", datetime.fromtimestamp(at, UTC), body)
    headers = {"Webhook-Id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": signature}
    given = {"body": body, "headers": headers, "secret": SECRET, "other": OTHER, "at": at}
    printed = [json.loads(line) for line in run("webhooks.mjs", given)]
    assert printed == ["msg_1\u00fc"] * 2 + ["WebhookVerificationError"] * 5


def test_the_types_name_the_methods_that_exist_and_every_operation(
    run: Callable[..., list[str]],
) -> None:
    (printed,) = run("methods.mjs")
    methods = json.loads(printed)
    types = (PACKAGE / "index.d.ts").read_text()
    for name, found in methods.items():
        (body,) = re.findall(rf"^export class {name} {{(.*?)^}}", types, re.MULTILINE | re.DOTALL)
        typed = set(re.findall(r"^  (\w+)\(", body, re.MULTILINE)) - {"constructor"}
        assert typed <= set(found), name
    for method in METHODS.values():
        group, _, name = method.rpartition(".")
        words = re.sub(r"_(\w)", lambda letter: letter[1].upper(), name)
        assert words in methods[group.capitalize() or "Client"], method


def test_webhooks_and_corrections_are_called(run: Callable[..., list[str]]) -> None:
    assert [json.loads(line) for line in run("receivers.mjs")] == [
        [["webhook.ping", 1], True, 0, "pending", {"replayed": 0, "more": False}],
        [True, 409, True],
        [0, "unknown_word", "not_found", 2],
        True,
    ]


def test_the_types_are_those_that_the_compiler_has_checked() -> None:
    """The compiler comes from npm: `make client-check` runs it, and records what it has checked."""
    assert (PACKAGE / "checks" / "checked.sha256").read_text().split()[0] == checked_digest()


def checked_digest() -> str:
    """Of what people write; models.d.ts is made from the API's schemas."""
    files = ("index.d.ts", "checks/usage.ts", "checks/tsconfig.json")
    return sha256(b"".join((PACKAGE / name).read_bytes() for name in files)).hexdigest()
