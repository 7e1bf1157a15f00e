"""What a stage may ask for when it is opened."""

from pathlib import Path
from typing import Protocol

from vision.core.protocols import LineFinder, Recogniser
from vision.engines.onnx_session import Device, Session


class Resources(Protocol):
    """Models, folders and other stages of one process; given to every opener in the registry."""

    device: Device
    threads: int

    @property
    def tessdata(self) -> Path:
        """The folder of Tesseract's models. EngineFailure `tessdata_missing`."""
        ...

    @property
    def cache_dir(self) -> Path:
        """Where converted models are kept."""
        ...

    @property
    def models_dir(self) -> Path | None:
        """The folder of the operator's own models, if any."""
        ...

    def session(self, model: str) -> Session:
        """The current version of a catalogue model, verified, opened and proven.

        EngineFailure where it is missing, damaged, or runs on another provider than asked for.
        """
        ...

    def line_finder(self, name: str) -> LineFinder:
        """Another line finder, opened once for all that ask. Raises what its opener raises."""
        ...

    def recogniser(self, name: str) -> Recogniser:
        """Another recogniser, opened once for all that ask. Raises what its opener raises."""
        ...
