import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.registry.trial_images import trial_pictures
from models.yolo.to_onnx import TrainingEnvironment, check_parity, compare
from tests.support import onnx_graphs as onnx
from vision.core.errors import BadInput, EngineFailure

ROOT = Path(__file__).parents[3]

# Stands in for an environment with torch, to give other output than the network.
INTERPRETER = """#!{python}
import sys
import numpy as np
import onnxruntime
_, command, weights, *files = [word for word in sys.argv[1:] if word != "--raw"]
session = onnxruntime.InferenceSession(weights, providers=["CPUExecutionProvider"])
out = session.run(None, {{"images": np.load(files[0])}})[0]
{change}
np.save(files[1], out)
"""


def environment(folder: Path, change: str, weights: Path) -> TrainingEnvironment:
    program = folder / "python"
    program.write_text(INTERPRETER.format(python=sys.executable, change=change))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return TrainingEnvironment(program, weights)


def raw(boxes: float = 0.0, scores: float = 0.0) -> np.ndarray:
    out = np.full((2, 4 + 3, 84), 0.5, np.float32)
    out[1, 2, 7] += boxes
    out[0, 5, 7] += scores
    return out


def rows(*given: tuple[float, ...]) -> np.ndarray:
    """One image of an end-to-end network; the remaining rows are equal with a score near 0."""
    out = np.full((1, 5, 6), 0.001, np.float32)
    for place, row in enumerate(given):
        out[0, place] = row
    return out


CAT, DOG = (10, 10, 50, 50, 0.9, 1), (20, 20, 60, 60, 0.8, 2)


def test_equal_outputs_agree_over_every_place():
    parity = compare("yolov8", raw(), raw())
    assert (parity.box_px, parity.score, parity.compared) == (0.0, 0.0, 2 * 84)


def test_boxes_and_scores_are_compared_separately():
    parity = compare("yolov8", raw(), raw(boxes=3.0, scores=0.25))
    assert (parity.box_px, parity.score) == (3.0, 0.25)


def test_the_order_of_equal_and_of_lowest_scores_does_not_matter():
    last = (1, 2, 3, 4, 0.0012, 0)
    parity = compare("end2end", rows(CAT, DOG, last), rows(DOG, CAT))
    assert (parity.box_px, parity.score, parity.compared) == (0.0, 0.0, 2)


@pytest.mark.parametrize(
    ("other", "px", "score"),
    [
        pytest.param((10, 10, 50, 52, 0.9, 1), 2.0, 0.0, id="moved"),
        pytest.param((10, 10, 50, 50, 0.85, 1), 0.0, 0.05, id="less confident"),
        pytest.param((10, 10, 50, 50, 0.9, 0), np.inf, None, id="another class"),
    ],
)
def test_a_box_that_differs_is_found_among_equal_ones(other, px, score):
    parity = compare("end2end", rows(CAT, DOG), rows(DOG, other))
    assert parity.box_px == px
    assert score is None or parity.score == pytest.approx(score, abs=1e-6)


def test_a_box_that_only_one_side_has_is_a_difference():
    assert compare("end2end", rows(CAT, DOG), rows(CAT)).box_px > 1
    assert compare("end2end", rows(CAT), rows(CAT, DOG)).box_px > 1


def test_where_all_score_the_same_nothing_can_be_compared():
    assert compare("end2end", rows(), rows()).compared == 0


@pytest.fixture
def network(tmp_path: Path) -> Path:
    return onnx.write_colour_detector(tmp_path / "colours.onnx", names="['a', 'b', 'c']")


def test_an_environment_with_the_same_output_proves_parity(tmp_path, network):
    env = environment(tmp_path, "", network)
    parity = check_parity(network, env, trial_pictures(), tmp_path)
    assert (parity.head, parity.box_px, parity.score) == ("yolov8", 0.0, 0.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("out[0, 1, 3] += .1", "0.1 px"),
        ("out[2, 5, 3] += .01", "0.01 of score"),
        ("out = out[:, :, :80]", "torch"),
    ],
)
def test_an_environment_with_other_output_is_a_parity_failure(tmp_path, network, change, message):
    with pytest.raises(EngineFailure, match=message) as failure:
        check_parity(network, environment(tmp_path, change, network), trial_pictures(), tmp_path)
    assert failure.value.code == "parity_failed"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('raise SystemExit("these weights are for sheep")', "for sheep"),
        ("raise SystemExit(3)", "status 3"),
    ],
)
def test_an_error_of_the_environment_is_passed_on(tmp_path, network, change, message):
    with pytest.raises(BadInput, match=message):
        check_parity(network, environment(tmp_path, change, network), trial_pictures(), tmp_path)


def test_the_packages_that_an_interpreter_lacks_are_named(tmp_path):
    env = TrainingEnvironment(Path(sys.executable), tmp_path / "x.pt")
    with pytest.raises(BadInput, match="this environment lacks"):
        env.write(tmp_path / "x.onnx", None, None)


def test_an_interpreter_that_does_not_start_is_named(tmp_path):
    env = TrainingEnvironment(tmp_path / "no-python", tmp_path / "x.pt")
    with pytest.raises(BadInput, match="no-python"):
        env.write(tmp_path / "x.onnx", None, None)


MAKE_WEIGHTS = """
import sys, torch
from ultralytics import YOLO
torch.manual_seed(0)
model = YOLO(sys.argv[1])
head = model.model.model[-1]
for branch in (head.cv3, getattr(head, "one2one_cv3", None) or ()):
    for level in branch:
        level[-1].weight.data.normal_(0, 0.5)
        level[-1].bias.data.normal_(-3, 0.5)
model.save(sys.argv[2])
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("layout", "raw_head", "head"),
    [
        ("yolo26n.yaml", False, "end2end"),
        ("yolo26n.yaml", True, "yolov8"),
        ("yolo11n.yaml", False, "yolov8"),
        ("yolov8n.yaml", False, "yolov8"),
    ],
)
def test_networks_of_ultralytics_compute_the_same_as_in_torch(
    tmp_path, monkeypatch, layout, raw_head, head
):
    """Needs an environment with torch, which `make dev` does not make: its interpreter is named."""
    named = os.environ.get("PAGESIGHT_TRAINING_PYTHON", str(ROOT / ".training" / "bin" / "python"))
    if not Path(named).is_file():
        pytest.skip(
            f"no training environment: {named} (docs/how-to/detectors.md tells how to make one)"
        )
    monkeypatch.setenv("YOLO_CONFIG_DIR", str(tmp_path))
    weights = tmp_path / "made.pt"
    subprocess.run([named, "-c", MAKE_WEIGHTS, layout, str(weights)], check=True)
    env = TrainingEnvironment(Path(named), weights, raw=raw_head)
    env.write(tmp_path / "made.onnx", 128, None)
    parity = check_parity(tmp_path / "made.onnx", env, trial_pictures(), tmp_path)
    assert parity.head == head
    assert parity.compared > 100
