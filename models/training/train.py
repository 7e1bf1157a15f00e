"""Train YOLO11n from scratch on synthetic pages and partly labelled real ones.

python -m models.training.train --data DATA --real ../shared/train --out RUN \
    --plan 352:0.12,448:0.88 --minutes 56
"""

import argparse
import copy
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset
from ultralytics.cfg import get_cfg
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.loss import v8DetectionLoss

from models.training.dataset import Sample, Source, samples
from models.training.labels import CLASSES

BATCH, SEED = 8, 7
PEAK_RATE, FLOOR_SHARE, WARM_STEPS = 1.4e-3, 0.02, 200
AVERAGE_DECAY, AVERAGE_RAMP = 0.999, 300  # of the weights that are kept and exported
_NEGATIVES_TEACH = ("table", "formula", "caption", "page_number", "footnote", "signature", "stamp",
                    "barcode", "qr_code", "checkbox", "list")  # fmt: skip


def default_sources(data: Path, real: Path) -> list[Source]:
    """Synthetic pages, real tables, real codes, and photographs that show no document.

    Folders `pages*` have equal shares, so that few pages of a better generator count as much as
    many old ones.
    """
    synthetic = sorted(data.glob("pages*"))
    return [
        *(Source(folder, 0.66 / len(synthetic)) for folder in synthetic),
        Source(real / "tables", 0.23, ("table",), "table"),
        Source(real / "qrcodes", 0.09, ("qr_code",), "qr_code", turns=True),
        Source(data / "photographs", 0.02, _NEGATIVES_TEACH, turns=True),
    ]


class _Stream(IterableDataset):
    """Batches of samples, produced in a separate process."""

    def __init__(self, sources: list[Source], size: int, seed: int) -> None:
        self._made_of = (sources, size, seed)

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        cv2.setNumThreads(1)
        stream = samples(*self._made_of)
        while True:
            yield collate([next(stream) for _ in range(BATCH)])


def collate(batch: list[Sample]) -> dict[str, torch.Tensor]:
    """Stack samples as the loss expects them: RGB bytes, boxes as centres relative to the side."""
    images = np.stack([sample.image[..., ::-1].transpose(2, 0, 1) for sample in batch])
    side = batch[0].image.shape[0]
    corners = np.concatenate([sample.boxes for sample in batch]).astype(np.float32) / side
    centres = (
        np.hstack([corners[:, :2] + corners[:, 2:], 2 * (corners[:, 2:] - corners[:, :2])]) / 2
    )
    owner = np.repeat(np.arange(len(batch)), [len(sample.boxes) for sample in batch])
    return {
        "img": torch.from_numpy(np.ascontiguousarray(images)),
        "cls": torch.from_numpy(np.concatenate([s.classes for s in batch]).astype(np.float32)),
        "bboxes": torch.from_numpy(centres),
        "batch_idx": torch.from_numpy(owner.astype(np.float32)),
        "taught": torch.from_numpy(np.stack([sample.taught for sample in batch])),
    }


