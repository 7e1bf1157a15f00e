"""A private PostgreSQL cluster in a temporary folder: unix socket only, nothing synced to disk."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.support.parts import require

SUPERUSER = "postgres"
_FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class Cluster:
    """A running cluster that hands out empty databases, and can be stopped and started again.

    `prefix` begins every command, to run it in a network namespace; `listen` is an address to
    take connections at besides the socket.
    """

    def __init__(
        self, binaries: Path, folder: Path, prefix: Sequence[str] = (), listen: str = ""
    ) -> None:
        self._binaries = binaries
        self._folder = folder
        self._prefix = prefix
        self._listen = listen
        self._numbers = count(1)
        self._run("initdb", "--username", SUPERUSER, "--auth", "trust", "--no-sync", "--no-locale",
                  "--encoding", "UTF8")  # fmt: skip

    def start(self) -> None:
        options = f"-k {self._folder} -c listen_addresses='{self._listen}' {_FAST}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "--wait", "--silent", "--log", log, "--options", options)

    def stop(self, mode: str = "fast") -> None:
        """End it: `fast` breaks connections off, `immediate` is a crash."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--mode", mode)

    def trust(self, network: str) -> None:
        """Let whoever is in a network connect; before it is started."""
        with (self._folder / "data" / "pg_hba.conf").open("a") as file:
            file.write(f"host all all {network} trust\n")

    def new_database(self, host: str = "") -> str:
        """Make an empty database and return its SQLAlchemy URL, by the socket or by a host."""
        name = f"test{next(self._numbers)}"
        connect = ["--host", str(self._folder), "--username", SUPERUSER]
        subprocess.run([self._binaries / "createdb", *connect, name], check=True)
        return f"postgresql+psycopg://{SUPERUSER}@/{name}?host={host or self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        data = ["--pgdata", str(self._folder / "data")]
        command = [*self._prefix, *_as_postgres(), str(self._binaries / program), *data, *arguments]
        subprocess.run(command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL)


@contextmanager
def running_cluster(
    prefix: Sequence[str] = (), listen: str = "", network: str = ""
) -> Iterator[Cluster]:
    """A cluster that is gone afterwards; skips, or fails in CI, without PostgreSQL."""
    binaries = _binaries()
    require(binaries, "PostgreSQL (initdb and pg_ctl)")
    assert binaries is not None
    # Sockets have short paths, and the user postgres must be able to reach the folder.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o777)
        cluster = Cluster(binaries, folder, prefix, listen)
        if network:
            cluster.trust(network)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


def _binaries() -> Path | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return None if found is None else Path(found).parent


def _as_postgres() -> Sequence[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", SUPERUSER, "--"] if os.geteuid() == 0 else []
