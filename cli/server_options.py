"""The options of commands that talk to a running service: its address and a key."""

from typing import Annotated

import typer

Server = Annotated[
    str | None,
    typer.Option(envvar="PAGESIGHT_SERVER", help="Address of the API; this machine's if absent."),
]
Key = Annotated[
    str | None,
    typer.Option(envvar="PAGESIGHT_API_KEY", help="A key; that of the data folder if absent."),
]
