"""Finds labelled regions with YOLO networks: letterbox, run, decode, suppress, grow to ink."""

import ast
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Image
from vision.core.document import Box, ModelUse
from vision.core.errors import EngineFailure
from vision.core.stages import Detection, Detections
from vision.engines.onnx_session import CPU_PROVIDER, Session
from vision.object_detection.letterbox import Letterbox, draw_letterbox, plan_letterbox
from vision.object_detection.nms import suppress
from vision.object_detection.second_look import LEAST, is_suspected, merged
from vision.object_detection.signature_refinement import with_whole_ink
from vision.object_detection.spec import DetectorHints, Head, Size
from vision.object_detection.yolo_heads import Candidates, check_head, decode, recognise_head

# On a CPU the activations of eight pages at 640 pixels do not fit its caches, and a page costs a
# fifth more CPU time than alone. A GPU is not fully used by one page at a time.
_LARGEST_BATCH, _LARGEST_BATCH_ON_CPU = 8, 1
_MOST_CANDIDATES = 3000  # per image before suppression; bounds the time that a noisy page takes
_MOST_DETECTIONS = 300
_COARSEST_STRIDE = 64  # of the networks whose heads are known; P6's


class YoloDetector:
    """A YOLO network behind vision.core.protocols.Detector. Stateless: threads may share one.

    Construction runs one blank image, so an unusable model fails here and not on a page.
    """

    def __init__(self, session: Session, hints: DetectorHints | None = None) -> None:
        self._session = session
        self._hints = hints or DetectorHints()
        self.name = session.use.name
        self._input = session.inputs[0]
        self.labels = _labels(session.metadata) or self._hints.labels
        self.size = self._input_size()
        on_cpu = session.provider == CPU_PROVIDER
        free = _LARGEST_BATCH_ON_CPU if on_cpu else _LARGEST_BATCH
        self._batch = self._input.shape[0] or free
        self._stride = _stride(session.metadata)
        # A single page needs no square: the padding beside an upright one is a quarter of the work.
        self._snug = self._batch == 1 and self._takes_oblong()
        self.head: Head = self._find_head()
        self._second = self._hints.second_look_size
        if self._second is not None:
            self.infer(np.zeros((self._input.shape[0] or 1, 3, *self._second), self._input.dtype))

    def detect(self, images: Sequence[Image], min_confidence: float) -> list[Detections]:
        """Detections of each RGB image in its own pixels, most confident first.

        Boxes of the labels in `hints.grown_to_ink` are grown (signature_refinement.py), and pages
        where one of `hints.second_look_labels` is suspected are looked at twice (second_look.py).
        """
        found: list[Detections] = []
        least = min(min_confidence, LEAST) if self._second else min_confidence
        for share in self.shares(images):
            pages = self._look(share, least, self.size)
            for image, page in zip(share, pages, strict=True):
                both = self._looked_twice(image, page)
                kept = tuple(each for each in both if each.confidence >= min_confidence)
                grown, overlap = self._hints.grown_to_ink, self._hints.iou_threshold
                whole = with_whole_ink(image, kept, grown, overlap)
                found.append(Detections(whole, self.models()))
        return found

    def _look(
        self, images: Sequence[Image], least: float, size: Size
    ) -> list[tuple[Detection, ...]]:
        batch, plans = self.prepare(images, size)
        return self.decode(self.infer(batch), plans, least, batch.shape[2:])

    def _looked_twice(self, image: Image, found: tuple[Detection, ...]) -> tuple[Detection, ...]:
        """What was found, merged with what a second size shows where that is called for."""
        labels = self._hints.second_look_labels
        if self._second is None or not is_suspected(found, labels):
            return found
        return merged(found, self._look([image], LEAST, self._second)[0], labels)

    def shares(self, images: Sequence[Image]) -> list[Sequence[Image]]:
        """The images in batches of the size that is fastest on this provider."""
        return [images[at : at + self._batch] for at in range(0, len(images), self._batch)]

    def models(self) -> tuple[ModelUse, ...]:
        """The model, with its proven provider."""
        return (self._session.use,)

    def prepare(
        self, images: Sequence[Image], size: Size | None = None
    ) -> tuple[NDArray[Any], list[Letterbox]]:
        """The network's input [B, 3, H, W] and where each image lies in it; `size` is its largest.

        A model of a fixed batch size gets zeros for missing images. Where a model leaves height and
        width free and takes images one by one, these are as small as the image allows.
        """
        largest = size or self.size
        height, width = self._size_for(images, largest) if self._snug else largest
        corner = self._hints.corner
        plans = [plan_letterbox(i.shape[1], i.shape[0], width, height, corner) for i in images]
        rows = self._input.shape[0] or len(images)
        batch = np.zeros((rows, 3, height, width), self._input.dtype)
        canvas = np.empty((height, width, 3), np.uint8)
        for plane, image, plan in zip(batch, images, plans, strict=False):
            draw_letterbox(image, plan, canvas)
            ordered = canvas[..., ::-1] if self._hints.colour == "bgr" else canvas
            np.multiply(
                ordered.transpose(2, 0, 1),
                np.float32(1 / self._hints.divisor),
                out=plane,
                dtype=np.float32,
                casting="unsafe",
            )
        return batch, plans

    def infer(self, batch: NDArray[Any]) -> NDArray[Any]:
        """The network's raw output for a prepared batch."""
        return self._session.run({self._input.name: batch})[0]

    def decode(
        self, raw: NDArray[Any], plans: Sequence[Letterbox], min_confidence: float, size: Size
    ) -> list[tuple[Detection, ...]]:
        """The raw output of a prepared batch of this height and width as detections by image."""
        candidates = decode(
            self.head, raw, size, min_confidence, every_label=self._hints.every_label
        )
        return [
            self._detections(candidates.of_image(index), plan) for index, plan in enumerate(plans)
        ]

    def _detections(self, found: Candidates, plan: Letterbox) -> tuple[Detection, ...]:
        best = np.argsort(-found.scores, kind="stable")[:_MOST_CANDIDATES]
        boxes, scores, labels = found.boxes[best], found.scores[best], found.labels[best]
        if self.head != "end2end":
            kept = suppress(boxes, scores, labels, self._hints.iou_threshold, _MOST_DETECTIONS)
            boxes, scores, labels = boxes[kept], scores[kept], labels[kept]
        corners = plan.to_image(boxes)
        visible = (corners[:, 2] > corners[:, 0]) & (corners[:, 3] > corners[:, 1])
        return tuple(
            Detection(self._label(label), score, Box(*corner))
            for corner, score, label in zip(
                corners[visible].tolist(), scores[visible].tolist(), labels[visible].tolist(),
                strict=True,
            )
        )  # fmt: skip

    def _size_for(self, images: Sequence[Image], largest: Size) -> Size:
        """The least height and width, in whole strides, that hold the images as `largest` would."""
        height, width = largest
        plans = [
            plan_letterbox(image.shape[1], image.shape[0], width, height, self._hints.corner)
            for image in images
        ]
        return (
            self._whole_strides(max(plan.fitted_height for plan in plans)),
            self._whole_strides(max(plan.fitted_width for plan in plans)),
        )

    def _whole_strides(self, side: int) -> int:
        return self._stride * math.ceil(side / self._stride)

    def _takes_oblong(self) -> bool:
        """Whether height and width are really free: some files only declare it."""
        if self._input.shape[2:] != (None, None):
            return False
        height, width = self._whole_strides(self.size[0]), self._whole_strides(self.size[1] // 2)
        try:
            self.infer(np.zeros((1, 3, height, width), self._input.dtype))
        except EngineFailure:
            return False
        return True

    def _label(self, index: int) -> str:
        if 0 <= index < len(self.labels):
            return self.labels[index]
        raise _unsupported(
            self.name, f"it found class {index} but has {len(self.labels)} class names"
        )

    def _input_size(self) -> Size:
        shape = self._input.shape
        if len(shape) != 4 or shape[1] not in {3, None}:
            raise _unsupported(self.name, f"its input {shape} is not a batch of colour images")
        if shape[2] and shape[3]:
            return shape[2], shape[3]
        size = _image_size(self._session.metadata) or self._hints.size
        if size is None:
            raise _unsupported(
                self.name, "neither its metadata nor its catalogue entry state a size"
            )
        return size

    def _find_head(self) -> Head:
        if not self.labels:
            raise _unsupported(
                self.name, "neither its metadata nor its catalogue entry name classes"
            )
        blank = np.zeros((self._input.shape[0] or 1, 3, *self.size), self._input.dtype)
        shape = self.infer(blank).shape
        if self._hints.head is None:
            end2end = _end2end(self._session.metadata)
            return recognise_head(shape, self.size, len(self.labels), end2end=end2end)
        check_head(self._hints.head, shape, self.size, len(self.labels))
        return self._hints.head


def _unsupported(name: str, reason: str) -> EngineFailure:
    return EngineFailure("model_unsupported", f"detector {name} cannot be used: {reason}")


def _literal(metadata: Mapping[str, str], key: str) -> object:
    """A Python literal as ultralytics writes its metadata; None where absent or something else."""
    try:
        return ast.literal_eval(metadata.get(key, "None"))
    except (ValueError, SyntaxError):
        return None


def _labels(metadata: Mapping[str, str]) -> tuple[str, ...]:
    names = _literal(metadata, "names")
    if isinstance(names, dict) and sorted(names) == list(range(len(names))):
        return tuple(str(names[index]) for index in range(len(names)))
    return tuple(map(str, names)) if isinstance(names, list) else ()


def _image_size(metadata: Mapping[str, str]) -> Size | None:
    """Ultralytics' `imgsz`: one side, or height and width."""
    match _literal(metadata, "imgsz"):
        case int(side):
            return side, side
        case [int(height), int(width)]:
            return height, width
    return None


def _stride(metadata: Mapping[str, str]) -> int:
    """The pixels of which height and width must be multiples."""
    stride = _literal(metadata, "stride")
    return stride if isinstance(stride, int) and stride > 0 else _COARSEST_STRIDE


def _end2end(metadata: Mapping[str, str]) -> bool | None:
    """Whether duplicates are suppressed inside: so by design, or exported with `nms=True`."""
    arguments = _literal(metadata, "args")
    if isinstance(arguments, dict) and arguments.get("nms") is True:
        return True
    value = _literal(metadata, "end2end")
    return value if isinstance(value, bool) else None
