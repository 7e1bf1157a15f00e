"""Predicts with ultralytics and the ONNX file given, one pass for each line on standard input.

Runs in an environment that has ultralytics; benchmarks/detection_speed.py starts it. A line is a
batch size; the answer, one line of JSON, is the milliseconds of each image (of the processor on one
thread of the CPU, by the clock on a GPU), and how many boxes.
The first line of all says which suppression it uses, before any question.
"""

import importlib
import json
import os
import sys
import time

import numpy as np
import torch
from ultralytics import YOLO
from ultralytics import __version__ as version
from ultralytics.nn.autobackend import AutoBackend


def suppression() -> str:
    """Who suppresses: torchvision, or ultralytics' own code where torchvision does not load.

    Its warm-up imports torchvision only to have it; without that step its own code steps in.
    """
    try:
        torchvision = importlib.import_module("torchvision")
    except (ImportError, RuntimeError, OSError):
        AutoBackend.warmup = lambda *_, **__: None
        return "its own in torch"
    return f"torchvision {torchvision.__version__}"


def main() -> None:
    """Load the model and the pages, then answer line by line."""
    model_path, pages_path, size, confidence, iou, device = sys.argv[1:]
    clock = time.process_time if device == "cpu" else time.perf_counter
    if device == "cpu":
        torch.set_num_threads(1)
        # ONNX Runtime takes a thread for each core that it may run on, and ultralytics asks none.
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    model = YOLO(model_path, task="detect")
    with np.load(pages_path) as file:
        pages = [np.ascontiguousarray(file[name][..., ::-1]) for name in file.files]  # BGR
    with_what = suppression()
    said = {
        "imgsz": int(size),
        "conf": float(confidence),
        "iou": float(iou),
        "device": device,
        "rect": False,  # the file takes squares alone
    }
    model.predict(pages[:1], verbose=False, **said)
    ready = {"ready": f"ultralytics {version}, suppression by {with_what}"}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        batch = int(line)
        started, boxes = clock(), 0
        for at in range(0, len(pages), batch):
            found = model.predict(pages[at : at + batch], verbose=False, batch=batch, **said)
            boxes += sum(len(each.boxes) for each in found)
        spent = (clock() - started) * 1000 / len(pages)
        sys.stdout.write(json.dumps({"ms": spent, "boxes": boxes}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
