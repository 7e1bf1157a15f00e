"""`pagesight serve`: the whole service on one machine, from nothing."""

import logging
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import httpx
from rich.panel import Panel

from cli.bootstrap_key import first_key, key_file
from cli.console import complain, err
from cli.data_folder import prepare_data_folder
from cli.exit_codes import Exit
from cli.logging_setup import configure_logging
from cli.serve.embedded_redis import RedisUnavailable, redis_child, wait_for_redis
from cli.serve.single_host import CannotServe, StopSignals, free_port, only_one
from cli.serve.supervisor import Child, Supervisor, environment
from cli.settings import api_url, load_settings
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings
from jobs.telemetry.exposition import FOLDER_VARIABLE, forget_process, shared_folder
from jobs.telemetry.start_tracing import require_traces

log = logging.getLogger(__name__)

_START_TIMEOUT_S = 90.0
_VISIBLE = "CUDA_VISIBLE_DEVICES"  # CUDA's own variable; a list of numbers or UUIDs
_READER = ("worker", "--role", "pages")


class Part(NamedTuple):
    """A process of the service: its name, its words after `pagesight`, and variables of its own."""

    name: str
    words: tuple[str, ...]
    variables: Mapping[str, str] = MappingProxyType({})


def parts_of(settings: Settings) -> list[Part]:
    """The processes in the order they start; they end in the opposite one, so uploads stop first.

    A reader of a GPU sees that one alone, and where nothing else is set it does not start without.
    """
    readers = [Part("pages", _READER)]
    if settings.devices:
        wanted = "cuda" if settings.device == "auto" else settings.device
        readers = [
            Part(f"pages-{gpu}", _READER, {_VISIBLE: gpu, "PAGESIGHT_DEVICE": wanted})
            for gpu in settings.devices
        ]
    return [Part("control", ("worker", "--role", "control")), *readers, Part("api", ("api",))]


def serve(*, host: str | None = None, port: int | None = None) -> int:
    """Run until SIGINT or SIGTERM, then end everything in order.

    `host` and `port` override PAGESIGHT_HOST and PAGESIGHT_PORT.
    """
    settings = load_settings(host=host, port=port)
    require_traces(settings)
    configure_logging(settings.log_level)
    stop = StopSignals()
    try:
        with running(settings, stop) as (supervisor, base_url):
            _announce(settings, base_url)
            _watch(supervisor, stop)
        log.info("stopped")
    except (CannotServe, RedisUnavailable) as error:
        complain(str(error))
        return Exit.INSTALLATION
    return Exit.OK


@contextmanager
def running(
    settings: Settings, stop: StopSignals, log_file: Path | None = None
) -> Iterator[tuple[Supervisor, str]]:
    """Start every process, wait until the service is ready, and end them all afterwards.

    The output of the processes goes to `log_file`, or to this process's standard error.
    """
    prepare_data_folder(settings)
    settings = settings.model_copy(update={"data_dir": settings.data_dir.resolve()})
    with only_one(settings.data_dir, _lock_patience_s(settings)) as lock:
        settings = settings.model_copy(update={"port": free_port(settings.host, settings.port)})
        supervisor = Supervisor(lock.fileno())
        try:
            _start(supervisor, settings, log_file)
            base_url = api_url(settings)
            with httpx.Client(base_url=base_url, timeout=2.0, trust_env=False) as client:
                _wait_until_ready(supervisor, client, stop)
            yield supervisor, base_url
        finally:
            supervisor.stop()


def _lock_patience_s(settings: Settings) -> float:
    """How long the processes of a supervisor that was killed may take to end."""
    return 2 * settings.shutdown_grace_s + 10


def _start(supervisor: Supervisor, settings: Settings, log_file: Path | None) -> None:
    if settings.broker_url is None:
        supervisor.add(redis_child(settings.data_dir))
        wait_for_redis(settings.data_dir)
    migrate(settings)
    if (secret := first_key(settings)) is not None:
        _show_key(secret)
    # The API serves the metrics of all processes, so workers need no port of their own.
    settings = settings.model_copy(update={"metrics_port": 0})
    metrics = shared_folder(settings.data_dir)
    supervisor.on_death = partial(forget_process, metrics)
    env = {**settings.as_environment(), FOLDER_VARIABLE: str(metrics)}
    grace_s = settings.shutdown_grace_s + 2.5  # the processes end by themselves before that
    for name, words, variables in parts_of(settings):
        argv = [sys.executable, "-m", "cli.main", *words]
        supervisor.add(Child(name, argv, environment(**{**env, **variables}), grace_s, log_file))


def _wait_until_ready(supervisor: Supervisor, client: httpx.Client, stop: StopSignals) -> None:
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
            answer = client.get("/readyz")
        except httpx.HTTPError:  # not listening yet
            time.sleep(0.1)
            continue
        if answer.is_success and answer.json()["reading"]:
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
    log.info("stopping: pages being read are finished or returned to the queue")


def _announce(settings: Settings, base_url: str) -> None:
    """Show where the service is; into a log goes where the key is kept, never the key."""
    path = key_file(settings)
    log.info(
        "Pagesight is ready: console %s/, API docs %s/docs, API key kept in %s",
        base_url,
        base_url,
        path,
    )
    if err.is_terminal:
        parts = (
            f"Console   {base_url}/",
            f"API docs  {base_url}/docs",
            f"API key   kept in {path}",
        )
        err.print(Panel.fit("\n".join(parts), title="Pagesight is ready"))


def _show_key(secret: str) -> None:
    """Show a new key, this once and on a terminal only."""
    if err.is_terminal:
        err.print(f"The API key of this service, shown once: [bold]{secret}[/]")
