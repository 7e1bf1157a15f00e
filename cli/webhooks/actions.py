"""`pagesight webhooks verify, list, ping, deliveries, replay, rekey`."""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.api_client import Client
from cli.console import complain, counted, err, out, plain
from cli.exit_codes import Exit
from cli.json_output import print_json
from cli.webhooks.verify import NoHeaders, check, parse_headers

_PING_PATIENCE_S = 20.0


def verify(
    body: str, headers: Path, secrets: Sequence[str], tolerance_s: float, *, as_json: bool = False
) -> int:
    """Check one delivery kept in files; print each finding."""
    try:
        received = parse_headers(headers.read_text(encoding="utf-8", errors="replace"))
        payload = sys.stdin.buffer.read() if body == "-" else Path(body).read_bytes()
    except (OSError, NoHeaders) as error:
        complain(str(error))
        return Exit.USAGE
    findings = check(payload, received, secrets, datetime.now(UTC), tolerance_s)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    for finding in () if as_json else findings:
        mark = "[green]ok [/]" if finding.well else "[red]bad[/]"
        out.print(f"{mark} {finding.name:10}{escape(plain(finding.detail))}")
    return Exit.OK if all(finding.well for finding in findings) else Exit.FAILED


def show(client: Client, *, as_json: bool = False) -> int:
    """List the receivers."""
    found = client.ask("GET", "/v1/webhooks")["webhooks"]
    if as_json:
        print_json(found)
        return Exit.OK
    table = Table("id", "url", "events", "state", "description", box=None)
    for each in found:
        url = each["url"] or "(a job's callback_url)"
        state = "enabled" if each["enabled"] else f"disabled: {each['disabled_reason']}"
        if each["enabled"] and each["failures"]:
            state = f"failing since {each['failing_since']} ({each['failures']} times)"
        _row(table, each["id"], url, ",".join(each["events"]), state, each["description"])
    out.print(table)
    return Exit.OK


def ping(client: Client, webhook_id: str, *, as_json: bool = False) -> int:
    """Send a test message and report the outcome."""
    sent = client.ask("POST", f"/v1/webhooks/{webhook_id}/ping")
    path = f"/v1/webhooks/deliveries/{sent['id']}/attempts"
    until = time.monotonic() + _PING_PATIENCE_S
    while not (attempts := client.ask("GET", path)["attempts"]) and time.monotonic() < until:
        time.sleep(0.2)
    if not attempts:
        complain(f"{sent['id']} has not been attempted yet: is a control worker running?")
        return Exit.FAILED
    if as_json:
        print_json(attempts[0])
    else:
        _print_attempt(attempts[0])
    delivered = attempts[0]["status"] is not None and 200 <= attempts[0]["status"] < 300
    return Exit.OK if delivered else Exit.FAILED


def deliveries(
    client: Client,
    query: Mapping[str, str | int | None],
    attempts: bool,
    *,
    as_json: bool = False,
) -> int:
    """List deliveries, newest first, each with its attempts if asked for."""
    table = Table("id", "created", "event", "state", "attempts", "url", box=None)
    found = client.ask("GET", "/v1/webhooks/deliveries", query=query)
    if as_json:
        print_json(_with_attempts(client, found) if attempts else found)
        return Exit.OK
    for each in found["deliveries"]:
        created = each["created_at"][:19]
        row = (each["id"], created, each["event"], each["state"], str(each["attempts"]))
        _row(table, *row, each["url"])
        for attempt in _attempts(client, each["id"]) if attempts else ():
            _row(table, "", attempt["at"][:19], "", *_outcome(attempt))
    out.print(table)
    if found["next"]:
        err.print(f"For older ones, add --before {found['next']}")
    return Exit.OK


def _with_attempts(client: Client, found: Mapping[str, Any]) -> dict[str, Any]:
    rows = [{**each, "tries": _attempts(client, each["id"])} for each in found["deliveries"]]
    return {**found, "deliveries": rows}


def replay(
    client: Client, delivery_id: str | None, body: Mapping[str, Any], *, as_json: bool = False
) -> int:
    """Resend one delivery, or all that match."""
    if delivery_id is not None:
        sent = client.ask("POST", f"/v1/webhooks/deliveries/{delivery_id}/replay")
        if as_json:
            print_json(sent)
        err.print(f"Queued {sent['id']} again.")
        return Exit.OK
    answer = client.ask("POST", "/v1/webhooks/deliveries/replay", body)
    if as_json:
        print_json(answer)
    more = " More match: run the command again." if answer["more"] else ""
    err.print(f"Queued {counted(answer['replayed'], 'delivery', 'deliveries')} again.{more}")
    return Exit.OK


def rekey(forget_old: bool, *, as_json: bool = False) -> int:
    """Encrypt the stored secrets with a new key, or remove keys no longer in use."""
    from cli.settings import load_settings
    from jobs.db.engine import Database
    from jobs.webhooks.endpoint_store import secret_keys
    from jobs.webhooks.key_rotation import forget_old_keys, seal_all, use_new_key
    from jobs.webhooks.secret_box import SecretKeyMissing

    settings = load_settings()
    database, keys = Database(settings.sqlalchemy_url), secret_keys(settings)
    try:
        if forget_old:
            seal_all(database, keys)
            done = {"keys_removed": forget_old_keys(database, keys)}
            err.print(f"Removed {counted(done['keys_removed'], 'old key')}.")
        else:
            done = {"secrets_encrypted": use_new_key(database, keys)}
            err.print(f"Encrypted {counted(done['secrets_encrypted'], 'secret')} with a new key.")
            err.print(f"It is the first in {settings.webhook_key_path}; the old keys stay there.")
    except (SecretKeyMissing, OSError) as error:
        complain(str(error))
        return Exit.INSTALLATION
    finally:
        database.close()
    if as_json:
        print_json(done)
    return Exit.OK


def _row(table: Table, *cells: str) -> None:
    table.add_row(*(escape(plain(cell)) for cell in cells))


def _attempts(client: Client, delivery_id: str) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = client.ask(
        "GET", f"/v1/webhooks/deliveries/{delivery_id}/attempts"
    )["attempts"]
    return found


def _outcome(attempt: Mapping[str, Any]) -> tuple[str, str, str]:
    answer = str(attempt["status"]) if attempt["status"] else "no answer"
    duration = f"{attempt['duration_ms']:.0f} ms"
    return answer, duration, attempt["error"] or attempt["response"][:80]


def _print_attempt(attempt: Mapping[str, Any]) -> None:
    out.print(escape(plain(" ".join(_outcome(attempt)))))
