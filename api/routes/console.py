"""The web console and the API reference: static pages that need no other host.

They are built from console/ by `make console`.
"""

import gzip
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from fastapi import APIRouter, Header, Response

from api.problems import Problem

_FOLDER: Final = Path(__file__).parents[1] / "console"
_MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}

router = APIRouter(include_in_schema=False)
Encodings = Annotated[str, Header(alias="accept-encoding")]
KnownTag = Annotated[str, Header(alias="if-none-match")]


class Asset(NamedTuple):
    """A built file, plain and compressed; `tag` changes with its content."""

    content: bytes
    compressed: bytes
    media_type: str
    tag: str


@router.get("/")
def show_console(encodings: Encodings = "", known: KnownTag = "") -> Response:
    """The console."""
    return _answer("index.html", encodings, known)


@router.get("/docs")
def show_docs(encodings: Encodings = "", known: KnownTag = "") -> Response:
    """The OpenAPI document for people, to read and to try."""
    return _answer("docs.html", encodings, known)


@router.get("/console/{name}")
def get_asset(name: str, encodings: Encodings = "", known: KnownTag = "") -> Response:
    """A script or a style sheet."""
    return _answer(name, encodings, known)


def _answer(name: str, encodings: str, known: str) -> Response:
    asset = _assets().get(name)
    if asset is None:
        raise Problem("not_found", "No such file.")
    headers = {"Cache-Control": "no-cache", "ETag": asset.tag, "Vary": "Accept-Encoding"}
    if asset.tag in known:
        return Response(status_code=304, headers=headers)
    if "gzip" in encodings:
        headers["Content-Encoding"] = "gzip"
        return Response(asset.compressed, headers=headers, media_type=asset.media_type)
    return Response(asset.content, headers=headers, media_type=asset.media_type)


@cache
def _assets() -> dict[str, Asset]:
    """All built files by name; about 150 kB."""
    files = (path for path in _FOLDER.iterdir() if path.suffix in _MEDIA_TYPES)
    return {path.name: _load(path) for path in files}


def _load(path: Path) -> Asset:
    content = path.read_bytes()
    tag = f'"{sha256(content).hexdigest()[:20]}"'
    # A fixed time makes the bytes the same in every process.
    compressed = gzip.compress(content, mtime=0)
    return Asset(content, compressed, _MEDIA_TYPES[path.suffix], tag)
