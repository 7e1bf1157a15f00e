"""The family of YOLO networks, as the catalogue describes them."""

from collections.abc import Mapping
from typing import Any, cast, get_args

from vision.core.protocols import Detector
from vision.engines.onnx_session import Session
from vision.object_detection.spec import Colour, Corner, DetectorHints, Head, Size


class YoloFamily:
    """vision.object_detection.family.DetectorFamily of networks with one output."""

    def read_hints(self, table: Mapping[str, Any]) -> DetectorHints:
        """Hints with their defaults; ValueError names the key that is unknown or wrong."""
        fields, plain = dict(table), DetectorHints()
        head, size = fields.pop("head", None), fields.pop("size", None)
        second = fields.pop("second_look_size", None)
        hints = DetectorHints(
            labels=_labels(fields.pop("labels", [])),
            size=None if size is None else _size(size),
            head=None if head is None else cast("Head", _one_of(head, Head, "head")),
            colour=cast("Colour", _one_of(fields.pop("colour", plain.colour), Colour, "colour")),
            divisor=float(fields.pop("divisor", plain.divisor)),
            corner=cast("Corner", _one_of(fields.pop("corner", plain.corner), Corner, "corner")),
            iou_threshold=float(fields.pop("iou_threshold", plain.iou_threshold)),
            second_look_size=None if second is None else _size(second),
            second_look_labels=_labels(fields.pop("second_look_labels", [])),
        )
        if fields:
            raise ValueError(f"unknown keys {', '.join(sorted(fields))}")
        return hints

    def open(self, session: Session, hints: DetectorHints) -> Detector:
        """A detector over the session. EngineFailure where it is no YOLO network."""
        # Reading the catalogue needs no arrays.
        from vision.object_detection.yolo import YoloDetector  # noqa: PLC0415

        return YoloDetector(session, hints)


FAMILY = YoloFamily()


def _labels(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(label, str) for label in value):
        raise ValueError("labels must be a list of names")
    return tuple(value)


def _size(value: object) -> Size:
    match value:
        case [int(height), int(width)] if height > 0 and width > 0:
            return height, width
    raise ValueError("size must be [height, width]")


def _one_of(value: object, choices: Any, key: str) -> str:
    if value not in get_args(choices):
        raise ValueError(f"{key} is {value!r} but must be one of {', '.join(get_args(choices))}")
    return str(value)
