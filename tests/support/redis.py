"""A private redis-server on a unix socket in a temporary folder."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as RedisGone

from tests.support.certificates import Certificates, free_port
from tests.support.parts import require
from tests.support.patience import PATIENCE_S


class RedisServer:
    """A server that can be frozen, killed and started again on the same data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The broker URL for Celery."""
        return f"redis+socket://{self._socket}"

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self._socket), "--dir", str(self._folder)]
        self._process = subprocess.Popen(
            ["redis-server", *options, *self.options(), "--save", "", "--appendonly", "yes"],
            stdout=subprocess.DEVNULL,
        )
        self._wait()

    def options(self) -> list[str]:
        """More of the server's options."""
        return []

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def client(self) -> Redis:
        return Redis(unix_socket_path=str(self._socket))

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _wait(self) -> None:
        ends = time.monotonic() + PATIENCE_S
        with self.client() as client:
            while True:
                try:
                    client.ping()
                except RedisGone:
                    assert time.monotonic() < ends, "redis-server did not come up"
                    time.sleep(0.02)
                else:
                    return


class TlsRedis(RedisServer):
    """A server that listens on loopback with TLS and a password only."""

    def __init__(self, folder: Path, certificates: Certificates, password: str) -> None:
        super().__init__(folder)
        self._certificates = certificates
        self._password = password
        self._tls_port = free_port()

    @property
    def url(self) -> str:
        return (
            f"rediss://:{self._password}@127.0.0.1:{self._tls_port}/0"
            f"?ssl_cert_reqs=required&ssl_ca_certs={self._certificates.authority}"
        )

    def options(self) -> list[str]:
        made = self._certificates
        return [
            *("--tls-port", str(self._tls_port), "--tls-auth-clients", "no"),
            *("--tls-cert-file", str(made.certificate), "--tls-key-file", str(made.key)),
            *("--tls-ca-cert-file", str(made.authority), "--requirepass", self._password),
        ]

    def client(self) -> Redis:
        return Redis(unix_socket_path=str(self._socket), password=self._password)


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """A server that is gone afterwards; skips, or fails in CI, without redis-server."""
    require(shutil.which("redis-server"), "redis-server")
    with tempfile.TemporaryDirectory(prefix="redis-", dir="/tmp") as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()
