r"""Write the averaged weights of a run as ONNX, and check that ONNX Runtime agrees with torch.

python -m models.training.export_onnx --run RUN --size 512 --out FILE.onnx \
    [--thresholds thresholds.json]

`--thresholds` takes a file that models.evaluation.thresholds wrote: the confidence at which each
class is balanced becomes the confidence that a job reports by default, and others move with it.
"""

import argparse
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import Tensor, nn

from models.training.labels import CLASSES
from models.training.loss import anchors_for
from models.training.network import BINS, DEVIATION, MEAN, Network
from models.training.train import Run

OPSET, VERSION = 17, "3"
SHOWN_CONFIDENCE = 0.25  # the default of a job's options
LARGEST_THRESHOLD = 0.4  # real pages are less certain than the drawn ones that thresholds are from
TOLERANCE = 2e-2  # pixels of boxes; scores agree far more closely


class Expectation(nn.Module):
    """The mean of each distribution over distances, without a softmax.

    ONNX Runtime transposes for a softmax over any but the last axis, which took a tenth of the
    network's time. Exponentials and two sums in one convolution are equivalent; logits are clamped
    below the overflow of float32.
    """

    _SIDES, _LARGEST_LOGIT = 4, 80.0

    def __init__(self, bins: int) -> None:
        super().__init__()
        weighted = torch.kron(torch.eye(self._SIDES), torch.arange(bins, dtype=torch.float32))
        plain = torch.kron(torch.eye(self._SIDES), torch.ones(bins))
        self.register_buffer("sums", torch.cat([weighted, plain])[:, :, None])

    def forward(self, logits: Tensor) -> Tensor:
        """Logits [batch, 4 * bins, anchors] to distances [batch, 4, anchors]."""
        parts = logits.clamp(max=self._LARGEST_LOGIT).exp()
        sums = nn.functional.conv1d(parts, self.sums)
        return sums[:, : self._SIDES] / sums[:, self._SIDES :]


class Exported(nn.Module):
    """The network as it is used: RGB / 255 in, [batch, 4 + classes, anchors] out.

    The output holds centres and sizes in pixels of the input, then a probability for each class.
    """

    def __init__(self, network: Network, thresholds: Mapping[str, float]) -> None:
        super().__init__()
        self.register_buffer("shift", shifts(thresholds).view(1, -1, 1))
        self.network, self.expectation = network, Expectation(BINS)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("scale", 1 / torch.tensor(DEVIATION).view(1, 3, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Decoded boxes and scores of RGB images; the network itself takes BGR."""
        maps = self.network((images.flip(1) - self.mean) * self.scale)
        anchors = anchors_for(maps)
        rows = torch.cat([level.flatten(2) for level in maps], 2)
        reach = self.expectation(rows[:, self.network.classes :]) * anchors.strides
        centres = anchors.centres.T
        first, last = centres - reach[:, :2], centres + reach[:, 2:]
        scores = (rows[:, : self.network.classes] + self.shift).sigmoid()
        return torch.cat([(first + last) / 2, last - first, scores], 1)


def shifts(thresholds: Mapping[str, float]) -> Tensor:
    """What to add to the logit of each class so that its threshold becomes SHOWN_CONFIDENCE."""
    limited = [min(thresholds.get(name, SHOWN_CONFIDENCE), LARGEST_THRESHOLD) for name in CLASSES]
    return torch.tensor([_logit(SHOWN_CONFIDENCE) - _logit(each) for each in limited])


def _logit(chance: float) -> float:
    return math.log(chance / (1 - chance))


def averaged(checkpoint: Path, thresholds: Mapping[str, float]) -> Exported:
    """The averaged network of a checkpoint in its export form."""
    run = Run.start()
    run.inherit(checkpoint)
    network = run.average.float().to(memory_format=torch.contiguous_format)
    return Exported(network, thresholds).eval()


def metadata(size: int) -> dict[str, str]:
    """What a reader of the file needs, under the keys that detectors' files usually have."""
    return {
        "names": str(dict(enumerate(CLASSES))),
        "imgsz": str([size, size]),
        "stride": "32",
        "task": "detect",
        "batch": "1",
        "author": "Pagesight",
        "version": VERSION,
        "description": f"Pagesight document detector, Apache-2.0, {VERSION} (PicoDet-LCNet)",
        "license": "Apache-2.0",
    }


def write(model: nn.Module, size: int, out: Path) -> None:
    """Export with free batch, height and width, and store the metadata."""
    free = {"images": {0: "batch", 2: "height", 3: "width"}, "output0": {0: "batch", 2: "anchors"}}
    example = torch.zeros(1, 3, size, size)
    torch.onnx.export(
        model, (example,), str(out), opset_version=OPSET, input_names=["images"],
        output_names=["output0"], dynamic_axes=free, dynamo=False,
    )  # fmt: skip
    file = onnx.load(out)
    shape = file.graph.output[0].type.tensor_type.shape
    shape.dim[1].dim_value = 4 + len(CLASSES)
    for key, value in metadata(size).items():
        entry = file.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(file)
    onnx.save(file, out)


def largest_difference(model: nn.Module, size: int, out: Path) -> float:
    """The largest difference between torch and ONNX Runtime on a batch of two oblong images."""
    noise = np.random.default_rng(3).random((2, 3, size, size - 96), dtype=np.float32)
    session = ort.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    ours = session.run(None, {"images": noise})[0]
    with torch.no_grad():
        theirs = model(torch.from_numpy(noise)).numpy()
    return float(np.abs(ours - theirs).max())


def main() -> None:
    """Parse the command line, export, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--thresholds", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    thresholds = json.loads(args.thresholds.read_text()) if args.thresholds else {}
    model = averaged(args.run / "last.pt", thresholds)
    write(model, args.size, args.out)
    difference = largest_difference(model, args.size, args.out)
    if difference > TOLERANCE:
        raise SystemExit(f"torch and ONNX Runtime differ by {difference}")
    size = args.out.stat().st_size
    sys.stdout.write(f"{args.out}: {size} bytes, differs by at most {difference:.5f}\n")


if __name__ == "__main__":
    main()
