"""Documents that a tool is given: a path, a URL, or the bytes in base64."""

import base64
import binascii
from pathlib import Path

from mcp.server.mcpserver.exceptions import ToolError

from pagesight.client.uploads import Source, is_url
from pagesight.mcp.config import Config


def source_of(config: Config, source: str | None, content: str | None) -> Source:
    """The document. Raises ToolError where neither or both are given, or a path is not allowed."""
    if (source is None) == (content is None):
        raise ToolError("Give either `source` (a path or URL) or `content_base64`.")
    if content is not None:
        return _bytes(content)
    assert source is not None
    return source if is_url(source) else _path(config, source)


def _bytes(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ToolError(f"`content_base64` is not base64: {error}") from error


def _path(config: Config, name: str) -> Path:
    """The file, its links followed: it must lie below one of the folders that are allowed."""
    path = Path(name).expanduser().resolve()
    roots = [root.resolve() for root in config.roots]
    if not config.any_path and not any(path.is_relative_to(root) for root in roots):
        allowed = ", ".join(map(str, roots)) or "none; send `content_base64` or a URL"
        raise ToolError(f"{name} is outside the folders that may be read: {allowed}.")
    if not path.is_file():
        raise ToolError(f"{name} is not a file.")
    return path
