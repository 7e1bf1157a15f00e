"""Images with bytes overwritten or cut off, through the real sandbox; the seeds are fixed."""

import io
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.documents import save, text_page
from vision.core.errors import BadInput
from vision.input.sandbox.pool import DecoderPool
from vision.input.sandbox.validation import CODES

HEIC = Path(__file__).parents[1] / "samples" / "turned.heic"


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    with DecoderPool(size=1) as pool:
        yield pool


def sound(form: str) -> bytes:
    if form == "HEIC":
        return HEIC.read_bytes()
    out = io.BytesIO()
    text_page(200, 150).save(out, form)
    return out.getvalue()


def mutated(content: bytes, seed: int) -> bytes:
    chance = random.Random(seed)
    mutant = bytearray(content)
    for _ in range(chance.choice([1, 3, 20])):
        mutant[chance.randrange(12, len(mutant))] = chance.randrange(256)
    return bytes(mutant[: chance.choice([len(mutant), chance.randrange(20, len(mutant))])])


@pytest.mark.parametrize("form", ["HEIC", "AVIF", "JPEG2000", "WEBP"])
def test_a_mutated_image_gives_a_page_or_a_typed_refusal_and_the_next_is_read(
    form: str, pool: DecoderPool, tmp_path: Path
) -> None:
    content, outcomes = sound(form), set()
    for seed in range(12):
        try:
            pool.decode(save(tmp_path, "mutant", mutated(content, seed)), 1, 72)
            outcomes.add("page")
        except BadInput as error:
            outcomes.add(error.code)
    assert outcomes <= CODES | {"page", "too_costly"}  # nothing crashed
    assert outcomes - {"page"}
    assert pool.decode(save(tmp_path, "sound", content), 1, 72).pixels.size > 1000
