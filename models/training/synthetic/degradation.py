"""The degradation of pages by scanners, fax machines and phones; boxes stay on their objects.

Images are BGR bytes, shape (height, width, 3); boxes are corners in pixels, shape (n, 4).
"""

import cv2
import numpy as np

Array = np.ndarray
Worn = tuple[Array, Array]
_INK_CONTRAST, _SAME = 60, 10  # of 255: between paper and ink, within paper
_STEP_OUT = 4  # pixels to the left of a box, where the paper's colour is read


def warp_boxes(boxes: Array, matrix: Array) -> Array:
    """Upright boxes around the given boxes' corners after a 3x3 projective map."""
    if not len(boxes):
        return boxes.reshape(0, 4).astype(np.float32)
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 1, 2).astype(np.float64)
    moved = cv2.perspectiveTransform(corners, matrix).reshape(-1, 4, 2)
    return np.hstack([moved.min(1), moved.max(1)]).astype(np.float32)


def clip_boxes(boxes: Array, width: int, height: int, keep: float = 0.4) -> tuple[Array, Array]:
    """Clip boxes to the image; also returns which keep at least `keep` of their area."""
    limits = np.array([width, height, width, height], np.float32)
    cut = np.clip(boxes, 0, limits)
    kept = _areas(cut) > np.maximum(keep * _areas(boxes), 1)
    return cut, kept


def hug_ink(image: Array, box: Array) -> Array:
    """The box (4,) shrunk to its ink; unchanged where its corners differ in colour."""
    x0, y0 = np.maximum(np.floor(box[:2]).astype(int), 0)
    x1, y1 = np.ceil(box[2:]).astype(int)
    part = image[y0:y1, x0:x1].astype(np.int16)
    outside = image[y0, max(0, x0 - _STEP_OUT)].astype(np.int16) if part.size else None
    if outside is None or np.abs(part[[0, 0, -1, -1], [0, -1, 0, -1]] - outside).max() > _SAME:
        return box
    inked = np.abs(part - outside).max(2) > _INK_CONTRAST
    columns, rows = np.flatnonzero(inked.any(0)), np.flatnonzero(inked.any(1))
    if not len(rows):
        return box
    return np.float32([x0 + columns[0], y0 + rows[0], x0 + columns[-1] + 1, y0 + rows[-1] + 1])


def _areas(boxes: Array) -> Array:
    return np.maximum(boxes[:, 2] - boxes[:, 0], 0) * np.maximum(boxes[:, 3] - boxes[:, 1], 0)


def turn_matrix(width: int, height: int, degrees: float, stretch: float = 1.0) -> Array:
    """A 3x3 rotation about the page's centre with a stretch of its height."""
    matrix = np.eye(3)
    matrix[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.diag([1.0, stretch, 1.0]) @ matrix


def turn(image: Array, boxes: Array, degrees: float, stretch: float, paper: int) -> Worn:
    """Skew the page as on a scanner's glass."""
    height, width = image.shape[:2]
    matrix = turn_matrix(width, height, degrees, stretch)
    size = (width, round(height * stretch))
    edge = (paper, paper, paper)
    moved = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_LINEAR, borderValue=edge)
    return moved, warp_boxes(boxes, matrix)


