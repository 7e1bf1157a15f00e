"""The API makes formats in its own process, which must not load what it does without."""

import subprocess
import sys
from pathlib import Path

from tests.support.placed_documents import placed_document
from vision.export.json import dumps

ROOT = Path(__file__).parents[3]
CHECK = """
import json, sys
from vision.core.registry import plugins
from vision.export.json import from_json_dict

document = from_json_dict(json.load(sys.stdin))
for form in plugins("format").values():
    if not form.needs_images:
        list(form.load()(document, None))
heavy = {"numpy", "cv2", "PIL", "onnxruntime", "pandas", "pypdfium2", "pikepdf", "openpyxl"}
print(*sorted(heavy & set(sys.modules)))
"""


def test_formats_made_from_a_result_load_no_imaging_library() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", CHECK],
        input=dumps(placed_document()),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == ""
