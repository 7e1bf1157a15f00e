"""Odd, broken and hostile documents collected by other projects, through the real sandbox."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vision.core.errors import BadInput
from vision.input.sandbox.pool import DecoderPool
from vision.input.sandbox.validation import CODES

pytestmark = pytest.mark.data

READ_FORMATS = {"JPEG", "MPO", "PNG", "TIFF", "WEBP", "BMP", "GIF", "AVIF", "JPEG2000"}


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    with DecoderPool(size=2) as pool:
        yield pool


def outcome(pool: DecoderPool, path: Path) -> str:
    """`page`, or the code of the refusal; whatever else is raised fails the test."""
    try:
        pool.probe(path)
        pool.decode(path, 1, 150)
    except BadInput as error:
        return error.code
    return "page"


@pytest.mark.parametrize("folder", ["nasty_images", "nasty_pdfs"])
def test_every_nasty_file_gives_a_page_or_a_typed_refusal_in_time(
    pool: DecoderPool, data_dir: Path, folder: str
) -> None:
    expected = json.loads((data_dir / folder / "expect.json").read_text())
    for name, known in sorted(expected.items()):
        started = time.monotonic()
        result = outcome(pool, data_dir / folder / name)
        assert result in CODES | {"page"}, name
        assert time.monotonic() - started < 10, name
        if known.get("renders") or (known.get("loads") and known["format"] in READ_FORMATS):
            assert result == "page", name
        elif known.get("loads"):
            assert result == "unsupported_type", name
