"""The error that every reader of a model file raises for a file it cannot read."""

from vision.core.errors import EngineFailure


def unreadable(what: str) -> EngineFailure:
    """EngineFailure `model_unreadable` for a damaged model file; `what` is its defect."""
    return EngineFailure("model_unreadable", f"not a valid model file: {what}; replace the file")
