"""Pictures of pages: in the frame of the coordinates, so that boxes cut out what they name."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.support.service import document
from vision.export.picture import export


class Coloured:
    """A document whose pages are red left and blue right."""

    path = Path("a.png")

    def page_image(self, page: Any) -> Any:
        pixels = np.zeros((page.height, page.width, 3), np.uint8)
        pixels[:, : page.width // 2] = (255, 0, 0)
        pixels[:, page.width // 2 :] = (0, 0, 255)
        return pixels

    def searchable_pdf(self, pages: Any) -> bytes:
        raise AssertionError("no PDF is needed")


def test_each_page_is_a_jpeg_of_its_own_size_and_colours() -> None:
    files = list(export(document("one", "two"), Coloured()))
    assert [file.page for file in files] == [1, 2]
    for file in files:
        with Image.open(io.BytesIO(file.content)) as picture:
            assert (picture.format, picture.size) == ("JPEG", (100, 100))
            left, right = picture.getpixel((10, 50)), picture.getpixel((90, 50))
    assert np.allclose(left, (255, 0, 0), atol=6)
    assert np.allclose(right, (0, 0, 255), atol=6)
