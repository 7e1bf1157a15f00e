"""Regions as labels for training detectors: COCO's JSON, and a text file for each page for YOLO."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from vision.core.document import Box, Document, Page
from vision.core.exports import Artefact, PagedDocument, Source, WholeDocument


def export_coco(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: one file. Boxes are x, y, width and height in pixels."""
    return coco_file(WholeDocument(document))


def coco_file(document: PagedDocument) -> Iterator[Artefact]:
    """Yield the same file; of the document, its labels are in memory."""
    numbers = _numbers(document, first=1)
    frame = document.frame
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for page in document.pages():
        images.append(_image(page))
        annotations += _annotations(page, numbers, first=len(annotations) + 1)
    made = {
        "info": {"description": frame.document.sha256, "version": frame.receipt.version},
        "images": images,
        "categories": [{"id": number, "name": label} for label, number in numbers.items()],
        "annotations": annotations,
    }
    yield Artefact(json.dumps(made, ensure_ascii=False).encode())


def export_yolo(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: a file a page, and the names of the classes in their order."""
    return yolo_files(WholeDocument(document))


def yolo_files(document: PagedDocument) -> Iterator[Artefact]:
    """Yield the same files, after a first pass for the classes."""
    numbers = _numbers(document, first=0)
    for page in document.pages():
        rows = [
            " ".join((str(numbers[region.label]), *_shares(region.box, page)))
            for region in page.regions
        ]
        yield Artefact("".join(f"{row}\n" for row in rows).encode(), page.number)
    names = (" ".join(label.split()) for label in numbers)
    yield Artefact("".join(f"{name}\n" for name in names).encode(), name="classes")


def _numbers(document: PagedDocument, first: int) -> dict[str, int]:
    labels = sorted({region.label for page in document.pages() for region in page.regions})
    return {label: number for number, label in enumerate(labels, first)}


def _image(page: Page) -> dict[str, Any]:
    name = f"page-{page.number}.png"
    return {"id": page.number, "file_name": name, "width": page.width, "height": page.height}


def _annotations(page: Page, numbers: Mapping[str, int], first: int) -> Iterator[dict[str, Any]]:
    for number, region in enumerate(page.regions, first):
        yield {
            "id": number,
            "image_id": page.number,
            "category_id": numbers[region.label],
            "bbox": [round(side, 2) for side in _sides(region.box)],
            "area": round(region.box.area, 2),
            "iscrowd": 0,
            "score": round(region.confidence, 4),
        }


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.width, box.height


def _shares(box: Box, page: Page) -> Iterator[str]:
    """The middle and the size, as shares of the page."""
    middle = ((box.x0 + box.x1) / 2 / page.width, (box.y0 + box.y1) / 2 / page.height)
    for share in (*middle, box.width / page.width, box.height / page.height):
        yield f"{min(max(share, 0), 1):.6f}"
