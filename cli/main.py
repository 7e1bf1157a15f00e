"""The `pagesight` command. Each command loads what it needs when it runs, so help is quick."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.exit_codes import Exit
from cli.model_commands import models

app = typer.Typer(
    help="Read documents: detection and OCR, on this machine or as a service.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
keys = typer.Typer(help="API keys of the service.", no_args_is_help=True)
app.add_typer(keys, name="keys")
app.add_typer(models, name="models")


class LineFinder(StrEnum):
    """The line finders by name, as `--help` shows them."""

    learned = "learned"
    tesseract = "tesseract"


class Recogniser(StrEnum):
    """The recognisers by name, as `--help` shows them."""

    tesseract = "tesseract"
    lstm = "lstm"


def _names(text: str) -> tuple[str, ...]:
    """Names with commas, blanks or `+` between, as Tesseract's own command writes languages."""
    return tuple(text.replace("+", " ").replace(",", " ").split())


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"pagesight {version('pagesight')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which one.")
    ] = False,
) -> None:
    """Hold the options that belong to no command."""


@app.command()
def read(
    files: Annotated[list[str], typer.Argument(help="Images or PDFs; `-` is standard input.")],
    form: Annotated[
        str, typer.Option("--format", "-f", help="json, text, markdown or overlay (PNG).")
    ] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File, or folder for several results.")
    ] = None,
    languages: Annotated[str, typer.Option(help="Tesseract codes, as eng,deu.")] = "eng",
    lines: Annotated[LineFinder, typer.Option(help="Who finds text lines.")] = LineFinder.learned,
    recogniser: Annotated[
        Recogniser, typer.Option(help="Who reads lines: native Tesseract, or its networks in ONNX.")
    ] = Recogniser.tesseract,
    detectors: Annotated[
        list[str],
        typer.Option(
            "--detector", "--detectors", help="Detector by catalogue name; repeat it; '' for none."
        ),
    ] = ["pagesight-doc"],  # noqa: B006 - typer makes a list of its own for each call
    pages: Annotated[str | None, typer.Option(help="Which pages, as 1-3,7.")] = None,
    dpi: Annotated[int, typer.Option(min=36, max=1200, help="Resolution of PDF pages.")] = 300,
) -> None:
    """Read documents here and now; no server is needed."""
    from cli.read import ReadRequest, read_documents
    from vision.options import ReadOptions

    options = ReadOptions(
        languages=_names(languages),
        lines=lines.value,
        recogniser=recogniser.value,
        detectors=_names(",".join(detectors)),
        pages=pages,
        dpi=dpi,
    )
    raise typer.Exit(read_documents(ReadRequest(tuple(files), form, output, options)))


@app.command()
def serve() -> None:
    """Run the whole service: API, workers and, unless a broker is set, a private Redis."""
    from cli.serve import serve as run

    raise typer.Exit(run())


@app.command()
def api() -> None:
    """Run the API alone."""
    from api.server import run_api
    from jobs.settings import Settings

    run_api(Settings())


@app.command()
def worker(
    role: Annotated[
        str, typer.Option(help="pages reads pages; courier opens, finishes, delivers, mends.")
    ] = "pages",
) -> None:
    """Run one worker process."""
    from cli.worker import work

    raise typer.Exit(work(role))


@app.command()
def migrate() -> None:
    """Bring the database to this version's tables."""
    from jobs.migrate import migrate as run
    from jobs.settings import Settings

    run(Settings())


@app.command()
def demo() -> None:
    """Send a sample document through a service of its own and show what comes back."""
    from cli.demo import demo as run

    raise typer.Exit(run())


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Check this installation: what is there, what really runs where, what to mend."""
    from cli.doctor import doctor as run

    raise typer.Exit(run(as_json=as_json))


@keys.command("create")
def keys_create(
    tenant: Annotated[str, typer.Option(help="Whose jobs the key can see.")] = "default",
    scopes: Annotated[
        str, typer.Option(help="jobs:read, jobs:write, webhooks, admin; commas between.")
    ] = "jobs:read,jobs:write,webhooks",
    name: Annotated[str, typer.Option(help="A note for people.")] = "",
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
) -> None:
    """Make a key. It is shown once."""
    from cli.keys import create

    raise typer.Exit(create(tenant, scopes, name, days))


@keys.command("list")
def keys_list() -> None:
    """List keys, never their secrets."""
    from cli.keys import show

    raise typer.Exit(show())


@keys.command("revoke")
def keys_revoke(key_id: Annotated[str, typer.Argument(help="The id that `list` shows.")]) -> None:
    """Make a key useless from now on."""
    from cli.keys import revoke

    raise typer.Exit(revoke(key_id))


def main() -> None:
    """Run the command; Ctrl-C ends it quietly."""
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)


if __name__ == "__main__":
    main()
