"""`pagesight serve`: the whole service on one machine, from nothing."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from rich.panel import Panel

from cli.bootstrap_key import first_key, key_file
from cli.console import complain, err
from cli.exit_codes import Exit
from cli.serve.embedded_redis import RedisUnavailable, redis_child, wait_for_redis
from cli.serve.single_host import CannotServe, StopSignals, free_port, only_one
from cli.serve.supervisor import Child, Supervisor, environment
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings

_START_TIMEOUT_S = 90.0
_PROCESSES = {  # in the order they start; they end in the opposite one, so uploads stop first
    "control": ("worker", "--role", "control"),
    "pages": ("worker", "--role", "pages"),
    "api": ("api",),
}


def serve(*, host: str | None = None, port: int | None = None) -> int:
    """Run until SIGINT or SIGTERM, then end everything in order.

    `host` and `port` override PAGESIGHT_HOST and PAGESIGHT_PORT.
    """
    given: dict[str, Any] = {"host": host, "port": port}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    stop = StopSignals()
    try:
        with running(settings, stop) as (supervisor, base_url):
            _announce(settings, base_url)
            _watch(supervisor, stop)
    except (CannotServe, RedisUnavailable) as error:
        complain(str(error))
        return Exit.INSTALLATION
    return Exit.OK


@contextmanager
def running(
    settings: Settings, stop: StopSignals, log: Path | None = None
) -> Iterator[tuple[Supervisor, str]]:
    """Start every process, wait until the service is ready, and end them all afterwards.

    The output of the processes goes to the file `log`, or to this process's standard error.
    """
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = settings.model_copy(update={"data_dir": settings.data_dir.resolve()})
    with only_one(settings.data_dir):
        settings = settings.model_copy(update={"port": free_port(settings.host, settings.port)})
        supervisor = Supervisor()
        try:
            _start(supervisor, settings, log)
            base_url = f"http://{settings.host}:{settings.port}"
            _wait_until_ready(supervisor, base_url, stop)
            yield supervisor, base_url
        finally:
            supervisor.stop()


def _start(supervisor: Supervisor, settings: Settings, log: Path | None) -> None:
    if settings.broker_url is None:
        supervisor.add(redis_child(settings.data_dir))
        wait_for_redis(settings.data_dir)
    migrate(settings)
    first_key(settings)
    env = environment(**settings.as_environment())
    grace_s = settings.shutdown_grace_s + 5  # the worker releases its pages before that
    for name, words in _PROCESSES.items():
        argv = [sys.executable, "-m", "cli.main", *words]
        supervisor.add(Child(name, argv, env, grace_s, log))


def _wait_until_ready(supervisor: Supervisor, base_url: str, stop: StopSignals) -> None:
    """Poll `/readyz`; CannotServe holds its last answer when the service stays unready."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    last_answer = "nothing"
    while time.monotonic() < deadline and not stop.asked:
        supervisor.watch()
        if dying := supervisor.failing():
            raise CannotServe(
                f"the {dying.name} process keeps ending while it starts; see its messages above"
            )
        try:
            answer = httpx.get(f"{base_url}/readyz", timeout=2.0, trust_env=False)
        except httpx.HTTPError:  # not listening yet
            time.sleep(0.1)
            continue
        if answer.is_success:
            return
        last_answer = answer.text
        time.sleep(0.1)
    if not stop.asked:
        raise CannotServe(
            f"not ready after {_START_TIMEOUT_S:.0f} s; /readyz answers: {last_answer}"
        )


def _watch(supervisor: Supervisor, stop: StopSignals) -> None:
    while not stop.wait(0.2):
        supervisor.watch()
    err.print("Stopping: pages being read are finished or returned to the queue.")


def _announce(settings: Settings, base_url: str) -> None:
    """Show where the service is. The key itself goes to a terminal only, never into a log."""
    path = key_file(settings)
    key = f"{path.read_text().strip()}\n          " if err.is_terminal else ""
    err.print(
        Panel.fit(
            f"Console   {base_url}/\nAPI docs  {base_url}/docs\nAPI key   {key}(kept in {path})",
            title="Pagesight is ready",
        )
    )
