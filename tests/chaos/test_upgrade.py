"""A rolling upgrade and a roll-back: the previous release beside this one on one PostgreSQL.

The previous release is the last tag, or the code before the newest migration where there is none.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jobs.domain.states import JobState
from jobs.ledger import Ledger, open_ledger
from jobs.migrations.revision import Schema, find_schema
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings
from tests.doubles import BLUE
from tests.support import template
from tests.support.http import http_client
from tests.support.postgres import running_cluster
from tests.support.redis import running_redis
from tests.support.workplace import PLAIN, QUICK, ROOT, answers, await_true, pages_pdf

DOCUMENT = pages_pdf(BLUE, BLUE)
PATIENCE_S = 180  # a busy machine takes half a minute to start three processes


def git(*words: str) -> str:
    ran = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return ran.stdout.strip() if ran.returncode == 0 else ""


def previous_release() -> str:
    """The commit; skips where the history is not there, as in a shallow clone or an archive."""
    if git("rev-parse", "--is-shallow-repository") != "false":
        pytest.skip("the history of the repository is not here")
    if tag := git("describe", "--tags", "--abbrev=0", "HEAD^"):
        return tag
    newest = git("log", "-1", "--diff-filter=A", "--format=%H", "--", "jobs/migrations/versions")
    return git("rev-parse", f"{newest}^")


@contextmanager
def checked_out(commit: str, folder: Path) -> Iterator[Path]:
    """The code of a commit, in a folder."""
    folder.mkdir()
    archive = subprocess.run(
        ["git", "archive", commit], cwd=ROOT, capture_output=True, check=True
    ).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    yield folder


class Release:
    """Processes of one version of the code."""

    def __init__(self, code: Path, environment: dict[str, str], log: Path) -> None:
        self._code = code
        self._environment = environment
        self._log = log
        self._processes: list[subprocess.Popen[bytes]] = []
        self.client = http_client(timeout=60)

    def run(self, *words: str) -> str:
        """Run a command to its end; what it printed."""
        command = [sys.executable, "-m", "cli.main", *words]
        with self._log.open("ab") as log:
            return subprocess.check_output(
                command, cwd=self._code, env=self._env(), stderr=log, text=True
            )

    def start(self, ledger: Ledger, key: str) -> None:
        """An API, a control worker and a pages worker with the engine of doubles; all ready."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._launch("cli.main", "api", PAGESIGHT_PORT=str(port))
        known = {report.id for report in ledger.workers.live()}
        self._launch("tests.support.worker_child", "control", "")
        self._launch("tests.support.worker_child", "pages", "build_double_engine")
        url = f"http://127.0.0.1:{port}"
        await_true(lambda: answers(f"{url}/healthz"), self._log.read_text, PATIENCE_S)
        await_true(
            lambda: sum(r.ready and r.id not in known for r in ledger.workers.live()) == 2,
            self._log.read_text,
            PATIENCE_S,
        )
        self.client = http_client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60
        )

    def submit(self) -> str:
        options = {name: PLAIN[name] for name in CHOSEN}
        answer = self.client.post(
            "/v1/jobs",
            files={"file": ("a.pdf", DOCUMENT)},
            data={"options": json.dumps(options)},
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def stop(self) -> None:
        """Ask all processes to end, and wait."""
        self.client.close()
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(60)
        self._processes.clear()

    def _launch(self, module: str, *words: str, **environment: str) -> None:
        command = [sys.executable, "-m", module, *words]
        kind = template.Process if self._code == ROOT else subprocess.Popen
        with self._log.open("ab") as log:
            self._processes.append(
                kind(command, cwd=self._code, env=self._env(**environment), stdout=log, stderr=log)
            )

    def _env(self, **more: str) -> dict[str, str]:
        return {**os.environ, **self._environment, **more, "PYTHONPATH": str(self._code)}


# What the engine of doubles has; every version knows these options.
CHOSEN = ("lines", "recogniser", "second_reader", "detectors", "orientation", "barcodes", "dpi")


@contextmanager
def both(tmp_path: Path) -> Iterator[tuple[Release, Release, Settings]]:
    """The previous release and this one, over one database, Redis and folder of blobs."""
    with (
        running_cluster() as cluster,
        running_redis() as redis,
        checked_out(previous_release(), tmp_path / "previous") as code,
    ):
        values: dict[str, Any] = {
            **QUICK,
            "data_dir": tmp_path / "data",
            "database_url": cluster.new_database(),
            "broker_url": redis.url,
            "webhook_key_file": tmp_path / "keys",
        }
        (tmp_path / "keys").touch(mode=0o600)
        environment = {f"PAGESIGHT_{name.upper()}": str(value) for name, value in values.items()}
        old = Release(code, environment, tmp_path / "old.log")
        new = Release(ROOT, environment, tmp_path / "new.log")
        try:
            yield old, new, Settings(_env_file=None, **values)
        finally:
            old.stop()
            new.stop()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_previous_release_and_this_one_share_a_database(tmp_path: Path) -> None:
    """Jobs in flight go through an upgrade, both versions side by side, and a roll-back."""
    with both(tmp_path) as (old, new, settings):
        old.run("migrate")
        ledger = open_ledger(settings)
        key = ledger.keys.create("tenant-a", ("admin",), "test")[1]
        old.start(ledger, key)
        jobs = [old.submit() for _ in range(5)]
        migrate(settings)
        assert find_schema(ledger.database) is Schema.CURRENT
        new.start(ledger, key)
        jobs += [each.submit() for _ in range(5) for each in (old, new)]
        old.stop()
        assert new.client.get("/readyz").json()["ready"]
        jobs += [new.submit() for _ in range(5)]
        old.start(ledger, key)  # the roll-back: the new version's jobs are still in flight
        new.stop()
        jobs += [old.submit() for _ in range(5)]
        await_true(
            lambda: all(ledger.jobs.load(job).finished_at for job in jobs),
            lambda: f"{(tmp_path / 'old.log').read_text()}\n{(tmp_path / 'new.log').read_text()}",
            PATIENCE_S,
        )
        states = {job: ledger.jobs.load(job).state for job in jobs}
        assert set(states.values()) == {JobState.SUCCEEDED}, states
        ledger.close()
