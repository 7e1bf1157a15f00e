"""Why reading stopped, and who must act.

VisionError is the base; BadInput asks the caller for something else, EngineFailure asks the
operator to mend the installation.
"""

from typing import Literal

Actor = Literal["caller", "operator"]


class VisionError(Exception):
    """Base of all errors of the reading. `code` is stable; docs/reference/errors.md lists it."""

    actor: Actor = "operator"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type["VisionError"], tuple[str, str]]:
        """Keep the code when an error crosses a process boundary."""
        return type(self), (self.code, self.message)


class BadInput(VisionError):  # noqa: N818 - the field's word, and it reads well at the raise
    """The bytes cannot be read: wrong type, truncated, encrypted, over a limit ..."""

    actor: Actor = "caller"


class EngineFailure(VisionError):  # noqa: N818
    """An engine, model or execution provider is missing or misbehaves."""

    actor: Actor = "operator"
