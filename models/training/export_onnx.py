"""Write the averaged weights of a run as ONNX, and check that ONNX Runtime agrees with torch.

python -m models.training.export_onnx --run RUN --size 448 --out models/weights/pagesight-doc-3.onnx
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import nn

from models.training.labels import CLASSES
from models.training.train import Run

OPSET, VERSION = 17, "3"
TOLERANCE = 2e-2  # pixels of boxes; scores agree far more closely


class Expectation(nn.Module):
    """The mean of each distribution over distances: ultralytics' DFL without a softmax.

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

    def forward(self, logits: torch.Tensor) -> torch.Tensor:
        """Logits [batch, 4 * bins, anchors] to distances [batch, 4, anchors]."""
        parts = logits.clamp(max=self._LARGEST_LOGIT).exp()
        sums = nn.functional.conv1d(parts, self.sums)
        return sums[:, : self._SIDES] / sums[:, self._SIDES :]


def averaged(checkpoint: Path) -> nn.Module:
    """The averaged network in its export form: one decoded tensor [batch, 4 + classes, anchors]."""
    run = Run.start()
    run.load(checkpoint)
    model = run.average.float().to(memory_format=torch.contiguous_format).eval()
    model.fuse(verbose=False)
    head = model.model[-1]
    head.export, head.format, head.dynamic = True, "onnx", True
    return model


def metadata(size: int) -> dict[str, str]:
    """What a reader of the file needs, under the keys that ultralytics uses."""
    return {
        "names": str(dict(enumerate(CLASSES))),
        "imgsz": str([size, size]),
        "stride": "32",
        "task": "detect",
        "batch": "1",
        "author": "Pagesight",
        "version": VERSION,
        "description": f"Pagesight document detector {VERSION} (YOLO11n, trained from scratch)",
        "license": f"AGPL-3.0 (made with ultralytics; see pagesight-doc-{VERSION}.md)",
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
    """The largest difference between torch and ONNX Runtime on a batch of two noise images."""
    noise = np.random.default_rng(3).random((2, 3, size, size), dtype=np.float32)
    session = ort.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    ours = session.run(None, {"images": noise})[0]
    with torch.no_grad():
        theirs = model(torch.from_numpy(noise)).numpy()
    return float(np.abs(ours - theirs).max())


def main() -> None:
    """Parse the command line, export, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--size", type=int, default=448)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = averaged(args.run / "last.pt")
    model.model[-1].dfl = Expectation(model.model[-1].dfl.c1)
    write(model, args.size, args.out)
    difference = largest_difference(averaged(args.run / "last.pt"), args.size, args.out)
    if difference > TOLERANCE:
        raise SystemExit(f"torch and ONNX Runtime differ by {difference}")
    size = args.out.stat().st_size
    sys.stdout.write(f"{args.out}: {size} bytes, differs by at most {difference:.5f}\n")


if __name__ == "__main__":
    main()
