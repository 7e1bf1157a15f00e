"""What a detection network needs to be used, where its own metadata do not state it."""

from dataclasses import dataclass
from typing import Literal

Head = Literal["yolov8", "yolov5", "end2end", "yolox"]
Colour = Literal["rgb", "bgr"]
Corner = Literal["centre", "top-left"]
Size = tuple[int, int]  # height, width


@dataclass(frozen=True, slots=True)
class DetectorHints:
    """What a catalogue entry states about a detector; the model's own names and size come first.

    `head` is None where the output's shape determines it. `size` is the input's height and width,
    `divisor` what pixel values of 0 to 255 are divided by, `corner` where a letterboxed image
    lies. `every_label` reports a box for each class that scores enough, not for its best only.
    Boxes of the labels `grown_to_ink` are grown to the strokes that mostly lie in them. Pages on
    which one of `second_look_labels` is suspected are looked at again at `second_look_size`.
    """

    labels: tuple[str, ...] = ()
    size: Size | None = None
    head: Head | None = None
    colour: Colour = "rgb"
    divisor: float = 255.0
    corner: Corner = "centre"
    iou_threshold: float = 0.65
    every_label: bool = False
    grown_to_ink: tuple[str, ...] = ("signature",)
    second_look_size: Size | None = None
    second_look_labels: tuple[str, ...] = ()
