"""Families of detection networks: how one is described in the catalogue, and how it is opened."""

from collections.abc import Mapping
from typing import Any, Protocol

from vision.core.protocols import Detector
from vision.engines.onnx_session import Session


class DetectorFamily(Protocol):
    """One kind of network; registered as `detector_family`, chosen by a model's `family`."""

    def read_hints(self, table: Mapping[str, Any]) -> Any:
        """What a model's table `[model.detector]` states; ValueError for what it may not."""
        ...

    def open(self, session: Session, hints: Any) -> Detector:
        """A detector over an opened model. EngineFailure where the network is of another kind."""
        ...
