"""The commands of `pagesight webhooks` and their options; actions.py and listen.py do the work."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.exit_codes import Exit
from cli.json_output import AsJson
from cli.server_options import Key, Server

app = typer.Typer(help="List, test, verify and resend webhook deliveries.", no_args_is_help=True)

Secrets = Annotated[
    list[str] | None,
    typer.Option("--secret", envvar="PAGESIGHT_WEBHOOK_SECRET", help="whsec_...; may be repeated."),
]
SecretFile = Annotated[Path | None, typer.Option(help="File of secrets, one a line.")]
Moment = Annotated[str | None, typer.Option(help="In UTC, such as 2026-11-21 or 2026-11-21T09:30.")]


@app.command()
def verify(
    headers: Annotated[
        Path, typer.Option(help="File of the headers: `Name: value` lines, or a JSON object.")
    ],
    body: Annotated[
        str, typer.Argument(help="File of the body, byte for byte; `-` is standard input.")
    ] = "-",
    secret: Secrets = None,
    secret_file: SecretFile = None,
    tolerance: Annotated[
        float, typer.Option(min=0, help="Most seconds between sending and now.")
    ] = 300,
    as_json: AsJson = False,
) -> None:
    """Check a delivery kept in files, and say what is wrong with it."""
    from cli.webhooks.actions import verify as run

    secrets = _secrets(secret, secret_file, needed=True)
    raise typer.Exit(run(body, headers, secrets, tolerance, as_json=as_json))


@app.command()
def listen(
    server: Server = None,
    key: Key = None,
    events: Annotated[
        str, typer.Option(help="Comma-separated events or families, such as job.*.")
    ] = "*",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")
    ] = 0,
    only: Annotated[
        bool, typer.Option("--only", help="Listen without registering a receiver.")
    ] = False,
    public_url: Annotated[
        str | None, typer.Option(help="URL to register instead, such as that of a tunnel.")
    ] = None,
    secret: Secrets = None,
    secret_file: SecretFile = None,
    status: Annotated[
        str, typer.Option(help="Statuses to answer with in turn, such as 500,500,204.")
    ] = "204",
    delay: Annotated[float, typer.Option(min=0, help="Seconds before each answer.")] = 0.0,
    forward_to: Annotated[
        str | None, typer.Option(help="Forward each delivery to this URL, and answer as it does.")
    ] = None,
) -> None:
    """Receive deliveries on this machine, verify and show them, until Ctrl-C."""
    from cli.webhooks.listen import Listening
    from cli.webhooks.listen import listen as run

    wanted = Listening(
        port=port,
        events=_words(events),
        public_url=public_url,
        secrets=_secrets(secret, secret_file, needed=False),
        statuses=_statuses(status),
        delay_s=delay,
        forward_to=forward_to,
    )
    if only:
        raise typer.Exit(run(wanted, None))
    _with_client(server, key, lambda client: run(wanted, client))


@app.command("list")
def list_(server: Server = None, key: Key = None, as_json: AsJson = False) -> None:
    """List the receivers, and why one is disabled."""
    from cli.webhooks.actions import show

    _with_client(server, key, lambda client: show(client, as_json=as_json))


@app.command()
def ping(
    webhook_id: Annotated[str, typer.Argument(help="The id shown by `pagesight webhooks list`.")],
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Send a test message to a receiver, and report the outcome."""
    from cli.webhooks.actions import ping as run

    _with_client(server, key, lambda client: run(client, webhook_id, as_json=as_json))


@app.command()
def deliveries(
    server: Server = None,
    key: Key = None,
    webhook: Annotated[str | None, typer.Option(help="Only those of this receiver.")] = None,
    job: Annotated[str | None, typer.Option(help="Only those of this job.")] = None,
    event: Annotated[str | None, typer.Option(help="Only this event, such as job.failed.")] = None,
    state: Annotated[
        str | None, typer.Option(help="Only this state: pending, delivered or failed.")
    ] = None,
    since: Moment = None,
    until: Moment = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Most deliveries to list.")] = 50,
    before: Annotated[str | None, typer.Option(help="Only those older than this id.")] = None,
    attempts: Annotated[bool, typer.Option("--attempts", help="Show every attempt.")] = False,
    as_json: AsJson = False,
) -> None:
    """List deliveries, newest first."""
    from cli.webhooks.actions import deliveries as run

    selection = _selection(webhook, job, since, until)
    query = {**selection, "event": event, "state": state, "limit": limit, "before": before}
    _with_client(server, key, lambda client: run(client, query, attempts, as_json=as_json))


@app.command()
def replay(
    delivery_id: Annotated[
        str | None, typer.Argument(help="One delivery. Without it, all that match the options.")
    ] = None,
    server: Server = None,
    key: Key = None,
    webhook: Annotated[str | None, typer.Option(help="Only those of this receiver.")] = None,
    job: Annotated[str | None, typer.Option(help="Only those of this job.")] = None,
    events: Annotated[str | None, typer.Option(help="Only these events, comma-separated.")] = None,
    states: Annotated[
        str, typer.Option(help="Only these states: failed, delivered, or both.")
    ] = "failed",
    since: Moment = None,
    until: Moment = None,
    as_json: AsJson = False,
) -> None:
    """Resend deliveries, each under its webhook-id."""
    from cli.webhooks.actions import replay as run

    selection = {
        name: value for name, value in _selection(webhook, job, since, until).items() if value
    }
    body = {**selection, "states": _words(states)}
    if events:
        body["events"] = _words(events)
    _with_client(server, key, lambda client: run(client, delivery_id, body, as_json=as_json))


@app.command()
def rekey(
    forget_old: Annotated[
        bool,
        typer.Option("--forget-old", help="Remove keys that no secret is encrypted with any more."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Encrypt the webhook secrets in the database with a new key (on the service's machine)."""
    from cli.webhooks.actions import rekey as run

    raise typer.Exit(run(forget_old, as_json=as_json))


def _with_client(server: str | None, key: str | None, run: Callable[..., int]) -> None:
    from cli.api_client import Client, ServerRefused
    from cli.console import complain

    try:
        client = Client(server, key)
        try:
            code = run(client)
        finally:
            client.close()
    except ServerRefused as error:
        complain(str(error))
        raise typer.Exit(Exit.FAILED) from error
    raise typer.Exit(code)


def _selection(
    webhook: str | None, job: str | None, since: str | None, until: str | None
) -> dict[str, Any]:
    """The parameters of the API that choose deliveries; None where an option is not given."""
    return {
        "webhook_id": webhook,
        "job_id": job,
        "since": _moment(since),
        "until": _moment(until),
    }


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _statuses(text: str) -> list[int]:
    words = _words(text)
    if not words or not all(word.isdigit() and 200 <= int(word) <= 599 for word in words):
        raise typer.BadParameter(f"{text!r}: write statuses from 200 to 599, separated by commas")
    return [int(word) for word in words]


def _moment(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not a time: write 2026-11-21 or 2026-11-21T09:30"
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _secrets(given: list[str] | None, file: Path | None, *, needed: bool) -> list[str]:
    try:
        kept = file.read_text().split() if file is not None else []
    except OSError as error:
        raise typer.BadParameter(str(error)) from error
    secrets = [*(given or []), *kept]
    if needed and not secrets:
        raise typer.BadParameter("give --secret, --secret-file or PAGESIGHT_WEBHOOK_SECRET")
    return secrets
