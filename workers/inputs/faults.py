"""Errors of the reading as the faults that the ledger keeps."""

from jobs.domain.job import Fault
from vision.core.errors import VisionError


def fault_of(error: VisionError) -> Fault:
    """The error's code, message and actor as a fault."""
    return Fault(error.code, error.message, error.actor)


def input_missing() -> Fault:
    """The fault of an input that the blob store does not have."""
    return Fault("input_missing", "The stored document is missing from the blob store.", "operator")


def unexpected(error: Exception) -> Fault:
    """An error in the service. Its message is left out: it may quote the document."""
    return Fault(
        "internal_error",
        f"The document could not be read because of an error in the service "
        f"({type(error).__name__}); its log has the details.",
        "operator",
    )
