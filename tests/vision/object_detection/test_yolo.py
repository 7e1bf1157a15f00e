import json

import cv2
import numpy as np
import pytest

from models.evaluation.average_precision import Found, Truth, average_precision
from tests.support import onnx_graphs as onnx
from vision.core.document import Box
from vision.core.errors import EngineFailure
from vision.engines.onnx_session import open_session
from vision.object_detection.spec import DetectorHints
from vision.object_detection.yolo import YoloDetector

NAMES = "{0: 'red', 1: 'green', 2: 'blue'}"
COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
# What a catalogue says of a network that sees colours as the test images mean them.
SEEN_AS_DRAWN = DetectorHints()


def opened(path):
    return open_session(path, name="colours", version="1", sha256="ab", device="cpu")


def detector(tmp_path, hints=SEEN_AS_DRAWN, **metadata):
    path = onnx.write_colour_detector(tmp_path / "colours.onnx", **{"names": NAMES, **metadata})
    return YoloDetector(opened(path), hints)


def page(width, height, **squares):
    """A black page with coloured rectangles, given as name=(x0, y0, x1, y1)."""
    image = np.zeros((height, width, 3), np.uint8)
    for name, (x0, y0, x1, y1) in squares.items():
        image[y0:y1, x0:x1] = COLOURS[name]
    return image


def detect(network, images, min_confidence):
    return [page.found for page in network.detect(images, min_confidence)]


def labels_and_boxes(detections):
    return [(found.label, tuple(round(v) for v in found.box)) for found in detections]


def test_things_are_found_where_they_are_on_a_page_larger_than_the_network(tmp_path):
    image = page(640, 640, red=(0, 0, 320, 320), blue=(320, 320, 640, 640))
    (found,) = detect(detector(tmp_path), [image], 0.5)
    assert sorted(labels_and_boxes(found)) == [
        ("blue", (320, 320, 640, 640)),
        ("red", (0, 0, 320, 320)),
    ]


def test_detections_come_most_confident_first_as_plain_values(tmp_path):
    image = page(64, 64, red=(0, 0, 32, 24), green=(32, 0, 64, 32))
    (found,) = detect(detector(tmp_path), [image], 0.5)
    assert [item.label for item in found] == ["green", "red"]
    assert [round(item.confidence, 4) for item in found] == [1.0, 0.75]
    assert isinstance(found[0].box, Box)
    assert isinstance(found[0].confidence, float)


def test_images_of_several_sizes_are_answered_in_their_own_frames(tmp_path):
    images = [
        page(64, 64, red=(0, 0, 32, 32)),
        page(640, 320, green=(0, 160, 320, 320)),
        page(30, 60),
    ]
    first, second, third = detect(detector(tmp_path), images, 0.5)
    assert labels_and_boxes(first) == [("red", (0, 0, 32, 32))]
    # Centred in 64 x 64, the page covers rows 16 to 48, and green half of the lower left cell.
    assert labels_and_boxes(second) == [("green", (0, 160, 320, 320))]
    assert third == ()


def one_box(x, y, width, height):
    """The output of a YOLOv8 head over 64 x 64 pixels that finds one red thing."""
    output = np.zeros((1, 7, 84), np.float32)
    output[0, :5, 0] = x, y, width, height, 1.0
    return output


@pytest.mark.parametrize(
    ("stride", "size", "expected"),
    [
        ("32", (320, 640), (60, 120, 260, 520)),  # 32 x 64 pixels, no grey
        ("32", (640, 320), (60, 120, 260, 320)),  # 64 x 32, what lies below is cut off
        ("32", (640, 640), (60, 120, 260, 520)),
        ("32", (200, 640), (0, 120, 200, 520)),  # 20 pixels in 32, six of grey on each side
        (None, (320, 640), (0, 120, 100, 520)),  # strides unknown: 64 x 64, 16 of grey
    ],
)
def test_where_the_network_lets_it_a_page_gets_no_more_grey_than_strides_ask_for(
    tmp_path, stride, size, expected
):
    metadata = {"names": NAMES, "imgsz": "[64, 64]"} | ({"stride": stride} if stride else {})
    path = onnx.write_constant(tmp_path / "free.onnx", one_box(16, 32, 20, 40), None, **metadata)
    ((found,),) = detect(YoloDetector(opened(path)), [page(*size)], 0.5)
    assert tuple(round(v) for v in found.box) == expected


