"""Values that are loaded when first needed, with a bound on how many stay loaded."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


@dataclass(slots=True)
class _Slot(Generic[_Value]):
    """The place of one key. `lock` is held while its value is loaded."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    values: list[_Value] = field(default_factory=list)  # the value, once it is loaded


class BoundedLoader(Generic[_Key, _Value]):
    """Loads the value of a key at its first use and keeps the most recently used ones.

    Safe from many threads. A key being loaded delays only the threads that need that key. An
    evicted value lives on for those who still use it, and is loaded again at its next use.
    """

    def __init__(self, load: Callable[[_Key], _Value], capacity: int) -> None:
        self._load = load
        self._capacity = capacity
        self._lock = threading.Lock()
        self._slots: dict[_Key, _Slot[_Value]] = {}  # the least recently used first

    def get(self, key: _Key) -> _Value:
        """The value of a key. Errors of `load` pass through, and the next call tries again."""
        with self._lock:
            slot = self._slots.pop(key) if key in self._slots else _Slot()
            self._slots[key] = slot  # the most recently used last
        with slot.lock:
            if not slot.values:
                self._fill(key, slot)
            return slot.values[0]

    def _fill(self, key: _Key, slot: _Slot[_Value]) -> None:
        try:
            slot.values.append(self._load(key))
        finally:
            with self._lock:
                self._register(key, slot)

    def _register(self, key: _Key, slot: _Slot[_Value]) -> None:
        """Keep a loaded slot within the capacity; forget one whose loading failed."""
        if slot.values:
            self._slots.setdefault(key, slot)
            self._evict()
        elif self._slots.get(key) is slot:
            del self._slots[key]

    def _evict(self) -> None:
        loaded = [key for key, slot in self._slots.items() if slot.values]
        for key in loaded[: max(len(loaded) - self._capacity, 0)]:
            del self._slots[key]
