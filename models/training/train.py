"""Train the document detector on synthetic pages and partly labelled real ones.

python -m models.training.train --data DATA --real ../shared/train --out RUN --minutes 60 \
    --start layout_cdla.onnx
"""

import argparse
import copy
import json
import math
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset

from models.training.dataset import Sample, Source, samples
from models.training.loss import loss_of
from models.training.network import DEVIATION, MEAN, Network, load_start

BATCH, SEED = 4, 7
PEAK_RATE, FLOOR_SHARE, WARM_STEPS = 1e-3, 0.02, 60
AVERAGE_DECAY, AVERAGE_RAMP = 0.997, 150  # of the weights that are kept and exported
# The gradient of a 5 x 5 depthwise kernel takes forty times its forward pass on a CPU.
_KERNELS_EVERY = 8  # steps between those that also train the large depthwise kernels
_NEGATIVES_TEACH = ("table", "formula", "caption", "page_number", "footnote", "signature", "stamp",
                    "barcode", "qr_code", "checkbox", "list")  # fmt: skip

Labels = list[tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True)
class Batch:
    """Images or what the backbone saw, with labels and the classes that are labelled [B, C].

    Images are normalised, [B, 3, H, W]; `seen` holds maps as `Network.see` returns them.
    """

    images: torch.Tensor | None
    labels: Labels
    taught: torch.Tensor
    seen: tuple[torch.Tensor, ...] = ()


def default_sources(data: Path, real: Path) -> list[Source]:
    """Synthetic pages, real tables, real codes, photographs with codes pasted in and without.

    Folders `pages*` have equal shares, so that few pages of a better generator count as much as
    many old ones, unless `shares.json` beside them names shares (they need not add up to one).
    """
    synthetic = sorted(data.glob("pages*"))
    shares = {folder.name: 0.66 / len(synthetic) for folder in synthetic}
    shares |= {"tables": 0.19, "qrcodes": 0.13, "photographs": 0.02}
    if (data / "shares.json").exists():
        shares |= json.loads((data / "shares.json").read_text())
    sources = [
        *(Source(folder, shares[folder.name]) for folder in synthetic),
        Source(real / "tables", shares["tables"], ("table",), "table"),
        Source(real / "qrcodes", shares["qrcodes"], ("qr_code",), "qr_code", turns=True),
        Source(data / "photographs", shares["photographs"], _NEGATIVES_TEACH, turns=True),
    ]
    if "codes" in shares:
        sources.append(Source(data / "codes", shares["codes"], _NEGATIVES_TEACH, turns=True))
    return sources


class _Stream(IterableDataset):
    """Batches of samples of one shape, produced in a separate process."""

    def __init__(self, sources: list[Source], size: int, seed: int) -> None:
        self._made_of = (sources, size, seed)

    def __iter__(self) -> Iterator[tuple[np.ndarray, list[Sample]]]:
        cv2.setNumThreads(1)
        waiting: defaultdict[tuple[int, ...], list[Sample]] = defaultdict(list)
        for sample in samples(*self._made_of):
            alike = waiting[sample.image.shape]
            alike.append(sample)
            if len(alike) == BATCH:
                yield np.stack([each.image for each in alike]), list(alike)
                alike.clear()


def collate(images: np.ndarray, batch: list[Sample]) -> Batch:
    """Normalise images [B, H, W, 3] of bytes, BGR, and collect their labels."""
    pixels = torch.from_numpy(images).permute(0, 3, 1, 2).float()  # channels last in memory
    shape = (1, 3, 1, 1)
    pixels = (pixels / 255 - torch.tensor(MEAN).view(shape)) / torch.tensor(DEVIATION).view(shape)
    labels = [(torch.from_numpy(s.classes), torch.from_numpy(s.boxes).float()) for s in batch]
    return Batch(pixels, labels, torch.from_numpy(np.stack([s.taught for s in batch])))


def large_kernels(model: nn.Module) -> list[nn.Parameter]:
    """The depthwise kernels of 5 x 5."""
    return [
        m.weight for m in model.modules()
        if isinstance(m, nn.Conv2d) and m.groups > 1 and m.kernel_size[0] > 3
    ]  # fmt: skip


def optimiser_for(model: nn.Module) -> torch.optim.Optimizer:
    """AdamW; weight decay for convolution kernels only."""
    kernels = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": kernels, "weight_decay": 1e-2}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=PEAK_RATE, betas=(0.9, 0.99))


def rate_at(step: int, progress: float, peak: float) -> float:
    """Learning rate: a warm-up over the first steps, then a half cosine down over the whole run."""
    rise = min(1.0, (step + 1) / WARM_STEPS)
    fall = (1 + math.cos(math.pi * min(1.0, progress))) / 2
    return peak * rise * (FLOOR_SHARE + (1 - FLOOR_SHARE) * fall)


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, step: int) -> None:
    """Move the averaged weights a little towards the current ones."""
    keep = AVERAGE_DECAY * (1 - math.exp(-(step + 1) / AVERAGE_RAMP))
    current = model.state_dict()
    for name, value in average.state_dict().items():
        if value.dtype.is_floating_point:
            value.lerp_(current[name], 1 - keep)


