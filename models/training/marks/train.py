"""Trains the network of marks on drawn characters, and writes it as ONNX.

python -m models.training.marks.train --fonts FOLDER --held-out NAME,NAME --out FILE.onnx
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

from models.training.marks.drawing import MARKS, NONE, Artist
from models.training.marks.fonts import Face, faces
from vision.recognition.marks.window import HEIGHT, WIDTH

_log = logging.getLogger(__name__)

_CHUNK = 2000  # samples of one seed
_BATCH = 256
Samples = tuple[np.ndarray, np.ndarray]  # uint8 [n, 2, HEIGHT, WIDTH]; places in MARKS [n]


def network() -> nn.Module:
    """Three convolutions and two dense layers: what stands where on the line decides."""
    layers: list[nn.Module] = []
    for before, after in ((2, 16), (16, 32), (32, 48)):
        layers += [
            nn.Conv2d(before, after, 3, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]
    flat = 48 * (HEIGHT // 8) * (WIDTH // 8)
    return nn.Sequential(
        *layers, nn.Flatten(), nn.Dropout(0.2), nn.Linear(flat, 64), nn.ReLU(),
        nn.Dropout(0.2), nn.Linear(64, len(MARKS)),
    )  # fmt: skip


def drawn(fonts: Sequence[Face], symbols: Sequence[Face], seed: int) -> Samples:
    """The samples of one seed."""
    artist = Artist(seed, fonts, symbols)
    windows, marks = zip(*(artist.sample() for _ in range(_CHUNK)), strict=True)
    return (np.stack(windows) * 255).astype(np.uint8), np.array(marks)


def draw(fonts: Sequence[Face], symbols: Sequence[Face], count: int, first: int) -> Samples:
    """Samples of as many seeds as `count` needs, beginning with `first`."""
    with ProcessPoolExecutor() as pool:
        seeds = range(first, first + -(-count // _CHUNK))
        parts = list(pool.map(partial(drawn, fonts, symbols), seeds))
    return np.concatenate([each[0] for each in parts]), np.concatenate([each[1] for each in parts])


def train(model: nn.Module, samples: Samples, epochs: int, seed: int) -> None:
    """Cross entropy, AdamW, one cycle of the learning rate."""
    windows, marks = samples
    torch.manual_seed(seed)
    steps = epochs * -(-len(marks) // _BATCH)
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.02)
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for at in torch.randperm(len(marks)).split(_BATCH):
            batch = torch.from_numpy(windows[at.numpy()]).float() / 255
            loss = loss_of(model(batch), torch.from_numpy(marks[at.numpy()]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(at)
        _log.info("epoch %d: loss %.4f", epoch + 1, total / len(marks))


def report(model: nn.Module, samples: Samples) -> None:
    """On fonts that were not trained on: right marks, and marks seen where there is none."""
    windows, marks = samples
    model.eval()
    with torch.no_grad():
        parts = torch.from_numpy(windows).float().div(255).split(_BATCH)
        chances = torch.cat([model(part).softmax(1) for part in parts]).numpy()
    best, sure = chances.argmax(axis=1), chances.max(axis=1)
    shown = marks != MARKS.index(NONE)
    right = best == marks
    _log.info("right %.4f, of marks %.4f", right.mean(), right[shown].mean())
    for level in (0.5, 0.9, 0.98):
        said = (best != MARKS.index(NONE)) & (sure >= level)
        wrong = np.mean(said[~shown])
        found = np.mean((said & right)[shown])
        _log.info("at %s: %.4f of marks found, %.5f of others taken for one", level, found, wrong)
    for place, mark in enumerate(MARKS):
        mine = marks == place
        others = [MARKS[each] or "none" for each in best[mine & ~right]]
        worst = max(set(others), key=others.count, default="-")
        _log.info("%s: %.3f right, mostly taken for %s", mark or "none", right[mine].mean(), worst)


def export(model: nn.Module, file: Path) -> None:
    """Write the network with a softmax; its metadata names its classes."""
    whole = nn.Sequential(model, nn.Softmax(dim=1)).eval()
    example = torch.zeros(2, 2, HEIGHT, WIDTH)
    dynamic = ({0: torch.export.Dim("glyphs")},)
    program = torch.onnx.export(
        whole, (example,), dynamo=True, dynamic_shapes=dynamic,
        input_names=["windows"], output_names=["chances"], verbose=False,
    )  # fmt: skip
    assert program is not None
    written = program.model_proto
    entry = written.metadata_props.add()
    entry.key, entry.value = "marks", "\n".join(MARKS)
    onnx.save(written, file)


def main() -> int:
    """Draw, train, report, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fonts", type=Path, required=True, help="folder of font packages")
    parser.add_argument("--held-out", default="", help="packages never trained on, by comma")
    parser.add_argument("--symbols", default="fonts-symbola,fonts-stix", help="for check boxes")
    parser.add_argument("--count", type=int, default=120_000)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    held_out = set(filter(None, arguments.held_out.split(",")))
    folders = sorted(each for each in arguments.fonts.iterdir() if each.is_dir())
    fonts = faces([each for each in folders if each.name not in held_out])
    symbols = faces([arguments.fonts / each for each in arguments.symbols.split(",")])
    _log.info("%d fonts", len(fonts))
    model = network()
    train(model, draw(fonts, symbols, arguments.count, 1), arguments.epochs, seed=1)
    if held_out:
        unseen = faces([arguments.fonts / each for each in sorted(held_out)])
        report(model, draw(unseen, unseen, 20_000, 1_000_000))
    export(model, arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
