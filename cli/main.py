"""The `pagesight` command. Each command loads what it needs when it runs, so help is quick."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.exit_codes import Exit
from cli.models.commands import models
from cli.read import options as option
from cli.read.choices import Characters, FigureText, Ocr, Profile
from cli.webhooks.commands import app as webhooks

app = typer.Typer(
    help="Read documents: detection and OCR, on this machine or as a service.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
keys = typer.Typer(help="API keys of the service.", no_args_is_help=True)
app.add_typer(keys, name="keys")
app.add_typer(models, name="models")
app.add_typer(webhooks, name="webhooks")


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
    files: option.Files,
    form: option.Format = "text",
    output: option.Output = None,
    languages: option.Languages = "eng",
    ocr: option.OcrChoice = Ocr.auto,
    profile: option.ProfileChoice = Profile.balanced,
    lines: option.Lines = None,
    recogniser: option.RecogniserChoice = None,
    second_reader: option.SecondReaderChoice = None,
    detectors: option.Detectors = None,
    min_confidence: option.MinConfidence = 0.0,
    figure_text: option.FigureTextChoice = FigureText.keep,
    characters: option.CharactersChoice = Characters.off,
    crops: option.Crops = None,
    pages: option.Pages = None,
    dpi: option.Dpi = 300,
) -> None:
    """Read documents here and now; no server is needed."""
    from cli.read.command import ReadRequest, read_documents
    from vision.core.options import ReadOptions, with_profile

    overriding = {
        "lines": lines and lines.value,
        "recogniser": recogniser and recogniser.value,
        "second_reader": second_reader and second_reader.value,
        "detectors": None if detectors is None else _names(",".join(detectors)),
    }
    given = {name: value for name, value in overriding.items() if value is not None}
    chosen = ReadOptions(
        **with_profile({"profile": profile.value, **given}),
        languages=_names(languages),
        ocr=ocr.value,
        min_confidence=min_confidence,
        figure_text=figure_text.value,
        characters=characters.value,
        pages=pages,
        dpi=dpi,
    )
    raise typer.Exit(read_documents(ReadRequest(tuple(files), form, output, chosen, crops)))


@app.command()
def batch(
    source: Annotated[Path, typer.Argument(help="A folder, a .zip, or a .jsonl of documents.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for what comes back.")
    ] = None,
    languages: Annotated[str, typer.Option(help="Tesseract codes, as eng,deu.")] = "eng",
    priority: Annotated[str, typer.Option(help="interactive, normal or batch.")] = "batch",
    wait: Annotated[bool, typer.Option(help="Wait for the end and fetch the results.")] = True,
    retry: Annotated[
        str | None,
        typer.Option(help="Read again what ended: failed, expired, partial, cancelled; commas."),
    ] = None,
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
    """Have a server read many documents; run it again to go on after an interruption."""
    from cli.batch.command import send_batch

    chosen = output or Path(f"{source.stem}-results")
    options = {"languages": _names(languages)}
    code = send_batch(source, chosen, options, priority, server, key, wait=wait, retry=retry)
    raise typer.Exit(code)


@app.command()
def serve() -> None:
    """Run the whole service: API, workers and, unless a broker is set, a private Redis."""
    from cli.serve.command import serve as run

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
        str,
        typer.Option(
            help="pages reads pages; control opens and finishes jobs, delivers webhooks, recovers."
        ),
    ] = "pages",
) -> None:
    """Run one worker process."""
    from cli.serve.worker import work

    raise typer.Exit(work(role))


@app.command()
def migrate() -> None:
    """Bring the database to this version's tables."""
    from jobs.migrations.upgrade import migrate as run
    from jobs.settings import Settings

    run(Settings())


@app.command()
def demo() -> None:
    """Send a sample document through a service of its own and show what comes back."""
    from cli.demo.command import demo as run

    raise typer.Exit(run())


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Check this installation: what is there, what really runs where, what to mend."""
    from cli.doctor.command import doctor as run

    raise typer.Exit(run(as_json=as_json))


@app.command()
def audit(
    tenant: Annotated[str | None, typer.Option(help="Of this tenant alone.")] = None,
    action: Annotated[str | None, typer.Option(help="As key.refused or job.deleted.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 100,
) -> None:
    """List who did what to keys, webhooks and stored documents."""
    from cli.keys.audit import show

    raise typer.Exit(show(tenant, action, limit))


@keys.command("create")
def keys_create(
    tenant: Annotated[str, typer.Option(help="Whose jobs the key can see.")] = "default",
    scopes: Annotated[
        str, typer.Option(help="jobs:read, jobs:write, webhooks, admin; commas between.")
    ] = "jobs:read,jobs:write,webhooks",
    name: Annotated[str, typer.Option(help="A note for people.")] = "",
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            min=0, help="Requests a second; 0 is no limit. PAGESIGHT_RATE_PER_S if absent."
        ),
    ] = None,
) -> None:
    """Make a key. It is shown once."""
    from cli.keys.actions import create

    raise typer.Exit(create(tenant, scopes, name, days, rate))


@keys.command("list")
def keys_list() -> None:
    """List keys, never their secrets."""
    from cli.keys.actions import show

    raise typer.Exit(show())


@keys.command("rotate")
def keys_rotate(
    key_id: Annotated[str, typer.Argument(help="The id that `list` shows.")],
    overlap: Annotated[float, typer.Option(min=0, help="Hours the old key still works.")] = 24,
) -> None:
    """Make a key that takes another one's place. It is shown once."""
    from cli.keys.actions import rotate

    raise typer.Exit(rotate(key_id, overlap))


@keys.command("revoke")
def keys_revoke(key_id: Annotated[str, typer.Argument(help="The id that `list` shows.")]) -> None:
    """Make a key useless from now on."""
    from cli.keys.actions import revoke

    raise typer.Exit(revoke(key_id))


def main() -> None:
    """Run the command; Ctrl-C ends it quietly."""
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)


if __name__ == "__main__":
    main()
