"""Text lines by a learned detector: PP-OCRv6 detection in ONNX Runtime."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Image
from vision.core.document import ModelUse, Polygon
from vision.core.stages import FoundLine, FoundLines, Letters
from vision.engines.onnx_session import Session
from vision.engines.resources import Resources
from vision.imaging.connected_components import find_letters
from vision.imaging.planes import bgr_planes, normalising
from vision.text_detection.dbnet_postprocess import Map, MapLine, Quad, quads_of_map
from vision.text_detection.leaders import without_leaders
from vision.text_detection.line_ends import with_whole_ends

MODEL = "pp-ocrv6-det"

# Larger pages are shrunk to this many pixels. Word F1 on receipts / forms: 640² .778/.861, 800²
# .789/.879, 1000² .774/.879 at 1.3 times the cost (every fourth page). Dense pages of 2,300
# pixels gain .004 at 1300².
_MAX_AREA = 800 * 800
# Sides are padded to multiples of this. The network wants 32; few shapes keep the memory that
# ONNX Runtime holds for each of them from growing (immich#23462).
_GRID = 64
# Of PP-OCRv6's published configuration, in the order of the network's planes.
_MEAN = np.array([0.485, 0.456, 0.406], np.float32) * 255
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32) * 255
_TABLES = [normalising(*each) for each in zip(_MEAN, _DEVIATION, strict=True)]


class LearnedLineFinder:
    """LineFinder over an opened PP-OCR detection model; safe from many threads."""

    name = "learned"

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(
        self,
        image: Image,
        languages: Sequence[str],  # noqa: ARG002 - it finds text of any script
        letters: Letters | None = None,
    ) -> FoundLines:
        """Lines of any tilt, as long as the ink at their ends, without leaders.

        Each has the mean probability that its pixels are text.
        """
        height, width = image.shape[:2]
        scale = min(1.0, (_MAX_AREA / (width * height)) ** 0.5)
        small_size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = cv2.resize(image, small_size, interpolation=cv2.INTER_AREA)
        probability = self._probability(np.asarray(small, np.uint8))
        back = np.array([width, height]) / small_size
        found = quads_of_map(probability)
        lines = [_found(line, back) for line in found]
        letters = letters or find_letters(image)
        lines = without_leaders(with_whole_ends(lines, letters), letters)
        return FoundLines(tuple(lines), self.name, self.models())

    def models(self) -> tuple[ModelUse, ...]:
        """The detection model."""
        return (self._session.use,)

    def _probability(self, image: Image) -> Map:
        """Probability of text for each pixel of an RGB image."""
        height, width = image.shape[:2]
        down, right = -height % _GRID, -width % _GRID
        padded = cv2.copyMakeBorder(image, 0, down, 0, right, cv2.BORDER_REPLICATE)
        planes = bgr_planes(np.asarray(padded, np.uint8), _TABLES)
        (probability,) = self._session.run({self._session.inputs[0].name: planes[None]})
        return np.asarray(probability[0, 0, :height, :width], np.float32)


def open_finder(resources: Resources) -> LearnedLineFinder:
    """The registry's entry. EngineFailure as of `Resources.session`."""
    return LearnedLineFinder(resources.session(MODEL))


def _found(line: MapLine, scale: NDArray[np.float64]) -> FoundLine:
    """A line of the map in pixels of the image, `scale` (x, y) of which are one of the map."""
    quad = _polygon(line.quad * scale)
    if line.bent is None:
        return FoundLine(quad, line.score, loose=True)
    height = line.bent.thickness * float(scale[1])
    middle = _polygon(line.bent.middle * scale)
    return FoundLine(quad, line.score, middle=middle, height=height, loose=True)


def _polygon(quad: Quad) -> Polygon:
    return tuple((float(x), float(y)) for x, y in quad)
