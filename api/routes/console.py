"""The web console and the readable API description: static pages that need no other host."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import FileResponse

from api.problems import Problem

_FOLDER: Final = Path(__file__).parents[1] / "console"
_ASSETS: Final = frozenset(path.name for path in _FOLDER.glob("*.*"))

router = APIRouter(include_in_schema=False)


@router.get("/")
def show_console() -> FileResponse:
    """The console."""
    return _page("index.html")


@router.get("/docs")
def show_docs() -> FileResponse:
    """The OpenAPI document for people."""
    return _page("docs.html")


@router.get("/console/{name}")
def get_asset(name: str) -> FileResponse:
    """A script or a style sheet."""
    if name not in _ASSETS:
        raise Problem("not_found", "No such file.")
    return _page(name)


def _page(name: str) -> FileResponse:
    return FileResponse(_FOLDER / name, headers={"Cache-Control": "no-cache"})
