import numpy as np
import pytest

from vision.core.errors import EngineFailure
from vision.object_detection.yolo_heads import check_head, decode, recognise_head

SIZE = (64, 64)  # 64 + 16 + 4 = 84 places at strides 8, 16 and 32
BOX = [10.0, 20.0, 30.0, 40.0]  # x0, y0, x1, y1
CENTRED = [20.0, 30.0, 20.0, 20.0]  # centre x, y, width, height


def yolov8(rows):
    """Rows (image, place, centred box, class scores) as the raw output of two images."""
    raw = np.zeros((2, 4 + 3, 84), np.float32)
    for image, place, box, scores in rows:
        raw[image, :, place] = [*box, *scores]
    return raw


def with_objectness(rows, places):
    raw = np.zeros((2, places, 5 + 3), np.float32)
    for image, place, box, objectness, scores in rows:
        raw[image, place] = [*box, objectness, *scores]
    return raw


def as_rows(found):
    return [
        (int(image), int(label), round(float(score), 4), [round(float(v), 3) for v in box])
        for image, label, score, box in zip(
            found.images, found.labels, found.scores, found.boxes, strict=True
        )
    ]


def test_a_yolov8_head_gives_each_box_once_under_its_best_class():
    raw = yolov8([(0, 3, CENTRED, (0.3, 0.75, 0.5)), (1, 80, CENTRED, (0.5, 0.25, 0.0))])
    assert as_rows(decode("yolov8", raw, SIZE, 0.25)) == [(0, 1, 0.75, BOX), (1, 0, 0.5, BOX)]


def test_every_label_of_a_box_that_scores_enough_is_given_when_asked_for():
    raw = yolov8([(0, 3, CENTRED, (0.3, 0.75, 0.5))])
    found = decode("yolov8", raw, SIZE, 0.5, every_label=True)
    assert as_rows(found) == [(0, 1, 0.75, BOX), (0, 2, 0.5, BOX)]


@pytest.mark.parametrize(("threshold", "expected"), [(0.5, 1), (0.4999, 1), (0.5001, 0)])
@pytest.mark.parametrize("head", ["yolov8", "yolov5", "end2end", "yolox"])
def test_a_score_at_the_threshold_counts_and_one_below_does_not(head, threshold, expected):
    raw = {
        "yolov8": yolov8([(0, 0, CENTRED, (0.5, 0, 0))]),
        "yolov5": with_objectness([(0, 0, CENTRED, 1.0, (0.5, 0, 0))], 252),
        "yolox": with_objectness([(0, 0, CENTRED, 0.5, (1.0, 0, 0))], 84)
        * [1, 1, 0, 0, 1, 1, 1, 1],
        "end2end": np.array([[[*BOX, 0.5, 0]]], np.float32),
    }[head]
    assert len(decode(head, raw, SIZE, threshold).scores) == expected


def test_a_yolov5_score_is_objectness_times_class_score():
    raw = with_objectness([(1, 7, CENTRED, 0.5, (0.5, 0.0, 1.0))], 252)
    assert as_rows(decode("yolov5", raw, SIZE, 0.25)) == [(1, 2, 0.5, BOX)]


def test_an_end_to_end_head_is_taken_as_it_is():
    raw = np.array([[[*BOX, 0.9, 2], [*BOX, 0.1, 1]], [[*BOX, 0.3, 0], [0] * 6]], np.float32)
    assert as_rows(decode("end2end", raw, SIZE, 0.25)) == [(0, 2, 0.9, BOX), (1, 0, 0.3, BOX)]


@pytest.mark.parametrize(
    ("place", "centre", "stride"),
    [
        pytest.param(0, (4, 2), 8, id="first cell of stride 8"),
        pytest.param(9, (12, 10), 8, id="second row of stride 8"),
        pytest.param(64, (8, 4), 16, id="first cell of stride 16"),
        pytest.param(83, (48, 40), 32, id="last cell of stride 32"),
    ],
)
def test_a_yolox_box_is_placed_by_its_grid_cell(place, centre, stride):
    raw = with_objectness([(0, place, (0.5, 0.25, 0.0, np.log(2)), 0.8, (0, 1, 0))], 84)
    x, y = centre
    box = [x - stride / 2, y - stride, x + stride / 2, y + stride]
    assert as_rows(decode("yolox", raw, SIZE, 0.25)) == [(0, 1, 0.8, box)]