@dataclass
class Run:
    """The state of a training run, saved to and loaded from disk."""

    model: Network
    average: Network
    optimiser: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0

    @classmethod
    def start(cls, weights: Path | None = None) -> "Run":
        """A fresh run, from scratch or from the start weights of an ONNX file."""
        model = Network()
        if weights:
            load_start(model, weights)
        model = model.to(memory_format=torch.channels_last)
        average = copy.deepcopy(model).eval().requires_grad_(False)
        return cls(model, average, optimiser_for(model))

    def save(self, path: Path) -> None:
        """Write a checkpoint atomically."""
        state = {key: getattr(self, key).state_dict() for key in ("model", "average", "optimiser")}
        torch.save({**state, "step": self.step, "seconds": self.seconds}, path.with_suffix(".part"))
        path.with_suffix(".part").rename(path)

    def inherit(self, path: Path) -> None:
        """Load the weights of an earlier run, without its schedule and optimiser."""
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])

    def load(self, path: Path) -> None:
        """Continue from a checkpoint."""
        state = torch.load(path, weights_only=True)
        for key in ("model", "average", "optimiser"):
            getattr(self, key).load_state_dict(state[key])
        self.step, self.seconds = state["step"], state["seconds"]


def learn(run: Run, batch: Batch, rate: float) -> dict[str, float]:
    """One optimiser step; returns the parts of the loss."""
    for group in run.optimiser.param_groups:
        group["lr"] = rate
    for kernel in large_kernels(run.model):
        kernel.requires_grad_(run.step % _KERNELS_EVERY == 0)
    with torch.autocast("cpu", torch.bfloat16):
        maps = run.model.find(list(batch.seen)) if batch.seen else run.model(batch.images)
    parts = loss_of([level.float() for level in maps], batch.labels, batch.taught)
    run.optimiser.zero_grad(set_to_none=True)
    sum(parts.values(), torch.zeros(())).backward()
    nn.utils.clip_grad_norm_(run.model.parameters(), 10.0)
    run.optimiser.step()
    return {name: round(float(value.detach()), 4) for name, value in parts.items()}


def batches(sources: list[Source], size: int, seed: int) -> Iterator[Batch]:
    """Endless batches, prepared ahead by one process."""
    data = _Stream(sources, size, seed)
    for images, labelled in DataLoader(data, batch_size=None, num_workers=1, prefetch_factor=6,
                                       collate_fn=lambda each: each):  # fmt: skip
        yield collate(np.asarray(images), labelled)


def stored(folder: Path, seed: int) -> Iterator[Batch]:
    """Endless batches of what the backbone saw, from the files of a folder that may still grow."""
    rng = np.random.default_rng(seed)
    while True:
        paths = sorted(folder.glob("*.pt"))
        if not paths:
            raise SystemExit(
                f"{folder} holds no *.pt files: write them with models.training.features"
            )
        for index in rng.permutation(len(paths)):
            state = torch.load(paths[index], weights_only=True)
            seen = tuple(m.contiguous(memory_format=torch.channels_last) for m in state["seen"])
            labels = list(zip(state["classes"], state["boxes"], strict=True))
            yield Batch(None, labels, state["taught"], seen)


def train(run: Run, stream: Iterator[Batch], peak: float, budget_s: float, out: Path) -> None:
    """Spend a budget of CPU seconds, with a checkpoint every 50 steps and a line of log every 10.

    Batches that hold maps train the neck and the heads alone. The learning rate follows the budget,
    so that a run at low priority on a busy machine learns as on an idle one, only later.
    """
    run.model.train()
    while run.seconds < budget_s:
        began = time.process_time()
        rate = rate_at(run.step, run.seconds / budget_s, peak)
        parts = learn(run, next(stream), rate)
        follow(run.average, run.model, run.step)
        run.step += 1
        run.seconds += time.process_time() - began
        if run.step % 10 == 0:
            row = {"step": run.step, "seconds": round(run.seconds), "rate": round(rate, 6)}
            log(out, {**row, **parts})
        if run.step % 20 == 0:
            run.save(out / "last.pt")
    run.save(out / "last.pt")


def log(out: Path, row: dict[str, float]) -> None:
    """Append one line of JSON to the run's log."""
    with (out / "log.jsonl").open("a") as file:
        file.write(json.dumps(row) + "\n")


def main() -> None:
    """Parse the command line, then start or continue."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--real", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=512, help="longer side, a multiple of 128")
    parser.add_argument("--minutes", type=float, default=60, help="of CPU time, over all starts")
    parser.add_argument("--peak", type=float, default=PEAK_RATE)
    parser.add_argument("--start", type=Path, help="ONNX file of start weights")
    parser.add_argument(
        "--features", type=Path, help="folder written by features.py, instead of images"
    )
    parser.add_argument("--inherit", type=Path, help="last.pt of a run whose weights to start from")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(SEED)
    run = Run.start(args.start)
    if (args.out / "last.pt").exists():
        run.load(args.out / "last.pt")
    elif args.inherit:
        run.inherit(args.inherit)
    if args.features:
        stream = stored(args.features, SEED + run.step)
    else:
        stream = batches(default_sources(args.data, args.real), args.size, SEED + run.step)
    train(run, stream, args.peak, args.minutes * 60, args.out)


if __name__ == "__main__":
    main()
