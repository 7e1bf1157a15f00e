"""What this machine has for stages to open: verified models, folders, and the other stages."""

from dataclasses import dataclass, field
from pathlib import Path

from models.loaders.catalogue_model import open_model
from vision.core.protocols import LineFinder, Recogniser
from vision.core.registry import plugin
from vision.engines.onnx_session import Device, Session
from vision.engines.tessdata import find_tessdata


@dataclass(slots=True)
class LocalResources:
    """vision.engines.resources.Resources of one process. Open stages from one thread.

    `tessdata_dir` None looks where system packages put Tesseract's models.
    """

    cache_dir: Path
    device: Device = "auto"
    threads: int = 1
    models_dir: Path | None = None
    tessdata_dir: Path | None = None
    gpu_memory_bytes: int = 4 << 30
    _finders: dict[str, LineFinder] = field(default_factory=dict)
    _recognisers: dict[str, Recogniser] = field(default_factory=dict)

    @property
    def tessdata(self) -> Path:
        """The folder of Tesseract's models. EngineFailure `tessdata_missing`."""
        return find_tessdata(str(self.tessdata_dir) if self.tessdata_dir else None)

    def session(self, model: str) -> Session:
        """The current version of a catalogue model, verified, opened and proven."""
        return open_model(
            model,
            models_dir=self.models_dir,
            cache_dir=self.cache_dir,
            device=self.device,
            threads=self.threads,
            gpu_memory_bytes=self.gpu_memory_bytes,
        )

    def line_finder(self, name: str) -> LineFinder:
        """A line finder by its registered name, opened once."""
        if name not in self._finders:
            self._finders[name] = plugin("line_finder", name).load()(self)
        return self._finders[name]

    def recogniser(self, name: str) -> Recogniser:
        """A recogniser by its registered name, opened once."""
        if name not in self._recognisers:
            self._recognisers[name] = plugin("recogniser", name).load()(self)
        return self._recognisers[name]
