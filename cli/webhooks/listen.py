"""`pagesight webhooks listen`: receive deliveries on a laptop, and show them."""

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
from cli.console import complain, err, out, plain
from cli.exit_codes import Exit
from cli.serve.single_host import StopSignals
from cli.webhooks.receiver import Arrival, Script, receiving
from cli.webhooks.verify import check

HOST: Final = "127.0.0.1"
_FORWARD_TIMEOUT_S = 15.0
_PASSED_ON: Final = ("content-type", "webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass(frozen=True, slots=True)
class Listening:
    """How to receive deliveries, and how to answer them."""

    port: int
    events: Sequence[str]
    public_url: str | None
    secrets: Sequence[str]
    statuses: Sequence[int]
    delay_s: float
    forward_to: str | None


def listen(wanted: Listening, client: Client | None) -> int:
    """Show deliveries until Ctrl-C. With a client, register a receiver for that time."""
    stop = StopSignals()
    inbox = _Inbox(wanted)
    try:
        with ExitStack() as stack:
            port = stack.enter_context(receiving(HOST, wanted.port, inbox.answer))
            url = wanted.public_url or f"http://{HOST}:{port}/"
            err.print(f"Listening at {url}")
            if client is not None:
                stack.enter_context(_registered(client, url, wanted.events, inbox))
            while not stop.wait(1.0):
                pass
    except (OSError, ServerRefused) as error:
        complain(str(error))
        return Exit.FAILED
    return Exit.OK


@contextmanager
def _registered(client: Client, url: str, events: Sequence[str], inbox: "_Inbox") -> Iterator[None]:
    body = {"url": url, "events": list(events), "description": "pagesight webhooks listen"}
    made = client.ask("POST", "/v1/webhooks", body)
    inbox.secrets = [made["secret"]]
    err.print(f"Registered as {made['id']} for {', '.join(events)}; Ctrl-C unregisters it.")
    try:
        yield
    finally:
        client.ask("DELETE", f"/v1/webhooks/{made['id']}")
        err.print(f"Unregistered {made['id']}.")


class _Inbox:
    """Answers and prints each delivery; those that arrive at once are printed one by one."""

    def __init__(self, wanted: Listening) -> None:
        self.secrets = wanted.secrets
        self._script = Script(wanted.statuses, wanted.delay_s)
        self._forward_to = wanted.forward_to
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(self, arrival: Arrival) -> int:
        """Print a delivery, and return the status to answer with."""
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
        again = f", attempt {count}" if (count := self._seen[message_id]) > 1 else ""
        kind, text = _pretty(arrival.body)
        now = f"{datetime.now():%H:%M:%S}"  # noqa: DTZ005 - the local time of the person at the terminal
        out.print(f"[bold]{now} {escape(plain(kind))}[/] {escape(plain(message_id))}{again}")
        self._verify(arrival)
        out.print(escape(text))
        out.print(f"[dim]answered {status}{escape(passed or '')}[/]\n")

    def _verify(self, arrival: Arrival) -> None:
        if not self.secrets:
            out.print("[yellow]not verified[/]: pass --secret")
            return
        found = check(arrival.body, arrival.headers, self.secrets, datetime.now(UTC))
        bad = [f"{each.name} {each.detail}" for each in found if not each.well]
        problem = f"[red]not genuine[/]: {escape(plain('; '.join(bad)))}" if bad else ""
        out.print(problem or "[green]verified[/]")


def _pretty(body: bytes) -> tuple[str, str]:
    """Return the type of event and the indented body."""
    try:
        data = json.loads(body)
        return str(data["type"]), json.dumps(data, indent=2)
    except (ValueError, KeyError, TypeError, RecursionError):
        return "unknown event", plain(body.decode("utf-8", "replace"))


def _forward(url: str, arrival: Arrival) -> tuple[int, str]:
    """Forward a delivery byte for byte, so that its signature stays valid."""
    headers = {name: arrival.headers[name] for name in _PASSED_ON if name in arrival.headers}
    try:
        with httpx.Client(timeout=_FORWARD_TIMEOUT_S, trust_env=False) as client:
            answer = client.post(url, content=arrival.body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return HTTPStatus.BAD_GATEWAY, f": {url} does not answer ({error})"
    return answer.status_code, f" by {url}"
