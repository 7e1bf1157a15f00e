"""A receipt says what ran, and it is the same from the service as from the command line."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from api.intake.options import check_options, options_dict
from cli.read.local_reader import LocalReader
from jobs.domain.states import JobState
from jobs.settings import Settings
from tests.support.workplace import Workplace
from vision.core.document import PageReading
from vision.core.options import Profile, ReadOptions, with_profile
from vision.core.registry import names
from vision.export.json import page_reading_to_dict

PROFILES, FINDERS = get_args(Profile), names("line_finder")
CHOICES = list(itertools.product(PROFILES, FINDERS))
# What differs from one reading to the next, or belongs to the service alone.
PASSING = ("stage_ms", "canary_ms", "worker", "attempt")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with Workplace(tmp_path_factory.mktemp("service"), lease_s=30) as made:
        made.start_worker("control")
        made.await_ready(made.start_worker("pages"))
        yield made


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalReader]:
    settings = Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("local"), device="cpu")
    with LocalReader(settings) as made:
        yield made


@pytest.fixture(scope="module")
def page() -> bytes:
    """Clear print above, and print so faint and speckled that it is read with low confidence."""
    sheet = Image.new("RGB", (900, 500), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(34)
    for row in range(4):
        draw.text((60, 50 + 60 * row), f"Delivery note {4711 + row} of the week", "black", font)
    pixels = np.asarray(sheet).copy()
    faint = Image.new("RGB", (900, 200), "white")
    ImageDraw.Draw(faint).text((60, 40), "Twelve boxes of paper", (150, 150, 150), font)
    noise = np.random.default_rng(5).normal(0, 45, (200, 900, 1))
    pixels[300:] = np.clip(np.asarray(faint) + noise, 0, 255)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def steady(receipt: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in receipt.items() if name not in PASSING}


def read_here(reader: LocalReader, path: Path, options: ReadOptions) -> dict[str, Any]:
    (reading,) = reader.read(reader.open(path, options))
    assert isinstance(reading, PageReading)
    return page_reading_to_dict(replace(reading))


def test_the_service_gives_the_receipt_of_the_command_line_for_every_profile_and_finder(
    place: Workplace, reader: LocalReader, page: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "page.png"
    path.write_bytes(page)
    chosen = [{"profile": profile, "lines": finder} for profile, finder in CHOICES]
    jobs = [place.submit(page, options_dict(check_options(given))) for given in chosen]
    for given, job in zip(chosen, jobs, strict=True):
        ended = place.await_final(job)
        assert ended.state is JobState.SUCCEEDED, given
        (theirs,) = place.result(ended)["receipt"]["pages"]
        ours = read_here(reader, path, ReadOptions(**with_profile(given)))["receipt"]
        assert steady(theirs) == json.loads(json.dumps(steady(ours))), given


def test_a_receipt_names_the_finder_and_the_recognisers_that_read(
    reader: LocalReader, page: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "page.png"
    # Without the speckled part, of whose doubtful words a sample would be read in other languages.
    Image.open(BytesIO(page)).crop((0, 0, 900, 290)).save(path)
    options = ReadOptions(lines="classical", second_reader="off", detectors=())
    receipt = read_here(reader, path, options)["receipt"]
    assert receipt["finder"] == "classical"
    assert set(receipt["lines_read"]) == {"lstm"}
    models = {use["name"] for use in receipt["models"]}
    assert "tesseract-eng" in models
    assert not {"pp-ocrv6-det", "pp-ocrv6-rec"} & models


def test_a_page_without_text_was_read_by_nothing(reader: LocalReader, tmp_path: Path) -> None:
    path = tmp_path / "blank.png"
    Image.new("RGB", (600, 400), "white").save(path)
    receipt = read_here(reader, path, ReadOptions(detectors=()))["receipt"]
    assert receipt["lines_read"] == {}
    assert receipt["models"] == []
