"""Lines of several jobs are read together only where that can gain."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from jobs.settings import Settings
from vision.core.protocols import Recogniser
from vision.core.stages import LineCrop
from workers.engine.engine import merge_calls, resources_of

CORES = len(os.sched_getaffinity(0))


def settings(folder: Path, threads: int) -> Settings:
    return Settings(_env_file=None, device="cpu", data_dir=folder, worker_threads=threads)


def lstm(settings: Settings) -> Recogniser:
    return resources_of(settings).recogniser("lstm")


def crop(text: str) -> LineCrop:
    picture = Image.new("RGB", (40 + 18 * len(text), 60), "white")
    font = ImageFont.truetype("DejaVuSans.ttf", 36)
    ImageDraw.Draw(picture).text((10, 8), text, font=font, fill="black")
    return LineCrop(np.asarray(picture, np.uint8), np.eye(2, 3), ("eng",))


@pytest.mark.parametrize(
    ("threads", "on_gpu", "merged"),
    [(CORES, False, False), (CORES + 1, False, True), (1, True, True)],
)
def test_lines_are_merged_where_threads_outnumber_cores_or_a_gpu_waits(
    tmp_path: Path, threads: int, on_gpu: bool, merged: bool
) -> None:
    chosen = settings(tmp_path, threads)
    merging = merge_calls(lstm(chosen), chosen, on_gpu=on_gpu)
    assert (merging is not None) is merged
    if merging is not None:
        merging.close()


def test_merged_lines_read_as_they_do_alone(tmp_path: Path) -> None:
    alone = lstm(settings(tmp_path, 1))
    merged = merge_calls(alone, settings(tmp_path, CORES + 3), on_gpu=False)
    assert merged is not None
    pages = [[crop(f"page {page} line {line} of many") for line in range(3)] for page in range(6)]
    with ThreadPoolExecutor(CORES + 3) as threads:
        together = list(threads.map(merged.recognise, pages))
    merged.close()
    assert together == [alone.recognise(page) for page in pages]
    assert together[4][2].text == "page 4 line 2 of many"
