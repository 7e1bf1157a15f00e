"""The models of an engine with their versions and licences, as operators look them up."""

from collections.abc import Iterable
from pathlib import Path

from models.registry.catalogue import load_catalogue
from vision.core.document import ModelUse


def list_models_in_use(models: Iterable[ModelUse], folder: Path | None) -> list[dict[str, str]]:
    """Name, version, provider and licence of each; no licence where the catalogue has none.

    `folder` is the operator's folder of models. Networks of Tesseract have the licence of the
    package that brought them.
    """
    licences = {entry.name: entry.licence for entry in load_catalogue(folder)}
    return [
        {
            "name": use.name,
            "version": use.version,
            "provider": use.provider,
            "licence": licences.get(use.name, ""),
        }
        for use in models
    ]