def binarise(image: Array, rng: np.random.Generator) -> Array:
    """Black and white at full resolution, with broken or filled strokes and specks."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    grey += rng.standard_normal(grey.shape, np.float32) * rng.uniform(2, 12)
    grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.3, 0.6))
    black = np.where(grey > rng.uniform(150, 212), 255, 0).astype(np.uint8)
    if rng.random() < 0.6:
        black = speckle(black, rng, rng.uniform(0.00002, 0.0003))
    return cv2.merge([black] * 3)


def speckle(grey: Array, rng: np.random.Generator, share: float) -> Array:
    """Add dark specks of one to three pixels to a grey page."""
    height, width = grey.shape
    count = int(height * width * share)
    ys, xs = rng.integers(0, height, count), rng.integers(0, width, count)
    out = grey.copy()
    for y, x, r in zip(ys, xs, rng.integers(1, 4, count), strict=True):
        out[y : y + r, x : x + r] = 0
    return out


def scan_edges(image: Array, rng: np.random.Generator) -> Array:
    """Dark edges, punch holes and streaks that a scanner adds outside and over the page."""
    out, (height, width) = image.copy(), image.shape[:2]
    for side in range(4):
        if rng.random() < 0.14:
            depth = int(rng.uniform(0.004, 0.03) * width)
            wobble = rng.integers(0, max(2, depth // 2), height if side % 2 else width)
            _darken_edge(out, side, depth, cv2.blur(wobble.astype(np.float32), (1, 31)).ravel())
    if rng.random() < 0.2:
        x = int(rng.uniform(0.02, 0.06) * width)
        for y in np.linspace(
            rng.uniform(0.08, 0.3), rng.uniform(0.7, 0.92), int(rng.integers(2, 4))
        ):
            radius = int(rng.uniform(0.007, 0.014) * width)
            cv2.circle(out, (x, int(y * height)), radius, (int(rng.integers(0, 90)),) * 3, -1)
    return out


def _darken_edge(image: Array, side: int, depth: int, wobble: Array) -> None:
    view = np.rot90(image, side)
    for x, extra in enumerate(wobble[: view.shape[1]]):
        view[: depth + int(extra), x] = 12


def tint(image: Array, rng: np.random.Generator) -> Array:
    """Uneven light, yellowed or grey paper, faded ink and sensor noise."""
    height, width = image.shape[:2]
    light = rng.uniform(0.88, 1.03, (3, 3)).astype(np.float32)
    light = cv2.resize(light, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    colour = np.array([rng.uniform(0.86, 1), rng.uniform(0.93, 1), 1.0], np.float32)
    lift = rng.uniform(0, 45)
    page = (image.astype(np.float32) * (1 - lift / 255) + lift) * light * colour
    page += rng.standard_normal((height, width, 1), np.float32) * rng.uniform(1, 8)
    return np.clip(page, 0, 255).astype(np.uint8)


def _grey_now_and_then(image: Array, rng: np.random.Generator, chance: float) -> Array:
    if rng.random() >= chance:
        return image
    return cv2.merge([cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)] * 3)


def clean(image: Array, boxes: Array, rng: np.random.Generator) -> Worn:
    """A born-digital page, unchanged but for a rare loss of colour."""
    return _grey_now_and_then(image, rng, 0.15), boxes


def scan(image: Array, boxes: Array, rng: np.random.Generator) -> Worn:
    """A grey or coloured scan."""
    image, boxes = turn(image, boxes, rng.normal(0, 0.7), rng.uniform(0.9, 1.1), 250)
    image = _grey_now_and_then(tint(scan_edges(image, rng), rng), rng, 0.5)
    return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.1)), boxes


def bilevel(image: Array, boxes: Array, rng: np.random.Generator) -> Worn:
    """A scan to black and white, as archives keep them."""
    image, boxes = turn(image, boxes, rng.normal(0, 0.8), rng.uniform(0.88, 1.12), 255)
    return binarise(scan_edges(image, rng), rng), boxes


def fax(image: Array, boxes: Array, rng: np.random.Generator) -> Worn:
    """A coarser black-and-white copy with streaks."""
    height, width = image.shape[:2]
    coarse = cv2.resize(image, None, fx=0.72, fy=0.72, interpolation=cv2.INTER_AREA)
    image = cv2.resize(binarise(coarse, rng), (width, height), interpolation=cv2.INTER_LINEAR)
    for x in rng.integers(0, width, rng.integers(0, 3)):
        image[:, x : x + 1] = 60
    return turn(image, boxes, rng.normal(0, 0.9), rng.uniform(0.9, 1.1), 255)


def phone(image: Array, boxes: Array, rng: np.random.Generator, ground: Array) -> Worn:
    """A page photographed on a desk, in perspective and uneven light."""
    height, width = image.shape[:2]
    spread = rng.uniform(0, 0.07, (4, 2)) * [width, height]
    inward = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    target = (source + inward * (spread + 0.01 * width)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    desk = cv2.resize(ground, (width, height))
    moved = cv2.warpPerspective(tint(image, rng), matrix, (width, height), flags=cv2.INTER_LINEAR)
    shape = cv2.fillConvexPoly(np.zeros((height, width), np.uint8), target.astype(np.int32), 1)
    page = np.where(shape[..., None] > 0, moved, desk)
    return cv2.GaussianBlur(page, (0, 0), rng.uniform(0.4, 1.3)), warp_boxes(boxes, matrix)


_FLATBED = {"clean": clean, "scan": scan, "bilevel": bilevel, "fax": fax}
WEAR = (*_FLATBED, "phone")


def wear(kind: str, page: Worn, rng: np.random.Generator, ground: Array) -> Worn:
    """Degrade a page and its boxes as `kind` names; `ground` is the picture of the desk."""
    if kind == "phone":
        return phone(*page, rng, ground)
    return _FLATBED[kind](*page, rng)


def shrink(image: Array, boxes: Array, longest: int) -> Worn:
    """Scale a page down so that its longer side is at most `longest` pixels."""
    scale = min(1.0, longest / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return small, (boxes * scale).astype(np.float32)
