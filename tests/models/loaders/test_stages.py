"""Which of the catalogued detectors a process opens."""

from collections.abc import Sequence
from hashlib import sha256

import pytest

from models.loaders.resources import LocalResources
from models.loaders.stages import open_stages
from tests.support.onnx_graphs import write_colour_detector

ENTRY = """
[[model]]
name = "colours"
version = "1"
task = "detector"
source = "file:colours.onnx"
sha256 = "{digest}"
licence = "CC0-1.0"
"""


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> LocalResources:
    """A models folder with one detector beside those that the project has."""
    folder = tmp_path_factory.mktemp("models")
    model = write_colour_detector(
        folder / "colours.onnx", names="{0: 'red', 1: 'green', 2: 'blue'}", imgsz="[64, 64]"
    )
    entry = ENTRY.format(digest=sha256(model.read_bytes()).hexdigest())
    (folder / "catalogue.toml").write_text(entry)
    return LocalResources(
        cache_dir=folder / "converted", device="cpu", threads=1, models_dir=folder
    )


@pytest.mark.parametrize(
    ("wanted", "opened", "not_opened"),
    [
        (("colours", "colours"), {"colours"}, {"pagesight-doc"}),
        (("nobody",), {"colours", "pagesight-doc"}, set()),
    ],
)
def test_only_the_detectors_asked_for_are_opened_if_all_of_them_are_known(
    resources: LocalResources,
    wanted: Sequence[str],
    opened: set[str],
    not_opened: set[str],
) -> None:
    names = {each.detector.name for each in open_stages(resources, wanted).detectors}
    assert opened <= names
    assert not names & not_opened
