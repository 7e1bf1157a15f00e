"""`pagesight demo`: read a sample with the real service, and verify its callback."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from rich.markup import escape
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from cli.bootstrap_key import key_file
from cli.console import complain, err, out
from cli.exit_codes import Exit
from cli.serve.command import running
from cli.serve.embedded_redis import RedisUnavailable
from cli.serve.single_host import CannotServe, StopSignals
from cli.settings import load_settings
from cli.webhooks.queue_receiver import Receiver, receiver
from cli.webhooks.receiver import Arrival

SAMPLE = Path(__file__).parents[2] / "samples" / "invoice.pdf"

_READ_TIMEOUT_S = 120.0
_CALLBACK_TIMEOUT_S = 30.0


class DemoFailed(Exception):  # noqa: N818 - says what is the matter
    """A step of the demo failed; the message says which."""


_TROUBLE = (CannotServe, RedisUnavailable, DemoFailed, httpx.HTTPError)


def demo() -> int:
    """Start a service in a temporary folder, use it as a caller would, and stop it."""
    started = time.monotonic()
    stop = StopSignals()
    try:
        with TemporaryDirectory(prefix="pagesight-demo-") as folder, receiver() as callbacks:
            settings = load_settings(data_dir=Path(folder), port=0, egress_allow=("127.0.0.1",))
            log = Path(folder) / "processes.log"
            err.print("Starting Redis, workers and API in a temporary folder ...")
            with _log_on_failure(log), running(settings, stop, log) as (_, base_url):
                err.print(f"Ready at {base_url} after {time.monotonic() - started:.1f} s.")
                _use(base_url, key_file(settings).read_text().strip(), callbacks)
    except _TROUBLE as error:
        complain(str(error))
        return Exit.INSTALLATION
    if stop.asked:
        return Exit.INTERRUPTED
    err.print(
        f"[green]Done[/] in {time.monotonic() - started:.1f} s. `make serve` keeps it running."
    )
    return Exit.OK


@contextmanager
def _log_on_failure(log: Path) -> Iterator[None]:
    """Show the last output of the processes, before the folder with their log is deleted."""
    try:
        yield
    except _TROUBLE:
        lines = log.read_text().splitlines() if log.exists() else []
        err.print("\n".join(lines[-20:]), markup=False)
        raise


def _use(base_url: str, key: str, callbacks: Receiver) -> None:
    """Upload, follow, fetch, verify: each step over HTTP."""
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=base_url, headers=headers, timeout=30, trust_env=False) as client:
        job = _upload(client, callbacks.url)
        _follow(client, job["id"])
        result = _fetch(client, f"/v1/jobs/{job['id']}/result", "application/json").json()
        _show(result, _fetch(client, f"/v1/jobs/{job['id']}/result", "text/markdown").text)
        kept = _fetch(client, "/v1/webhooks/callback-secret", "application/json").json()
        _verify(callbacks.wait(_CALLBACK_TIMEOUT_S), kept["secret"])


def _upload(client: httpx.Client, callback_url: str) -> dict[str, Any]:
    with SAMPLE.open("rb") as file:
        answer = client.post(
            "/v1/jobs", files={"file": (SAMPLE.name, file)}, data={"callback_url": callback_url}
        )
    if answer.status_code != httpx.codes.ACCEPTED:
        raise DemoFailed(f"the upload was answered with status {answer.status_code}: {answer.text}")
    job: dict[str, Any] = answer.json()
    err.print(f"Sent {SAMPLE.name}: job {job['id']} is {job['state']}.")
    return job


def _follow(client: httpx.Client, job_id: str) -> None:
    """Print events as they come until the job is done."""
    for kind in _events(client, job_id):
        err.print(f"  {kind}")
        if kind in {"job.failed", "job.cancelled", "job.expired"}:
            raise DemoFailed(
                f"the sample could not be read: {client.get(f'/v1/jobs/{job_id}').text}"
            )


def _events(client: httpx.Client, job_id: str) -> Iterator[str]:
    deadline = time.monotonic() + _READ_TIMEOUT_S
    with client.stream("GET", f"/v1/jobs/{job_id}/events") as stream:
        kind = ""
        for line in stream.iter_lines():
            if time.monotonic() > deadline:
                raise DemoFailed(f"the sample was not read within {_READ_TIMEOUT_S:.0f} s")
            if line.startswith("event:"):
                kind = line.removeprefix("event:").strip()
            elif line.startswith("data:"):
                page = json.loads(line.removeprefix("data:")).get("number")
                yield f"{kind} {page}" if page else kind


def _fetch(client: httpx.Client, path: str, accept: str) -> httpx.Response:
    answer = client.get(path, headers={"Accept": accept})
    if not answer.is_success:
        raise DemoFailed(f"{path} was answered with status {answer.status_code}: {answer.text}")
    return answer


def _head(title: str) -> None:
    out.print(f"\n[bold]{title}[/]\n{'-' * len(title)}")


def _show(result: dict[str, Any], markdown: str) -> None:
    _head("What was read, as Markdown")
    out.print(escape(markdown.strip()))
    _head("What was found")
    for page in result["pages"]:
        labels = [f"{region['label']} {region['confidence']:.2f}" for region in page["regions"]]
        codes = [f"{code['format']}: {code['text']}" for code in page["barcodes"]]
        out.print(escape(f"page {page['number']}: {', '.join(labels + codes) or 'nothing'}"))
    _head("Models that read it")
    for use in result["receipt"]["models"]:
        out.print(escape(f"{use['name']} {use['version']} on {use['provider']}"))


def _verify(callback: Arrival | None, secret: str) -> None:
    """Check the signature as a receiver does, with the public Standard Webhooks library."""
    if callback is None:
        raise DemoFailed(f"no callback arrived within {_CALLBACK_TIMEOUT_S:.0f} s")
    try:
        event = Webhook(secret).verify(callback.body, dict(callback.headers))
    except WebhookVerificationError as error:
        raise DemoFailed(f"the callback's signature does not verify: {error}") from error
    _head("The signed callback, verified")
    out.print_json(json.dumps(event))
