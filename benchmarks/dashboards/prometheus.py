"""A Prometheus of Debian's package that scrapes loopback addresses, and its answers over a time."""

import json
import math
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

SCRAPE_S = 1
STEP_S = 2
RATE_WINDOW = "15s"  # what Grafana's $__rate_interval stands for; at least four scrapes
_PATIENCE_S = 120.0


@dataclass(frozen=True)
class Series:
    """One line of a panel: its name, and values (None where there is none) at `times` (epoch s)."""

    name: str
    times: Sequence[float]
    values: Sequence[float | None]

    @property
    def last(self) -> float | None:
        """The last value."""
        return next((value for value in reversed(self.values) if value is not None), None)


class Prometheus:
    """A running server."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def ready(self) -> bool:
        """Whether it answers queries."""
        try:
            return self._client.get("/-/ready").is_success
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def targets(self) -> Mapping[str, str]:
        """The health of each address that is scraped: `up` or `down`."""
        answer = self._get("/api/v1/targets", {})
        return {each["labels"]["instance"]: each["health"] for each in answer["activeTargets"]}

    def over_time(self, query: str, name: str, since: float, until: float) -> list[Series]:
        """The series of a query, each named by its labels as `{{label}}` in `name` says."""
        window = {"start": since, "end": until, "step": STEP_S}
        expression = query.replace("$__rate_interval", RATE_WINDOW)
        answer = self._get("/api/v1/query_range", {"query": expression, **window})
        times = [since + STEP_S * at for at in range(int((until - since) / STEP_S) + 1)]
        return [
            Series(named(name, each["metric"]), times, _values(each["values"], times))
            for each in answer["result"]
        ]

    def _get(self, path: str, params: Mapping[str, Any]) -> Any:
        answer = self._client.get(path, params=params)
        answer.raise_for_status()
        return answer.json()["data"]


@contextmanager
def running_prometheus(
    folder: Path, port: int, addresses: Mapping[str, Sequence[str]]
) -> Iterator[Prometheus]:
    """A server that scrapes these addresses by the name of their job, for the length of `with`."""
    folder.mkdir()
    jobs = [
        {"job_name": name, "static_configs": [{"targets": list(targets)}]}
        for name, targets in addresses.items()
    ]
    config = {"global": {"scrape_interval": f"{SCRAPE_S}s"}, "scrape_configs": jobs}
    (folder / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
    listen = f"127.0.0.1:{port}"
    words = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    command = ["prometheus", *words, f"--web.listen-address={listen}"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as process:
        server = Prometheus(f"http://{listen}")
        try:
            _await(server, folder / "log")
            yield server
        finally:
            server.close()
            process.terminate()


def _await(server: Prometheus, log: Path) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not server.ready():
        if time.monotonic() > until:
            raise TimeoutError(f"Prometheus does not answer: {log.read_text()[-2000:]}")
        time.sleep(0.1)


def named(template: str, labels: Mapping[str, str]) -> str:
    """A legend with its labels filled in, as Grafana does."""
    for label, value in labels.items():
        template = template.replace("{{" + label + "}}", value)
    return template


def _values(pairs: Sequence[tuple[float, str]], times: Sequence[float]) -> list[float | None]:
    """One value for each time: Prometheus leaves out what it has none for, and writes NaN."""
    found = {round(at, 3): float(value) for at, value in pairs}
    values = (found.get(round(at, 3)) for at in times)
    return [None if value is None or not math.isfinite(value) else value for value in values]