@pytest.mark.parametrize("head", ["yolov8", "yolov5", "end2end", "yolox"])
@pytest.mark.parametrize("images", [1, 3])
def test_an_output_without_findings_gives_nothing(head, images):
    shape = {"yolov8": (7, 84), "yolov5": (252, 8), "end2end": (300, 6), "yolox": (84, 8)}[head]
    found = decode(head, np.zeros((images, *shape), np.float32), SIZE, 0.25)
    assert found.boxes.shape == (0, 4)
    assert found.of_image(0).scores.shape == (0,)


def test_half_precision_outputs_are_decoded():
    raw = yolov8([(0, 3, CENTRED, (0.0, 0.75, 0.0))]).astype(np.float16)
    assert as_rows(decode("yolov8", raw, SIZE, 0.25)) == [(0, 1, 0.75, BOX)]


@pytest.mark.parametrize(
    ("shape", "classes", "end2end", "head"),
    [
        pytest.param((1, 84, 8400), 80, None, "yolov8", id="YOLOv8 at 640"),
        pytest.param((4, 22, 8400), 18, False, "yolov8", id="a batch"),
        pytest.param((1, 25200, 85), 80, None, "yolov5", id="YOLOv5 at 640"),
        pytest.param((1, 25500, 85), 80, None, "yolov5", id="YOLOv5 P6 at 640"),
        pytest.param((1, 84, 8500), 80, None, "yolov8", id="YOLOv8 P6 at 640"),
        pytest.param((1, 300, 6), 80, True, "end2end", id="YOLO26, by its metadata"),
        pytest.param((1, 300, 6), 80, None, "end2end", id="end to end, by its shape"),
        pytest.param((1, 25200, 6), 1, None, "yolov5", id="YOLOv5 of one class is not end to end"),
        pytest.param((1, 5, 8400), 1, None, "yolov8", id="YOLOv8 of one class"),
    ],
)
def test_the_head_is_told_by_its_shape(shape, classes, end2end, head):
    assert recognise_head(shape, (640, 640), classes, end2end=end2end) == head


@pytest.mark.parametrize(
    ("shape", "classes", "end2end"),
    [
        pytest.param((1, 8400, 85), 80, None, id="YOLOX or YOLOv6: the catalogue must say"),
        pytest.param((1, 84, 8400), 79, None, id="another number of classes"),
        pytest.param((1, 116, 8400), 80, None, id="segmentation"),
        pytest.param((1, 84, 100), 80, None, id="another input size"),
        pytest.param((1, 300, 38), 80, True, id="end-to-end segmentation"),
        pytest.param((1, 1000), 80, None, id="a classifier"),
        pytest.param((1, 300, 6), 80, False, id="metadata deny that it is end to end"),
    ],
)
def test_a_head_that_cannot_be_told_is_refused_with_its_shape(shape, classes, end2end):
    with pytest.raises(EngineFailure) as failure:
        recognise_head(shape, (640, 640), classes, end2end=end2end)
    assert failure.value.code == "model_unsupported"
    assert str(list(shape)) in failure.value.message


@pytest.mark.parametrize(
    ("head", "shape", "fits"),
    [
        ("yolox", (1, 8400, 85), True),
        ("yolox", (1, 3549, 85), False),
        ("yolov8", (1, 84, 8400), True),
        ("yolov8", (1, 8400, 84), False),
        ("yolov5", (1, 25200, 85), True),
        ("end2end", (1, 300, 6), True),
        ("end2end", (1, 300), False),
    ],
)
def test_a_head_named_by_the_catalogue_must_fit_the_output(head, shape, fits):
    if fits:
        check_head(head, shape, (640, 640), 80)
        return
    with pytest.raises(EngineFailure, match="correct its entry"):
        check_head(head, shape, (640, 640), 80)
