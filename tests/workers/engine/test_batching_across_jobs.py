"""Lines of several jobs are read together only where that can gain."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from jobs.settings import Settings
from vision.core.stages import LineCrop
from vision.recognition.lstm.recogniser import LstmRecogniser
from vision.recognition.tesseract import native_recogniser
from workers.engine.batching import BatchingRecogniser
from workers.engine.engine import open_lstm

CORES = len(os.sched_getaffinity(0))


def settings(folder: Path, threads: int) -> Settings:
    return Settings(_env_file=None, device="cpu", data_dir=folder, worker_threads=threads)


def crop(text: str) -> LineCrop:
    picture = Image.new("RGB", (40 + 18 * len(text), 60), "white")
    font = ImageFont.truetype("DejaVuSans.ttf", 36)
    ImageDraw.Draw(picture).text((10, 8), text, font=font, fill="black")
    return LineCrop(np.asarray(picture, np.uint8), np.eye(2, 3), ("eng",), 40.0)


@pytest.mark.parametrize(
    ("threads", "on_gpu", "kind"),
    [(CORES, False, LstmRecogniser), (CORES + 1, False, BatchingRecogniser),
     (1, True, BatchingRecogniser)],
)  # fmt: skip
def test_lines_are_merged_where_threads_outnumber_cores_or_a_gpu_waits(
    tmp_path: Path, threads: int, on_gpu: bool, kind: type
) -> None:
    opened = open_lstm(settings(tmp_path, threads), native_recogniser(None), on_gpu=on_gpu)
    assert isinstance(opened.recogniser, kind)
    for close in opened.closers:
        close()


def test_merged_lines_read_as_they_do_alone(tmp_path: Path) -> None:
    native = native_recogniser(None)
    alone = open_lstm(settings(tmp_path, 1), native, on_gpu=False).recogniser
    merged = open_lstm(settings(tmp_path, CORES + 3), native, on_gpu=False)
    pages = [[crop(f"page {page} line {line} of many") for line in range(3)] for page in range(6)]
    with ThreadPoolExecutor(CORES + 3) as threads:
        together = list(threads.map(merged.recogniser.recognise, pages))
    for close in merged.closers:
        close()
    assert together == [alone.recognise(page) for page in pages]
    assert together[4][2].text == "page 4 line 2 of many"
