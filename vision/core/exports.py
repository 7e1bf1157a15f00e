"""What an export is given and what it makes. Light: the API imports it."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from vision.core.document import Page

if TYPE_CHECKING:
    from vision.core.arrays import Image


class Artefact(NamedTuple):
    """One file of an export; `page` is set where each page has a file of its own."""

    content: bytes
    page: int | None = None


class Source(Protocol):
    """The document that a result was read from, for exports that draw or embed its pages."""

    @property
    def path(self) -> Path:
        """The file as it was submitted."""
        ...

    def page_image(self, page: Page) -> "Image":
        """The page in the frame of its coordinates, RGB."""
        ...
