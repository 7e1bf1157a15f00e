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
from cli.server_options import Key, Server
from cli.service_commands import commands as service_commands
from cli.webhooks.commands import app as webhooks

app = typer.Typer(
    help="Read documents: detection and OCR, on this machine or as a service.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(service_commands)
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
    server: Server = None,
    key: Key = None,
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
