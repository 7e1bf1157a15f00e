"""Commands that run the service and look after it; each loads what it needs when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from cli.json_output import AsJson
from cli.server_options import Key, Server

commands = typer.Typer()


@commands.command()
def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; overrides PAGESIGHT_HOST.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port; 0 picks a free one. Overrides PAGESIGHT_PORT."),
    ] = None,
) -> None:
    """Run the whole service: API, workers and, unless a broker is set, a private Redis."""
    from cli.serve.command import serve as run

    raise typer.Exit(run(host=host, port=port))


@commands.command()
def api() -> None:
    """Run the API alone. Its database must have been migrated."""
    from cli.serve.api import serve_api

    serve_api()


@commands.command()
def worker(
    role: Annotated[
        str,
        typer.Option(
            help="pages reads pages; control opens and finishes jobs, delivers webhooks, recovers."
        ),
    ] = "pages",
) -> None:
    """Run one worker process.

    A pages worker reads pages. A control worker (`--role control`) opens documents, finishes jobs,
    delivers webhooks and recovers work that was lost.
    """
    from cli.serve.worker import work

    raise typer.Exit(work(role))


@commands.command()
def migrate(
    to: Annotated[
        str | None, typer.Option(help="Undo the migrations after this revision, to roll back.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create the database's tables, or upgrade them to this version."""
    from cli.data_folder import prepare_data_folder
    from cli.settings import load_settings
    from jobs.migrations.upgrade import migrate as run
    from jobs.migrations.upgrade import roll_back

    settings = load_settings()
    prepare_data_folder(settings)
    try:
        run(settings) if to is None else roll_back(settings, to)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--to") from error
    if as_json:
        from cli.json_output import print_json

        print_json({"undone_after": to, "migrated": to is None})


@commands.command()
def mcp(
    root: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder whose files callers may name. Any file, if absent; none by HTTP."
        ),
    ] = None,
    http: Annotated[bool, typer.Option("--http", help="Serve over HTTP instead of stdio.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on, with --http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port, with --http.")] = 8766,
    server: Server = None,
    key: Key = None,
) -> None:
    """Give a language model tools to read documents (Model Context Protocol)."""
    from cli.mcp.command import serve_mcp

    raise typer.Exit(serve_mcp(server, key, root or [], http=http, host=host, port=port))


@commands.command()
def demo() -> None:
    """Start a temporary service, read a sample document with it, and show the result."""
    from cli.demo.command import demo as run

    raise typer.Exit(run())


@commands.command()
def doctor(
    as_json: AsJson = False,
) -> None:
    """Check this installation, open every model, and say how to fix what is wrong."""
    from cli.doctor.command import doctor as run

    raise typer.Exit(run(as_json=as_json))


@commands.command()
def health(as_json: AsJson = False) -> None:
    """Check that the API or the worker of this container answers; for HEALTHCHECK."""
    from cli.health.command import check_health

    raise typer.Exit(check_health(as_json=as_json))


@commands.command()
def audit(
    tenant: Annotated[str | None, typer.Option(help="Only events of this tenant.")] = None,
    action: Annotated[
        str | None, typer.Option(help="Only this action, such as key.refused.")
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=1000, help="Most events to list, newest first.")
    ] = 100,
    as_json: AsJson = False,
) -> None:
    """List the audit log: changes to keys and webhooks, deleted jobs and batches."""
    from cli.keys.audit import show

    raise typer.Exit(show(tenant, action, limit, as_json=as_json))
