"""The commands of `pagesight keys` and their options; actions.py does the work."""

from typing import Annotated

import typer

from cli.json_output import AsJson

app = typer.Typer(help="Create, list, rotate and revoke API keys.", no_args_is_help=True)


@app.command("create")
def create_key(
    tenant: Annotated[str, typer.Option(help="Tenant whose jobs the key can access.")] = "default",
    scopes: Annotated[
        str, typer.Option(help="Comma-separated: jobs:read, jobs:write, webhooks, admin.")
    ] = "jobs:read,jobs:write,webhooks",
    name: Annotated[str, typer.Option(help="A name to recognise the key by.")] = "",
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            min=0, help="Requests per second; 0 is no limit. Default: PAGESIGHT_RATE_PER_S."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create a key and print it. It is shown only once."""
    from cli.keys.actions import create

    raise typer.Exit(create(tenant, scopes, name, days, rate, as_json=as_json))


@app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """List the keys, without their secrets."""
    from cli.keys.actions import show

    raise typer.Exit(show(as_json=as_json))


@app.command("rotate")
def rotate_key(
    key_id: Annotated[str, typer.Argument(help="The id shown by `pagesight keys list`.")],
    overlap: Annotated[
        float, typer.Option(min=0, help="Hours for which the old key keeps working.")
    ] = 24,
    as_json: AsJson = False,
) -> None:
    """Replace a key by a new one and print it. It is shown only once."""
    from cli.keys.actions import rotate

    raise typer.Exit(rotate(key_id, overlap, as_json=as_json))


@app.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="The id shown by `pagesight keys list`.")],
    as_json: AsJson = False,
) -> None:
    """Revoke a key. The service refuses it from then on."""
    from cli.keys.actions import revoke

    raise typer.Exit(revoke(key_id, as_json=as_json))
