"""The options of `pagesight webhooks`; what each command does stands in cli/webhook_*.py."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.exit_codes import Exit

app = typer.Typer(help="Webhooks: see, test, verify and repeat deliveries.", no_args_is_help=True)

Server = Annotated[
    str | None,
    typer.Option(envvar="PAGESIGHT_SERVER", help="Address of the API; this machine's if absent."),
]
Key = Annotated[
    str | None,
    typer.Option(envvar="PAGESIGHT_API_KEY", help="An API key; that of the data folder if absent."),
]
Secrets = Annotated[
    list[str] | None,
    typer.Option("--secret", envvar="PAGESIGHT_WEBHOOK_SECRET", help="whsec_...; may be repeated."),
]
SecretFile = Annotated[Path | None, typer.Option(help="A file with secrets, one a line.")]
Moment = Annotated[str | None, typer.Option(help="As 2026-11-21 or 2026-11-21T09:30, in UTC.")]


@app.command()
def verify(
    headers: Annotated[Path, typer.Option(help="`Name: value` lines, or a JSON object.")],
    body: Annotated[str, typer.Argument(help="The body as it came; `-` is standard input.")] = "-",
    secret: Secrets = None,
    secret_file: SecretFile = None,
    tolerance: Annotated[float, typer.Option(min=0, help="Seconds a delivery may be old.")] = 300,
) -> None:
    """Check a delivery that was kept in files, and say what is wrong with it."""
    from cli.webhooks.actions import verify as run

    raise typer.Exit(run(body, headers, _secrets(secret, secret_file, needed=True), tolerance))


@app.command()
def listen(
    server: Server = None,
    key: Key = None,
    events: Annotated[str, typer.Option(help="Events or families, commas between.")] = "*",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 picks a free one.")] = 0,
    only: Annotated[bool, typer.Option("--only", help="Listen and register nothing.")] = False,
    public_url: Annotated[
        str | None, typer.Option(help="What to register instead, as the address of a tunnel.")
    ] = None,
    secret: Secrets = None,
    secret_file: SecretFile = None,
    status: Annotated[str, typer.Option(help="What to answer, in turn, as 500,500,204.")] = "204",
    delay: Annotated[float, typer.Option(min=0, help="Seconds before each answer.")] = 0.0,
    forward_to: Annotated[
        str | None, typer.Option(help="Pass each on and answer as it does.")
    ] = None,
) -> None:
    """Show deliveries as they arrive here, verified, until Ctrl-C."""
    from cli.api_client import Client
    from cli.webhooks.listen import Listening
    from cli.webhooks.listen import listen as run

    def start(client: Client | None) -> int:
        return run(
            Listening(
                port,
                client,
                _words(events),
                public_url,
                _secrets(secret, secret_file, needed=False),
                _statuses(status),
                delay,
                forward_to,
            )
        )

    if only:
        raise typer.Exit(start(None))
    _with_client(server, key, start)


@app.command("list")
def list_(server: Server = None, key: Key = None) -> None:
    """List receivers, and why one is disabled."""
    from cli.webhooks.actions import show

    _with_client(server, key, show)


@app.command()
def ping(
    webhook_id: Annotated[str, typer.Argument(help="The id that `list` shows.")],
    server: Server = None,
    key: Key = None,
) -> None:
    """Send a test message to a receiver and tell how it went."""
    from cli.webhooks.actions import ping as run

    _with_client(server, key, lambda client: run(client, webhook_id))


@app.command()
def deliveries(
    server: Server = None,
    key: Key = None,
    webhook: Annotated[str | None, typer.Option(help="Of this receiver.")] = None,
    job: Annotated[str | None, typer.Option(help="Of this job.")] = None,
    event: Annotated[str | None, typer.Option(help="Of this event, as job.failed.")] = None,
    state: Annotated[str | None, typer.Option(help="pending, delivered or failed.")] = None,
    since: Moment = None,
    until: Moment = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    before: Annotated[str | None, typer.Option(help="Go on from there.")] = None,
    attempts: Annotated[bool, typer.Option("--attempts", help="Show every try.")] = False,
) -> None:
    """List what was sent, newest first."""
    from cli.webhooks.actions import deliveries as run

    query = {
        "webhook_id": webhook,
        "job_id": job,
        "event": event,
        "state": state,
        "since": _moment(since),
        "until": _moment(until),
        "limit": limit,
        "before": before,
    }
    _with_client(server, key, lambda client: run(client, query, attempts))


@app.command()
def replay(
    delivery_id: Annotated[str | None, typer.Argument(help="One delivery; else all meant.")] = None,
    server: Server = None,
    key: Key = None,
    webhook: Annotated[str | None, typer.Option(help="Of this receiver.")] = None,
    job: Annotated[str | None, typer.Option(help="Of this job.")] = None,
    events: Annotated[str | None, typer.Option(help="Of these events, commas between.")] = None,
    states: Annotated[str, typer.Option(help="failed, delivered, or both.")] = "failed",
    since: Moment = None,
    until: Moment = None,
) -> None:
    """Send deliveries again, each under the same webhook-id."""
    from cli.webhooks.actions import replay as run

    body = {
        "webhook_id": webhook,
        "job_id": job,
        "events": _words(events) if events else None,
        "states": _words(states),
        "since": _moment(since),
        "until": _moment(until),
    }
    given = {name: value for name, value in body.items() if value is not None}
    _with_client(server, key, lambda client: run(client, delivery_id, given))


@app.command()
def rekey(
    forget_old: Annotated[
        bool, typer.Option("--forget-old", help="Take out old keys that seal nothing any more.")
    ] = False,
) -> None:
    """Seal the webhook secrets in the database with a new key (on the service's machine)."""
    from cli.webhooks.actions import rekey as run

    raise typer.Exit(run(forget_old))


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


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _statuses(text: str) -> list[int]:
    words = _words(text)
    if not words or not all(word.isdigit() and 200 <= int(word) <= 599 for word in words):
        raise typer.BadParameter(f"statuses are numbers from 200 to 599, commas between: {text!r}")
    return [int(word) for word in words]


def _moment(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"not a moment: {text!r}") from error
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
