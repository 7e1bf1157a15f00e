"""The MCP server: its tools, over standard input and output or over HTTP."""

import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

import anyio
import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations

from pagesight.mcp.backend import Backend
from pagesight.mcp.config import Config
from pagesight.mcp.tools.contents import (
    get_fields,
    get_page,
    get_table,
    markdown_resource,
    page_resource,
    result_resource,
    search_words,
    verify_text,
)
from pagesight.mcp.tools.pictures import get_picture
from pagesight.mcp.tools.reading import get_job, read_document

PATH = "/mcp"
MOST_BYTES = 64 << 20  # of a request; a document in base64 is a third larger than its file
_TOOLS = (
    read_document,
    get_job,
    get_page,
    get_table,
    get_fields,
    search_words,
    verify_text,
)
# What a program may attach to a conversation by its address, without a call of a tool.
_RESOURCES: dict[str, tuple[Callable[..., object], str]] = {
    "pagesight://jobs/{job_id}/pages/{number}": (page_resource, "text/markdown"),
    "pagesight://jobs/{job_id}/document.md": (markdown_resource, "text/markdown"),
    "pagesight://jobs/{job_id}/result.json": (result_resource, "application/json"),
}
INSTRUCTIONS = """\
Reads images and PDFs with OCR. read_document answers with a job id. Then fetch only what you need:
get_page (text or Markdown in parts), get_table, get_fields, search_words (with places on the page),
get_picture (to look at a part of a page). Words that may be wrong are counted as doubtful_words."""


def create_server(config: Config) -> MCPServer[Backend]:
    """A server with all tools."""

    @asynccontextmanager
    async def lifespan(_server: MCPServer[Backend]) -> AsyncIterator[Backend]:
        backend = Backend(config)
        try:
            yield backend
        finally:
            await backend.close()

    server: MCPServer[Backend] = MCPServer(
        "pagesight",
        title="Pagesight",
        instructions=INSTRUCTIONS,
        version=_version(),
        lifespan=lifespan,
        log_level="WARNING",
    )
    for tool in _TOOLS:
        server.add_tool(tool, annotations=_annotations(tool))
    server.add_tool(get_picture, annotations=_annotations(get_picture), structured_output=False)
    for uri, (read, media_type) in _RESOURCES.items():
        server.resource(uri, description=read.__doc__, mime_type=media_type)(read)
    return server


def _annotations(tool: Callable[..., object]) -> ToolAnnotations:
    """Only one tool changes anything: it has a document read. None deletes."""
    title = tool.__name__.replace("_", " ").capitalize()
    reads = tool is not read_document
    return ToolAnnotations(title=title, read_only_hint=reads, destructive_hint=False)


def _version() -> str:
    for name in ("pagesight", "pagesight-client"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return ""


def serve_stdio(config: Config) -> None:
    """Serve the program that started this process, until it closes the standard input."""
    create_server(config).run("stdio")


def serve_http(config: Config, host: str, port: int) -> None:
    """Serve over streamable HTTP, until Ctrl-C. Port 0 picks a free one."""
    app = create_server(config).streamable_http_app(
        streamable_http_path=PATH, max_request_body_size=MOST_BYTES, host=host
    )
    listening = socket.create_server((host, port))
    address, chosen = listening.getsockname()[:2]
    sys.stderr.write(f"MCP over HTTP at http://{address}:{chosen}{PATH}\n")
    sys.stderr.flush()
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    anyio.run(lambda: server.serve(sockets=[listening]))
