"""`pagesight webhooks listen`: deliveries as they arrive, on a laptop."""

import json
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import httpx
from rich.markup import escape

from cli.api_client import Client, ServerRefused
from cli.console import complain, err, out
from cli.exit_codes import Exit
from cli.serve.single_host import StopSignals
from cli.webhooks.actions import plain
from cli.webhooks.receiver import Arrival, Script, receiving
from cli.webhooks.verify import check

HOST: Final = "127.0.0.1"
_FORWARD_TIMEOUT_S = 15.0
_PASSED_ON: Final = ("content-type", "webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass(frozen=True, slots=True)
class Listening:
    """What to do with deliveries. Without a client nothing is registered."""

    port: int
    client: Client | None
    events: Sequence[str]
    public_url: str | None
    secrets: Sequence[str]
    statuses: Sequence[int]
    delay_s: float
    forward_to: str | None


def listen(wanted: Listening) -> int:
    """Show deliveries until Ctrl-C, then take away what was registered."""
    stop = StopSignals()
    desk = _Desk(wanted)
    try:
        with ExitStack() as stack:
            port = stack.enter_context(receiving(HOST, wanted.port, desk.answer))
            url = wanted.public_url or f"http://{HOST}:{port}/"
            err.print(f"Listening at {url}")
            if wanted.client is not None:
                stack.enter_context(_registered(wanted.client, url, wanted.events, desk))
            while not stop.wait(1.0):
                pass
    except (OSError, ServerRefused) as error:
        complain(str(error))
        return Exit.FAILED
    return Exit.OK


@contextmanager
def _registered(client: Client, url: str, events: Sequence[str], desk: "_Desk") -> Iterator[None]:
    body = {"url": url, "events": list(events), "description": "pagesight webhooks listen"}
    made = client.ask("POST", "/v1/webhooks", body)
    desk.secrets = [made["secret"]]
    err.print(f"Registered as {made['id']} for {', '.join(events)}; Ctrl-C takes it away again.")
    try:
        yield
    finally:
        client.ask("DELETE", f"/v1/webhooks/{made['id']}")
        err.print(f"{made['id']} is taken away.")


class _Desk:
    """Answers each delivery and prints it; what several print at once is not mixed."""

    def __init__(self, wanted: Listening) -> None:
        self.secrets = wanted.secrets
        self._script = Script(wanted.statuses, wanted.delay_s)
        self._forward_to = wanted.forward_to
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(self, arrival: Arrival) -> int:
        """Say the status to answer with."""
        status = self._script.next()
        passed = None
        if self._forward_to is not None:
            status, passed = _forward(self._forward_to, arrival)
        with self._lock:
            self._show(arrival, status, passed)
        return status

    def _show(self, arrival: Arrival, status: int, passed: str | None) -> None:
        message_id = arrival.headers.get("webhook-id", "no webhook-id")
        self._seen[message_id] += 1
        again = f", try {count}" if (count := self._seen[message_id]) > 1 else ""
        kind, text = _pretty(arrival.body)
        now = f"{datetime.now():%H:%M:%S}"  # noqa: DTZ005 - the time of whoever looks at it
        out.print(f"[bold]{now} {escape(plain(kind))}[/] {escape(plain(message_id))}{again}")
        self._verify(arrival)
        out.print(escape(text))
        out.print(f"[dim]answered {status}{escape(passed or '')}[/]\n")

    def _verify(self, arrival: Arrival) -> None:
        if not self.secrets:
            out.print("[yellow]not verified[/]: give --secret")
            return
        found = check(arrival.body, arrival.headers, self.secrets, datetime.now(UTC))
        bad = [f"{each.name} {each.detail}" for each in found if not each.well]
        said = f"[red]not genuine[/]: {escape(plain('; '.join(bad)))}" if bad else ""
        out.print(said or "[green]verified[/]")


def _pretty(body: bytes) -> tuple[str, str]:
    """The kind of event and the body, for people."""
    try:
        data = json.loads(body)
        return str(data["type"]), json.dumps(data, indent=2)
    except (ValueError, KeyError, TypeError, RecursionError):
        return "something", plain(body.decode("utf-8", "replace"))


def _forward(url: str, arrival: Arrival) -> tuple[int, str]:
    """Pass a delivery on byte for byte, so that its signature holds there too."""
    headers = {name: arrival.headers[name] for name in _PASSED_ON if name in arrival.headers}
    try:
        with httpx.Client(timeout=_FORWARD_TIMEOUT_S, trust_env=False) as client:
            answer = client.post(url, content=arrival.body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return HTTPStatus.BAD_GATEWAY, f": {url} does not answer ({error})"
    return answer.status_code, f" by {url}"
