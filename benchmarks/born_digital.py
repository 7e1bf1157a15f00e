"""What a PDF's own text saves, and how it agrees with reading the picture: both on each page.

    python -m benchmarks.born_digital ../shared/data/nasty_pdfs --least-words 40

CPU time of one thread for decoding and reading, region detection and barcodes left out. F1 is the
text of `ocr: auto` against that of `ocr: force`, as bags of words: two readings, no truth.
"""

import argparse
import time
from pathlib import Path
from statistics import median

from benchmarks.conditions import conditions
from benchmarks.scoring import score_words
from jobs.settings import Settings
from vision.core.document import PageReading
from vision.core.errors import BadInput
from vision.core.limits import Limits
from vision.core.options import OcrMode, ReadOptions
from vision.core.stages import PageImage
from vision.input.decode import decode_page
from vision.pipeline import read_page
from workers.engine.engine import Engine, build_engine


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--least-words", type=int, default=40)
    arguments = parser.parse_args()
    engine = build_engine(Settings())
    print(conditions())
    print(f"{'page 1 of':<44}{'words':>7}{'F1':>7}{'auto ms':>9}{'force ms':>9}  what became of it")
    ratios = []
    for path in sorted(arguments.folder.glob("**/*.pdf")):
        page = _decoded(path)
        layer = page.text_layer if page else None
        if page is None or layer is None or len(layer.words) < arguments.least_words:
            continue
        auto, auto_ms = _read(engine, page, "auto")
        force, force_ms = _read(engine, page, "force")
        said = [step.detail for step in auto.receipt.preparation if step.stage == "text_layer"]
        agreed = score_words(auto.page.text, force.page.text).f1
        costs = f"{auto_ms:>9.0f}{force_ms:>9.0f}"
        print(f"{path.name:<44}{len(layer.words):>7}{agreed:>7.3f}{costs}  {said[0]}", flush=True)
        if said == ["used"]:
            ratios.append(force_ms / auto_ms)
    if ratios:
        print(f"used on {len(ratios)} pages, {median(ratios):.1f} times cheaper in the median")


def _decoded(path: Path) -> PageImage | None:
    try:
        return decode_page(path, 1, 300, Limits())
    except BadInput:
        return None


def _read(engine: Engine, page: PageImage, ocr: OcrMode) -> tuple[PageReading, float]:
    options = ReadOptions(ocr=ocr, detectors=(), barcodes="off")
    started = time.process_time()
    reading = read_page(page, engine.stages, options, engine.orienter)
    return reading, (time.process_time() - started) * 1000


if __name__ == "__main__":
    main()
