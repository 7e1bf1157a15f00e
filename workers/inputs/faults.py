"""Errors of the reading as the faults that the ledger keeps."""

from jobs.domain.job import Fault
from vision.core.errors import VisionError


def fault_of(error: VisionError) -> Fault:
    """The same code, sentence and actor."""
    return Fault(error.code, error.message, error.actor)


def input_missing() -> Fault:
    """The blob store does not give the input back."""
    return Fault(
        "input_missing", "The stored document cannot be had from the blob store.", "operator"
    )


def unexpected(error: Exception) -> Fault:
    """A fault in our own code. Its message stays out: it may quote the document."""
    return Fault(
        "internal_error",
        f"The page could not be read because of a fault in the service ({type(error).__name__}); "
        "its log says where.",
        "operator",
    )
