"""Converted networks against native Tesseract, a rendered line for each installed language.

    OMP_THREAD_LIMIT=1 python -m benchmarks.languages --fonts FONT.ttf ... [LANGUAGE ...]

Needs a Pillow with Raqm for scripts that join or stack their letters.
"""

import argparse
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import tesserocr
from PIL import features

from models.evaluation.tesseract_parity import compare_readings
from vision.core.arrays import Image
from vision.core.errors import EngineFailure
from vision.engines.tessdata import find_tessdata, installed_languages


def main() -> None:
    """Print a row for each language, and how many read alike."""
    arguments = _arguments()
    tessdata = find_tessdata(arguments.tessdata)
    languages = arguments.languages or installed_languages(tessdata)
    print(f"shaping of complex scripts: {features.check('raqm')}")
    with tempfile.TemporaryDirectory(prefix="pagesight-parity-") as cache:
        shares = [_row(tessdata, each, arguments.fonts, Path(cache)) for each in languages]
    known = [share for share in shares if share is not None]
    print(
        f"{len(languages)} models, {len(known)} compared:"
        f" {sum(share == 1 for share in known)} read the same,"
        f" {sum(share >= 0.95 for share in known)} differ in at most a twentieth"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tessdata", help="folder of the .traineddata files")
    parser.add_argument("--fonts", type=Path, nargs="+", required=True)
    parser.add_argument("languages", nargs="*")
    return parser.parse_args()


def _row(tessdata: Path, language: str, fonts: list[Path], cache: Path) -> float | None:
    path = tessdata / f"{language}.traineddata"
    try:
        found = compare_readings(path, fonts, cache, partial(_read_natively, tessdata, language))
    except (EngineFailure, ValueError) as failure:
        print(f"{language:22} {failure}")
        return None
    print(f"{language:22} {found.agreement:.3f} {found.native} | {found.converted}", flush=True)
    return found.agreement


def _read_natively(tessdata: Path, language: str, image: Image) -> str:
    raw_line = tesserocr.PSM.RAW_LINE
    with tesserocr.PyTessBaseAPI(f"{tessdata}/", language, psm=raw_line) as api:
        api.SetVariable("debug_file", "/dev/null")
        height, width = image.shape[:2]
        api.SetImageBytes(np.ascontiguousarray(image).tobytes(), width, height, 3, 3 * width)
        return str(api.GetUTF8Text())


if __name__ == "__main__":
    main()
