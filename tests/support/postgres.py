"""A private PostgreSQL cluster in a temporary folder: unix socket only, nothing synced to disk."""

import os
import re
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
        self,
        binaries: Path,
        folder: Path,
        prefix: Sequence[str] = (),
        listen: str = "",
        options: Sequence[str] = (),
    ) -> None:
        self._binaries = binaries
        self._folder = folder
        self._prefix = prefix
        self._listen = listen
        self._more = " ".join(f"-c {option}" for option in options)
        self._numbers = count(1)
        self._run("initdb", "--username", SUPERUSER, "--auth", "trust", "--no-sync", "--no-locale",
                  "--encoding", "UTF8")  # fmt: skip

    def start(self) -> None:
        options = f"-k {self._folder} -c listen_addresses='{self._listen}' {_FAST} {self._more}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "--wait", "--silent", "--log", log, "--options", options)

    def stop(self, mode: str = "fast") -> None:
        """End it: `fast` breaks connections off, `immediate` is a crash."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--mode", mode)

    def require_tls(self, user: str, password: str) -> None:
        """Let a user connect from loopback, encrypted and with a password; once it runs."""
        make = f"CREATE ROLE {user} LOGIN SUPERUSER PASSWORD '{password}'"
        self.program("psql", "--command", make, "postgres")
        (self._folder / "data" / "pg_hba.conf").write_text(
            f"local all {SUPERUSER} trust\nhostssl all {user} 127.0.0.1/32 scram-sha-256\n"
        )
        self._run("pg_ctl", "reload", "--silent")

    def program(self, name: str, *words: str) -> None:
        """Run one of PostgreSQL's programs as its superuser, over the socket."""
        connect = ["--host", str(self._folder), "--username", SUPERUSER]
        command = [self._binaries / name, "--port", str(self.port), *connect, *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    @property
    def port(self) -> int:
        """Where it listens."""
        found = re.search(r"-c port=(\d+)", self._more)
        return int(found[1]) if found else 5432

    def trust(self, network: str) -> None:
        """Let whoever is in a network connect; before it is started."""
        with (self._folder / "data" / "pg_hba.conf").open("a") as file:
            file.write(f"host all all {network} trust\n")

    def new_database(self, host: str = "") -> str:
        """Make an empty database and return its SQLAlchemy URL, by the socket or by a host."""
        name = f"test{next(self._numbers)}"
        self.program("createdb", name)
        return f"postgresql+psycopg://{SUPERUSER}@/{name}?host={host or self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        data = ["--pgdata", str(self._folder / "data")]
        command = [*self._prefix, *_as_postgres(), str(self._binaries / program), *data, *arguments]
        subprocess.run(command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL)


@contextmanager
def running_cluster(
    prefix: Sequence[str] = (), listen: str = "", network: str = "", options: Sequence[str] = ()
) -> Iterator[Cluster]:
    """A cluster that is gone afterwards; skips, or fails in CI, without PostgreSQL."""
    binaries = _binaries()
    require(binaries, "PostgreSQL (initdb and pg_ctl)")
    assert binaries is not None
    # Sockets have short paths, and the user postgres must be able to reach the folder.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o777)
        cluster = Cluster(binaries, folder, prefix, listen, options)
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
