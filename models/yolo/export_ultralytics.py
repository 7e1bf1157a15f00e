"""Any detection weights of ultralytics as ONNX; needs an environment with torch and ultralytics.

`pagesight models export` runs this file with the given interpreter, so it imports nothing of
Pagesight.

    PYTHON export_ultralytics.py write WEIGHTS.pt MODEL.onnx [--size PIXELS] [--licence TEXT]
    PYTHON export_ultralytics.py answer WEIGHTS.pt IMAGES.npy ANSWER.npy

`write` writes the file, `answer` the output of torch itself for a batch of images; `--raw` chooses,
of two heads, the one that needs suppression. The last line on standard error states a failure.
"""

import argparse
from pathlib import Path

try:
    import numpy as np
    import onnx
    import torch
    from ultralytics import YOLO
    from ultralytics import __version__ as ultralytics_version
    from ultralytics.nn.modules.head import Detect
except ImportError as missing:
    raise SystemExit(f"this environment lacks {missing.name}") from missing

OPSET = 17
_DEFAULT_SIZE = 640
_DEFAULT_LICENCE = "AGPL-3.0"  # what ultralytics states for every model trained with its code


def load(weights: Path, raw: bool) -> tuple[torch.nn.Module, YOLO]:
    """The network in its export form (fused, one output tensor, fixed anchors) and its wrapper.

    Networks with two heads (YOLOv10, YOLO26) keep the one that suppresses duplicates itself, unless
    `raw` selects the other. The choice comes before fusing, which drops the other head.
    """
    wrapper = YOLO(str(weights))
    if not isinstance(wrapper.model, torch.nn.Module):
        raise SystemExit(f"{weights.name} does not contain the weights of a network")
    if wrapper.task != "detect":
        raise SystemExit(
            f"{weights.name} is a model for the task {wrapper.task}, not for detection"
        )
    network = wrapper.model.float().cpu().eval()
    head = network.model[-1]
    if not isinstance(head, Detect):
        raise SystemExit(f"{weights.name} ends in {type(head).__name__}, not in a YOLO head")
    head.end2end = not raw and getattr(head, "one2one_cv2", None) is not None
    network.fuse(verbose=False)
    head.export, head.format, head.dynamic = True, "onnx", False
    return network, wrapper


def trained_size(wrapper: YOLO) -> int:
    """The side in pixels of the images that the weights were trained on, or the default."""
    size = getattr(wrapper.model, "args", {}).get("imgsz", _DEFAULT_SIZE)
    return int(max(size)) if isinstance(size, list | tuple) else int(size)


def metadata(network: torch.nn.Module, wrapper: YOLO, size: int, licence: str) -> dict[str, str]:
    """What a reader of the file needs, under the keys that ultralytics uses."""
    return {
        "names": str(dict(wrapper.names)),
        "imgsz": str([size, size]),
        "stride": str(int(max(network.stride))),
        "task": "detect",
        "end2end": str(bool(network.model[-1].end2end)),
        "license": licence,
        "author": f"exported with ultralytics {ultralytics_version}, torch {torch.__version__}",
    }


def write(weights: Path, out: Path, size: int | None, licence: str | None, raw: bool) -> None:
    """Write the ONNX file with a free batch and fixed sides, so that anchors are constants."""
    network, wrapper = load(weights, raw)
    side = size or trained_size(wrapper)
    if side % int(max(network.stride)):
        raise SystemExit(
            f"the size {side} is not a multiple of the stride {int(max(network.stride))}"
        )
    stated = licence or str((wrapper.ckpt or {}).get("license") or _DEFAULT_LICENCE)
    example = torch.zeros(1, 3, side, side)
    with torch.no_grad():
        shape = network(example).shape
    torch.onnx.export(
        network, (example,), str(out), opset_version=OPSET, input_names=["images"],
        output_names=["output0"], dynamic_axes={"images": {0: "batch"}, "output0": {0: "batch"}},
        dynamo=False,
    )  # fmt: skip
    file = onnx.load(out)
    sides = file.graph.output[0].type.tensor_type.shape.dim
    for dimension, length in zip(sides[1:], shape[1:], strict=False):
        dimension.dim_value = length
    for key, value in metadata(network, wrapper, side, stated).items():
        entry = file.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(file)
    onnx.save(file, out)


def answer(weights: Path, images: Path, out: Path, raw: bool) -> None:
    """Write the output of the weights in torch for images [B, 3, H, W] of float32."""
    network, _ = load(weights, raw)
    with torch.no_grad():
        np.save(out, network(torch.from_numpy(np.load(images))).numpy())


def main() -> None:
    """Parse the command line and run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    writing, answering = commands.add_parser("write"), commands.add_parser("answer")
    writing.add_argument("weights", type=Path)
    writing.add_argument("out", type=Path)
    writing.add_argument("--size", type=int)
    writing.add_argument("--licence")
    answering.add_argument("weights", type=Path)
    answering.add_argument("images", type=Path)
    answering.add_argument("out", type=Path)
    for each in (writing, answering):
        each.add_argument("--raw", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.command == "write":
        write(args.weights, args.out, args.size, args.licence, args.raw)
    else:
        answer(args.weights, args.images, args.out, args.raw)


if __name__ == "__main__":
    main()
