"""The `pagesight` command. Each command loads what it needs when it runs, so help is quick."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.exit_codes import Exit
from cli.json_output import AsJson
from cli.keys.commands import app as keys
from cli.models.commands import models
from cli.read.formats import FORMATS_HELP
from cli.read.options import Given, read_options, with_reading_options
from cli.webhooks.commands import app as webhooks

app = typer.Typer(
    help="Read documents: detection and OCR, on this machine or as a service.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(keys, name="keys")
app.add_typer(models, name="models")
app.add_typer(webhooks, name="webhooks")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"pagesight {version('pagesight')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Options of `pagesight` itself."""


@app.command()
@with_reading_options
def read(
    files: Annotated[
        list[str], typer.Argument(help="Images, PDFs or folders of these; `-` is standard input.")
    ],
    form: Annotated[str, typer.Option("--format", "-f", help=FORMATS_HELP)] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File, or folder for several results.")
    ] = None,
    crops: Annotated[
        Path | None, typer.Option(help="Folder for pictures of the doubtful words.")
    ] = None,
    *,
    options: Given,
) -> None:
    """Read documents here and now; no server is needed."""
    from cli.read.command import ReadRequest, read_documents

    request = ReadRequest(tuple(files), form, output, read_options(options), crops)
    raise typer.Exit(read_documents(request))


@app.command()
@with_reading_options
def verify(
    document: Annotated[Path, typer.Argument(help="An image or PDF.")],
    text: Annotated[
        Path, typer.Argument(help="What another reader made of it: Markdown or text; `-` is stdin.")
    ],
    as_json: AsJson = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 unless both readings agree.")
    ] = False,
    ink: Annotated[
        bool, typer.Option(help="Look for ink that neither has words for, and words without ink.")
    ] = True,
    *,
    options: Given,
) -> None:
    """Compare another reader's text, such as a language model's, with the ink of a document."""
    from cli.verify.command import verify_text

    read = read_options(options)
    raise typer.Exit(verify_text(document, text, read, as_json=as_json, strict=strict, ink=ink))


@app.command()
@with_reading_options
def watch(
    folder: Annotated[Path, typer.Argument(help="Folder that images and PDFs are put into.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")],
    form: Annotated[str, typer.Option("--format", "-f", help=FORMATS_HELP)] = "text",
    once: Annotated[bool, typer.Option("--once", help="End when everything is read.")] = False,
    *,
    options: Given,
) -> None:
    """Read what is put into a folder, until Ctrl-C; no server is needed."""
    from cli.read.command import ReadRequest
    from cli.watch.command import WatchRequest, watch_folder

    request = ReadRequest((), form, output, read_options(options))
    raise typer.Exit(watch_folder(WatchRequest(folder, request, once)))


@app.command()
@with_reading_options
def batch(
    source: Annotated[
        Path, typer.Argument(help="A folder, a .zip, or a .jsonl list of documents.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for the results.")
    ] = None,
    form: Annotated[
        list[str] | None,
        typer.Option(
            "--format", "-f", help="Formats beside results.jsonl, repeated or with commas."
        ),
    ] = None,
    priority: Annotated[str, typer.Option(help="interactive, normal or batch.")] = "batch",
    wait: Annotated[bool, typer.Option(help="Wait for the end and fetch the results.")] = True,
    retry: Annotated[
        str | None,
        typer.Option(help="Read again what ended: failed, expired, partial, cancelled; commas."),
    ] = None,
    as_json: AsJson = False,
    server: Annotated[
        str | None,
        typer.Option(
            envvar="PAGESIGHT_SERVER", help="Address of the API; this machine's if absent."
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(envvar="PAGESIGHT_API_KEY", help="A key; that of the data folder if absent."),
    ] = None,
    *,
    options: Given,
) -> None:
    """Have a server read many documents; run it again to continue after an interruption."""
    from cli.batch.command import BatchRequest, send_batch
    from cli.batch.upload import parameters_of

    chosen = output or Path(f"{source.stem}-results")
    wanted = BatchRequest(wait, retry, form or [], as_json)
    code = send_batch(source, chosen, parameters_of(options, priority), server, key, wanted)
    raise typer.Exit(code)


@app.command()
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


@app.command()
def api() -> None:
    """Run the API alone. Its database must have been migrated."""
    from cli.serve.api import serve_api

    serve_api()


@app.command()
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


@app.command()
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


@app.command()
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
    server: Annotated[
        str | None,
        typer.Option(
            envvar="PAGESIGHT_SERVER", help="Address of the API; this machine's if absent."
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(envvar="PAGESIGHT_API_KEY", help="A key; that of the data folder if absent."),
    ] = None,
) -> None:
    """Give a language model tools to read documents (Model Context Protocol)."""
    from cli.mcp.command import serve_mcp

    raise typer.Exit(serve_mcp(server, key, root or [], http=http, host=host, port=port))


@app.command()
def demo() -> None:
    """Start a temporary service, read a sample document with it, and show the result."""
    from cli.demo.command import demo as run

    raise typer.Exit(run())


@app.command()
def doctor(
    as_json: AsJson = False,
) -> None:
    """Check this installation, open every model, and say how to fix what is wrong."""
    from cli.doctor.command import doctor as run

    raise typer.Exit(run(as_json=as_json))


@app.command()
def health(as_json: AsJson = False) -> None:
    """Check that the API or the worker of this container answers; for HEALTHCHECK."""
    from cli.health.command import check_health

    raise typer.Exit(check_health(as_json=as_json))


@app.command()
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


def main() -> None:
    """Run the command. Ctrl-C ends it quietly, and an expected error is one message."""
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    except Exception as error:
        from cli.console import complain
        from cli.failures import explain

        if (explained := explain(error)) is None:
            raise
        message, code = explained
        complain(message)
        sys.exit(code)


if __name__ == "__main__":
    main()
