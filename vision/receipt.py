"""Receipts: what took part in a reading, as its stages reported it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Protocol, TypeVar

from vision.core.document import ModelUse, PageReceipt, Preparation
from vision.core.options import ReadOptions
from vision.core.stages import PageImage
from vision.core.stopwatch import Stopwatch


class UsesModels(Protocol):
    """A stage's result, with the models that took part in it."""

    @property
    def models(self) -> tuple[ModelUse, ...]:
        """Models with their proven providers."""
        ...


_Result = TypeVar("_Result", bound=UsesModels)


class PageRecord:
    """Times of the stages of one page, and the models that they report. Belongs to one thread."""

    def __init__(self, page: PageImage, check: Callable[[], None]) -> None:
        """Begin with the page's decoding; `check` may raise to stop before any stage."""
        self._number = page.number
        self._check = check
        self._watch = Stopwatch(decode=page.decode_ms)
        self._models: list[ModelUse] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time inside the `with` for this stage; raises what `check` raises."""
        self._check()
        with self._watch.stage(name):
            yield

    def used(self, result: _Result) -> _Result:
        """Note the models of a stage's result, and pass it on."""
        self._models += result.models
        return result

    def receipt(
        self, preparation: tuple[Preparation, ...], finder: str, lines_read: Mapping[str, int]
    ) -> PageReceipt:
        """The receipt of the page so far."""
        return PageReceipt(
            self._number,
            distinct(self._models),
            self._watch.milliseconds(),
            preparation,
            finder=finder,
            lines_read=dict(lines_read),
        )


def distinct(uses: Iterable[ModelUse]) -> tuple[ModelUse, ...]:
    """Each model once, in the order of first use."""
    return tuple(dict.fromkeys(uses))


def parameters(options: ReadOptions) -> dict[str, object]:
    """The options as JSON would give them back: arrays are lists."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(options).items()
    }