@pytest.mark.parametrize(
    ("labels", "confidences"), [(("red",), [0.5, 0.5]), (("green",), [1.0]), ((), [1.0])]
)
def test_a_page_is_looked_at_again_at_another_size_for_the_labels_that_ask_for_it(
    tmp_path, labels, confidences
):
    metadata = {"names": NAMES, "imgsz": "[64, 64]", "stride": "32"}
    path = onnx.write_constant(tmp_path / "free.onnx", one_box(16, 32, 20, 40), None, **metadata)
    hints = DetectorHints(second_look_size=(32, 32), second_look_labels=labels)
    network = YoloDetector(opened(path), hints)
    (found,) = detect(network, [page(64, 64)], 0.4)  # the same pixels of a smaller input
    assert [each.confidence for each in found] == confidences
    assert detect(network, [page(64, 64)], 0.6) == [found if confidences == [1.0] else ()]


def test_a_size_for_second_looks_that_the_network_refuses_is_reported_when_it_is_opened(tmp_path):
    with pytest.raises(EngineFailure):
        detector(tmp_path, DetectorHints(second_look_size=(96, 96)))


def test_a_network_that_only_says_that_it_takes_any_size_gets_squares(tmp_path):
    path = onnx.write_colour_detector(
        tmp_path / "says.onnx", 1, ("height", "width"), names=NAMES, imgsz="[64, 64]", stride="32"
    )
    (found,) = detect(YoloDetector(opened(path)), [page(320, 640, red=(0, 0, 160, 320))], 0.5)
    assert [item.label for item in found] == ["red"]


@pytest.mark.parametrize("batch", [1, 2, 4, "batch"])
@pytest.mark.parametrize("count", [0, 1, 3, 17])
def test_any_number_of_images_goes_through_any_batch_size(tmp_path, batch, count):
    path = onnx.write_colour_detector(tmp_path / "fixed.onnx", batch, names=NAMES)
    names = [list(COLOURS)[index % 3] for index in range(count)]
    images = [page(64, 64, **{name: (0, 0, 32, 32)}) for name in names]
    found = detect(YoloDetector(opened(path)), images, 0.5)
    assert [[item.label for item in each] for each in found] == [[name] for name in names]


def test_a_bgr_network_is_fed_blue_first(tmp_path):
    found = detect(
        detector(tmp_path, DetectorHints(colour="bgr")), [page(64, 64, red=(0, 0, 32, 32))], 0.5
    )
    assert labels_and_boxes(found[0]) == [("blue", (0, 0, 32, 32))]


def test_a_network_for_raw_pixel_values_is_not_fed_fractions(tmp_path):
    (found,) = detect(
        detector(tmp_path, DetectorHints(divisor=1.0)), [page(64, 64, red=(0, 0, 32, 32))], 200.0
    )
    assert [round(item.confidence) for item in found] == [255]


def test_a_top_left_letterbox_pads_below_and_right(tmp_path):
    image = page(640, 320, green=(0, 0, 320, 320))
    (found,) = detect(detector(tmp_path, DetectorHints(corner="top-left")), [image], 0.9)
    assert labels_and_boxes(found) == [("green", (0, 0, 320, 320))]


def test_names_in_the_metadata_win_over_the_catalogue(tmp_path):
    image = page(64, 64, red=(0, 0, 32, 32))
    named = detector(tmp_path, DetectorHints(labels=("x", "y", "z")))
    assert detect(named, [image], 0.5)[0][0].label == "red"
    silent = detector(tmp_path, DetectorHints(labels=("x", "y", "z")), names="")
    assert detect(silent, [image], 0.5)[0][0].label == "x"


def test_the_model_stands_in_the_receipt(tmp_path):
    opened_here = detector(tmp_path)
    (use,) = opened_here.models()
    assert opened_here.detect([page(64, 64)], 0.5)[0].models == (use,)
    assert (use.name, use.version, use.sha256) == ("colours", "1", "ab")
    assert use.provider == "CPUExecutionProvider"


def end2end_model(tmp_path, rows, **metadata):
    output = np.zeros((1, 300, 6), np.float32)
    output[0, : len(rows)] = rows
    path = onnx.write_constant(tmp_path / "end2end.onnx", output, 64, names=NAMES, **metadata)
    return YoloDetector(opened(path))


def test_an_end_to_end_network_is_not_suppressed_again(tmp_path):
    twin = [0, 0, 32, 32, 0.9, 1]
    found = detect(end2end_model(tmp_path, [twin, twin], end2end="True"), [page(128, 128)], 0.5)
    assert labels_and_boxes(found[0]) == [("green", (0, 0, 64, 64))] * 2


