"""The command `pagesight-mcp` of the client's own distribution."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from pagesight.client.connection import KEY_VARIABLE, LOCAL, SERVER_VARIABLE
from pagesight.mcp.config import Config, is_loopback
from pagesight.mcp.server import serve_http, serve_stdio

DEFAULT_PORT = 8766


def run(
    server: str,
    api_key: str | None,
    roots: Sequence[Path],
    *,
    http: bool,
    host: str,
    port: int,
) -> None:
    """Serve. Over HTTP callers may be anybody: paths are refused unless `roots` allow them.

    `api_key` serves callers of other machines never; they send keys of their own.
    """
    shared = api_key if not http or is_loopback(host) else None
    config = Config(server, shared, tuple(roots), any_path=not http and not roots)
    if http:
        serve_http(config, host, port)
    else:
        serve_stdio(config)


def main(words: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser("pagesight-mcp", description="Read documents as MCP tools.")
    parser.add_argument("--server", default=os.environ.get(SERVER_VARIABLE, LOCAL))
    parser.add_argument("--key", default=os.environ.get(KEY_VARIABLE), help="An API key.")
    parser.add_argument("--root", type=Path, action="append", default=[], help="Folder to read.")
    parser.add_argument("--http", action="store_true", help="Over HTTP instead of stdio.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    given = parser.parse_args(words)
    run(given.server, given.key, given.root, http=given.http, host=given.host, port=given.port)
