"""A device that batches pages: the next ones are decoded and prepared while it computes."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jobs.settings import Settings
from tests.doubles import WHITE, FaultyFinder, FixedRecogniser
from tests.support.workplace import PLAIN, await_true, pages_pdf
from vision.core.protocols import Stages
from vision.core.stages import NEVER, LineCrop, LineReading, Reread
from vision.input.sandbox.pool import DecoderPool
from vision.pipeline import read_page
from workers.engine.batching import BatchingRecogniser
from workers.inputs.decoders import open_decoders
from workers.inputs.read_options import read_options

PAGES, THREADS = 12, 3
FULL = 64


class Device(FixedRecogniser):
    """Comes back from a batch only when the next page waits for it; a page has one line."""

    def __init__(self) -> None:
        self.merged = BatchingRecogniser(self, FULL, 0.0)
        self.batches: list[int] = []
        self.most_waiting = 0

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        self.batches.append(len(crops))
        if sum(self.batches) < PAGES:
            await_true(self.waiting, "a page that is decoded and prepared")
        self.most_waiting = max(self.most_waiting, self.waiting())
        return super().recognise(crops, reread)

    def waiting(self) -> int:
        return len(self.merged._batcher._waiting)


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with open_decoders(Settings(_env_file=None), THREADS) as pool:
        yield pool


def test_the_device_finds_the_next_page_ready_after_each_batch_and_no_more_wait_than_threads(
    decoders: DecoderPool, tmp_path: Path
) -> None:
    device, document = Device(), tmp_path / "pages.pdf"
    document.write_bytes(pages_pdf(*[WHITE] * PAGES))
    stages = Stages({"learned": FaultyFinder()}, {"tesseract": device.merged}, {})
    options = read_options(PLAIN)

    def read(number: int) -> str:
        image = decoders.decode(document, number, options.dpi)
        return read_page(image, stages, options, None).page.text

    with ThreadPoolExecutor(THREADS) as pool:
        texts = list(pool.map(read, range(1, PAGES + 1)))
    device.merged.close()
    assert texts == ["word"] * PAGES
    assert sum(device.batches) == PAGES
    assert 1 <= device.most_waiting < THREADS
