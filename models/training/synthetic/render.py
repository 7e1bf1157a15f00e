"""Render pages with a headless Chromium and write images with labels read from the page itself.

python -m models.training.synthetic.render --out DATA --count 4000 [--first 0] [--photographs DIR]
"""

import argparse
import base64
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

import cv2
import numpy as np
from playwright.sync_api import Error, Playwright, sync_playwright

from models.training.labels import CLASS_INDEX, CLASSES, format_labels
from models.training.synthetic import degradation as degrade
from models.training.synthetic.elements.figures import Photographs, scenery
from models.training.synthetic.genres.catalogue import draw_page
from models.training.synthetic.markup import Page

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync")  # fmt: skip
SHARPNESS = 1.3  # device pixels per CSS pixel
_HUGGED = (CLASS_INDEX["formula"], CLASS_INDEX["figure"])  # their layout boxes are loose
LONGEST_SIDE = 832  # of the images that are kept, in pixels
_SHOT = {"format": "jpeg", "quality": 92, "optimizeForSpeed": True}
_READ_BOXES = Path(__file__).with_name("read_boxes.js")


class Camera:
    """One Chromium tab that is reused, which halves the time of a page."""

    def __init__(self, driver: Playwright) -> None:
        self._browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        self._view = self._browser.new_page()
        self._tools = self._view.context.new_cdp_session(self._view)
        self._read_boxes = _READ_BOXES.read_text()

    def shoot(self, page: Page) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Render a page: BGR image, class indices (n,), boxes (n, 4) in pixels of that image."""
        self._view.set_viewport_size({"width": page.width, "height": page.height})
        self._view.set_content(page.html)
        found = self._view.evaluate(self._read_boxes)
        clip = {"x": 0, "y": 0, "width": page.width, "height": page.height, "scale": SHARPNESS}
        shot = self._tools.send("Page.captureScreenshot", {**_SHOT, "clip": clip})["data"]
        image = cv2.imdecode(np.frombuffer(base64.b64decode(shot), np.uint8), cv2.IMREAD_COLOR)
        classes = np.array([CLASS_INDEX[row[0]] for row in found], np.int64)
        boxes = np.array([row[1:] for row in found], np.float32).reshape(-1, 4)
        boxes *= image.shape[1] / page.width
        for index in np.flatnonzero(np.isin(classes, _HUGGED)):
            boxes[index] = degrade.hug_ink(image, boxes[index])
        return image, classes, boxes

    def close(self) -> None:
        """Close this Chromium."""
        self._browser.close()


def wear(
    page: Page, image: np.ndarray, boxes: np.ndarray, seed: int, photographs: Photographs
) -> tuple[np.ndarray, np.ndarray]:
    """Degrade the page as its genre specifies and scale it to the stored size."""
    rng = Random(seed)
    use_photograph = bool(photographs) and rng.random() < 0.6
    ground = photographs.pick(rng) if use_photograph else scenery(rng, 320, 320)
    image, boxes = degrade.wear(page.wear, (image, boxes), np.random.default_rng(seed), ground)
    return degrade.shrink(image, boxes, LONGEST_SIDE)


def write_sample(out: Path, name: str, image: np.ndarray, classes: np.ndarray, boxes: np.ndarray,
                 quality: int) -> None:  # fmt: skip
    """Write one image and its label file; boxes that left the image are dropped."""
    height, width = image.shape[:2]
    boxes, kept = degrade.clip_boxes(boxes, width, height)
    labels = format_labels(classes[kept], boxes[kept], width, height)
    (out / "labels" / f"{name}.txt").write_text(labels)
    partial = out / f"{name}.part.jpg"
    cv2.imwrite(str(partial), image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    partial.rename(out / "images" / f"{name}.jpg")  # readers see whole files only


def missing(out: Path, seeds: range) -> Iterator[tuple[int, str]]:
    """Seeds whose page is missing, so that an interrupted run can be resumed."""
    for seed in seeds:
        name = f"page_{seed:06}"
        if not (out / "images" / f"{name}.jpg").exists():
            yield seed, name


def render(out: Path, seeds: range, photographs: Photographs) -> int:
    """Render all missing seeds; returns how many pages failed."""
    failed = 0
    with sync_playwright() as driver:
        camera = Camera(driver)
        for done, (seed, name) in enumerate(missing(out, seeds), 1):
            page = draw_page(seed, photographs)
            try:
                image, classes, boxes = camera.shoot(page)
            except Error:
                failed += 1
                camera.close()
                camera = Camera(driver)
                continue
            worn = wear(page, image, boxes, seed, photographs)
            quality = 55 + zlib.crc32(name.encode()) % 40
            write_sample(out, name, worn[0], classes, worn[1], quality)
            if done % 1500 == 0:  # keeps Chromium's memory small
                camera.close()
                camera = Camera(driver)
        camera.close()
    return failed


def main() -> None:
    """Parse the command line and render."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--photographs", type=Path)
    args = parser.parse_args()
    for folder in ("images", "labels"):
        (args.out / folder).mkdir(parents=True, exist_ok=True)
    (args.out / "classes.txt").write_text("\n".join(CLASSES) + "\n")
    seeds = range(args.first, args.first + args.count)
    failed = render(args.out, seeds, Photographs(args.photographs))
    sys.stdout.write(f"{args.count - failed} pages in {args.out}, {failed} failed\n")


if __name__ == "__main__":
    main()