class MaskedLoss(nn.Module):
    """Binary cross-entropy that ignores the classes that an image does not label."""

    def __init__(self) -> None:
        super().__init__()
        self._plain = nn.BCEWithLogitsLoss(reduction="none")
        self.taught = torch.ones(1, len(CLASSES))

    def forward(self, scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Loss per anchor and class, (batch, anchors, classes)."""
        return self._plain(scores, targets) * self.taught[:, None, :]


def build() -> tuple[DetectionModel, v8DetectionLoss]:
    """A fresh network and its loss."""
    model = DetectionModel("yolo11n.yaml", nc=len(CLASSES), verbose=False)
    model.args = get_cfg()
    model.names = dict(enumerate(CLASSES))
    loss = v8DetectionLoss(model)
    loss.bce = MaskedLoss()
    return model.to(memory_format=torch.channels_last), loss  # a quarter faster on CPUs


def optimiser_for(model: nn.Module) -> torch.optim.Optimizer:
    """AdamW; weight decay for convolution kernels only."""
    kernels = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
    others = [p for p in model.parameters() if p.requires_grad and p.ndim <= 1]
    groups = [{"params": kernels, "weight_decay": 5e-3}, {"params": others, "weight_decay": 0.0}]
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


Plan = list[tuple[int, float]]


def parse_plan(text: str) -> Plan:
    """`352:0.12,448:0.88` as [(side in pixels, share of the time), ...]."""
    parts = [part.split(":") for part in text.split(",")]
    return [(int(size), float(share)) for size, share in parts]


def size_at(plan: Plan, progress: float) -> int:
    """The side of the training square after this share of the time."""
    for size, share in plan:
        if progress < share:
            return size
        progress -= share
    return plan[-1][0]


@dataclass
class Run:
    """The state of a training run, saved to and loaded from disk."""

    model: DetectionModel
    average: DetectionModel
    loss: v8DetectionLoss
    optimiser: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0

    @classmethod
    def start(cls) -> "Run":
        """A fresh run."""
        model, loss = build()
        average = copy.deepcopy(model).eval().requires_grad_(False)
        return cls(model, average, loss, optimiser_for(model))

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


def learn(run: Run, batch: dict[str, torch.Tensor], rate: float) -> dict[str, float]:
    """One optimiser step; returns the parts of the loss."""
    for group in run.optimiser.param_groups:
        group["lr"] = rate
    images = batch["img"].float().div_(255).contiguous(memory_format=torch.channels_last)
    run.loss.bce.taught = batch["taught"]
    with torch.autocast("cpu", torch.bfloat16):
        raw = run.model(images)
    raw = {"boxes": raw["boxes"].float(), "scores": raw["scores"].float(), "feats": raw["feats"]}
    total, parts = run.loss(raw, batch)
    run.optimiser.zero_grad(set_to_none=True)
    (total.sum() / BATCH).backward()
    nn.utils.clip_grad_norm_(run.model.parameters(), 10.0)
    run.optimiser.step()
    return {name: float(value) for name, value in parts.items()}


def batches(sources: list[Source], size: int, seed: int) -> Iterator[dict[str, torch.Tensor]]:
    """Endless batches, prepared ahead by one process."""
    data = _Stream(sources, size, seed)
    return iter(DataLoader(data, batch_size=None, num_workers=1, prefetch_factor=6))


@dataclass(frozen=True)
class Schedule:
    """Sizes by share of the time, the peak learning rate, and the time budget in seconds."""

    plan: Plan
    peak: float
    budget_s: float


def train(run: Run, sources: list[Source], schedule: Schedule, out: Path) -> None:
    """Spend the time budget, with a checkpoint every 200 steps and a line of log every 50.

    The plan and the learning rate follow the clock, so the run ends in time on a busy machine.
    """
    size, stream = 0, iter(())
    run.model.train()
    while run.seconds < schedule.budget_s:
        began = time.perf_counter()
        progress = run.seconds / schedule.budget_s
        if size_at(schedule.plan, progress) != size:
            size = size_at(schedule.plan, progress)
            stream = batches(sources, size, SEED + run.step)
        parts = learn(run, next(stream), rate_at(run.step, progress, schedule.peak))
        follow(run.average, run.model, run.step)
        run.step += 1
        run.seconds += time.perf_counter() - began
        if run.step % 50 == 0:
            log(out, {"step": run.step, "size": size, "seconds": round(run.seconds), **parts})
        if run.step % 200 == 0:
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
    parser.add_argument("--plan", type=parse_plan, default=parse_plan("352:0.12,448:0.88"))
    parser.add_argument("--minutes", type=float, default=56)
    parser.add_argument("--peak", type=float, default=PEAK_RATE)
    parser.add_argument("--inherit", type=Path, help="last.pt of a run whose weights to start from")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(SEED)
    run = Run.start()
    if (args.out / "last.pt").exists():
        run.load(args.out / "last.pt")
    elif args.inherit:
        run.inherit(args.inherit)
    schedule = Schedule(args.plan, args.peak, args.minutes * 60)
    train(run, default_sources(args.data, args.real), schedule, args.out)


if __name__ == "__main__":
    main()
