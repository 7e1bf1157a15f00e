"""Every problem that a caller may get: code, status, who must act, and the remedy.

The table is problems.toml. It has the codes of failed jobs and pages too, since callers find them
in jobs and in responses about results.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final, Literal

from api.links import link

Actor = Literal["caller", "operator"]
TYPE_PREFIX = "/problems/"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem. `status` is None where it only occurs as the fault of a job or page."""

    code: str
    actor: Actor
    title: str
    remedy: str
    status: int | None = None

    def describe(self) -> str:
        """This kind as a section of docs/reference/errors.md."""
        seen = f"HTTP {self.status}" if self.status else "the fault of a job or page"
        return (
            f"## {self.code}\n\n{self.title}. Seen as: {seen}. Who must act: the {self.actor}."
            f"\n\n{self.remedy}\n"
        )


def type_link(code: str) -> str:
    """The address that describes a kind of problem: its `type`."""
    return link(TYPE_PREFIX + code)


def _read_table() -> dict[str, Kind]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {code: Kind(code, **row) for code, row in tomllib.loads(text).items()}


KINDS: Final[Mapping[str, Kind]] = _read_table()


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An error response; `extra` are the extension members of RFC 9457."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        actor: Actor | None = None,
        headers: Mapping[str, str] | None = None,
        **extra: object,
    ) -> None:
        super().__init__(detail)
        self.kind = KINDS[code]
        self.detail = detail
        self.actor: Actor = actor or self.kind.actor
        self.headers = dict(headers or {})
        self.extra = extra

    @property
    def status(self) -> int:
        """The HTTP status: what only faults have is the caller's doing when it is known at once."""
        return self.kind.status or HTTPStatus.UNPROCESSABLE_ENTITY

    def body(self, instance: str) -> dict[str, object]:
        """The members of RFC 9457 with ours: `code`, `actor` and the extensions."""
        return {
            "type": type_link(self.kind.code),
            "title": self.kind.title,
            "status": self.status,
            "detail": self.detail,
            "instance": link(instance),
            "code": self.kind.code,
            "actor": self.actor,
            **self.extra,
        }
