"""Regions as the service gives them: the whole reading of a page, around one detector.

A network's boxes are only where a reading begins. Codes that were decoded, the ink of signatures,
ruling lines and the look of lines that were read change, add and remove regions.
"""

from collections.abc import Callable
from pathlib import Path

from models.loaders.resources import LocalResources
from models.loaders.stages import open_stages
from vision.core.arrays import Affine, Image
from vision.core.document import Page
from vision.core.geometry import invert, rotation_affine, transform_box
from vision.core.options import ANY_LANGUAGE, ReadOptions
from vision.core.protocols import Detector, Stages
from vision.core.stages import Detection, PageImage
from vision.pipeline import read_page
from vision.preprocessing.orientation import open_orienter
from vision.recognition.marks.classifier import open_mark_classifier
from vision.recognition.marks.reader import NetworkMarkReader
from vision.recognition.script_detection import open_script_detector

Reader = Callable[[Image], Page]


def open_reader(detector: Detector, least: float, cache: Path) -> Reader:
    """Reads RGB pages of any language with this detector, as a job of default options would.

    `least` is the confidence below which regions are dropped; converted models are kept in `cache`.
    """
    resources = LocalResources(cache_dir=cache, device="cpu")
    opened = open_stages(resources, ())
    stages = Stages(
        opened.finders,
        opened.recognisers,
        {detector.name: detector},
        opened.second_readers,
        opened.analyses,
        opened.rectifiers,
        open_script_detector(resources.tessdata),
        NetworkMarkReader(open_mark_classifier(resources)),
    )
    orienter = open_orienter(resources)
    options = ReadOptions(
        languages=ANY_LANGUAGE, detectors=(detector.name,), min_region_confidence=least
    )

    def read(image: Image) -> Page:
        return read_page(PageImage(1, image), stages, options, orienter).page

    return read


def to_image_of(page: Page) -> Affine:
    """Maps pixels of a page to those of the image that was read, before it was turned upright."""
    turns = page.rotation // 90
    sides = (page.height, page.width) if turns % 2 else (page.width, page.height)
    return invert(rotation_affine(*sides, turns))


def regions_of(page: Page) -> list[Detection]:
    """The page's regions in pixels of the image that was read."""
    to_image = to_image_of(page)
    return [
        Detection(each.label, each.confidence, transform_box(to_image, each.box))
        for each in page.regions
    ]
