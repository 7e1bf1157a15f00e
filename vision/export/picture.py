"""The pages as pictures, in the frame of their coordinates: to cut a word or a region out of."""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image as PillowImage

from vision.core.document import Document
from vision.core.exports import Artefact, Source

_QUALITY = 90


def export(document: Document, source: Source) -> Iterator[Artefact]:
    """The registry's entry: a JPEG for each page."""
    for page in document.pages:
        jpeg = BytesIO()
        PillowImage.fromarray(source.page_image(page)).save(jpeg, "JPEG", quality=_QUALITY)
        yield Artefact(jpeg.getvalue(), page.number)