def test_boxes_outside_the_image_are_clipped_or_dropped(tmp_path):
    rows = [[-10, -10, 70, 32, 0.9, 0], [70, 70, 90, 90, 0.9, 1], [5, 5, 5, 9, 0.9, 2]]
    (found,) = detect(end2end_model(tmp_path, rows), [page(128, 128)], 0.5)
    assert labels_and_boxes(found) == [("red", (0, 0, 128, 64))]


def test_a_class_without_a_name_is_an_engine_failure(tmp_path):
    broken = end2end_model(tmp_path, [[0, 0, 32, 32, 0.9, 7]])
    with pytest.raises(EngineFailure, match="class 7"):
        detect(broken, [page(64, 64)], 0.5)


@pytest.mark.parametrize(
    ("hints", "metadata", "told"),
    [
        pytest.param(DetectorHints(), {"names": ""}, "name classes", id="no names"),
        pytest.param(DetectorHints(), {"names": "{0: 'a'"}, "name classes", id="broken names"),
        pytest.param(DetectorHints(), {"names": "{0: 'a', 2: 'b'}"}, "name classes", id="gap"),
        pytest.param(DetectorHints(), {"names": "['a', 'b']"}, "2 classes", id="too few names"),
        pytest.param(DetectorHints(head="yolox"), {}, "correct its entry", id="wrong head named"),
        pytest.param(DetectorHints(), {"end2end": "True"}, "end-to-end", id="metadata lie"),
    ],
)
def test_a_model_that_cannot_be_used_is_refused_when_it_is_loaded(tmp_path, hints, metadata, told):
    with pytest.raises(EngineFailure, match=told) as failure:
        detector(tmp_path, hints, **metadata)
    assert failure.value.code == "model_unsupported"


@pytest.mark.parametrize("metadata", [{"imgsz": "[64, 64]"}, {"imgsz": "64"}, {}])
def test_a_network_of_free_size_takes_it_from_metadata_or_catalogue(tmp_path, metadata):
    path = onnx.write_model(
        tmp_path / "free.onnx",
        [
            onnx.node("ReduceMean", ["images"], "mean", keepdims=0),
            onnx.node("Mul", ["mean", "rows"], "output"),
        ],
        [onnx.value("images", ["batch", 3, "height", "width"])],
        [onnx.value("output", [1, 300, 6])],
        [onnx.tensor("rows", np.zeros((1, 300, 6), np.float32))],
        {"names": NAMES, **metadata},
    )
    hints = DetectorHints() if metadata else DetectorHints(size=(64, 64))
    assert YoloDetector(opened(path), hints).size == (64, 64)
    if not metadata:
        with pytest.raises(EngineFailure, match="size"):
            YoloDetector(opened(path))


@pytest.mark.data
def test_a_published_network_finds_what_people_marked(data_dir):
    # Ten pictures, strict score: the full figure is benchmarks/detection_map.py's to tell.
    coco = json.loads((data_dir / "coco_val" / "annotations.json").read_text())
    names = [category["name"] for category in coco["categories"]]
    path = data_dir / "models" / "yolox_nano_416_coco.onnx"
    hints = DetectorHints(tuple(names), head="yolox", colour="bgr", divisor=1.0, corner="top-left")
    network = YoloDetector(opened(path), hints)
    pairs = []
    for entry in coco["images"][:10]:
        pixels = cv2.imread(
            str(data_dir / "coco_val" / "images" / entry["file_name"]), cv2.IMREAD_COLOR_RGB
        )
        found = detect(network, [pixels], 0.05)[0]
        marks = [mark for mark in coco["annotations"] if mark["image_id"] == entry["id"]]
        boxes = np.array([mark["bbox"] for mark in marks], float).reshape(-1, 4)
        boxes[:, 2:] += boxes[:, :2]
        truth = Truth(
            boxes,
            np.array([mark["category_id"] for mark in marks], np.intp),
            np.array([bool(mark.get("iscrowd")) for mark in marks], bool),
        )
        seen = Found(
            np.array([item.box for item in found], float).reshape(-1, 4),
            np.array([names.index(item.label) for item in found], np.intp),
            np.array([item.confidence for item in found]),
        )
        pairs.append((truth, seen))
    assert average_precision(pairs, len(names))["map50"] > 0.4
