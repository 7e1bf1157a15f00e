"""`pagesight mcp`: the tools of pagesight.mcp, for the service of this machine or another."""

from collections.abc import Sequence
from pathlib import Path

from cli.api_client import ServerRefused, credentials
from cli.console import complain
from cli.exit_codes import Exit
from cli.settings import api_url, load_settings
from pagesight.mcp.main import run


def serve_mcp(
    server: str | None,
    key: str | None,
    roots: Sequence[Path],
    *,
    http: bool,
    host: str,
    port: int,
) -> int:
    """Serve until the caller ends it.

    The key of the data folder is used over standard input and output only, where the caller is
    whoever started the command. Over HTTP callers send keys of their own, unless one was given.
    """
    try:
        if http:
            address = server or api_url(load_settings())
        else:
            address, key = credentials(server, key)
    except ServerRefused as error:
        complain(str(error))
        return Exit.FAILED
    run(address, key, roots, http=http, host=host, port=port)
    return Exit.OK
