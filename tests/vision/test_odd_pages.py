"""Pages of any size and content are read without an error: bars, discs, letters, noise, nothing."""

import random
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from jobs.settings import Settings
from vision.core.options import ReadOptions, with_profile
from vision.core.stages import PageImage
from vision.pipeline import read_page
from workers.engine.engine import Engine, build_engine

TEXTS = ("1", "12.50", "O", "Total", "\u2014 a", "g", "|", "....", "AB 12", "8", "i")
FACES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf")


def odd_page(seed: int) -> np.ndarray:
    """A page of 1 to 900 pixels a side with up to eight shapes, some with noise over it."""
    source = random.Random(seed)
    sides = ((1, 60), (60, 500), (5, 30), (300, 900))
    page = Image.new(
        "RGB",
        (source.randint(*source.choice(sides)), source.randint(*source.choice(sides))),
        source.choice(("white", "black", "#c8dcf0", "#f0c878")),
    )
    for _ in range(source.randint(0, 8)):
        _draw(ImageDraw.Draw(page), source, page.size)
    pixels = np.array(page)
    if source.random() < 0.2:
        noise = np.random.default_rng(seed).random(pixels.shape[:2]) < source.random() * 0.3
        pixels[noise] = source.choice((0, 255))
    return pixels


def _draw(draw: ImageDraw.ImageDraw, source: random.Random, size: tuple[int, int]) -> None:
    ink = tuple(source.randint(0, 255) for _ in range(3))
    x, y = (source.randint(-5, side) for side in size)
    width, height = (source.randint(1, max(2, side)) for side in size)
    box = (x, y, x + width, y + height)
    shape = source.choice(("frame", "bar", "disc", "ring", "line", "text", "text"))
    if shape == "frame":
        draw.rectangle(box, outline=ink, width=source.randint(1, 4))
    elif shape == "bar":
        draw.rectangle(box, fill=ink)
    elif shape in ("disc", "ring"):
        draw.ellipse(box, fill=ink if shape == "disc" else None, outline=ink, width=2)
    elif shape == "line":
        draw.line(box, fill=ink, width=source.randint(1, 3))
    else:
        font = ImageFont.truetype(source.choice(FACES), source.randint(6, 90))
        draw.text((x, y), source.choice(TEXTS), ink, font)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """All stages of the product."""
    folder = tmp_path_factory.mktemp("odd")
    made = build_engine(Settings(_env_file=None, data_dir=folder, device="cpu"))
    yield made
    made.close()


@pytest.mark.parametrize("profile", ["fast", "balanced", "accurate"])
@pytest.mark.parametrize("first", [0, 20, 40, 60])
def test_odd_pages_are_read(engine: Engine, profile: str, first: int) -> None:
    options = ReadOptions(languages=("eng",), **with_profile({"profile": profile}))
    for seed in range(first, first + 20):
        pixels = odd_page(seed)
        page = read_page(PageImage(1, pixels), engine.stages, options, engine.orienter).page
        assert (page.height, page.width) == pixels.shape[:2]
